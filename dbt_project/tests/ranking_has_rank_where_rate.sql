-- No denominator or no report: no rate and no rank. Else a rate between 0 and 1 and a rank; the worst is rank 1 (domain §2).
with best as (
    select policy_code, calendar, period_kind, period, scope, max(rate) as worst_rate
    from {{ ref('mart_late_rate_ranking') }}
    group by policy_code, calendar, period_kind, period, scope
)

select r.*
from {{ ref('mart_late_rate_ranking') }} as r
inner join best as b using (policy_code, calendar, period_kind, period, scope)
where (r.rate is null) <> (r.rank is null)
    or (r.rate is null) <> (not r.is_reported or r.denominator = 0)
    or r.numerator > r.denominator
    or r.small_n <> (r.denominator < 20)
    or (r.rank = 1) <> (r.rate = b.worst_rate)
