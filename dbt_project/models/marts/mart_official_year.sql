-- Officials over the year to each month, in both calendars: `person` = per staff id across the authority, else per name within a unit;
-- `name` = once more per name without unit. exceeds_limit is strictly over 10 %: late * 10 > denominator (letter A2, R03).
-- attribution: step, handler, or mixed where some of the cases have steps (core.fct_official_case).
-- `(trống)` has its row but no rank (domain §2).
with monthly as (
    select a.*, d.official_code, d.official_name, d.official_name_key
    from {{ ref('agg_official_month') }} as a
    inner join {{ ref('dim_official') }} as d on a.official_key = d.official_key
),

grouped as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        g.grain,
        case g.grain when 'person' then m.official_key when 'name' then m.official_name_key end as official_key,
        case g.grain when 'person' then max(m.official_code) end as official_code,
        max(m.official_name) as official_name,
        case when count(distinct m.unit_code) = 1 then max(m.unit_code) end as unit_code,
        count(distinct m.unit_code) as unit_count,
        case when count(distinct m.attribution) = 1 then max(m.attribution) else 'mixed' end as attribution,
        {{ sum_counts(['resolved_early', 'resolved_on_time', 'resolved_late', 'resolved_no_due', 'withdrawn', 'refused']) }}
    from {{ ref('dim_reporting_period') }} as p
    inner join monthly as m on p.calendar = m.calendar and m.month_no between p.first_month_no and p.last_month_no
    cross join (select unnest(['person', 'name']) as grain) as g
    where p.period_kind = 'ytd'
    group by 1, 2, 3, 4, 5, 6
),

rated as (
    select
        *,
        resolved_late_count as numerator,
        resolved_early_count + resolved_on_time_count + resolved_late_count as denominator
    from grouped
)

select
    r.calendar,
    r.period_kind,
    r.period,
    r.grain,
    r.official_key,
    r.official_code,
    r.official_name,
    r.unit_code,
    u.unit_name,
    r.unit_count,
    r.attribution,
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
        partition by r.calendar, r.period, r.grain, r.official_key = {{ blank_member() }}
        order by r.numerator / nullif(r.denominator, 0) desc nulls last
    ) end as rank,
    {{ exceeds_limit('r.numerator', 'r.denominator', 'r.official_key') }} as exceeds_limit,
    {{ small_n('r.denominator') }} as small_n,
    r.numerator as evidence_count,
    {{ maturity('r.last_month_no', 'r.unit_code') }} as maturity
from rated as r
left join {{ unit_names() }} as u on r.unit_code = u.unit_code and r.last_month_no = u.month_no
