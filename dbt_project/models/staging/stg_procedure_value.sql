-- The procedure that the texts of a row mean: its national code (local suffix cut) first, else a name of one code only.
with texts as (
    select distinct procedure_code as code_text, procedure as name_text
    from {{ ref('stg_case_text') }}
    where procedure_code is not null or procedure is not null
),

coded as (
    select *, coalesce(nullif(regexp_extract(code_text, '^\d\.\d{6}'), ''), code_text) as cut_code
    from texts
),

labels as (
    select procedure_code, unnest(list_concat([procedure_name, procedure_code], aliases)) as label
    from {{ ref('stg_procedure') }}
),

names as (
    select match_key(label) as procedure_key, min(procedure_code) as procedure_code
    from labels
    where trim(label) <> ''
    group by all
    having count(distinct procedure_code) = 1
)

select
    t.code_text,
    t.name_text,
    coalesce(p.procedure_code, n.procedure_code) is not null as is_listed,
    coalesce(
        p.procedure_code,
        n.procedure_code,
        case when s.unlisted_procedure = 'keep' then coalesce(t.cut_code, t.name_text) end,
        {{ blank_member() }}
    ) as procedure_code,
    coalesce(t.name_text, t.cut_code) as procedure_name
from coded as t
cross join {{ source('raw', 'site') }} as s
left join {{ ref('stg_procedure') }} as p on t.cut_code = p.procedure_code
left join names as n on match_key(t.name_text) = n.procedure_key
