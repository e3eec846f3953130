-- The steps of cases as the register case_step tells them, each with its case and its official. The case is the unit's own one with
-- that code, else the only one with it, as for apology letters; null where there is none.
with told as (
    select
        {{ register_row_columns() }},
        period_no,
        cells['case_code'] as case_code,
        cells['step_number']::BIGINT as step_number,
        cells['step_name'] as step_name,
        cells['official_code'] as official_code,
        cells['official_name'] as official_name,
        cells['started_on']::DATE as started_on,
        cells['due_on']::DATE as due_on,
        cells['finished_on']::DATE as finished_on,
        cells['is_clock_stopped'] = 'yes' as is_clock_stopped
    from {{ ref('int_register_row_standing') }}
    where register = 'case_step'
),

code as (
    select distinct case_code, unit_code from told
),

named as (
    select
        k.case_code,
        k.unit_code,
        case
            when count(*) filter (coalesce(t.unit_code_then, c.row_unit_code) = k.unit_code) = 1
                then max(c.case_key) filter (coalesce(t.unit_code_then, c.row_unit_code) = k.unit_code)
            when count(*) = 1 then max(c.case_key)
        end as case_key
    from code as k
    inner join {{ ref('int_case') }} as c on k.case_code = c.case_code
    left join {{ ref('int_unit_at_month') }} as t on c.row_unit_code = t.unit_code and c.newest_period_no = t.month_no
    group by all
),

name as (
    select official_name, match_key(official_name) as official_name_key
    from (select distinct official_name from told where official_name is not null)
)

select
    t.*,
    a.official_name_key,
    n.case_key,
    {{ official_key('t', 't.unit_code', 'a') }} as official_key
from told as t
left join name as a on t.official_name = a.official_name
left join named as n on t.case_code = n.case_code and t.unit_code = n.unit_code
