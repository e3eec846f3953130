-- Findings that need a case's history: vanished, reopened, due date moved after it had passed. One row per state and rule.
select case_key, submission_id, sheet, row_number, 'vanished' as rule_id
from {{ ref('int_vanished_case') }}
union all
select case_key, next_submission_id, next_sheet, next_row_number, 'reopened'
from {{ ref('int_case_state') }}
where completed_on is not null and next_submission_id is not null and next_completed_on is null
union all
select case_key, next_submission_id, next_sheet, next_row_number, 'moved_due_date'
from {{ ref('int_case_state') }}
where next_due_on > due_on and due_on < {{ reporting_month_end('period_no', 'calendar') }}
