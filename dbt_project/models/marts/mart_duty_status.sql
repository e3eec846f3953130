-- Duty × measure × unit × month: the duty's figure of the newest period of its kind that has ended by then, or that there is none.
-- The duties in scope (by unit level and months) of every unit that has been built or of which registers tell, until it ends.
with started as (
    select unit_code, min(month_no) as first_no
    from (
        select unit_code, month_no from {{ ref('fct_unit_report') }}
        union all
        select unit_code, last_month_no from {{ ref('fct_measure') }} where calendar = 'calendar' and period_kind = 'month'
    )
    group by unit_code
),

unit_month as (
    select
        s.unit_code,
        m.period,
        m.month_no,
        {{ unit_in_force('unit_name', 'm.to_on') }} as unit_name,
        {{ unit_in_force('unit_level', 'm.to_on') }} as unit_level
    from started as s
    inner join {{ ref('dim_month') }} as m on s.first_no <= m.month_no
    inner join {{ ref('dim_unit') }} as u on s.unit_code = u.unit_code
    group by s.unit_code, m.period, m.month_no, m.from_on
    having max(u.valid_to) >= m.from_on
),

reporting_period as (
    select
        period_kind,
        period,
        last_month_no,
        lag(period) over (partition by period_kind order by last_month_no) as previous_period
    from {{ ref('dim_reporting_period') }}
    where calendar = 'calendar'
),

newest_ended as (
    select
        p.period_kind,
        m.month_no,
        arg_max(p.period, p.last_month_no) as period,
        arg_max(p.previous_period, p.last_month_no) as previous_period
    from reporting_period as p
    inner join {{ ref('dim_month') }} as m on p.last_month_no <= m.month_no
    group by p.period_kind, m.month_no
),

figure as (
    select period_kind, period, unit_code, measure_code, numerator, denominator, measure_value, input
    from {{ ref('fct_measure') }}
    where calendar = 'calendar'
),

followed as (
    select
        u.period,
        u.month_no,
        d.duty_code,
        d.duty_name,
        d.measure_order,
        d.measure_code,
        d.measure_name,
        u.unit_code,
        u.unit_name,
        u.unit_level,
        d.period_kind,
        n.period as figure_period,
        f.numerator,
        f.denominator,
        f.measure_value,
        b.measure_value as previous_value,
        (f.measure_value - b.measure_value) * case d.better when 'higher' then 1 when 'lower' then -1 end as gain,
        {{ duty_status('f.numerator is not null', 'f.denominator') }} as duty_status,
        coalesce(f.input, d.input) as input
    from unit_month as u
    inner join {{ ref('dim_duty') }} as d
        on (d.unit_levels is null or list_contains(string_split(d.unit_levels, '; '), u.unit_level))
        and u.period between coalesce(d.from_period, '0000-00') and coalesce(d.to_period, '9999-99')
    left join newest_ended as n on d.period_kind = n.period_kind and u.month_no = n.month_no
    left join figure as f
        on n.period_kind = f.period_kind and n.period = f.period and u.unit_code = f.unit_code and d.measure_code = f.measure_code
    left join figure as b
        on n.period_kind = b.period_kind and n.previous_period = b.period
        and u.unit_code = b.unit_code and d.measure_code = b.measure_code
)

select
    period,
    duty_code,
    duty_name,
    measure_order,
    measure_code,
    measure_name,
    unit_code,
    unit_name,
    unit_level,
    period_kind,
    figure_period,
    numerator,
    denominator,
    measure_value,
    previous_value,
    case when gain > 0 then 'better' when gain < 0 then 'worse' when gain = 0 then 'same' end as trend,
    duty_status,
    {{ duty_status_text('duty_status') }} as status_text,
    input,
    {{ maturity('month_no', 'unit_code') }} as maturity
from followed
