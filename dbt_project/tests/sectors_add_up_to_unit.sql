-- Law 10: the sum over sectors is the unit, measure by measure.
with sectors as (
    select period, unit_code, {{ sum_counts(all_measures()) }}, sum(late_numerator) as late_numerator
    from {{ ref('mart_unit_sector_month') }}
    group by period, unit_code
)

select u.period, u.unit_code
from {{ ref('mart_unit_month') }} as u
full join sectors as s on u.period = s.period and u.unit_code = s.unit_code
where u.unit_code is null
    or coalesce(u.late_numerator, 0) <> coalesce(s.late_numerator, 0)
    {%- for measure in all_measures() %}
    or u.{{ measure }}_count <> coalesce(s.{{ measure }}_count, 0)
    {%- endfor %}
