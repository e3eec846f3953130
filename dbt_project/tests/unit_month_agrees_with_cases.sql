-- The mart against a direct count of cases: received and resolved per unit and month.
with cases as (
    select
        period,
        unit_code,
        count(*) filter (is_received) as received_count,
        count(*) filter (is_received and channel = 'online') as received_online_count,
        count(*) filter (is_resolved) as resolved_count,
        count(*) filter (is_resolved and resolution = 'withdrawn') as withdrawn_count,
        count(*) filter (not is_resolved) as pending_count
    from {{ ref('fct_case_month') }}
    group by period, unit_code
)

select u.period, u.unit_code
from {{ ref('mart_unit_month') }} as u
full join cases as c on u.period = c.period and u.unit_code = c.unit_code
where u.unit_code is null
    {%- for measure in ['received', 'received_online', 'resolved', 'withdrawn', 'pending'] %}
    or u.{{ measure }}_count <> coalesce(c.{{ measure }}_count, 0)
    {%- endfor %}
