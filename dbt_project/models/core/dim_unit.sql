-- SCD2: one row per version of a unit in time. `unit_code_today`: who holds its work at the newest built month's end, itself
-- or the end of its chain of successors, the first one named on a split.
select
    u.unit_code || '@' || strftime(u.valid_from, '%Y-%m-%d') as unit_key,
    u.unit_code,
    u.unit_name,
    u.unit_level,
    u.parent_code,
    u.valid_from,
    u.valid_to,
    row_number() over (partition by u.unit_code order by u.valid_from desc) = 1 as is_latest,
    array_to_string(u.successors, ';') as successor_codes,
    coalesce(t.unit_code_then, u.unit_code) as unit_code_today
from {{ ref('stg_unit') }} as u
left join {{ ref('int_unit_at_month') }} as t
    on u.unit_code = t.unit_code and t.month_no = (select max(month_no) from {{ ref('int_month') }})
