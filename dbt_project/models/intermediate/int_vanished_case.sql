-- Cases that a snapshot should have carried and no file of the next month does (domain §2): not completed by the end of
-- their own period, their unit (or its successor, or who sent them) sent a snapshot the month after, and no decoded row of
-- that month has their code.
with snapshot as (
    select distinct coalesce(t.unit_code_then, x.unit_code) as unit_code, x.period_no
    from (
        select unit_code, period_no from {{ ref('int_submission_standing') }}
        where is_current and export_kind = 'snapshot'
        union
        select f.row_unit_code, f.period_no
        from {{ ref('int_case_row_standing') }} as f
        inner join {{ ref('stg_submission') }} as s on f.submission_id = s.submission_id
        where s.export_kind = 'snapshot' and f.fate is distinct from 'ignored'
    ) as x
    left join {{ ref('int_unit_at_month') }} as t on x.unit_code = t.unit_code and x.period_no = t.month_no
),

seen as (
    select distinct case_key, period_no from {{ ref('int_case_row_fate') }} where case_key is not null
),

-- First the few that the next month lacks, and only then whose snapshot should have carried them: a join on equal units.
absent as (
    select s.case_key, s.period_no, s.submission_id, s.sheet, s.row_number, s.row_unit_code, s.sender_code
    from {{ ref('int_case_state') }} as s
    left join seen as x on s.case_key = x.case_key and s.period_no + 1 = x.period_no
    where s.export_kind = 'snapshot'
        and (s.completed_on is null or {{ month_no('s.completed_on') }} > s.period_no)
        and x.case_key is null
),

expected as (
    select
        a.case_key,
        a.period_no,
        a.submission_id,
        a.sheet,
        a.row_number,
        unnest(list_concat([coalesce(t.unit_code_then, a.row_unit_code), a.sender_code], t.heirs)) as unit_code
    from absent as a
    left join {{ ref('int_unit_at_month') }} as t on a.row_unit_code = t.unit_code and a.period_no + 1 = t.month_no
)

select distinct
    e.case_key,
    e.period_no,
    e.submission_id,
    e.sheet,
    e.row_number
from expected as e
inner join snapshot as n on e.unit_code = n.unit_code and e.period_no + 1 = n.period_no
