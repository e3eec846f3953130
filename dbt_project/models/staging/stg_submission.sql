-- Submissions in the order of their receipts; `period_no` is the declared month as a number, `date_reading` says how the
-- file's dates are to be read: files with the same one read the same text alike.
select
    *,
    {{ period_month_no('period') }} as period_no,
    array_to_string(date_orders, ',') || case when date_system = 1904 then ' 1904' else '' end
    || case when two_digit_years then ' yy' else '' end as date_reading
from {{ source('raw', 'submission') }}
