-- One row per case: what its newest state says, and its verdict by the due date of the month it was completed in (domain §2).
-- A completion date prevails over an open status. By time of day only where both ends carry one; else by date.
with newest as (
    select * from {{ ref('int_case_state') }} where is_newest
),

at_completion as (
    select n.case_key, s.due_on, s.due_at, s.due_has_time
    from newest as n
    inner join {{ ref('int_case_state') }} as s
        on n.case_key = s.case_key
        and {{ month_no('n.completed_on') }} between s.from_no and s.to_no
),

first_state as (
    select case_key, min(period_no) as first_period_no, count(*) as state_count
    from {{ ref('int_case_state') }}
    group by case_key
)

select
    n.case_key,
    n.case_code,
    n.received_at,
    n.received_on,
    n.completed_at,
    n.completed_on,
    n.returned_on,
    n.status_code,
    n.sector_code,
    n.procedure_code,
    n.official_code,
    n.official_cell,
    n.official_name_key,
    n.channel,
    {%- for facts in service_facts().values() %}
    {%- for fact in facts %}
    n.{{ fact }},
    {%- endfor %}
    {%- endfor %}
    n.overdue_cause,
    n.period_no as newest_period_no,
    n.submission_id,
    n.sheet,
    n.row_number,
    n.row_unit_code,
    f.first_period_no,
    f.state_count,
    coalesce(a.due_on, case when n.completed_on is null then n.due_on end) as due_on,
    coalesce(a.due_at, case when n.completed_on is null then n.due_at end) as due_at,
    case
        when n.completed_on is null then null
        when n.status_code = 'withdrawn' then 'withdrawn'
        when n.status_code = 'refused' then 'refused'
        else 'done'
    end as outcome,
    case
        when n.completed_on is null then null
        when n.status_code in ('withdrawn', 'refused') then n.status_code
        when a.due_on is null then 'no_due'
        when n.completed_on < a.due_on then 'early'
        when n.completed_on = a.due_on then 'on_time'
        else 'late'
    end as resolution,
    case
        when n.completed_on is null then null
        when n.status_code in ('withdrawn', 'refused') then n.status_code
        when a.due_on is null then 'no_due'
        when not (n.completed_has_time and a.due_has_time) and n.completed_on < a.due_on then 'early'
        when not (n.completed_has_time and a.due_has_time) and n.completed_on = a.due_on then 'on_time'
        when not (n.completed_has_time and a.due_has_time) then 'late'
        when n.completed_at < a.due_at then 'early'
        when n.completed_at = a.due_at then 'on_time'
        else 'late'
    end as resolution_by_time
from newest as n
inner join first_state as f on n.case_key = f.case_key
left join at_completion as a on n.case_key = a.case_key
