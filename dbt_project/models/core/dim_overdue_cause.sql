-- Causes of delay in the order of form II.06g: shipped ones, the site's own, `other`, and `(trống)` last.
with every as (
    select cause_code, cause_name, position from {{ ref('stg_overdue_cause') }}
    union all
    select {{ blank_member() }}, {{ blank_member() }}, null
)

select
    cause_code,
    cause_name,
    row_number() over (
        order by cause_code = {{ blank_member() }}, cause_code = 'other', position nulls last, cause_code
    ) as line_number
from every
