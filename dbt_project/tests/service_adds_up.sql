-- Law 10 for the counts of service: the sum over sectors is the unit, and both count the cases that mart_unit_month counts.
with sectors as (
    select
        calendar,
        period,
        unit_code
        {%- for name in service_counts() %},
        sum({{ name }}_count) as {{ name }}_count
        {%- endfor %}
    from {{ ref('mart_service_sector_month') }}
    group by calendar, period, unit_code
)

select u.calendar, u.period, u.unit_code
from {{ ref('mart_service_month') }} as u
full join sectors as s on u.calendar = s.calendar and u.period = s.period and u.unit_code = s.unit_code
full join {{ ref('mart_unit_month') }} as m on u.calendar = 'calendar' and u.period = m.period and u.unit_code = m.unit_code
where u.unit_code is null
    {%- for name in service_counts() %}
    or u.{{ name }}_count <> coalesce(s.{{ name }}_count, 0)
    {%- endfor %}
    or u.received_count <> coalesce(m.received_count, u.received_count)
    or u.received_online_count <> coalesce(m.received_online_count, u.received_online_count)
    or u.done_count <> coalesce(
        m.resolved_early_count + m.resolved_on_time_count + m.resolved_late_count + m.resolved_no_due_count, u.done_count
    )
