-- The counts of agg_unit_sector_month over every reporting period: flows added up, opening of its first month, stocks of
-- its last. `is_reported` when any of its months was (domain §2).
with report as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        r.unit_code,
        bool_or(r.is_reported) as is_reported
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r on r.month_no between p.first_month_no and p.last_month_no
    group by all
),

-- A unit's first month within a period that began before the unit was built opens the period for it.
first_month as (
    select unit_code, min(month_no) as month_no
    from {{ ref('fct_unit_report') }}
    group by unit_code
)

select
    p.calendar,
    a.grain,
    p.period_kind,
    p.period,
    p.first_month_no,
    p.last_month_no,
    a.unit_code,
    a.sector_code,
    bool_or(r.is_reported) as is_reported,
    coalesce(sum(a.opening_count) filter (a.month_no = greatest(p.first_month_no, f.month_no)), 0)::BIGINT as opening_count,
    {{ sum_counts(flow_measures()) }},
    {%- for measure in stock_measures() %}
    coalesce(sum(a.{{ measure }}_count) filter (a.month_no = p.last_month_no), 0)::BIGINT as {{ measure }}_count
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('dim_reporting_period') }} as p
inner join {{ ref('agg_unit_sector_month') }} as a
    on p.calendar = a.calendar and a.month_no between p.first_month_no and p.last_month_no
inner join first_month as f on a.unit_code = f.unit_code
inner join report as r
    on p.calendar = r.calendar and p.period_kind = r.period_kind and p.period = r.period and a.unit_code = r.unit_code
group by p.calendar, a.grain, p.period_kind, p.period, p.first_month_no, p.last_month_no, a.unit_code, a.sector_code
