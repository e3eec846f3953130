-- Unit × reporting period × policy: each policy's late rate and rank beside those of the authority's default (issue: real
-- reports use several policies). A positive difference: worse under this policy; a negative rank difference: ranked worse.
select
    r.calendar,
    r.period_kind,
    r.period,
    r.member_code as unit_code,
    u.unit_name,
    u.unit_level,
    r.is_reported,
    r.policy_code,
    p.policy_name,
    p.is_default,
    r.numerator,
    r.denominator,
    r.rate,
    r.rank,
    base.rate as default_rate,
    base.rank as default_rank,
    r.rate - base.rate as rate_difference,
    r.rank - base.rank as rank_difference,
    case when r.is_reported then {{ small_n('r.denominator') }} end as small_n,
    {{ maturity('r.last_month_no', 'r.member_code') }} as maturity
from {{ ref('agg_late_rate') }} as r
inner join {{ ref('dim_policy') }} as p on r.policy_code = p.policy_code
inner join {{ ref('agg_late_rate') }} as base
    on r.calendar = base.calendar and r.period_kind = base.period_kind and r.period = base.period
    and r.scope = base.scope and r.member_code = base.member_code
inner join {{ ref('dim_policy') }} as dp on base.policy_code = dp.policy_code and dp.is_default
left join {{ unit_names() }} as u on r.member_code = u.unit_code and r.last_month_no = u.month_no
where r.scope = 'unit'
