-- Late rates ranked: policy × period kind × period × scope (units, sectors, unit levels), 1 = worst, competition ranks (1,2,2,4).
-- The quotient of two integers is correctly rounded, so equal fractions are equal and different ones (below 2^26) differ:
-- ranking it is ranking the exact rates. No denominator or no report, no rate and no rank (domain §2).
with members as (
    select
        a.grain,
        a.period_kind,
        a.period,
        a.last_month_no,
        s.scope,
        case s.scope when 'unit' then a.unit_code when 'sector' then a.sector_code else u.unit_level end as member_code,
        {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }} as a
    inner join {{ unit_names() }} as u on a.unit_code = u.unit_code and a.last_month_no = u.month_no
    cross join (select unnest(['unit', 'sector', 'unit_level']) as scope) as s
    where a.calendar = 'calendar' and (a.is_reported or s.scope = 'unit')
    group by all
),

-- Every built unit has its row, with or without cases, so that a missing one is seen.
spine as (
    select
        p.period_kind,
        p.period,
        p.last_month_no,
        'unit' as scope,
        r.unit_code as member_code,
        bool_or(r.is_reported) as is_reported
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_unit_report') }} as r on r.month_no between p.first_month_no and p.last_month_no
    where p.calendar = 'calendar'
    group by all
    union all
    select distinct period_kind, period, last_month_no, scope, member_code, true
    from members
    where scope <> 'unit'
),

rated as (
    select
        p.policy_code,
        p.policy_name,
        x.period_kind,
        x.period,
        x.last_month_no,
        x.scope,
        x.member_code,
        x.is_reported,
        coalesce({{ policy_sum('p.numerator') }}, 0) as numerator,
        coalesce({{ policy_sum('p.denominator') }}, 0) as denominator
    from spine as x
    cross join {{ ref('dim_policy') }} as p
    left join members as m
        on x.period_kind = m.period_kind and x.period = m.period and x.scope = m.scope
        and x.member_code = m.member_code and p.grain = m.grain
),

valued as (
    select
        *,
        case when is_reported then numerator / nullif(denominator, 0) end as rate
    from rated
),

ranked as (
    select
        *,
        case when rate is not null then rank() over (
            partition by policy_code, period_kind, period, scope order by rate desc nulls last
        ) end as rank
    from valued
),

compared as (
    select
        *,
        lag(rate) over by_member as previous_rate,
        lag(rank) over by_member as previous_rank
    from ranked
    window by_member as (partition by policy_code, period_kind, scope, member_code order by last_month_no)
)

select
    c.policy_code,
    c.policy_name,
    c.period_kind,
    c.period,
    c.scope,
    c.member_code,
    case c.scope when 'unit' then u.unit_name when 'sector' then s.sector_name else c.member_code end as member_name,
    case when c.scope = 'sector' then null when c.scope = 'unit_level' then c.member_code else u.unit_level end as unit_level,
    c.is_reported,
    case when c.is_reported then c.numerator end as numerator,
    case when c.is_reported then c.denominator end as denominator,
    c.rate,
    c.rank,
    c.previous_rate,
    c.previous_rank,
    case
        when c.rate > c.previous_rate then 'worse'
        when c.rate < c.previous_rate then 'better'
        when c.rate = c.previous_rate then 'same'
    end as trend,
    case when c.is_reported then {{ small_n('c.denominator') }} end as small_n,
    'provisional' as maturity
from compared as c
left join {{ unit_names() }} as u on c.scope = 'unit' and c.member_code = u.unit_code and c.last_month_no = u.month_no
left join {{ ref('dim_sector') }} as s on c.scope = 'sector' and c.member_code = s.sector_code
