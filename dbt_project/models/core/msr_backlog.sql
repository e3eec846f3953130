-- Not updated, paper register, officials over the limit, per unit and reporting period; only months in which the unit reported.
-- Over a longer period a rate adds up its months' ends: a backlog cleared in the last month alone does not clear the period (R26).
with reported as (
    select p.calendar, p.period_kind, p.period, p.last_month_no, r.unit_code, r.month_no
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r
        on r.is_reported and r.month_no between p.first_month_no and p.last_month_no
),

open_month as (
    {%- for calendar, cases in [('calendar', 'fct_case_month'), ('d15', 'fct_case_month_d15')] %}
    select
        '{{ calendar }}' as calendar,
        m.month_no,
        m.unit_code,
        count(*) filter (m.is_not_updated) as not_updated_count,
        count(*) filter (list_contains(p.of_states, m.pending_state)) as open_count
    from {{ ref(cases) }} as m
    cross join {{ ref('int_not_updated_policy') }} as p
    where m.pending_state is not null
    group by m.month_no, m.unit_code
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- A unit counts its paper register by the months of the authority's own reporting calendar.
paper_month as (
    select
        a.reporting_calendar as calendar,
        c.month_no,
        p.unit_code,
        any_value(p.paper_received_count) as declared_count,
        sum(c.received_count) as received_count
    from {{ ref('fct_paper_register') }} as p
    cross join {{ ref('dim_authority') }} as a
    inner join {{ ref('agg_unit_sector_month') }} as c
        on a.reporting_calendar = c.calendar and c.grain = 'date' and p.unit_code = c.unit_code and p.period = c.period
    group by a.reporting_calendar, c.month_no, p.unit_code
),

-- Per end of a year to date and official: over the limit, and in which units the late cases were.
official_unit as (
    select
        p.calendar,
        p.last_month_no,
        a.official_key,
        a.unit_code,
        sum(a.resolved_late_count) as late_count,
        sum(a.resolved_early_count + a.resolved_on_time_count + a.resolved_late_count) as decided_count
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('agg_official_month') }} as a
        on p.calendar = a.calendar and a.month_no between p.first_month_no and p.last_month_no
    where p.period_kind = 'ytd'
    group by p.calendar, p.last_month_no, a.official_key, a.unit_code
),

over_limit as (
    select
        *,
        {{ exceeds_limit('sum(late_count) over of_official', 'sum(decided_count) over of_official', 'official_key') }} as exceeds_limit
    from official_unit
    window of_official as (partition by calendar, last_month_no, official_key)
),

over_limit_unit as (
    select calendar, last_month_no, unit_code, count(*) as official_count
    from over_limit
    where exceeds_limit and late_count > 0
    group by calendar, last_month_no, unit_code
),

measured as (
    select
        r.calendar,
        r.period_kind,
        r.period,
        r.last_month_no,
        r.unit_code,
        'not_updated_rate' as measure_code,
        coalesce(sum(o.not_updated_count), 0) as numerator,
        coalesce(sum(o.open_count), 0) as denominator,
        'cases' as input
    from reported as r
    left join open_month as o on r.calendar = o.calendar and r.month_no = o.month_no and r.unit_code = o.unit_code
    group by all
    union all
    select
        r.calendar,
        r.period_kind,
        r.period,
        r.last_month_no,
        r.unit_code,
        'paper_gap_rate',
        sum(p.declared_count - p.received_count),
        sum(p.declared_count),
        'paper_register'
    from reported as r
    inner join paper_month as p on r.calendar = p.calendar and r.month_no = p.month_no and r.unit_code = p.unit_code
    group by all
    union all
    select distinct
        r.calendar,
        r.period_kind,
        r.period,
        r.last_month_no,
        r.unit_code,
        'official_over_limit_count',
        coalesce(l.official_count, 0),
        null,
        'cases'
    from reported as r
    left join over_limit_unit as l
        on r.calendar = l.calendar and r.last_month_no = l.last_month_no and r.unit_code = l.unit_code
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
