{# One parameter of a criterion (`target=0.8; none=full`), as text; null where it is not given. Grammar: ingestion.index_reference. #}
{% macro index_parameter(name) -%}
    nullif(trim(regexp_extract(parameters, '(?:^|;)\s*{{ name }}\s*=([^;]*)', 1)), '')
{%- endmacro %}

{# `0.95:2 | 0.9:1 | 0:0` as a list of (from_value, gives), highest first. #}
{% macro index_bands() -%}
    list_transform(
        string_split({{ index_parameter('bands') }}, '|'),
        lambda step: struct_pack(from_value := trim(split_part(step, ':', 1))::DECIMAL(12, 6), gives := trim(split_part(step, ':', 2)))
    )
{%- endmacro %}

{# CTEs up to `entry`: month × unit or authority × criterion, with the figures of the year to date and the declared points. Shared by #}
{# mart_cchc_inputs and mart_cchc_scores, which both read core only. `member_code` is the unit, or '' for the authority. #}
{% macro index_inputs() -%}
built_month as (
    select period, month_no, from_on, to_on, year_number, month_number
    from {{ ref('dim_month') }}
    where month_no >= (select min(r.month_no) from {{ ref('fct_unit_report') }} as r)
),

unit as (
    select
        m.period,
        m.month_no,
        m.year_number,
        u.unit_code,
        arg_max(u.unit_name, u.valid_from) as unit_name,
        arg_max(u.unit_level, u.valid_from) as unit_level
    from built_month as m
    inner join {{ ref('dim_unit') }} as u on m.to_on >= u.valid_from and m.from_on <= u.valid_to
    group by all
),

member as (
    select period, month_no, year_number, 'unit' as scope, unit_code as member_code, unit_name as member_name, unit_level
    from unit
    union all
    select m.period, m.month_no, m.year_number, 'authority', '', a.authority_name, 'authority'
    from built_month as m
    cross join {{ ref('dim_authority') }} as a
),

-- The authority's figures are the sums of its units', those that have ended within the year among them.
figure as (
    select
        f.period,
        case s.scope when 'unit' then f.unit_code else '' end as member_code,
        f.measure_code,
        sum(f.numerator)::DECIMAL(18, 4) as numerator,
        sum(f.denominator)::DECIMAL(18, 4) as denominator,
        case when count(distinct f.input) = 1 then min(f.input) end as input
    from {{ ref('fct_measure') }} as f
    cross join (select unnest(['unit', 'authority']) as scope) as s
    where f.calendar = 'calendar' and f.period_kind = 'ytd'
        and f.measure_code in (select c.measure_code from {{ ref('dim_index_criterion') }} as c)
    group by all
),

reported as (
    select m.period, case s.scope when 'unit' then r.unit_code else '' end as member_code, bool_or(r.is_reported) as is_reported
    from built_month as m
    inner join {{ ref('fct_unit_report') }} as r on m.month_no >= r.month_no and m.year_number * 12 <= r.month_no
    cross join (select unnest(['unit', 'authority']) as scope) as s
    group by all
),

-- The newest declared row of the year: as told by then, for December (a year is scored after its end) as told whenever. An index of
-- the authority alone is scored by whoever keeps the register.
declared as (
    select
        m.period,
        case when i.is_authority then '' else s.unit_code end as member_code,
        s.index_code,
        s.criterion_code,
        arg_max(s.score, struct_pack(period := s.period, unit_code := s.unit_code)) filter (s.score_kind = 'self') as self_score,
        arg_max(s.score, struct_pack(period := s.period, unit_code := s.unit_code)) filter (s.score_kind = 'appraised') as appraised_score
    from {{ ref('fct_score') }} as s
    inner join built_month as m on s.score_year = m.year_number and (m.month_number = 12 or m.period >= s.period)
    inner join (
        select index_code, bool_and(unit_level = 'authority') as is_authority
        from {{ ref('dim_index_criterion') }}
        group by index_code
    ) as i on s.index_code = i.index_code
    group by all
),

entry as (
    select
        b.period,
        b.month_no,
        b.year_number,
        b.scope,
        b.member_code,
        b.member_name,
        b.unit_level,
        c.* exclude (unit_level, input),
        case when c.rule = 'declared' then coalesce(d.appraised_score, d.self_score) else f.numerator end as numerator,
        case when c.rule = 'declared' then c.max_points else f.denominator end as denominator,
        case when c.rule = 'declared' then 'declared' else coalesce(f.input, c.input) end as source,
        d.self_score,
        d.appraised_score,
        case
            when c.rule = 'declared' then case when d.self_score is null and d.appraised_score is null then 'not_declared' end
            when f.numerator is null and c.input like 'cases%' and not coalesce(r.is_reported, false) then 'not_reported'
            when f.numerator is null then 'no_data'
            when c.kind = 'rate' and f.denominator = 0 then 'none_arose'
        end as missing_reason
    from member as b
    inner join {{ ref('dim_index_criterion') }} as c
        on c.rule <> 'result'
        and b.year_number between coalesce(c.valid_from_year, 0) and coalesce(c.valid_to_year, 9999)
        and case c.unit_level
            when 'all' then true
            when 'unit' then b.scope = 'unit'
            else c.unit_level = b.unit_level
        end
    left join figure as f on b.period = f.period and b.member_code = f.member_code and c.measure_code = f.measure_code
    left join reported as r on b.period = r.period and b.member_code = r.member_code
    left join declared as d
        on b.period = d.period and b.member_code = d.member_code
        and c.index_code = d.index_code and c.criterion_code = d.criterion_code
)
{%- endmacro %}

{# Points of a criterion by its rule, exactly at floors, targets and bands because nothing is divided there; rounded to six decimals. #}
{# Null where there is no figure; a denominator of 0 gives what `none` says, else nothing. Never above the criterion's points. #}
{% macro measured_points() -%}
    case
        when rule = 'declared' or numerator is null then null
        when kind = 'rate' and denominator = 0 then case none_gives when 'full' then max_points when 'zero' then 0 end
        when rule = 'linear' then least(max_points::DOUBLE, (max_points * numerator) / (coalesce(denominator, 1) * coalesce(scale, 1)))
        when rule = 'capped_linear' then least(max_points::DOUBLE, (max_points * numerator) / (coalesce(denominator, 1) * full_at))
        when rule = 'floor_linear' then case
            when numerator >= floor_at * coalesce(denominator, 1) then least(max_points::DOUBLE, (max_points * numerator) / coalesce(denominator, 1))
            else 0
        end
        when rule = 'all_or_nothing' then case
            when at_most is not null and numerator <= at_most * coalesce(denominator, 1) then max_points
            when at_most is null and numerator >= coalesce(full_at, 1) * coalesce(denominator, 1) then max_points
            else 0
        end
        when rule = 'bands'
            then list_filter(bands, lambda step: step.from_value * coalesce(denominator, 1) <= numerator)[1].gives::DECIMAL(18, 6)
    end::DECIMAL(18, 6)
{%- endmacro %}
