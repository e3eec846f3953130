-- Unit × month: the sum of its sectors. A unit without any case that month has its row of zeros.
with summed as (
    select
        period,
        unit_code,
        {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_month') }}
    where calendar = 'calendar' and grain = (select grain from {{ ref('dim_policy') }} where is_default)
    group by period, unit_code
),

spined as (
    select
        r.period,
        r.month_no,
        r.unit_code,
        r.is_reported,
        {%- for measure in all_measures() %}
        coalesce(s.{{ measure }}_count, 0)::BIGINT as {{ measure }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('fct_unit_report') }} as r
    left join summed as s on r.period = s.period and r.unit_code = s.unit_code
),

rated as (
    select
        c.*,
        p.policy_code,
        {{ policy_sum('p.numerator') }} as late_numerator,
        {{ policy_sum('p.denominator') }} as late_denominator
    from spined as c
    cross join {{ ref('dim_policy') }} as p
    where p.is_default
)

select
    c.period,
    c.unit_code,
    u.unit_name,
    u.unit_level,
    c.is_reported,
    'provisional' as maturity,
    {{ count_columns('c.') }},
    {{ resolved_total('c.') }} as resolved_count,
    {{ pending_total('c.') }} as pending_count,
    c.policy_code,
    case when c.is_reported then c.late_numerator end as late_numerator,
    case when c.is_reported then c.late_denominator end as late_denominator,
    case when c.is_reported then c.late_numerator / nullif(c.late_denominator, 0) end as late_rate,
    case when c.is_reported then {{ small_n('c.late_denominator') }} end as small_n
from rated as c
left join {{ unit_names() }} as u on c.unit_code = u.unit_code and c.month_no = u.month_no
