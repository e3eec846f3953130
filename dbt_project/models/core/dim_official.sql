-- Officials: per staff id across the authority, else per name within a unit. The name is the newest one written.
select
    {{ official_key('c', 'c.row_unit_code') }} as official_key,
    max(c.official_code) as official_code,
    coalesce(
        arg_max(c.official_cell, c.newest_period_no * 1000000 + c.row_number) filter (c.official_cell is not null),
        max(c.official_code),
        {{ blank_member() }}
    ) as official_name,
    coalesce(
        arg_max(c.official_name_key, c.newest_period_no * 1000000 + c.row_number) filter (c.official_name_key is not null),
        {{ blank_member() }}
    ) as official_name_key,
    case
        when max(c.official_code) is null and max(c.official_name_key) is not null then min(c.row_unit_code)
    end as unit_code
from {{ ref('int_case') }} as c
group by 1
