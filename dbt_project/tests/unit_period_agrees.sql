-- The period tables of both calendars: sectors add up to the unit, what came in is what went out or is left, and calendar months are
-- the rows of mart_unit_month.
with sectors as (
    select calendar, period_kind, period, unit_code, {{ sum_counts(all_measures()) }}
    from {{ ref('mart_unit_sector_period') }}
    group by calendar, period_kind, period, unit_code
)

select u.calendar, u.period_kind, u.period, u.unit_code
from {{ ref('mart_unit_period') }} as u
full join sectors as s using (calendar, period_kind, period, unit_code)
left join {{ ref('mart_unit_month') }} as m
    on u.calendar = 'calendar' and u.period_kind = 'month' and u.period = m.period and u.unit_code = m.unit_code
where u.is_reported is null
    or u.opening_count + u.received_count + u.transferred_in_count
        <> u.resolved_count + u.transferred_out_count + u.pending_count
    {%- for measure in all_measures() %}
    or u.{{ measure }}_count <> coalesce(s.{{ measure }}_count, 0)
    or u.{{ measure }}_count <> m.{{ measure }}_count
    {%- endfor %}
    or (u.calendar = 'calendar' and u.period_kind = 'month' and u.late_rate is distinct from m.late_rate)
