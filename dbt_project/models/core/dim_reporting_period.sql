-- Reporting periods of both calendars (calendar months; 15th to 14th, NĐ 09/2019), those that have ended by the newest
-- accepted month: months, quarters, halves, nine months, years, and the year to date of every month.
with calendars as (
    select unnest(['calendar', 'd15']) as calendar
),

months as (
    select c.calendar, m.month_no, m.month_no // 12 as year_no, m.month_no % 12 + 1 as month_in_year, m.last_no
    from {{ ref('int_month') }} as m
    cross join calendars as c
),

periods as (
    select
        calendar,
        'month' as period_kind,
        {{ period_label('month_no') }} as period,
        month_no as first_no,
        month_no as last_month_no,
        last_no
    from months
    union all
    select calendar, 'ytd', {{ period_label('month_no') }}, year_no * 12, month_no, last_no
    from months
    union all
    select distinct calendar, 'quarter', year_no || '-Q' || ((month_in_year - 1) // 3 + 1),
        year_no * 12 + (month_in_year - 1) // 3 * 3, year_no * 12 + (month_in_year - 1) // 3 * 3 + 2, last_no
    from months
    union all
    select distinct calendar, 'half', year_no || '-H' || ((month_in_year - 1) // 6 + 1),
        year_no * 12 + (month_in_year - 1) // 6 * 6, year_no * 12 + (month_in_year - 1) // 6 * 6 + 5, last_no
    from months
    union all
    select distinct calendar, 'nine_months', year_no || '-9M', year_no * 12, year_no * 12 + 8, last_no
    from months
    union all
    select distinct calendar, 'year', year_no::VARCHAR, year_no * 12, year_no * 12 + 11, last_no
    from months
)

select
    calendar,
    period_kind,
    period,
    first_no::INTEGER as first_month_no,
    last_month_no::INTEGER as last_month_no,
    case
        when calendar = 'd15' then {{ reporting_month_start('first_no', 'd15') }}
        else {{ reporting_month_start('first_no', 'calendar') }}
    end as from_on,
    case
        when calendar = 'd15' then {{ reporting_month_end('last_month_no', 'd15') }}
        else {{ reporting_month_end('last_month_no', 'calendar') }}
    end as to_on
from periods
where last_month_no <= last_no
