-- The register rows that facts are made of: of current files, and of a displaced file whose row stands in every displacing file as
-- a rejected row only (a rejected row displaces nothing, as for cases). Per key and month the row of the greatest receipt stands,
-- also between two senders; `is_latest_row` marks the newest month that has the key.
with accepted as (
    select f.*, s.is_current
    from {{ ref('int_register_row_fate') }} as f
    inner join {{ ref('int_submission_standing') }} as s on f.submission_id = s.submission_id
    where f.fate = 'accepted'
),

survived as (
    select d.submission_id, d.sheet, d.row_number
    from accepted as d
    inner join {{ ref('int_submission_standing') }} as later
        on d.sender_code = later.unit_code
        and d.period = later.period
        and d.receipt_seq < later.receipt_seq
        and later.is_displacing
        and later.feed = 'registers'
    left join (
        select distinct submission_id, row_key
        from {{ ref('int_register_row_fate') }}
        where fate = 'rejected'
    ) as x on later.submission_id = x.submission_id and d.row_key = x.row_key
    where not d.is_current
    group by all
    having count(*) = count(x.row_key)
),

standing as (
    select submission_id, sheet, row_number from accepted where is_current
    union all
    select submission_id, sheet, row_number from survived
),

-- A unit that has ended counts as its successor.
placed as (
    select
        r.* exclude (row_key, has_key, is_duplicate, row_unit_code),
        coalesce(t.unit_code_then, r.row_unit_code) as unit_code
    from {{ ref('int_register_row') }} as r
    inner join standing as s
        on r.submission_id = s.submission_id and r.sheet = s.sheet and r.row_number = s.row_number
    left join {{ ref('int_unit_at_month') }} as t on r.row_unit_code = t.unit_code and r.period_no = t.month_no
),

newest as (
    select *
    from placed
    qualify row_number() over (
        partition by register, unit_code, key_text, period order by receipt_seq desc, sheet asc, row_number asc
    ) = 1
)

select
    *,
    period_no = max(period_no) over (partition by register, unit_code, key_text) as is_latest_row
from newest
