-- A year to date is its months: flows added up, opening of January, stocks of the last month.
with months as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        a.grain,
        {%- for measure in flow_measures() %}
        sum(a.{{ measure }}_count) as {{ measure }}_count,
        {%- endfor %}
        {%- for measure in stock_measures() %}
        sum(a.{{ measure }}_count) filter (a.month_no = p.last_month_no) as {{ measure }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('agg_unit_sector_month') }} as a
        on p.calendar = a.calendar and a.month_no between p.first_month_no and p.last_month_no
    group by p.calendar, p.period_kind, p.period, a.grain
),

periods as (
    select calendar, period_kind, period, grain, {{ sum_counts(flow_measures() + stock_measures()) }}
    from {{ ref('agg_unit_sector_period') }}
    group by calendar, period_kind, period, grain
)

select *
from months as m
full join periods as p using (calendar, period_kind, period, grain)
where m.received_count is null
    or p.received_count is null
    {%- for measure in flow_measures() + stock_measures() %}
    or coalesce(m.{{ measure }}_count, 0) <> p.{{ measure }}_count
    {%- endfor %}
