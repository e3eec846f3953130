-- One row per procedure, unit and declared month: when it was decided, due and made public, and what is posted.
select
    {{ register_row_columns() }},
    cells['procedure_code'] as procedure_code,
    cells['decided_on']::DATE as decided_on,
    cells['due_on']::DATE as due_on,
    cells['published_on']::DATE as published_on,
    (cells['is_complete'] = 'yes') as is_complete,
    (cells['is_posted'] = 'yes') as is_posted,
    (cells['is_fee_posted'] = 'yes') as is_fee_posted
from {{ ref('int_register_row_standing') }}
where register = 'publication'
