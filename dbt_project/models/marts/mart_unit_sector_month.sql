-- Unit × sector × month: the disjoint counts and the late rate under the authority's default policy.
-- A month without an accepted file carries its backlog but has no rate (domain §2, missing unit).
with counted as (
    select
        a.*,
        r.is_reported,
        p.policy_code,
        {{ policy_sum('p.numerator') }} as late_numerator,
        {{ policy_sum('p.denominator') }} as late_denominator
    from {{ ref('dim_policy') }} as p
    inner join {{ ref('agg_unit_sector_month') }} as a on p.grain = a.grain
    inner join {{ ref('fct_unit_report') }} as r on a.unit_code = r.unit_code and a.period = r.period
    where p.is_default and a.calendar = 'calendar'
)

select
    c.period,
    c.unit_code,
    u.unit_name,
    u.unit_level,
    c.sector_code,
    s.sector_name,
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
from counted as c
inner join {{ ref('dim_sector') }} as s on c.sector_code = s.sector_code
left join {{ unit_names() }} as u on c.unit_code = u.unit_code and c.month_no = u.month_no
