-- Units ranked by the share of open cases not updated on the software (R26): calendar × reporting period × unit, 1 = worst, competition
-- ranks (1,2,2,4). Over several months the shares of their ends are added up, so that "January to September" is one rate.
with rated as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        r.unit_code,
        bool_or(r.is_reported) as is_reported
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r on r.month_no between p.first_month_no and p.last_month_no
    group by all
)

select
    r.calendar,
    r.period_kind,
    r.period,
    r.unit_code,
    u.unit_name,
    u.unit_level,
    r.is_reported,
    f.numerator::BIGINT as numerator,
    f.denominator::BIGINT as denominator,
    f.measure_value as rate,
    case when f.measure_value is not null then rank() over (
        partition by r.calendar, r.period_kind, r.period order by f.measure_value desc nulls last
    ) end as rank,
    {{ small_n('f.denominator') }} as small_n,
    y.policy_name,
    {{ maturity('r.last_month_no', 'r.unit_code') }} as maturity
from rated as r
cross join {{ ref('dim_not_updated_policy') }} as y
left join {{ ref('fct_measure') }} as f
    on f.measure_code = 'not_updated_rate' and r.calendar = f.calendar and r.period_kind = f.period_kind
    and r.period = f.period and r.unit_code = f.unit_code
left join {{ unit_names() }} as u on r.unit_code = u.unit_code and r.last_month_no = u.month_no
