-- Row × broken rule of every row that was refused, with file, sheet, row, cell, the value as it stood, and how to fix it.
select * exclude (severity, read_as, waiver_approver, waiver_reason, waived_until)
from {{ ref('findings') }}
where severity = 'reject'
