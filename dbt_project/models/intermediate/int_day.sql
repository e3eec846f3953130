-- Every day a case's dates and terms may fall on, worked or not: Monday to Friday, but for public holidays, then the
-- national overlay, then the site's, the later one winning. `working_day_number` counts the worked days up to and including
-- the day: the working days from A (not counted) to B (counted) are number(B) - number(A), and A + n working days is the
-- worked day with number(A) + n.
with bounds as (
    select
        least(
            (select make_date(min(month_no) // 12, min(month_no) % 12 + 1, 1) from {{ ref('int_month') }}),
            (select min(due_on) from {{ ref('int_case_state') }})
        ) as first_on,
        {{ calendar_end('(select max(month_no) from ' ~ ref('int_month') ~ ')', '(select max(due_on) from ' ~ ref('int_case_state') ~ ')') }}
            as last_on
),

day as (
    select unnest(generate_series(first_on, last_on, interval 1 day))::DATE as date_on
    from bounds
    where first_on is not null and last_on is not null
),

known as (
    select 1 as priority, date_on, is_working, day_name from {{ source('raw', 'public_holiday') }}
    union all
    select 2, date_on::DATE, is_working::BOOLEAN, day_name from {{ ref('national_calendar_overlay') }}
    union all
    select 3, date_on, is_working, day_name from {{ source('raw', 'calendar_overlay') }}
),

decided as (
    select
        date_on,
        arg_max(is_working, priority) as is_working,
        arg_max(day_name, priority) as day_name
    from known
    group by date_on
),

judged as (
    select
        d.date_on,
        coalesce(not k.is_working, false) as is_holiday,
        case when not k.is_working then k.day_name end as holiday_name,
        coalesce(k.is_working, isodow(d.date_on) <= 5) as is_working_day
    from day as d
    left join decided as k on d.date_on = k.date_on
)

select
    *,
    (count(*) filter (is_working_day) over (order by date_on))::INTEGER as working_day_number
from judged
