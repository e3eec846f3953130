-- Late rates of every policy over the disjoint counts, and their competition ranks (1,2,2,4), 1 = worst (domain §2).
-- Scopes: `unit` as it was then; `unit_as_today`, units that have ended folded into who holds their work today
-- (dim_unit.unit_code_today); `sector`; `unit_level` as it was then. Only units that reported add to the last three.
-- The quotient of two integers is correctly rounded, so equal fractions are equal and different ones (below 2^26) differ:
-- ranking it is ranking the exact rates. No denominator or no report, no rate and no rank.
with units as (
    select calendar, grain, period_kind, period, last_month_no, unit_code, is_reported, {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }}
    group by calendar, grain, period_kind, period, last_month_no, unit_code, is_reported
),

today as (
    select distinct unit_code, unit_code_today from {{ ref('dim_unit') }}
),

members as (
    select 'unit' as scope, unit_code as member_code, * exclude (unit_code, is_reported) from units
    union all by name
    select
        'unit_as_today' as scope,
        coalesce(t.unit_code_today, u.unit_code) as member_code,
        u.calendar,
        u.grain,
        u.period_kind,
        u.period,
        u.last_month_no,
        {{ sum_counts(all_measures()) }}
    from units as u
    left join today as t on u.unit_code = t.unit_code
    where u.is_reported
    group by all
    union all by name
    select
        'unit_level' as scope,
        n.unit_level as member_code,
        u.calendar,
        u.grain,
        u.period_kind,
        u.period,
        u.last_month_no,
        {{ sum_counts(all_measures()) }}
    from units as u
    inner join {{ unit_names() }} as n on u.unit_code = n.unit_code and u.last_month_no = n.month_no
    where u.is_reported
    group by all
    union all by name
    select
        'sector' as scope,
        sector_code as member_code,
        calendar,
        grain,
        period_kind,
        period,
        last_month_no,
        {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }}
    where is_reported
    group by all
),

-- Every built unit has its row, with or without cases, so that a missing one is seen.
built as (
    select p.calendar, p.period_kind, p.period, p.last_month_no, r.unit_code, bool_or(r.is_reported) as is_reported
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r on r.month_no between p.first_month_no and p.last_month_no
    group by all
),

spine as (
    select 'unit' as scope, unit_code as member_code, * exclude (unit_code) from built
    union all by name
    select
        'unit_as_today' as scope,
        coalesce(t.unit_code_today, b.unit_code) as member_code,
        b.calendar,
        b.period_kind,
        b.period,
        b.last_month_no,
        bool_or(b.is_reported) as is_reported
    from built as b
    left join today as t on b.unit_code = t.unit_code
    group by all
    union all by name
    select distinct scope, member_code, calendar, period_kind, period, last_month_no, true as is_reported
    from members
    where scope in ('sector', 'unit_level')
),

counted as (
    select
        x.*,
        p.policy_code,
        coalesce({{ policy_sum('p.numerator') }}, 0) as numerator,
        coalesce({{ policy_sum('p.denominator') }}, 0) as denominator
    from spine as x
    cross join {{ ref('dim_policy') }} as p
    left join members as m
        on x.scope = m.scope and x.member_code = m.member_code and x.calendar = m.calendar
        and x.period_kind = m.period_kind and x.period = m.period and p.grain = m.grain
),

rated as (
    select *, case when is_reported then numerator / nullif(denominator, 0) end as rate
    from counted
)

select
    calendar,
    period_kind,
    period,
    last_month_no,
    scope,
    member_code,
    policy_code,
    is_reported,
    case when is_reported then numerator end as numerator,
    case when is_reported then denominator end as denominator,
    rate,
    case when rate is not null then rank() over (
        partition by policy_code, calendar, period_kind, period, scope
        order by rate desc nulls last
    ) end as rank
from rated
