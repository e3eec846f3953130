-- What became of every decoded register row: accepted, rejected or duplicate.
with rejected as (
    select distinct submission_id, sheet, row_number
    from {{ ref('int_register_finding') }}
    where severity = 'reject'
)

select
    r.submission_id,
    r.sheet,
    r.row_number,
    r.register,
    r.row_key,
    r.sender_code,
    r.period,
    r.receipt_seq,
    case
        when r.is_duplicate then 'duplicate'
        when x.row_number is not null then 'rejected'
        else 'accepted'
    end as fate
from {{ ref('int_register_row') }} as r
left join rejected as x
    on r.submission_id = x.submission_id and r.sheet = x.sheet and r.row_number = x.row_number
