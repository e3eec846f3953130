-- What became of every decoded row: accepted, rejected, duplicate, or ignored (portal status 1 and 3, never a case).
with rejected as (
    select distinct submission_id, sheet, row_number
    from {{ ref('int_row_finding') }}
    where severity = 'reject'
)

select
    r.submission_id,
    r.sheet,
    r.row_number,
    r.case_key,
    r.case_code,
    r.sender_code,
    r.row_unit_code,
    r.period,
    r.period_no,
    r.receipt_seq,
    case
        when r.is_duplicate then 'duplicate'
        when x.row_number is not null then 'rejected'
        when r.status_code in ('registered', 'not_accepted') then 'ignored'
        else 'accepted'
    end as fate
from {{ ref('stg_case_row') }} as r
left join rejected as x
    on r.submission_id = x.submission_id and r.sheet = x.sheet and r.row_number = x.row_number
