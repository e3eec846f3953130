-- One row per version of a unit in time; open ends become far dates so that every lookup is one BETWEEN.
select
    unit_code,
    unit_name,
    aliases,
    unit_level,
    parent_code,
    coalesce(valid_from, date '1900-01-01') as valid_from,
    coalesce(valid_to, date '9999-12-31') as valid_to,
    successors,
    case_namespace
from {{ source('raw', 'unit') }}
