-- Targets, shipped ones first, the site's rows winning by target code; one row per kind of period a row is judged on.
with shipped as (
    select *
    from {{ ref('target') }}
    where target_code not in (select target_code from {{ source('raw', 'site_target') }})
),

every as (
    select *, false as is_site_row from shipped
    union all by name
    select *, true as is_site_row from {{ source('raw', 'site_target') }}
)

select
    e.* exclude (period_kind, threshold, is_confirmed),
    trim(unnest(string_split(e.period_kind, ';'))) as period_kind,
    e.threshold::DECIMAL(12, 4) as threshold,
    e.is_confirmed::BOOLEAN as is_confirmed,
    m.measure_name,
    m.kind,
    m.better,
    m.input
from every as e
inner join {{ ref('measure') }} as m on e.measure_code = m.measure_code
