-- Online, level of service, payment, digitisation, post, joint procedures, per unit and reporting period (domain §4, R13,
-- R16–R20, R31, R33, R34, R44). What no file of the unit tells has no row; for electronic files, post and joint cases the unit's
-- own declaration then stands in. A declared month counts in the month of its number in both calendars.
{% set declared = {
    'electronic_file': 'electronic_file_rate',
    'post_delivery': 'post_rate',
    'joint_procedure': 'joint_case_rate',
} %}
with told as (
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        unnest([
            {%- for measure, part, whole, known in service_rates() + procedure_rates() %}
            struct_pack(
                measure_code := '{{ measure }}',
                numerator := {{ part }}_count,
                denominator := {{ whole ~ '_count' if whole else 'null::BIGINT' }},
                is_known := is_reported and {{ known }}_count > 0
            )
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ], recursive := true)
    from {{ ref('agg_unit_service_period') }}
),

-- Late rates of some cases only, by the default policy.
joint_case as (
    select c.case_key
    from {{ ref('fct_case') }} as c
    inner join {{ ref('dim_procedure') }} as p on c.procedure_code = p.procedure_code
    where coalesce(c.is_joint, p.is_joint)
),

joint_month as (
    select * from {{ ref('int_case_month') }} where case_key in (select case_key from joint_case)
),

joint_month_d15 as (
    select * from {{ ref('int_case_month_d15') }} where case_key in (select case_key from joint_case)
),

joint_counted as (
    {{ unit_sector_counts('joint_month', 'calendar', 'date') }}
    union all by name
    {{ unit_sector_counts('joint_month', 'calendar', 'timestamp') }}
    union all by name
    {{ unit_sector_counts('joint_month_d15', 'd15', 'date') }}
),

parts as (
    select
        'joint_late_rate' as measure_code,
        p.calendar,
        p.period_kind,
        p.period,
        a.unit_code,
        a.grain,
        {%- for measure in all_measures() %}
        coalesce(sum(a.{{ measure }}_count)
            {%- if measure in stock_measures() %} filter (a.month_no = p.last_month_no){% endif %}, 0)::BIGINT as {{ measure }}_count
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('dim_reporting_period') }} as p
    inner join joint_counted as a on p.calendar = a.calendar and a.month_no between p.first_month_no and p.last_month_no
    group by all
    union all by name
    select
        'land_late_rate' as measure_code,
        a.calendar,
        a.period_kind,
        a.period,
        a.unit_code,
        a.grain,
        {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }} as a
    inner join {{ ref('dim_sector') }} as s on a.sector_code = s.sector_code
    where s.sector_group = 'land'
    group by all
),

late as (
    select
        s.measure_code,
        s.calendar,
        s.period_kind,
        s.period,
        s.unit_code,
        {{ policy_sum('p.numerator') }} as numerator,
        {{ policy_sum('p.denominator') }} as denominator
    from parts as s
    inner join {{ ref('dim_policy') }} as p on p.is_default and s.grain = case s.calendar when 'd15' then 'date' else p.grain end
),

declared as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        d.unit_code,
        case d.declared_measure
            {%- for choice, measure in declared.items() %}
            when '{{ choice }}' then '{{ measure }}'
            {%- endfor %}
        end as measure_code,
        sum(d.part_count) as numerator,
        sum(d.whole_count) as denominator
    from {{ ref('fct_declaration') }} as d
    inner join {{ ref('dim_reporting_period') }} as p
        on {{ period_month_no('d.period') }} between p.first_month_no and p.last_month_no
    where d.declared_measure in ('{{ declared | join("', '") }}')
    group by all
),

measured as (
    select calendar, period_kind, period, last_month_no, unit_code, measure_code, numerator, denominator, 'cases' as input
    from told
    where is_known
    union all by name
    select
        a.calendar,
        a.period_kind,
        a.period,
        a.last_month_no,
        a.unit_code,
        l.measure_code,
        l.numerator,
        l.denominator,
        'cases' as input
    from late as l
    inner join {{ ref('agg_unit_service_period') }} as a
        on a.is_reported and l.calendar = a.calendar and l.period_kind = a.period_kind and l.period = a.period and l.unit_code = a.unit_code
    union all by name
    select d.*, 'declaration' as input
    from declared as d
    left join told as t
        on t.is_known
        and d.calendar = t.calendar and d.period_kind = t.period_kind and d.period = t.period
        and d.unit_code = t.unit_code and d.measure_code = t.measure_code
    where t.unit_code is null
)

select
    calendar,
    period_kind,
    period,
    last_month_no,
    unit_code,
    measure_code,
    numerator::DECIMAL(18, 4) as numerator,
    denominator::DECIMAL(18, 4) as denominator,
    input
from measured
