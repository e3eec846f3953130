-- Every cell that the register rows of accepted files can have, blank ones too, white space folded, with what its column takes.
-- Held and rejected files stop here: nothing of theirs reaches a figure.
select
    s.submission_id,
    s.unit_code as sender_code,
    s.period,
    s.period_no,
    s.receipt_seq,
    r.register,
    r.sheet,
    r.row_number,
    c.position,
    c.column_name,
    c.label,
    c.column_type,
    c.is_required,
    c.is_key,
    c.is_row_place,
    c.is_within_period,
    c.not_before,
    c.at_most,
    c.minimum,
    c.maximum,
    {{ clean_text('r.cells[c.column_name]') }} as value
from {{ source('raw', 'register_row') }} as r
inner join {{ ref('stg_submission') }} as s
    on r.decode_id = s.decode_id and r.submission_id = s.submission_id
inner join {{ source('raw', 'register_column') }} as c on r.register = c.register
where s.status = 'accepted'
