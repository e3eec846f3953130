-- A case is received in the month of its received date and resolved in the month of its completion, once each, unless that
-- month lies before its unit was built; in between it stands in every month.
with months as (
    select
        case_key,
        count(*) as month_count,
        min(month_no) as first_no,
        max(month_no) as last_no,
        count(*) filter (is_received) as received_times,
        max(period) filter (is_received) as received_period,
        count(*) filter (is_resolved) as resolved_times,
        max(period) filter (is_resolved) as completed_period,
        max(resolution) filter (is_resolved) as resolution,
        count(*) filter (is_resolved = (pending_state is not null)) as contradictions
    from {{ ref('fct_case_month') }}
    group by case_key
),

built as (
    select unit_code, min(period) as first_period, max(period) as last_period
    from {{ ref('fct_unit_report') }}
    group by unit_code
)

select c.case_key
from {{ ref('fct_case') }} as c
left join built as b on c.unit_code = b.unit_code
left join months as m on c.case_key = m.case_key
where m.contradictions > 0
    or m.month_count <> m.last_no - m.first_no + 1
    or m.received_times > 1
    or m.resolved_times > 1
    or m.received_period <> c.received_period
    or m.completed_period <> c.completed_period
    or m.resolution <> c.resolution
    or (c.received_period >= b.first_period and coalesce(m.received_times, 0) <> 1)
    or (c.completed_period between b.first_period and b.last_period and coalesce(m.resolved_times, 0) <> 1)
