-- Official × case that was resolved: whose case it was and how it ended for that person (docs/decisions/0012). `attribution`:
-- step: the case has steps, so each official who had one answers for those alone: late where one of them ended after its own due date
-- (a step left open: when the case ended), else by the last of them; handler: no step is known, so the official the export names
-- answers for the whole case. Withdrawn and refused cases are so for everyone.
with step as (
    select
        s.case_key,
        s.official_key,
        s.step_number,
        s.step_name,
        s.due_on,
        coalesce(s.finished_on, c.completed_on) as ended_on,
        c.resolution
    from {{ ref('fct_event') }} as s
    inner join {{ ref('fct_case') }} as c on s.case_key = c.case_key
    where s.is_latest_row and not coalesce(s.is_clock_stopped, false) and c.resolution is not null
),

by_official as (
    select
        case_key,
        official_key,
        any_value(resolution) as case_resolution,
        arg_min(struct_pack(step_number, step_name, due_on, ended_on), step_number) filter (ended_on > due_on) as late_step,
        arg_max(struct_pack(due_on, ended_on), step_number) filter (due_on is not null) as last_step
    from step
    group by case_key, official_key
)

select
    case_key,
    official_key,
    'step' as attribution,
    case
        when case_resolution in ('withdrawn', 'refused') then case_resolution
        when late_step is not null then 'late'
        when last_step is null then 'no_due'
        when last_step.ended_on < last_step.due_on then 'early'
        else 'on_time'
    end as resolution,
    late_step.step_number as late_step_number,
    late_step.step_name as late_step_name,
    case when late_step is not null then late_step.due_on end as late_due_on,
    case when late_step is not null then late_step.ended_on end as late_ended_on
from by_official
union all
select
    c.case_key,
    c.official_key,
    'handler',
    c.resolution,
    null,
    null,
    case when c.resolution = 'late' then c.due_on end,
    case when c.resolution = 'late' then c.completed_on end
from {{ ref('fct_case') }} as c
where c.resolution is not null and c.case_key not in (select case_key from step)
