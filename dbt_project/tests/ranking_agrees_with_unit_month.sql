-- A unit's monthly rate under the default policy is the same in the ranking and in the mart of units.
select u.period, u.unit_code
from {{ ref('mart_unit_month') }} as u
full join (
    select r.*
    from {{ ref('mart_late_rate_ranking') }} as r
    inner join {{ ref('dim_policy') }} as p on r.policy_code = p.policy_code and p.is_default
    where r.scope = 'unit' and r.calendar = 'calendar' and r.period_kind = 'month'
) as r on u.period = r.period and u.unit_code = r.member_code
where u.unit_code is null
    or r.member_code is null
    or u.late_numerator is distinct from r.numerator
    or u.late_denominator is distinct from r.denominator
    or u.late_rate is distinct from r.rate
