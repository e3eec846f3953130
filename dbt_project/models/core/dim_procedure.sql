-- Procedures: the reference with how each is offered, the members a site keeps though unlisted, and `(trống)`.
select
    procedure_code,
    procedure_name,
    sector_code,
    service_level,
    has_fee,
    is_payment_integrated,
    is_joint,
    term_days::BIGINT as term_days,
    nullif(array_to_string(unit_levels, ';'), '') as unit_levels,
    nullif(array_to_string(units, ';'), '') as unit_codes,
    true as is_listed
from {{ ref('stg_procedure') }}
union all by name
select procedure_code, min(procedure_name) as procedure_name, false as is_listed
from {{ ref('stg_procedure_value') }}
where not is_listed and procedure_code <> {{ blank_member() }}
group by procedure_code
union all by name
select {{ blank_member() }} as procedure_code, {{ blank_member() }} as procedure_name, false as is_listed
