-- Unit × month from the unit's first accepted month to the newest one: was anything accepted for it.
select
    {{ period_label('r.month_no') }} as period,
    r.month_no::INTEGER as month_no,
    r.unit_code,
    r.is_reported,
    r.submission_count::BIGINT as submission_count,
    {{ period_label('r.month_no') }} in (
        select e.period from {{ source('raw', 'expected_source') }} as e where e.unit_code = r.unit_code
    ) as is_expected
from {{ ref('int_unit_report') }} as r
