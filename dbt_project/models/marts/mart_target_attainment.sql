-- Reporting period × target × who is judged: each unit in scope, and the sum over them (scope unit_level or authority). Every target
-- whose validity holds the whole period has its row, with a figure or with the reason why there is none. Comparisons are exact.
-- Periods from the first month that any unit reports for.
with period as (
    select
        calendar,
        period_kind,
        period,
        first_month_no,
        last_month_no,
        from_on,
        to_on,
        lag(period) over (partition by calendar, period_kind order by last_month_no) as previous_period
    from {{ ref('dim_reporting_period') }}
    where last_month_no >= (select min(month_no) from {{ ref('fct_unit_report') }})
),

-- Units in force on any day of the period, as in their newest version within it.
unit as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        u.unit_code,
        arg_max(u.unit_name, u.valid_from) as unit_name,
        arg_max(u.unit_level, u.valid_from) as unit_level
    from period as p
    inner join {{ ref('dim_unit') }} as u on p.to_on >= u.valid_from and p.from_on <= u.valid_to
    group by all
),

reported as (
    select p.calendar, p.period_kind, p.period, r.unit_code, bool_or(r.is_reported) as is_reported
    from period as p
    inner join {{ ref('fct_unit_report') }} as r on p.first_month_no <= r.month_no and p.last_month_no >= r.month_no
    group by all
),

-- Who can be judged: the unit itself, its level, the authority.
member as (
    select
        u.calendar,
        u.period_kind,
        u.period,
        u.unit_code,
        u.unit_name,
        u.unit_level,
        coalesce(r.is_reported, false) as is_reported,
        unnest(['unit', 'unit_level', 'authority']) as scope,
        unnest([u.unit_code, u.unit_level, '']) as member_code
    from unit as u
    left join reported as r
        on u.calendar = r.calendar and u.period_kind = r.period_kind and u.period = r.period and u.unit_code = r.unit_code
),

body as (
    select
        calendar,
        period_kind,
        period,
        scope,
        member_code,
        any_value(case scope when 'unit' then unit_name end) as unit_name,
        any_value(case when scope <> 'authority' then unit_level end) as unit_level,
        bool_or(is_reported) as is_reported,
        count(*) as unit_count
    from member
    group by calendar, period_kind, period, scope, member_code
),

figure as (
    select
        m.calendar,
        m.period_kind,
        m.period,
        m.scope,
        m.member_code,
        f.measure_code,
        sum(f.numerator)::DECIMAL(18, 4) as numerator,
        sum(f.denominator)::DECIMAL(18, 4) as denominator,
        count(*) as measured_unit_count
    from {{ ref('fct_measure') }} as f
    inner join member as m
        on f.calendar = m.calendar and f.period_kind = m.period_kind and f.period = m.period and f.unit_code = m.unit_code
    where f.measure_code in (select t.measure_code from {{ ref('dim_target') }} as t)
    group by all
),

-- Of several rows of one target the narrowest holds for a unit. Points are not added up: no sum of a score.
judged as (
    select
        t.* exclude (scope),
        t.scope as target_scope,
        p.period,
        p.previous_period,
        p.last_month_no,
        b.scope,
        b.member_code,
        b.unit_name,
        b.unit_level,
        b.is_reported,
        b.unit_count
    from {{ ref('dim_target') }} as t
    inner join period as p
        on t.calendar = p.calendar and t.period_kind = p.period_kind
        and p.first_month_no >= coalesce({{ period_month_no('t.valid_from') }}, 0)
        and p.last_month_no <= coalesce({{ period_month_no('t.valid_to') }}, 999999)
    inner join body as b
        on p.calendar = b.calendar and p.period_kind = b.period_kind and p.period = b.period
        and case
            when b.scope = 'unit' then t.scope_code is null or t.scope_code in (b.unit_level, b.member_code)
            else t.scope = b.scope and coalesce(t.scope_code, '') = b.member_code and t.kind <> 'score' and t.comparator <> 'not_worst'
        end
    qualify row_number() over (
        partition by t.target_code, t.calendar, t.period_kind, p.period, b.scope, b.member_code
        order by list_position(['unit', 'unit_level', 'authority'], t.scope), t.valid_from desc nulls last
    ) = 1
),

