-- Unit × obligation, with its duty and due date: did it come, in time, good enough, after how many reminders. As of the end of the
-- newest built month (as_of_on): what came later has not come yet. Lists R06 and R36 are `is_non_compliant`, R09 `is_repeat_violation`.
with told as (
    select o.*, m.as_of_on, coalesce(o.received_on <= m.as_of_on, false) as is_received
    from {{ ref('fct_obligation') }} as o
    cross join (select max(to_on) as as_of_on from {{ ref('dim_month') }}) as m
    where o.is_latest_row and m.as_of_on is not null
),

judged as (
    select
        *,
        case when is_received then received_on <= due_on when due_on <= as_of_on then false end as is_on_time,
        not is_received and due_on <= as_of_on as is_overdue,
        due_on <= as_of_on and (not is_received or coalesce(is_satisfactory = false, false)) as is_non_compliant
    from told
),

named as (
    select
        j.unit_code,
        j.obligation_code,
        {{ unit_in_force('unit_name', 'j.as_of_on') }} as unit_name,
        {{ unit_in_force('unit_level', 'j.as_of_on') }} as unit_level
    from judged as j
    inner join {{ ref('dim_unit') }} as u on j.unit_code = u.unit_code
    group by all
)

select
    {{ period_label(month_no('j.due_on')) }} as period,
    j.unit_code,
    n.unit_name,
    n.unit_level,
    d.duty_code,
    j.obligation_code,
    j.obligation_kind,
    j.subject,
    j.legal_basis,
    j.due_on,
    j.received_on,
    j.is_received,
    j.is_on_time,
    j.is_overdue,
    greatest(case when j.is_received then j.received_on else j.as_of_on end - j.due_on, 0)::BIGINT as overdue_days,
    j.is_satisfactory,
    j.progress_percent,
    coalesce(j.reminder_count, 0)::BIGINT as reminder_count,
    j.is_non_compliant,
    coalesce(j.reminder_count >= {{ repeated_from() }}, false)
    and (j.is_non_compliant or coalesce(not j.is_on_time, false)) as is_repeat_violation,
    j.as_of_on,
    j.period as declared_period,
    j.sender_code,
    {{ maturity(month_no('j.due_on'), 'j.unit_code') }} as maturity
from judged as j
inner join named as n on j.unit_code = n.unit_code and j.obligation_code = n.obligation_code
left join {{ ref('dim_duty') }} as d on j.obligation_kind = d.obligation_kind
