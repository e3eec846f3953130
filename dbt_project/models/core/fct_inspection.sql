-- One row per inspection, reward or handling, unit and declared month, with what was found.
select
    {{ register_row_columns() }},
    cells['event_code'] as event_code,
    cells['event_kind'] as event_kind,
    cells['happened_on']::DATE as happened_on,
    (cells['has_violation'] = 'yes') as has_violation,
    (cells['is_repeat_violation'] = 'yes') as is_repeat_violation,
    cells['checked_case_count']::BIGINT as checked_case_count,
    cells['mismatch_case_count']::BIGINT as mismatch_case_count,
    cells['extra_paper_case_count']::BIGINT as extra_paper_case_count,
    cells['subject_count']::BIGINT as subject_count,
    cells['remedied_on']::DATE as remedied_on
from {{ ref('int_register_row_standing') }}
where register = 'inspection'
