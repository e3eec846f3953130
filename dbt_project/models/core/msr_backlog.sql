-- Not updated, paper register, officials over the limit, per unit and reporting period.
select
    calendar,
    period_kind,
    period,
    last_month_no,
    '' as unit_code,
    '' as measure_code,
    0::DECIMAL(18, 4) as numerator,
    null::DECIMAL(18, 4) as denominator,
    'cases' as input
from {{ ref('dim_reporting_period') }}
where false
