-- Officials over the year to each month: `person` = per staff id across the authority, else per name within a unit;
-- `name` = once more per name without unit. exceeds_limit is strictly over 10 %: late * 10 > denominator (letter A2, R03).
-- `(trống)` has its row but no rank (domain §2).
with resolved as (
    select
        p.period,
        p.last_month_no,
        m.case_key,
        m.unit_code,
        m.resolution,
        f.official_key,
        d.official_code,
        d.official_name,
        d.official_name_key
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_case_month') }} as m
        on m.is_resolved and m.month_no between p.first_month_no and p.last_month_no
    inner join {{ ref('fct_case') }} as f on m.case_key = f.case_key
    inner join {{ ref('dim_official') }} as d on f.official_key = d.official_key
    where p.calendar = 'calendar' and p.period_kind = 'ytd'
),

grouped as (
    select
        period,
        last_month_no,
        grain,
        case grain when 'person' then official_key when 'name' then official_name_key end as official_key,
        case grain when 'person' then max(official_code) end as official_code,
        max(official_name) as official_name,
        case when count(distinct unit_code) = 1 then max(unit_code) end as unit_code,
        count(distinct unit_code) as unit_count,
        {%- for verdict in ['early', 'on_time', 'late', 'no_due'] %}
        count(*) filter (resolution = '{{ verdict }}') as resolved_{{ verdict }}_count,
        {%- endfor %}
        count(*) filter (resolution = 'withdrawn') as withdrawn_count,
        count(*) filter (resolution = 'refused') as refused_count
    from resolved
    cross join (select unnest(['person', 'name']) as grain)
    group by 1, 2, 3, 4
),

rated as (
    select
        *,
        resolved_late_count as numerator,
        resolved_early_count + resolved_on_time_count + resolved_late_count as denominator
    from grouped
)

select
    r.period,
    r.grain,
    r.official_key,
    r.official_code,
    r.official_name,
    r.unit_code,
    u.unit_name,
    r.unit_count,
    r.resolved_early_count,
    r.resolved_on_time_count,
    r.resolved_late_count,
    r.resolved_no_due_count,
    r.withdrawn_count,
    r.refused_count,
    'strict' as policy_code,
    r.numerator,
    r.denominator,
    r.numerator / nullif(r.denominator, 0) as rate,
    case when r.denominator > 0 and r.official_key <> {{ blank_member() }} then rank() over (
        partition by r.period, r.grain, r.official_key = {{ blank_member() }}
        order by r.numerator / nullif(r.denominator, 0) desc nulls last
    ) end as rank,
    r.official_key <> {{ blank_member() }} and r.numerator * 10 > r.denominator as exceeds_limit,
    {{ small_n('r.denominator') }} as small_n,
    r.numerator as evidence_count,
    'provisional' as maturity
from rated as r
left join {{ unit_names() }} as u on r.unit_code = u.unit_code and r.last_month_no = u.month_no
