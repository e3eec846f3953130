-- At the newest month's end, what a unit has pending is the cases of fct_case not completed by then.
with newest as (
    select max(period) as period from {{ ref('dim_month') }}
),

open_cases as (
    select c.unit_code, count(*) as pending_count
    from {{ ref('fct_case') }} as c
    cross join newest as n
    where c.completed_period is null or c.completed_period > n.period
    group by c.unit_code
)

select u.unit_code, u.pending_count, o.pending_count as open_count
from (
    select m.* from {{ ref('mart_unit_month') }} as m inner join newest as n on m.period = n.period
) as u
full join open_cases as o on u.unit_code = o.unit_code
where coalesce(u.pending_count, 0) <> coalesce(o.pending_count, 0)
