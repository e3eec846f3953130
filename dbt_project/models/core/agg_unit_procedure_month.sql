-- How cases were served, per reporting calendar × unit × sector × procedure × month: of those received in the month, and of
-- those resolved with a result in it. The unit is that of the month, so that the counts add up to mart_unit_month's.
-- A procedure's level is the reference's, else the case's own; whether a fee was charged and whether a case is a joint one is
-- what its export says, else the reference.
{% set received = received_service_counts() %}
{% set done = done_service_counts() %}
with moments as (
    {%- for calendar, relation in {'calendar': 'int_case_month', 'd15': 'int_case_month_d15'}.items() %}
    select
        '{{ calendar }}' as calendar,
        month_no,
        unit_code,
        case_key,
        is_received,
        coalesce(resolution in ('early', 'on_time', 'late', 'no_due'), false) as is_done
    from {{ ref(relation) }}
    where is_received or is_resolved
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

cases as (
    select
        c.case_key,
        c.sector_code,
        c.procedure_code,
        c.channel,
        c.is_paid_online,
        c.is_digitised,
        c.is_result_digitised,
        c.is_data_reused,
        c.delivery,
        coalesce(p.service_level, c.service_level) as level,
        coalesce(c.has_fee, p.has_fee) as charged,
        coalesce(c.is_joint, p.is_joint) as joint
    from {{ ref('int_case') }} as c
    inner join {{ ref('dim_procedure') }} as p on c.procedure_code = p.procedure_code
),

-- What a case adds to the counts, once for both calendars.
flagged as (
    select
        case_key,
        sector_code,
        procedure_code,
        {%- for name, condition in received.items() %}
        coalesce({{ condition }}, false) as is_{{ name }},
        {%- endfor %}
        {%- for name, condition in done.items() %}
        coalesce({{ condition }}, false) as is_{{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from cases
),

counted as (
    select
        m.calendar,
        m.month_no,
        m.unit_code,
        f.sector_code,
        f.procedure_code,
        {%- for name in received %}
        count(*) filter (m.is_received and f.is_{{ name }}) as {{ name }}_count,
        {%- endfor %}
        {%- for name in done %}
        count(*) filter (m.is_done and f.is_{{ name }}) as {{ name }}_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from moments as m
    inner join flagged as f on m.case_key = f.case_key
    group by m.calendar, m.month_no, m.unit_code, f.sector_code, f.procedure_code
)

select
    c.calendar,
    r.period,
    r.month_no,
    c.unit_code,
    c.sector_code,
    c.procedure_code
    {%- for name in service_counts() %},
    c.{{ name }}_count
    {%- endfor %}
from counted as c
inner join {{ ref('fct_unit_report') }} as r on c.unit_code = r.unit_code and c.month_no = r.month_no
