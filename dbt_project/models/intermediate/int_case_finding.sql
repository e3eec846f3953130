-- Findings that need a case's history, or the working calendar: vanished, reopened, due date moved after it had passed, due date other
-- than the procedure's term gives. One row per state and rule. `passed_due_on`: the due date that had passed when it was moved.
select case_key, submission_id, sheet, row_number, 'vanished' as rule_id, null::DATE as passed_due_on
from {{ ref('int_vanished_case') }}
union all
select case_key, next_submission_id, next_sheet, next_row_number, 'reopened', null
from {{ ref('int_case_state') }}
where completed_on is not null and next_submission_id is not null and next_completed_on is null
union all
select case_key, next_submission_id, next_sheet, next_row_number, 'moved_due_date', due_on
from {{ ref('int_case_state') }}
where next_due_on > due_on and due_on < {{ reporting_month_end('period_no', 'calendar') }}
union all
select case_key, submission_id, sheet, row_number, 'due_differs_from_term', null
from {{ ref('int_case_term') }}
where differs
