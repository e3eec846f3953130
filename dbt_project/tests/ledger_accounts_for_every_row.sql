-- Law 1: no row is lost or counted twice. Read = accepted + rejected + exact duplicates + ignored, per accepted submission.
select submission_id, rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_ignored
from {{ ref('load_ledger') }}
where status = 'accepted'
    and rows_read is distinct from rows_accepted + rows_rejected + rows_duplicate + rows_ignored
