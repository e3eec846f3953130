-- SCD2: one row per version of a unit in time.
select
    unit_code || '@' || strftime(valid_from, '%Y-%m-%d') as unit_key,
    unit_code,
    unit_name,
    unit_level,
    parent_code,
    valid_from,
    valid_to,
    row_number() over (partition by unit_code order by valid_from desc) = 1 as is_latest,
    array_to_string(successors, ';') as successor_codes
from {{ ref('stg_unit') }}
