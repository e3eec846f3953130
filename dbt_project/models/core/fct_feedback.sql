-- One row per feedback, complaint or denunciation, unit and declared month: when received, in which term, when answered.
select
    {{ register_row_columns() }},
    cells['feedback_code'] as feedback_code,
    cells['feedback_kind'] as feedback_kind,
    cells['received_on']::DATE as received_on,
    cells['term_days']::INTEGER as term_days,
    cells['due_on']::DATE as due_on,
    cells['resolved_on']::DATE as resolved_on,
    (cells['is_published'] = 'yes') as is_published,
    (cells['is_satisfied'] = 'yes') as is_satisfied
from {{ ref('int_register_row_standing') }}
where register = 'feedback'
