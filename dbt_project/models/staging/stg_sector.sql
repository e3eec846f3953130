-- National sectors, the site's rows winning, and `(trống)` for what is blank or unknown.
with national as (
    select sector_code, sector_name, string_split(coalesce(aliases, ''), ';') as aliases
    from {{ ref('national_sector') }}
    where sector_code not in (select sector_code from {{ source('raw', 'sector') }})
)

select sector_code, sector_name, aliases from national
union all by name
select sector_code, sector_name, aliases from {{ source('raw', 'sector') }}
