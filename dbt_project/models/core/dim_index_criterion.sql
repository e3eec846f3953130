-- Index criteria: points, rule and measure of each criterion of each index, by years and level of units; code TONG is the index itself.
select
    index_code,
    valid_from_year,
    valid_to_year,
    unit_level,
    group_code,
    group_name,
    criterion_code,
    criterion_name,
    max_points,
    rule,
    parameters,
    measure_code,
    measure_name,
    kind,
    better,
    input,
    legal_source,
    is_confirmed,
    is_site_row
from {{ ref('stg_index_criterion') }}
