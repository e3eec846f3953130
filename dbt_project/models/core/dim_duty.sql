-- The duties R01–R45 of the founding letters, one row per duty and measure (seeds/duty.csv, docs/duties.md).
select
    duty_code,
    duty_name,
    legal_basis,
    measure_order::INTEGER as measure_order,
    measure_code,
    measure_name,
    better,
    input,
    period_kind,
    frequency,
    array_to_string(unit_levels, '; ') as unit_levels,
    from_period,
    to_period,
    target_codes,
    obligation_kind,
    detail
from {{ ref('stg_duty') }}
