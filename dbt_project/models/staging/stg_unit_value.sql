-- The unit that a text in a row means in a month: the version valid then, else the nearest other version of that name.
with texts as (
    select unit as label, period_no from {{ ref('stg_case_text') }} where unit is not null
    union
    select value, period_no from {{ ref('stg_register_text') }} where column_type = 'unit' and value is not null
),

keyed as (
    select label, period_no, match_key(label) as unit_key from texts
)

select
    k.label,
    k.period_no,
    arg_max(
        a.unit_code,
        struct_pack(
            is_valid := {{ month_no('a.valid_from') }} <= k.period_no and k.period_no <= {{ month_no('a.valid_to') }},
            valid_from := a.valid_from,
            unit_code := a.unit_code
        )
    ) as unit_code
from keyed as k
inner join {{ ref('stg_unit_alias') }} as a on k.unit_key = a.unit_key
group by k.label, k.period_no
