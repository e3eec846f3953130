-- Unit × sector × reporting period of both calendars: the disjoint counts and the late rate under the authority's default policy.
with counted as (
    select
        a.*,
        p.policy_code,
        {{ policy_sum('p.numerator') }} as late_numerator,
        {{ policy_sum('p.denominator') }} as late_denominator
    from {{ ref('dim_policy') }} as p
    inner join {{ ref('agg_unit_sector_period') }} as a on p.grain = a.grain
    where p.is_default
)

select
    c.calendar,
    c.period_kind,
    c.period,
    c.unit_code,
    u.unit_name,
    u.unit_level,
    c.sector_code,
    s.sector_name,
    c.is_reported,
    {{ maturity('c.last_month_no', 'c.unit_code') }} as maturity,
    {{ count_columns('c.') }},
    {{ resolved_total('c.') }} as resolved_count,
    {{ pending_total('c.') }} as pending_count,
    c.policy_code,
    case when c.is_reported then c.late_numerator end as late_numerator,
    case when c.is_reported then c.late_denominator end as late_denominator,
    case when c.is_reported then c.late_numerator / nullif(c.late_denominator, 0) end as late_rate,
    case when c.is_reported then {{ small_n('c.late_denominator') }} end as small_n
from counted as c
inner join {{ ref('dim_sector') }} as s on c.sector_code = s.sector_code
left join {{ unit_names() }} as u on c.unit_code = u.unit_code and c.last_month_no = u.month_no
