-- Targets: what must be reached, by whom, in which kind of period, since which document. One row per target, scope, validity and kind of period.
select
    target_code,
    target_name,
    scope,
    scope_code,
    calendar,
    period_kind,
    valid_from,
    valid_to,
    measure_code,
    measure_name,
    kind,
    better,
    input,
    comparator,
    threshold,
    legal_basis,
    is_confirmed,
    is_site_row
from {{ ref('stg_target') }}
