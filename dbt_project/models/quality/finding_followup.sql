-- What a unit has to put right for a month, and what its newest file has mended: one row per finding (row × rule, or message on a
-- whole file) that is open now, or was open before the unit's newest file of that month and feed came.
-- followup: new | remaining (open before and now) | fixed. Two findings are one when rule and case code agree, or rule and cell where
-- a row has no code; several with the same key are paired in the order of the sheet.
-- So: open before = fixed + remaining, open now = remaining + new.
with files as (
    select
        *,
        max(receipt_seq) filter (is_displacing) over of_month as displaced_to,
        max(receipt_seq) filter (is_displacing and not is_newest) over of_month as displaced_to_before,
        max(receipt_seq) filter (status = 'accepted') over of_month as answered_to,
        max(receipt_seq) filter (status = 'accepted' and not is_newest) over of_month as answered_to_before
    from (
        select *, receipt_seq = max(receipt_seq) over (partition by unit_code, feed, period) as is_newest
        from {{ ref('int_submission_standing') }}
    )
    window of_month as (partition by unit_code, feed, period)
),

-- A row that a later supplement of the month brings again, and that could be counted, is no longer to be mended.
supplied as (
    select r.sender_code, r.period, r.case_code, f.receipt_seq, f.is_newest
    from {{ ref('int_case_row_fate') }} as r
    inner join files as f on r.submission_id = f.submission_id
    where f.mode = 'supplement' and r.fate = 'accepted' and r.case_code is not null
),

row_finding as (
    select
        f.unit_code,
        f.feed,
        f.period,
        'row' as scope,
        f.submission_id,
        f.receipt_seq,
        q.sheet,
        q.row_number,
        q.case_code,
        q.rule_id,
        q.severity,
        q.column_name,
        q.column_label,
        q.cell,
        q.value,
        q.message,
        q.fix,
        q.read_as,
        case
            when q.case_code is not null then 'case ' || q.case_code
            else 'cell ' || coalesce(q.cell, q.row_number::VARCHAR, '')
        end as place,
        f.receipt_seq >= coalesce(f.displaced_to, 0)
            and not exists (
                select 1 from supplied as s
                where s.sender_code = f.unit_code and s.period = f.period and s.case_code = q.case_code
                    and s.receipt_seq > f.receipt_seq
            ) as is_open,
        not f.is_newest and f.receipt_seq >= coalesce(f.displaced_to_before, 0)
            and not exists (
                select 1 from supplied as s
                where s.sender_code = f.unit_code and s.period = f.period and s.case_code = q.case_code
                    and s.receipt_seq > f.receipt_seq and not s.is_newest
            ) as was_open
    from {{ ref('findings') }} as q
    inner join files as f on q.submission_id = f.submission_id
    where q.severity in ('reject', 'warn') and f.status = 'accepted'
),

-- Why a file was rejected, until one that could be read has come. Where a person refused it, the person's words stand alone:
-- what the reader noted of it is no longer a reason.
file_finding as (
    select
        f.unit_code,
        f.feed,
        f.period,
        'file' as scope,
        f.submission_id,
        f.receipt_seq,
        m.sheet,
        null::INTEGER as row_number,
        null as case_code,
        m.code as rule_id,
        'reject' as severity,
        null as column_name,
        m.column_label,
        m.cell,
        m.value,
        m.message,
        null as fix,
        null as read_as,
        'file ' || coalesce(m.column_label, m.cell, '') as place,
        f.receipt_seq > coalesce(f.answered_to, 0) as is_open,
        not f.is_newest and f.receipt_seq > coalesce(f.answered_to_before, 0) as was_open
    from {{ ref('file_messages') }} as m
    inner join files as f on m.submission_id = f.submission_id
    where f.status = 'rejected'
        and (m.code = 'refused' or not exists (
            select 1 from {{ source('raw', 'file_message') }} as x
            where x.submission_id = m.submission_id and x.code = 'refused'
        ))
),

every as (
    select * from row_finding
    union all by name
    select * from file_finding
),

open_now as (
    select *, row_number() over like_it as copy
    from every
    where is_open
    window like_it as (partition by unit_code, feed, period, rule_id, place order by receipt_seq, sheet, row_number, column_name, cell)
),

open_before as (
    select *, row_number() over like_it as copy
    from every
    where was_open
    window like_it as (partition by unit_code, feed, period, rule_id, place order by receipt_seq, sheet, row_number, column_name, cell)
),

compared as (
    select n.*, case when b.copy is null then 'new' else 'remaining' end as followup
    from open_now as n
    left join open_before as b using (unit_code, feed, period, rule_id, place, copy)
    union all by name
    select b.*, 'fixed' as followup
    from open_before as b
    anti join open_now using (unit_code, feed, period, rule_id, place, copy)
)

select
    c.unit_code,
    g.unit_name,
    c.period,
    c.feed,
    c.followup,
    c.scope,
    c.submission_id,
    g.file_name,
    c.sheet,
    c.row_number,
    c.case_code,
    c.rule_id,
    c.severity,
    c.column_name,
    c.column_label,
    c.cell,
    c.value,
    c.message,
    c.fix,
    c.read_as
from compared as c
inner join {{ ref('load_ledger') }} as g on c.submission_id = g.submission_id
