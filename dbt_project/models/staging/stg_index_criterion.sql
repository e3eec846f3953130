-- Index criteria, shipped ones first, the site's rows winning by index code: an index is one decision and is replaced whole.
with shipped as (
    select *
    from {{ ref('index_criterion') }}
    where index_code not in (select index_code from {{ source('raw', 'site_index_criterion') }})
),

every as (
    select *, false as is_site_row from shipped
    union all by name
    select *, true as is_site_row from {{ source('raw', 'site_index_criterion') }}
)

select
    e.* exclude (valid_from_year, valid_to_year, max_points, is_confirmed),
    e.valid_from_year::INTEGER as valid_from_year,
    e.valid_to_year::INTEGER as valid_to_year,
    e.is_confirmed::BOOLEAN as is_confirmed,
    e.max_points::DECIMAL(9, 3) as max_points,
    m.measure_name,
    m.kind,
    m.better,
    m.input
from every as e
left join {{ ref('measure') }} as m on e.measure_code = m.measure_code
