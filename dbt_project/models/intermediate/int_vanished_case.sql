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
)

select
    s.case_key,
    s.period_no,
    s.submission_id,
    s.sheet,
    s.row_number
from {{ ref('int_case_state') }} as s
left join {{ ref('int_unit_at_month') }} as t on s.row_unit_code = t.unit_code and s.period_no + 1 = t.month_no
inner join snapshot as n
    on n.period_no = s.period_no + 1
    and (n.unit_code = coalesce(t.unit_code_then, s.row_unit_code) or list_contains(t.heirs, n.unit_code) or n.unit_code = s.sender_code)
left join seen as x on s.case_key = x.case_key and x.period_no = s.period_no + 1
where s.export_kind = 'snapshot'
    and (s.completed_on is null or {{ month_no('s.completed_on') }} > s.period_no)
    and x.case_key is null
group by all
