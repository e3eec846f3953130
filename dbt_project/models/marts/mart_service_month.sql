-- Unit × month of both reporting calendars: how cases were served, and what of the unit's procedures is offered online.
-- A rate is NULL where no file of the unit tells, where nothing could count, and in a month without an accepted file.
select
    a.calendar,
    a.period_kind,
    a.period,
    a.unit_code,
    u.unit_name,
    u.unit_level,
    a.is_reported,
    {{ maturity('a.last_month_no', 'a.unit_code') }} as maturity
    {%- for name in service_counts() + procedure_counts() %},
    a.{{ name }}_count
    {%- endfor %},
    {{ service_rate_columns(service_rates() + procedure_rates(), 'a') }}
from {{ ref('agg_unit_service_period') }} as a
left join {{ unit_names() }} as u on a.unit_code = u.unit_code and a.last_month_no = u.month_no
where a.period_kind = 'month'
