-- Sectors: the reference, the members a site keeps though unlisted, and `(trống)`.
select sector_code, sector_name, sector_group, true as is_listed from {{ ref('stg_sector') }}
union all by name
select sector_code, min(sector_name) as sector_name, null as sector_group, false as is_listed
from {{ ref('stg_sector_value') }}
where not is_listed and sector_code <> {{ blank_member() }}
group by sector_code
union all by name
select {{ blank_member() }} as sector_code, {{ blank_member() }} as sector_name, null as sector_group, false as is_listed
