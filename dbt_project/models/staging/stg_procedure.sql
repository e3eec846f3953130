-- The site's procedures; local suffixes of national codes (`1.001193.000.00.00.H32`) are cut.
select distinct on (procedure_code)
    coalesce(nullif(regexp_extract(procedure_code, '^\d\.\d{6}'), ''), procedure_code) as procedure_code,
    procedure_name,
    aliases,
    sector_code,
    term_days
from {{ source('raw', 'procedure') }}
order by procedure_code, procedure_name