compared as (
    select
        j.*,
        f.numerator,
        f.denominator,
        coalesce(f.measured_unit_count, 0) as measured_unit_count,
        b.numerator as previous_numerator,
        b.denominator as previous_denominator,
        case when j.kind = 'rate' then f.numerator / nullif(f.denominator, 0) else f.numerator::DOUBLE end as measure_value,
        case when j.kind = 'rate' then b.numerator / nullif(b.denominator, 0) else b.numerator::DOUBLE end as previous_value
    from judged as j
    left join figure as f
        on j.calendar = f.calendar and j.period_kind = f.period_kind and j.period = f.period
        and j.scope = f.scope and j.member_code = f.member_code and j.measure_code = f.measure_code
    left join figure as b
        on j.calendar = b.calendar and j.period_kind = b.period_kind and j.previous_period = b.period
        and j.scope = b.scope and j.member_code = b.member_code and j.measure_code = b.measure_code
),

explained as (
    select
        *,
        case
            when numerator is null and input like 'cases%' and not is_reported then 'not_reported'
            when numerator is null then 'no_data'
            when measure_value is null then 'none_arose'
            when threshold is null and comparator not in ('falls', 'not_worst') then 'no_threshold'
            when comparator = 'falls' and previous_value is null then 'no_previous'
        end as missing_reason,
        case when measure_value is not null and previous_value is not null then {{ movement() }} end as moved,
        rank() over (
            partition by target_code, calendar, period_kind, period, scope
            order by case better when 'higher' then -measure_value else measure_value end desc nulls last
        ) as worst_rank
    from compared
)

select
    x.calendar,
    x.period_kind,
    x.period,
    x.target_code,
    x.target_name,
    x.scope,
    case x.scope when 'authority' then a.authority_code else x.member_code end as member_code,
    case x.scope when 'unit' then x.unit_name when 'unit_level' then x.member_code else a.authority_name end as member_name,
    case x.scope when 'unit' then x.member_code end as unit_code,
    x.unit_level,
    x.target_scope,
    x.measure_code,
    x.measure_name,
    x.kind,
    x.comparator,
    x.threshold,
    x.legal_basis,
    x.is_confirmed,
    x.numerator,
    x.denominator,
    x.measure_value,
    case
        when x.missing_reason is not null then 'no_data'
        when case x.comparator
            {%- for comparator in ['<', '<=', '>', '>=', '='] %}
            when '{{ comparator }}' then {{ against_threshold(comparator) }}
            {%- endfor %}
            when 'falls' then x.moved < 0 or (x.numerator = 0 and x.previous_numerator = 0)
            when 'not_worst' then x.worst_rank > 1 or (x.better = 'lower' and x.numerator = 0)
        end then 'met'
        else 'not_met'
    end as attainment,
    x.missing_reason,
    {{ missing_text('x.missing_reason') }} as missing_text,
    x.measure_value * case x.kind when 'rate' then 100 else 1 end - case
        when x.comparator = 'falls' then x.previous_value * case x.kind when 'rate' then 100 else 1 end
        else x.threshold::DOUBLE
    end as distance,
    x.previous_period,
    x.previous_value,
    case
        when x.moved is null then null
        when x.moved = 0 then 'same'
        when x.better = 'lower' then case when x.moved < 0 then 'better' else 'worse' end
        when x.better = 'higher' then case when x.moved > 0 then 'better' else 'worse' end
    end as trend,
    x.unit_count,
    x.measured_unit_count,
    {{ maturity('x.last_month_no', "case x.scope when 'unit' then x.member_code end") }} as maturity
from explained as x
cross join {{ ref('dim_authority') }} as a
