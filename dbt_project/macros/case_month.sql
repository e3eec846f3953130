{# Who a case of `unit` belongs to once it has ended (`at`: its row of int_unit_at_month, if any). On a split: the heir that #}
{# exported the row itself, if the row came after the split; else the one that exports the case next; else the first heir. #}
{% macro heir(at, unit, sender, sent_no, next_unit, next_sender) -%}
case
            when {{ sent_no }} >= {{ at }}.ended_no and list_contains({{ at }}.heirs, {{ sender }}) then {{ sender }}
            when list_contains({{ at }}.heirs, {{ next_unit }}) then {{ next_unit }}
            when list_contains({{ at }}.heirs, {{ next_sender }}) then {{ next_sender }}
            else coalesce({{ at }}.unit_code_then, {{ unit }})
        end
{%- endmacro %}

{# Statuses in which the clock stands still while no completion date is there (domain §2). #}
{% macro suspended_statuses() -%}
    'supplement_requested', 'payment_requested', 'stopped'
{%- endmacro %}

{# Case × reporting month it was open or resolved in, for one reporting calendar. The state is the one of the calendar month #}
{# with the same number: the month that contains the period's last day (domain §2). A case is carried to the newest month. #}
{% macro case_month(calendar) -%}
with limits as (
    select max(month_no) as last_no from {{ ref('int_month') }}
),

spanned as (
    select
        s.case_key,
        s.period_no,
        s.row_unit_code,
        s.sender_code,
        s.previous_unit_code,
        s.previous_sender_code,
        s.previous_period_no,
        s.next_unit_code,
        s.next_sender_code,
        s.state_number,
        s.from_no,
        s.due_on,
        s.due_at,
        s.due_has_time,
        s.status_code,
        s.completed_on as state_completed_on,
        s.submission_id,
        s.sheet,
        s.row_number,
        c.received_on,
        c.sector_code,
        c.channel,
        c.resolution,
        c.resolution_by_time,
        {{ reporting_month_no('c.received_on', calendar) }} as received_no,
        {{ reporting_month_no('c.completed_on', calendar) }} as completed_no,
        unnest(generate_series(
            greatest(s.from_no, {{ reporting_month_no('c.received_on', calendar) }}),
            least(s.to_no, coalesce({{ reporting_month_no('c.completed_on', calendar) }}, l.last_no), l.last_no)
        )) as month_no
    from {{ ref('int_case_state') }} as s
    inner join {{ ref('int_case') }} as c on s.case_key = c.case_key
    cross join limits as l
),

-- The unit a case belongs to in the month and in the month before (a transfer when they differ).
placed as (
    select
        p.* exclude (previous_unit_code, previous_sender_code, previous_period_no, next_unit_code, next_sender_code),
        {{ heir('t', 'p.row_unit_code', 'p.sender_code', 'p.period_no', 'p.next_unit_code', 'p.next_sender_code') }} as unit_code,
        case
            when p.month_no <= p.received_no then null
            when p.month_no = p.from_no and p.state_number > 1 then
                {{ heir('b', 'p.previous_unit_code', 'p.previous_sender_code', 'p.previous_period_no', 'p.row_unit_code', 'p.sender_code') }}
            else {{ heir('b', 'p.row_unit_code', 'p.sender_code', 'p.period_no', 'p.next_unit_code', 'p.next_sender_code') }}
        end as opening_unit_code
    from spanned as p
    left join {{ ref('int_unit_at_month') }} as t on p.row_unit_code = t.unit_code and p.month_no = t.month_no
    left join {{ ref('int_unit_at_month') }} as b
        on case
            when p.month_no = p.from_no and p.state_number > 1 then p.previous_unit_code
            else p.row_unit_code
        end = b.unit_code
        and p.month_no - 1 = b.month_no
),

started as (
    select unit_code, min(month_no) as first_no
    from {{ ref('int_unit_report') }}
    group by unit_code
)

select
    p.case_key,
    p.month_no,
    {{ period_label('p.month_no') }} as period,
    p.unit_code,
    p.opening_unit_code,
    p.sector_code,
    p.channel,
    p.received_on,
    p.month_no > p.received_no as is_opening,
    p.month_no = p.received_no as is_received,
    coalesce(p.month_no = p.completed_no, false) as is_resolved,
    coalesce(p.opening_unit_code <> p.unit_code, false) as is_transferred,
    case when p.month_no = p.completed_no then p.resolution end as resolution,
    case when p.month_no = p.completed_no then p.resolution_by_time end as resolution_by_time,
    case
        when p.month_no = p.completed_no then null
        when p.status_code in ({{ suspended_statuses() }}) and p.state_completed_on is null
            then 'suspended'
        when p.due_on is null then 'no_due'
        when p.due_on < {{ reporting_month_end('p.month_no', calendar) }} then 'overdue'
        else 'in_time'
    end as pending_state,
    case
        when p.month_no = p.completed_no then null
        when p.status_code in ({{ suspended_statuses() }}) and p.state_completed_on is null
            then 'suspended'
        when p.due_on is null then 'no_due'
        when p.due_on < {{ reporting_month_end('p.month_no', calendar) }} then 'overdue'
        when p.due_has_time and p.due_at < {{ reporting_month_end('p.month_no', calendar) }} + interval 1 day then 'overdue'
        else 'in_time'
    end as pending_state_by_time,
    p.due_on,
    p.status_code,
    p.period_no as state_period_no,
    p.submission_id,
    p.sheet,
    p.row_number
from placed as p
left join started as u on p.unit_code = u.unit_code
left join started as o on p.opening_unit_code = o.unit_code
where p.month_no >= least(coalesce(u.first_no, 999999), coalesce(o.first_no, 999999))
{%- endmacro %}
