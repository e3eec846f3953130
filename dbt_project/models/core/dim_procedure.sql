-- Procedures: the reference, the members a site keeps though unlisted, and `(trống)`.
select procedure_code, procedure_name, sector_code, term_days::BIGINT as term_days, true as is_listed
from {{ ref('stg_procedure') }}
union all by name
select procedure_code, min(procedure_name) as procedure_name, null as sector_code, false as is_listed
from {{ ref('stg_procedure_value') }}
where not is_listed and procedure_code <> {{ blank_member() }}
group by procedure_code
union all by name
select {{ blank_member() }} as procedure_code, {{ blank_member() }} as procedure_name, null as sector_code, false as is_listed
