-- Unit × month for which an export of cases is asked (sources.yml), up to the newest accepted month, and the day it is due.
select
    period,
    {{ period_month_no('period') }}::INTEGER as month_no,
    unit_code,
    due_on
from {{ source('raw', 'expected_source') }}
