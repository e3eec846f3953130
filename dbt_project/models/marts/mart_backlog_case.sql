-- Cases open at the end of the newest built month: how many working days to their due date or past it, whether the clock stands still,
-- nobody updates them, they vanished from the exports, or their due date was moved after it had passed; with the row they come from.
-- A due date on a day off just before the month's end can be past by 0 working days.
select
    m.period,
    m.case_key,
    c.case_code,
    m.unit_code,
    u.unit_name,
    u.unit_level,
    m.sector_code,
    s.sector_name,
    c.procedure_code,
    p.procedure_name,
    c.official_key,
    o.official_name,
    m.channel,
    c.received_on,
    m.due_on,
    c.recomputed_due_on,
    m.pending_state,
    m.status_code,
    case when m.pending_state = 'in_time' then d.working_day_number - e.working_day_number end as days_to_due,
    case when m.pending_state = 'overdue' then e.working_day_number - d.working_day_number end as days_late,
    m.pending_state = 'suspended' as is_clock_stopped,
    m.last_event_on,
    m.is_not_updated,
    m.is_vanished,
    c.passed_due_on is not null as is_due_date_moved,
    c.passed_due_on,
    m.state_period,
    m.submission_id,
    g.file_name,
    m.sheet,
    m.row_number,
    {{ maturity('m.month_no', 'm.unit_code') }} as maturity
from {{ ref('fct_case_month') }} as m
inner join (select max(month_no) as month_no from {{ ref('dim_month') }}) as n on m.month_no = n.month_no
inner join {{ ref('dim_month') }} as a on m.month_no = a.month_no
inner join {{ ref('fct_case') }} as c on m.case_key = c.case_key
inner join {{ ref('dim_date') }} as e on a.to_on = e.date_on
left join {{ ref('dim_date') }} as d on m.due_on = d.date_on
left join {{ unit_names() }} as u on m.unit_code = u.unit_code and m.month_no = u.month_no
left join {{ ref('dim_sector') }} as s on m.sector_code = s.sector_code
left join {{ ref('dim_procedure') }} as p on c.procedure_code = p.procedure_code
left join {{ ref('dim_official') }} as o on c.official_key = o.official_key
left join {{ ref('load_ledger') }} as g on m.submission_id = g.submission_id
where m.pending_state is not null
