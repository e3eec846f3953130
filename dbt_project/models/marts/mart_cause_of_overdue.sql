-- Form II.06g/VPCP/KSTT, companion of II.06a: reporting period × unit × cause of delay. Late resolved cases of the period's
-- months add up, pending overdue ones are those of its last month; together (10) + (13) of form II.06a (tests/).
with counted as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        a.unit_code,
        a.cause_code,
        sum(a.resolved_late_count)::BIGINT as resolved_late_count,
        coalesce(sum(a.pending_overdue_count) filter (a.month_no = p.last_month_no), 0)::BIGINT as pending_overdue_count
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('agg_overdue_cause_month') }} as a
        on p.calendar = a.calendar and a.month_no between p.first_month_no and p.last_month_no
    group by all
)

select
    c.calendar,
    c.period_kind,
    c.period,
    c.unit_code,
    u.unit_name,
    u.unit_level,
    c.cause_code,
    n.cause_name,
    n.line_number,
    c.resolved_late_count,
    c.pending_overdue_count,
    c.resolved_late_count + c.pending_overdue_count as overdue_count,
    {{ maturity('c.last_month_no', 'c.unit_code') }} as maturity
from counted as c
inner join {{ ref('dim_overdue_cause') }} as n on c.cause_code = n.cause_code
left join {{ unit_names() }} as u on c.unit_code = u.unit_code and c.last_month_no = u.month_no
where c.resolved_late_count + c.pending_overdue_count > 0
