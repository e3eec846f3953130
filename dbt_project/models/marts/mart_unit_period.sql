-- Unit × reporting period of both calendars: the disjoint counts and the late rate under the authority's default policy.
-- A unit without any case in the period has its row of zeros; one that reported in none of its months has no rate.
with summed as (
    select calendar, period_kind, period, unit_code, {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }}
    where grain = (select grain from {{ ref('dim_policy') }} where is_default)
    group by calendar, period_kind, period, unit_code
),

built as (
    select p.calendar, p.period_kind, p.period, p.from_on, p.to_on, p.last_month_no, r.unit_code, bool_or(r.is_reported) as is_reported
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r on r.month_no between p.first_month_no and p.last_month_no
    group by all
),

spined as (
    select
        b.*,
        {%- for measure in all_measures() %}
        coalesce(s.{{ measure }}_count, 0)::BIGINT as {{ measure }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from built as b
    left join summed as s
        on b.calendar = s.calendar and b.period_kind = s.period_kind and b.period = s.period and b.unit_code = s.unit_code
),

rated as (
    select
        c.*,
        p.policy_code,
        {{ policy_sum('p.numerator') }} as late_numerator,
        {{ policy_sum('p.denominator') }} as late_denominator
    from spined as c
    cross join {{ ref('dim_policy') }} as p
    where p.is_default
)

select
    c.calendar,
    c.period_kind,
    c.period,
    c.from_on,
    c.to_on,
    c.unit_code,
    u.unit_name,
    u.unit_level,
    c.is_reported,
    {{ maturity('c.last_month_no', 'c.unit_code') }} as maturity,
    {{ count_columns('c.') }},
    {{ resolved_total('c.') }} as resolved_count,
    {{ pending_total('c.') }} as pending_count,
    c.policy_code,
    case when c.is_reported then c.late_numerator end as late_numerator,
    case when c.is_reported then c.late_denominator end as late_denominator,
    case when c.is_reported then c.late_numerator / nullif(c.late_denominator, 0) end as late_rate,
    case when c.is_reported then {{ small_n('c.late_denominator') }} end as small_n
from rated as c
left join {{ unit_names() }} as u on c.unit_code = u.unit_code and c.last_month_no = u.month_no
