-- Late rates ranked: policy × calendar × period kind × period × scope, 1 = worst (core.agg_late_rate), beside the period
-- before. A unit as of today carries today's name and level, in past periods too; all others those of the period's end.
-- The scope stands within the keys of the outer joins: beside them it would have every row compared with every unit.
with compared as (
    select
        *,
        lag(rate) over by_member as previous_rate,
        lag(rank) over by_member as previous_rank
    from {{ ref('agg_late_rate') }}
    window by_member as (partition by policy_code, calendar, period_kind, scope, member_code order by last_month_no)
),

today as (
    select unit_code, max_by(unit_name, month_no) as unit_name, max_by(unit_level, month_no) as unit_level
    from {{ unit_names() }}
    group by unit_code
)

select
    c.policy_code,
    p.policy_name,
    c.calendar,
    c.period_kind,
    c.period,
    c.scope,
    c.member_code,
    case c.scope
        when 'unit' then u.unit_name
        when 'unit_as_today' then t.unit_name
        when 'sector' then s.sector_name
        else c.member_code
    end as member_name,
    case c.scope
        when 'unit' then u.unit_level
        when 'unit_as_today' then t.unit_level
        when 'unit_level' then c.member_code
    end as unit_level,
    c.is_reported,
    c.numerator,
    c.denominator,
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
    {{ maturity('c.last_month_no', "case when c.scope = 'unit' then c.member_code end") }} as maturity
from compared as c
inner join {{ ref('dim_policy') }} as p on c.policy_code = p.policy_code
left join {{ unit_names() }} as u
    on case c.scope when 'unit' then c.member_code end = u.unit_code and c.last_month_no = u.month_no
left join today as t on case c.scope when 'unit_as_today' then c.member_code end = t.unit_code
left join {{ ref('dim_sector') }} as s on case c.scope when 'sector' then c.member_code end = s.sector_code
