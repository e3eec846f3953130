-- The late cases behind the officials' late rates: calendar × month of resolution × official × case, with file, sheet and row. The
-- evidence of a row of mart_official_year are the rows of its official (`official_key`, or `official_name_key` where its grain is the
-- name) in the months of its year up to its period.
with resolved as (
    select 'calendar' as calendar, month_no, period, unit_code, case_key
    from {{ ref('fct_case_month') }}
    where is_resolved
    union all
    select 'd15', month_no, period, unit_code, case_key
    from {{ ref('fct_case_month_d15') }}
    where is_resolved
)

select
    r.calendar,
    r.period,
    f.official_key,
    o.official_name_key,
    o.official_code,
    o.official_name,
    f.attribution,
    f.late_step_number,
    f.late_step_name,
    r.unit_code,
    u.unit_name,
    r.case_key,
    c.case_code,
    c.sector_code,
    c.procedure_code,
    c.received_on,
    f.late_due_on,
    f.late_ended_on,
    e.working_day_number - q.working_day_number as late_working_days,
    c.submission_id,
    g.file_name,
    c.sheet,
    c.row_number,
    {{ maturity('r.month_no', 'r.unit_code') }} as maturity
from resolved as r
inner join {{ ref('fct_official_case') }} as f on r.case_key = f.case_key and f.resolution = 'late'
inner join {{ ref('fct_case') }} as c on r.case_key = c.case_key
inner join {{ ref('dim_official') }} as o on f.official_key = o.official_key
left join {{ ref('dim_date') }} as q on f.late_due_on = q.date_on
left join {{ ref('dim_date') }} as e on f.late_ended_on = e.date_on
left join {{ unit_names() }} as u on r.unit_code = u.unit_code and r.month_no = u.month_no
left join {{ ref('load_ledger') }} as g on c.submission_id = g.submission_id
