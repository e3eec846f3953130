-- Due dates counted anew: reception + the procedure's term in working days + the working days its clock stood still (domain §2). Only
-- cases of procedures with a term. A case that some state shows suspended, of which no step tells how long, has none: nobody can know.
-- `differs`: the exported due date is another.
with stopped as (
    select
        s.case_key,
        sum(f.working_day_number - b.working_day_number)::BIGINT as stopped_days
    from {{ ref('int_case_step') }} as s
    inner join {{ ref('int_day') }} as b on s.started_on = b.date_on
    inner join {{ ref('int_day') }} as f on s.finished_on = f.date_on
    where s.is_latest_row and s.is_clock_stopped
    group by s.case_key
),

suspended as (
    select distinct case_key
    from {{ ref('int_case_state') }}
    where status_code in ({{ suspended_statuses() }}) and completed_on is null
)

select
    c.case_key,
    c.submission_id,
    c.sheet,
    c.row_number,
    d.date_on as recomputed_due_on,
    coalesce(c.due_on <> d.date_on, false) as differs
from {{ ref('int_case') }} as c
inner join {{ ref('stg_procedure') }} as p on c.procedure_code = p.procedure_code
inner join {{ ref('int_day') }} as r on c.received_on = r.date_on
left join stopped as s on c.case_key = s.case_key
left join suspended as x on c.case_key = x.case_key
inner join {{ ref('int_day') }} as d
    on d.is_working_day
    -- Received on a day off, a case of no days' term is due on the first day worked after it.
    and r.working_day_number + greatest(p.term_days + coalesce(s.stopped_days, 0), (not r.is_working_day)::INTEGER)
    = d.working_day_number
where p.term_days is not null and (x.case_key is null or s.case_key is not null)
