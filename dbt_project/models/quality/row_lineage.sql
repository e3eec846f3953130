-- Every decoded row that names a case, what it said and what became of it: what `motcua explain` tells from.
-- standing: won (the state of its case and month) | outranked (a later receipt of the month won) | replaced (its file was
-- replaced) | rejected | duplicate | ignored (portal status 1 and 3, or a code whose newest row is one).
select
    f.case_key,
    f.case_code,
    f.submission_id,
    f.sheet,
    f.row_number,
    f.period,
    f.receipt_seq::BIGINT as receipt_seq,
    case
        when f.fate <> 'accepted' then f.fate
        when w.case_key is not null then 'won'
        when not s.is_current then 'replaced'
        when k.case_key is null then 'ignored'
        else 'outranked'
    end as standing,
    r.row_unit_code as unit_code,
    r.sector_code,
    r.status_code,
    r.received_at,
    r.due_at,
    r.completed_at
from {{ ref('int_case_row_fate') }} as f
inner join {{ ref('stg_case_row') }} as r
    on f.submission_id = r.submission_id and f.sheet = r.sheet and f.row_number = r.row_number
inner join {{ ref('int_submission_standing') }} as s on f.submission_id = s.submission_id
left join {{ ref('int_case_state') }} as w
    on f.case_key = w.case_key and f.submission_id = w.submission_id and f.sheet = w.sheet and f.row_number = w.row_number
left join {{ ref('int_case') }} as k on f.case_key = k.case_key
where f.case_key is not null
