-- Officials who handled a case or one of its steps: per staff id across the authority, else per name within a unit. The name is the
-- newest one written.
with written as (
    select
        {{ official_key('c', 'c.row_unit_code') }} as official_key,
        c.official_code,
        c.official_cell as official_name,
        c.official_name_key,
        c.row_unit_code as unit_code,
        c.newest_period_no * 1000000 + c.row_number as written_no
    from {{ ref('int_case') }} as c
    union all
    select official_key, official_code, official_name, official_name_key, unit_code, period_no * 1000000 + row_number
    from {{ ref('int_case_step') }}
)

select
    official_key,
    max(official_code) as official_code,
    coalesce(
        arg_max(official_name, written_no) filter (official_name is not null),
        max(official_code),
        {{ blank_member() }}
    ) as official_name,
    coalesce(
        arg_max(official_name_key, written_no) filter (official_name_key is not null),
        {{ blank_member() }}
    ) as official_name_key,
    case when max(official_code) is null and max(official_name_key) is not null then min(unit_code) end as unit_code
from written
group by official_key
