-- For units that have ended: who they are in each later month (the first successor, followed down the chain).
-- On a split `heirs` holds all that may take a case over; the one that exports it does (int_case_month).
with recursive ended as (
    select
        unit_code,
        {{ month_no('max(valid_to)') }} + 1 as from_no,
        arg_max(successors, valid_to) as successors
    from {{ ref('stg_unit') }}
    group by unit_code
    having max(valid_to) < date '9999-12-31' and len(arg_max(successors, valid_to)) > 0
),

chain as (
    select unit_code as origin_code, unit_code, from_no, successors[1] as heir_code, successors as heirs, 1 as depth
    from ended
    union all
    select
        c.origin_code,
        e.unit_code,
        greatest(c.from_no, e.from_no),
        e.successors[1],
        list_concat(c.heirs, e.successors),
        c.depth + 1
    from chain as c
    inner join ended as e on c.heir_code = e.unit_code
    where c.depth < 20
),

months as (
    select
        c.origin_code as unit_code,
        m.month_no,
        min(c.from_no) as ended_no,
        arg_max(c.heir_code, c.depth) as unit_code_then,
        list_distinct(flatten(list(c.heirs))) as heirs
    from chain as c
    inner join {{ ref('int_month') }} as m on m.month_no >= c.from_no
    group by c.origin_code, m.month_no
),

-- An heir that has itself ended by then takes nothing over.
gone as (
    select m.month_no, list(e.unit_code) as unit_codes
    from {{ ref('int_month') }} as m
    inner join ended as e on m.month_no >= e.from_no
    group by m.month_no
)

select
    m.unit_code,
    m.month_no,
    m.ended_no,
    m.unit_code_then,
    list_filter(m.heirs, lambda heir: not list_contains(g.unit_codes, heir)) as heirs
from months as m
inner join gone as g on m.month_no = g.month_no
