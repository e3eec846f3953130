-- One row per case, day of the letter, unit and declared month: apology letters for late cases, with the case they are about.
-- The case is the unit's own one with that code, else the only one with it; null where there is none.
with letters as (
    select
        {{ register_row_columns() }},
        cells['case_code'] as case_code,
        cells['apologised_on']::DATE as apologised_on,
        cells['new_due_on']::DATE as new_due_on
    from {{ ref('int_register_row_standing') }}
    where register = 'apology'
),

named as (
    select
        a.submission_id,
        a.sheet,
        a.row_number,
        case
            when count(*) filter (c.unit_code = a.unit_code) = 1 then max(c.case_key) filter (c.unit_code = a.unit_code)
            when count(*) = 1 then max(c.case_key)
        end as case_key
    from letters as a
    inner join {{ ref('fct_case') }} as c on a.case_code = c.case_code
    group by all
)

select a.*, n.case_key
from letters as a
left join named as n
    on a.submission_id = n.submission_id and a.sheet = n.sheet and a.row_number = n.row_number
