-- Calendar months, from the first month a case was received in to the newest accepted one.
select
    {{ period_label('month_no') }} as period,
    month_no::INTEGER as month_no,
    {{ reporting_month_start('month_no', 'calendar') }} as from_on,
    {{ reporting_month_end('month_no', 'calendar') }} as to_on,
    (month_no // 12)::INTEGER as year_number,
    (month_no % 12 + 1)::INTEGER as month_number
from {{ ref('int_month') }}
