-- Law 10 on the ranking: units as then, units as today, sectors and levels are the same cases, policy by policy, period by period.
with scopes as (
    select
        policy_code,
        calendar,
        period_kind,
        period,
        scope,
        sum(coalesce(numerator, 0)) as numerator,
        sum(coalesce(denominator, 0)) as denominator
    from {{ ref('mart_late_rate_ranking') }}
    group by policy_code, calendar, period_kind, period, scope
)

select policy_code, calendar, period_kind, period
from scopes
group by policy_code, calendar, period_kind, period
having min(numerator) <> max(numerator)
    or min(denominator) <> max(denominator)
    or (count(*) < 4 and max(denominator) > 0)
