-- Unit × month from the unit's first accepted month to the newest one, and whether anything was accepted for it.
-- A unit reports by its own accepted file, even one without rows, or by rows that name it in another's file.
-- A successor is built from the month after its predecessor's end (domain §2),
-- if the predecessor was itself built before its end.
with recursive sent as (
    select unit_code, period_no, count(*) as submissions, min(pulled_at) as first_pulled_at
    from {{ ref('int_submission_standing') }}
    where status = 'accepted' and feed = 'cases'
    group by all
),

named as (
    select distinct
        case
            when list_contains(t.heirs, f.sender_code) then f.sender_code
            else coalesce(t.unit_code_then, f.row_unit_code)
        end as unit_code,
        f.period_no
    from {{ ref('int_case_row_standing') }} as f
    left join {{ ref('int_unit_at_month') }} as t on f.row_unit_code = t.unit_code and f.period_no = t.month_no
    where f.fate is distinct from 'ignored'
),

reported as (
    select
        coalesce(s.unit_code, n.unit_code) as unit_code,
        coalesce(s.period_no, n.period_no) as period_no,
        coalesce(s.submissions, 0) as submissions,
        s.first_pulled_at
    from sent as s
    full join named as n on s.unit_code = n.unit_code and s.period_no = n.period_no
),

first_own as (
    select unit_code, min(period_no) as first_no
    from reported
    group by unit_code
),

ended as (
    select unit_code, unnest(successors) as heir, {{ month_no('valid_to') }} + 1 as ended_no
    from {{ ref('stg_unit') }}
    where valid_to < date '9999-12-31'
),

begun as (
    select unit_code, first_no from first_own
    union
    select e.heir, e.ended_no
    from begun as b
    inner join ended as e on b.unit_code = e.unit_code and b.first_no < e.ended_no
),

started as (
    select unit_code, min(first_no) as first_no
    from begun
    group by unit_code
)

select
    b.unit_code,
    m.month_no,
    r.unit_code is not null as is_reported,
    coalesce(r.submissions, 0) as submission_count,
    r.first_pulled_at
from started as b
inner join {{ ref('int_month') }} as m on m.month_no >= b.first_no
left join reported as r on b.unit_code = r.unit_code and m.month_no = r.period_no
