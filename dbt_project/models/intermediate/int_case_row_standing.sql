-- The accepted and status 1/3 rows that stand: those of current submissions, and those of a displaced submission whose
-- case stands in every displacing file as a rejected row only — a rejected row displaces nothing (domain §2).
with standing as (
    select f.*
    from {{ ref('int_case_row_fate') }} as f
    inner join {{ ref('int_submission_standing') }} as s on f.submission_id = s.submission_id
    where s.is_current and f.fate in ('accepted', 'ignored') and f.case_key is not null
),

displaced as (
    select f.*
    from {{ ref('int_case_row_fate') }} as f
    inner join {{ ref('int_submission_standing') }} as s on f.submission_id = s.submission_id
    where s.status = 'accepted' and not s.is_current and f.fate in ('accepted', 'ignored') and f.case_key is not null
),

survived as (
    select
        d.submission_id,
        d.sheet,
        d.row_number
    from displaced as d
    inner join {{ ref('int_submission_standing') }} as later
        on d.sender_code = later.unit_code
        and d.period = later.period
        and d.receipt_seq < later.receipt_seq
        and later.is_displacing
        and later.feed = 'cases'
    left join (
        select distinct submission_id, case_key
        from {{ ref('int_case_row_fate') }}
        where fate = 'rejected'
    ) as x on later.submission_id = x.submission_id and d.case_key = x.case_key
    group by all
    having count(*) = count(x.case_key)
)

select * from standing
union all by name
select d.*
from displaced as d
inner join survived using (submission_id, sheet, row_number)
