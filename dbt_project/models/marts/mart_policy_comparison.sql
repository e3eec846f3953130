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
    d.rate as default_rate,
    d.rank as default_rank,
    r.rate - d.rate as rate_difference,
    r.rank - d.rank as rank_difference,
    case when r.is_reported then {{ small_n('r.denominator') }} end as small_n,
    {{ maturity('r.last_month_no', 'r.member_code') }} as maturity
from {{ ref('agg_late_rate') }} as r
inner join {{ ref('dim_policy') }} as p on r.policy_code = p.policy_code
inner join {{ ref('agg_late_rate') }} as d
    on r.calendar = d.calendar and r.period_kind = d.period_kind and r.period = d.period
    and r.scope = d.scope and r.member_code = d.member_code
inner join {{ ref('dim_policy') }} as dp on d.policy_code = dp.policy_code and dp.is_default
left join {{ unit_names() }} as u on r.member_code = u.unit_code and r.last_month_no = u.month_no
where r.scope = 'unit'
