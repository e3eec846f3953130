-- The sector that the texts of a row mean: its code first, else a name that belongs to one code only.
-- `unlisted: keep` of the site makes a text outside the reference its own member.
with texts as (
    select distinct sector_code as code_text, sector as name_text
    from {{ ref('stg_case_text') }}
    where sector_code is not null or sector is not null
),

codes as (
    select match_key(sector_code) as sector_key, min(sector_code) as sector_code
    from {{ ref('stg_sector') }}
    group by all
),

labels as (
    select
        sector_code,
        unnest(list_concat([sector_name, sector_code], aliases)) as label,
        sector_code in (select sector_code from {{ source('raw', 'sector') }}) as is_own
    from {{ ref('stg_sector') }}
),

-- A name in the site's list means the site's sector, also where the national list has a sector of that name.
keys as (
    select match_key(label) as sector_key, bool_or(is_own) as is_own
    from labels
    where trim(label) <> ''
    group by all
),

names as (
    select k.sector_key, min(l.sector_code) as sector_code
    from labels as l
    inner join keys as k on match_key(l.label) = k.sector_key and l.is_own = k.is_own
    group by all
    having count(distinct l.sector_code) = 1
)

select
    t.code_text,
    t.name_text,
    coalesce(c.sector_code, n.sector_code) is not null as is_listed,
    coalesce(
        c.sector_code,
        n.sector_code,
        case when s.unlisted_sector = 'keep' then coalesce(t.code_text, t.name_text) end,
        {{ blank_member() }}
    ) as sector_code,
    coalesce(t.name_text, t.code_text) as sector_name
from texts as t
cross join {{ source('raw', 'site') }} as s
left join codes as c on match_key(t.code_text) = c.sector_key
left join names as n on match_key(t.name_text) = n.sector_key
