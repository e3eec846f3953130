-- One row per case, accumulating: what its newest state says, its verdict, and the file, sheet and row it comes from.
select
    c.case_key,
    c.case_code,
    coalesce(m.unit_code, t.unit_code_then, c.row_unit_code) as unit_code,
    c.sector_code,
    c.procedure_code,
    {{ official_key('c', 'c.row_unit_code') }} as official_key,
    coalesce(c.channel, 'direct') as channel,
    {%- for facts in service_facts().values() %}
    {%- for fact in facts %}
    c.{{ fact }},
    {%- endfor %}
    {%- endfor %}
    c.received_at,
    c.received_on,
    c.due_at,
    c.due_on,
    d.recomputed_due_on,
    v.passed_due_on,
    c.completed_at,
    c.completed_on,
    c.returned_on,
    c.status_code,
    c.outcome,
    c.resolution,
    c.resolution_by_time,
    case when c.resolution = 'late' then (c.completed_on - c.due_on) end::BIGINT as late_days,
    {{ period_label(month_no('c.received_on')) }} as received_period,
    case when c.completed_on is not null then {{ period_label(month_no('c.completed_on')) }} end as completed_period,
    {{ period_label('c.first_period_no') }} as first_period,
    {{ period_label('c.newest_period_no') }} as newest_period,
    c.state_count::BIGINT as state_count,
    c.overdue_cause,
    c.submission_id,
    c.sheet,
    c.row_number
from {{ ref('int_case') }} as c
left join {{ ref('int_unit_at_month') }} as t on c.row_unit_code = t.unit_code and c.newest_period_no = t.month_no
left join (
    select case_key, arg_max(unit_code, month_no) as unit_code
    from {{ ref('int_case_month') }}
    group by case_key
) as m on c.case_key = m.case_key
left join {{ ref('int_case_term') }} as d on c.case_key = d.case_key
left join (
    select case_key, min(passed_due_on) as passed_due_on
    from {{ ref('int_case_finding') }}
    where rule_id = 'moved_due_date'
    group by case_key
) as v on c.case_key = v.case_key
