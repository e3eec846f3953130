-- Submissions in the order of their receipts; `period_no` is the declared month as a number.
select
    *,
    {{ period_month_no('period') }} as period_no
from {{ source('raw', 'submission') }}
