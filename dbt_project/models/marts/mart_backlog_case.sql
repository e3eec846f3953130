-- Cases open at the end of the newest built month: how many working days to their due date or past it, whether the clock stands still,
-- nobody updates them, they vanished from the exports, or their due date was moved after it had passed; with the row they come from.
-- A due date on a day off just before the month's end can be past by 0 working days.
with newest as (
    select max(month_no) as month_no, max(to_on) as to_on from {{ ref('dim_month') }}
)

select
    b.period,
    b.case_key,
    c.case_code,
    b.unit_code,
    u.unit_name,
    u.unit_level,
    b.sector_code,
    s.sector_name,
    c.procedure_code,
    p.procedure_name,
    c.official_key,
    o.official_name,
    b.channel,
    c.received_on,
    b.due_on,
    c.recomputed_due_on,
    b.pending_state,
    b.status_code,
    case when b.pending_state = 'in_time' then q.working_day_number - e.working_day_number end as days_to_due,
    case when b.pending_state = 'overdue' then e.working_day_number - q.working_day_number end as days_late,
    b.pending_state = 'suspended' as is_clock_stopped,
    b.last_event_on,
    b.is_not_updated,
    b.is_vanished,
    c.passed_due_on is not null as is_due_date_moved,
    c.passed_due_on,
    b.state_period,
    b.submission_id,
    g.file_name,
    b.sheet,
    b.row_number,
    {{ maturity('b.month_no', 'b.unit_code') }} as maturity
from {{ ref('fct_case_month') }} as b
inner join newest as a on b.month_no = a.month_no
inner join {{ ref('fct_case') }} as c on b.case_key = c.case_key
inner join {{ ref('dim_date') }} as e on a.to_on = e.date_on
left join {{ ref('dim_date') }} as q on b.due_on = q.date_on
left join {{ unit_names() }} as u on b.unit_code = u.unit_code and b.month_no = u.month_no
left join {{ ref('dim_sector') }} as s on b.sector_code = s.sector_code
left join {{ ref('dim_procedure') }} as p on c.procedure_code = p.procedure_code
left join {{ ref('dim_official') }} as o on c.official_key = o.official_key
left join {{ ref('load_ledger') }} as g on b.submission_id = g.submission_id
where b.pending_state is not null
