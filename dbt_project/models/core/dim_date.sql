-- Every day from the first month received to the end of the year after the newest accepted one, or of the latest due date.
select
    date_on,
    {{ period_label(month_no('date_on')) }} as period,
    {{ period_label(reporting_month_no('date_on', 'd15')) }} as period_d15,
    year(date_on)::INTEGER as year_number,
    quarter(date_on)::INTEGER as quarter_number,
    month(date_on)::INTEGER as month_number,
    day(date_on)::INTEGER as day_number,
    isodow(date_on)::INTEGER as weekday_number,
    isodow(date_on) >= 6 as is_weekend,
    is_holiday,
    holiday_name,
    is_working_day,
    working_day_number
from {{ ref('int_day') }}
