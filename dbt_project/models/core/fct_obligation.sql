-- One row per obligation, unit and declared month: what had to be handed in or done by when, and what came.
select
    {{ register_row_columns() }},
    cells['obligation_code'] as obligation_code,
    cells['obligation_kind'] as obligation_kind,
    cells['subject'] as subject,
    cells['legal_basis'] as legal_basis,
    cells['due_on']::DATE as due_on,
    cells['received_on']::DATE as received_on,
    (cells['is_satisfactory'] = 'yes') as is_satisfactory,
    cells['progress_percent']::DECIMAL(18, 4) as progress_percent,
    cells['reminder_count']::BIGINT as reminder_count
from {{ ref('int_register_row_standing') }}
where register = 'obligation'
