-- One row per case, step, unit and declared month: the steps of cases (register case_step), with their case and official.
select
    {{ register_row_columns() }},
    case_code,
    step_number,
    step_name,
    official_code,
    official_name,
    started_on,
    due_on,
    finished_on,
    is_clock_stopped,
    case_key,
    official_key
from {{ ref('int_case_step') }}
