-- Every day from the first month received to the end of the year after the newest accepted one.
select
    d::DATE as date_on,
    {{ period_label(month_no('d')) }} as period,
    {{ period_label(reporting_month_no('d', 'd15')) }} as period_d15,
    year(d)::INTEGER as year_number,
    quarter(d)::INTEGER as quarter_number,
    month(d)::INTEGER as month_number,
    day(d)::INTEGER as day_number,
    isodow(d)::INTEGER as weekday_number,
    isodow(d) >= 6 as is_weekend
from (
    select unnest(generate_series(
        (select make_date(min(month_no) // 12, min(month_no) % 12 + 1, 1) from {{ ref('int_month') }}),
        (select make_date(max(month_no) // 12 + 1, 12, 31) from {{ ref('int_month') }}),
        interval 1 day
    )) as d
)
