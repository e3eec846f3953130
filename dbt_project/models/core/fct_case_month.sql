-- Case × calendar month it was open or resolved in: the state that stood, where it was counted, and from which row.
with {{ with_last_event(ref('int_case_month'), 'calendar') }}

select
    m.case_key,
    m.period,
    m.month_no::INTEGER as month_no,
    m.unit_code,
    u.unit_key,
    m.opening_unit_code,
    m.sector_code,
    coalesce(m.channel, 'direct') as channel,
    m.is_opening,
    m.is_received,
    m.is_transferred,
    m.is_resolved,
    m.resolution,
    m.resolution_by_time,
    m.pending_state,
    m.pending_state_by_time,
    m.due_on,
    m.status_code,
    {{ period_label('m.state_period_no') }} as state_period,
    coalesce(v.period_no < m.month_no, false) and m.pending_state is not null as is_vanished,
    m.last_event_on,
    m.is_not_updated,
    m.submission_id,
    m.sheet,
    m.row_number
from judged as m
left join {{ ref('dim_unit') }} as u
    on m.unit_code = u.unit_code
    and {{ reporting_month_end('m.month_no', 'calendar') }} between u.valid_from and u.valid_to
left join {{ ref('int_vanished_case') }} as v on m.case_key = v.case_key and m.state_period_no = v.period_no
