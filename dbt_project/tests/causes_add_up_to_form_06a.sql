-- Form II.06g: the causes of a unit add up to columns (10) and (13) of its form II.06a, in every period of both calendars.
with causes as (
    select
        calendar,
        period_kind,
        period,
        unit_code,
        sum(resolved_late_count) as resolved_late,
        sum(pending_overdue_count) as pending_overdue
    from {{ ref('mart_cause_of_overdue') }}
    group by calendar, period_kind, period, unit_code
),

form as (
    select calendar, period_kind, period, unit_code, resolved_late_count, pending_overdue_count
    from {{ ref('mart_form_06a') }}
    where row_kind = 'total'
)

select *
from causes as c
full join form as f using (calendar, period_kind, period, unit_code)
where coalesce(c.resolved_late, 0) <> coalesce(f.resolved_late_count, 0)
    or coalesce(c.pending_overdue, 0) <> coalesce(f.pending_overdue_count, 0)
