-- National sectors, the site's rows winning, and `(trống)` for what is blank or unknown.
with national as (
    select sector_code, sector_name, string_split(coalesce(aliases, ''), ';') as aliases, sector_group
    from {{ ref('national_sector') }}
    where sector_code not in (select sector_code from {{ source('raw', 'sector') }})
)

select sector_code, sector_name, aliases, sector_group from national
union all by name
select s.sector_code, s.sector_name, s.aliases, coalesce(s.sector_group, n.sector_group) as sector_group
from {{ source('raw', 'sector') }} as s
left join {{ ref('national_sector') }} as n on s.sector_code = n.sector_code
