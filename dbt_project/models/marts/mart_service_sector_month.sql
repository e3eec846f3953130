-- Unit × sector × month of both reporting calendars: how cases were served. The sum over sectors is mart_service_month.
with summed as (
    select
        a.calendar,
        a.period,
        a.month_no,
        a.unit_code,
        a.sector_code,
        r.is_reported
        {%- for name in service_counts() %},
        sum(a.{{ name }}_count)::BIGINT as {{ name }}_count
        {%- endfor %}
    from {{ ref('agg_unit_procedure_month') }} as a
    inner join {{ ref('fct_unit_report') }} as r on a.unit_code = r.unit_code and a.month_no = r.month_no
    group by a.calendar, a.period, a.month_no, a.unit_code, a.sector_code, r.is_reported
)

select
    a.calendar,
    'month' as period_kind,
    a.period,
    a.unit_code,
    u.unit_name,
    u.unit_level,
    a.sector_code,
    s.sector_name,
    a.is_reported,
    {{ maturity('a.month_no', 'a.unit_code') }} as maturity
    {%- for name in service_counts() %},
    a.{{ name }}_count
    {%- endfor %},
    {{ service_rate_columns(service_rates(), 'a') }}
from summed as a
inner join {{ ref('dim_sector') }} as s on a.sector_code = s.sector_code
left join {{ unit_names() }} as u on a.unit_code = u.unit_code and a.month_no = u.month_no
