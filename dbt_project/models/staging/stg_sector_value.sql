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
    select sector_code, unnest(list_concat([sector_name, sector_code], aliases)) as label
    from {{ ref('stg_sector') }}
),

names as (
    select match_key(label) as sector_key, min(sector_code) as sector_code
    from labels
    where trim(label) <> ''
    group by all
    having count(distinct sector_code) = 1
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
