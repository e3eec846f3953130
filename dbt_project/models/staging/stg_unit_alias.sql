-- Every text a unit is known by: code, name and aliases of each version.
with texts as (
    select
        unit_code,
        valid_from,
        valid_to,
        unnest(list_concat([unit_code, unit_name], aliases)) as label
    from {{ ref('stg_unit') }}
)

select distinct
    match_key(label) as unit_key,
    unit_code,
    valid_from,
    valid_to
from texts
