-- Both grains of officials count the cases resolved in the year to date: each once, or once for every official who had one of its steps.
with officials as (
    select
        calendar,
        period,
        grain,
        sum(resolved_early_count + resolved_on_time_count + resolved_late_count + resolved_no_due_count
            + withdrawn_count + refused_count) as resolved_count
    from {{ ref('mart_official_year') }}
    group by calendar, period, grain
),

shared as (
    select case_key, count(*) as official_count
    from {{ ref('fct_official_case') }}
    group by case_key
),

resolved as (
    select 'calendar' as calendar, m.month_no, sum(s.official_count) as resolved_count
    from {{ ref('fct_case_month') }} as m
    inner join shared as s on m.case_key = s.case_key
    where m.is_resolved
    group by m.month_no
    union all
    select 'd15', m.month_no, sum(s.official_count)
    from {{ ref('fct_case_month_d15') }} as m
    inner join shared as s on m.case_key = s.case_key
    where m.is_resolved
    group by m.month_no
),

months as (
    select p.calendar, p.period, sum(r.resolved_count) as resolved_count
    from {{ ref('dim_reporting_period') }} as p
    inner join resolved as r on p.calendar = r.calendar and r.month_no between p.first_month_no and p.last_month_no
    where p.period_kind = 'ytd'
    group by p.calendar, p.period
)

select m.calendar, m.period, g.grain, m.resolved_count, o.resolved_count as official_count
from months as m
cross join (select unnest(['person', 'name']) as grain) as g
left join officials as o on m.calendar = o.calendar and m.period = o.period and g.grain = o.grain
where m.resolved_count <> coalesce(o.resolved_count, 0)
union all
-- Every resolved case is somebody's.
select 'calendar', c.completed_period, 'case', 1, 0
from {{ ref('fct_case') }} as c
where c.resolution is not null and c.case_key not in (select case_key from shared)
