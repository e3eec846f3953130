-- What was due and came, per unit and reporting period. The days of an obligation are those of its newest row; what carries no day
-- (satisfactory, progress, reminders) stands as its declared month said until the next month that has the row. All is said as
-- of the period's end: received after it is not received, so that a later workbook leaves the figures of a past period alone.
with obligation as (
    select unit_code, obligation_code, obligation_kind, due_on, received_on
    from {{ ref('fct_obligation') }}
    where is_latest_row
),

standing as (
    select
        unit_code,
        obligation_code,
        is_satisfactory,
        progress_percent,
        reminder_count,
        {{ period_month_no('period') }} as from_no,
        coalesce(
            lead({{ period_month_no('period') }}) over (partition by unit_code, obligation_code order by period) - 1, 999999
        ) as to_no
    from {{ ref('fct_obligation') }}
),

-- Handed in by the day, or at all: judged in the period that the day lies in.
due as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        o.unit_code,
        case o.obligation_kind
            when 'publication_report' then 'publication_report_on_time_rate'
            when 'direction_reply' then 'direction_reply_on_time_rate'
            when 'periodic_report' then 'periodic_report_on_time_rate'
            when 'review_report' then 'review_report_on_time_rate'
            when 'update_task' then 'update_task_rate'
            when 'rating_list' then 'rating_list_rate'
            when 'remediation_plan' then 'remediation_plan_rate'
        end as measure_code,
        count(*) filter (
            o.received_on <= case when o.obligation_kind in ('rating_list', 'remediation_plan') then p.to_on else o.due_on end
        ) as numerator,
        count(*) as denominator
    from {{ ref('dim_reporting_period') }} as p
    inner join obligation as o on o.due_on between p.from_on and p.to_on
    group by all
    having measure_code is not null
),

-- A reform plan is a year's: its tasks are those due in the year of the period. A task that came is done; one without a word
-- stands at 0, where the plan's progress is told at all.
plan as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        o.unit_code,
        'plan_progress_rate' as measure_code,
        sum(case when o.received_on <= p.to_on then 1 else coalesce(s.progress_percent, 0) / 100 end) as numerator,
        count(*) as denominator
    from {{ ref('dim_reporting_period') }} as p
    inner join obligation as o on o.obligation_kind = 'plan_task' and year(o.due_on) = p.last_month_no // 12
    inner join standing as s
        on o.unit_code = s.unit_code and o.obligation_code = s.obligation_code and p.last_month_no between s.from_no and s.to_no
    group by all
    having bool_or(s.progress_percent is not null or o.received_on <= p.to_on)
),

-- What did not come by its day, or came and did not do. Few, so that each may meet every later period.
troubled as (
    select o.*
    from obligation as o
    where o.received_on is null
        or o.received_on > o.due_on
        or exists (
            select 1
            from standing as s
            where s.unit_code = o.unit_code and s.obligation_code = o.obligation_code and s.is_satisfactory = false
        )
),

troubles as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        o.unit_code,
        o.received_on is null or o.received_on > p.to_on or coalesce(s.is_satisfactory = false, false) as is_open,
        coalesce(o.received_on > o.due_on and o.received_on between p.from_on and p.to_on, false) as is_put_right,
        coalesce(s.reminder_count >= {{ repeated_from() }}, false) as is_reminded
    from {{ ref('dim_reporting_period') }} as p
    inner join troubled as o on o.due_on <= p.to_on
    left join standing as s
        on o.unit_code = s.unit_code and o.obligation_code = s.obligation_code and p.last_month_no between s.from_no and s.to_no
),

counted as (
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        unnest([
            struct_pack(measure_code := 'non_compliance_count', numerator := is_open::BIGINT, input := 'obligation'),
            struct_pack(
                measure_code := 'repeat_violation_count',
                numerator := (is_reminded and (is_open or is_put_right))::BIGINT,
                input := 'obligation'
            )
        ], recursive := true)
    from troubles
    union all
    select p.calendar, p.period_kind, p.period, p.last_month_no, i.unit_code, 'repeat_violation_count',
        (i.is_repeat_violation is not distinct from true)::BIGINT, 'inspection'
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_inspection') }} as i on i.is_latest_row and i.happened_on between p.from_on and p.to_on
    union all
    -- A unit that something was due from has an answer ever after, if only that nothing is wrong.
    select p.calendar, p.period_kind, p.period, p.last_month_no, u.unit_code, m.measure_code, 0, 'obligation'
    from {{ ref('dim_reporting_period') }} as p
    inner join (select unit_code, min(due_on) as first_due_on from obligation group by unit_code) as u on u.first_due_on <= p.to_on
    cross join (select unnest(['non_compliance_count', 'repeat_violation_count']) as measure_code) as m
),

measured as (
    select *, 'obligation' as input
    from due
    union all by name
    select *, 'obligation' as input
    from plan
    union all by name
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        measure_code,
        sum(numerator) as numerator,
        null as denominator,
        string_agg(distinct input, '; ' order by input desc) as input
    from counted
    group by all
)

select
    calendar,
    period_kind,
    period,
    last_month_no,
    unit_code,
    measure_code,
    numerator::DECIMAL(18, 4) as numerator,
    denominator::DECIMAL(18, 4) as denominator,
    input
from measured
