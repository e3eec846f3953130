-- Overdue cases by cause: calendar × month × unit × cause, both the late ones resolved in the month and the pending ones past
-- their due date at its end. The cause is what the state of the month says (domain §2); a state of a layout without the column leaves
-- the earlier one standing. Texts mean a cause by the labels of dim_overdue_cause's reference ("do …" alike), any other text `other`.
with overdue as (
    select 'calendar' as calendar, case_key, month_no, unit_code, state_period_no, is_resolved
    from {{ ref('int_case_month') }}
    where resolution = 'late' or pending_state = 'overdue'
    union all
    select 'd15' as calendar, case_key, month_no, unit_code, state_period_no, is_resolved
    from {{ ref('int_case_month_d15') }}
    where resolution = 'late' or pending_state = 'overdue'
),

told as (
    select
        s.case_key,
        s.overdue_cause,
        s.period_no as from_no,
        coalesce(lead(s.period_no) over (partition by s.case_key order by s.period_no), 999999) as until_no
    from {{ ref('int_case_state') }} as s
    inner join {{ ref('stg_submission') }} as f on s.submission_id = f.submission_id
    where not list_contains(f.absent, 'overdue_cause')
),

labels as (
    select
        regexp_replace(match_key(label), '^do ', '') as label_key,
        min(cause_code) as cause_code
    from (
        select cause_code, unnest(list_concat([cause_code, cause_name], labels)) as label
        from {{ ref('stg_overdue_cause') }}
    )
    where trim(label) <> ''
    group by 1
),

meant as (
    select t.overdue_cause, coalesce(l.cause_code, 'other') as cause_code
    from (select distinct overdue_cause from told where overdue_cause is not null) as t
    left join labels as l on regexp_replace(match_key(t.overdue_cause), '^do ', '') = l.label_key
)

select
    o.calendar,
    o.month_no::INTEGER as month_no,
    o.unit_code,
    coalesce(m.cause_code, {{ blank_member() }}) as cause_code,
    count(*) filter (o.is_resolved) as resolved_late_count,
    count(*) filter (not o.is_resolved) as pending_overdue_count
from overdue as o
left join told as t on o.case_key = t.case_key and o.state_period_no >= t.from_no and o.state_period_no < t.until_no
left join meant as m on t.overdue_cause = m.overdue_cause
inner join {{ ref('fct_unit_report') }} as r on o.unit_code = r.unit_code and o.month_no = r.month_no
group by 1, 2, 3, 4
