-- Month (year to date) × unit or authority × index × row: its criteria, its groups, the index. The result is the appraised points, else
-- those measured; a self-score is never a result. Points that rest on nothing are told apart (unknown_max_score), never counted as zero.
with {{ index_inputs() }},

parameter as (
    select
        *,
        {{ index_parameter('none') }} as none_gives,
        {{ index_parameter('scale') }}::DECIMAL(12, 6) as scale,
        {{ index_parameter('target') }}::DECIMAL(12, 6) as full_at,
        {{ index_parameter('floor') }}::DECIMAL(12, 6) as floor_at,
        {{ index_parameter('at_most') }}::DECIMAL(12, 6) as at_most,
        {{ index_bands() }} as bands
    from entry
),

measured as (
    select * exclude (bands), {{ measured_points() }} as measured_score
    from parameter
),

criterion as (
    select
        *,
        coalesce(appraised_score, measured_score)::DECIMAL(18, 6) as result_score,
        (self_score - measured_score)::DECIMAL(18, 6) as gap
    from measured
),

-- A group's or an index's own declared row stands before the sum of its criteria.
grouped as (
    select
        c.period,
        c.month_no,
        c.year_number,
        c.scope,
        c.member_code,
        c.member_name,
        c.unit_level,
        c.index_code,
        k.row_kind,
        case k.row_kind when 'group' then c.group_code end as group_code,
        any_value(c.group_name) as group_name,
        sum(c.max_points)::DECIMAL(9, 3) as max_score,
        sum(c.measured_score)::DECIMAL(18, 6) as measured_score,
        sum(c.self_score)::DECIMAL(18, 4) as self_score,
        sum(c.appraised_score)::DECIMAL(18, 4) as appraised_score,
        sum(c.result_score)::DECIMAL(18, 6) as result_score,
        coalesce(sum(c.max_points) filter (c.result_score is not null), 0)::DECIMAL(9, 3) as known_max_score,
        sum(c.gap)::DECIMAL(18, 6) as gap,
        bool_or(round(c.gap, 3) > 0) as is_self_above_evidence,
        bool_and(c.is_confirmed) as is_confirmed
    from criterion as c
    cross join (select unnest(['group', 'index']) as row_kind) as k
    group by all
),

summed as (
    select
        g.* exclude (self_score, appraised_score, result_score, known_max_score, is_confirmed, group_name),
        coalesce(g.group_code, 'TONG') as criterion_code,
        case g.row_kind when 'index' then t.criterion_name else g.group_name end as criterion_name,
        coalesce(d.self_score, g.self_score) as self_score,
        coalesce(d.appraised_score, g.appraised_score) as appraised_score,
        coalesce(d.appraised_score, g.result_score)::DECIMAL(18, 6) as result_score,
        case when d.appraised_score is null then g.known_max_score else g.max_score end as known_max_score,
        g.is_confirmed and (g.row_kind = 'group' or t.is_confirmed) as is_confirmed,
        t.legal_source,
        case g.row_kind when 'index' then t.bands end as bands
    from grouped as g
    left join declared as d
        on g.period = d.period and g.member_code = d.member_code
        and g.index_code = d.index_code and d.criterion_code = coalesce(g.group_code, 'TONG')
    left join (
        select *, {{ index_bands() }} as bands
        from {{ ref('dim_index_criterion') }}
        where rule = 'result'
    ) as t
        on g.index_code = t.index_code
        and g.year_number between coalesce(t.valid_from_year, 0) and coalesce(t.valid_to_year, 9999)
        and case t.unit_level when 'all' then true when 'unit' then g.scope = 'unit' else t.unit_level = g.unit_level end
),

every as (
    select
        * exclude (max_points, missing_reason),
        'criterion' as row_kind,
        max_points as max_score,
        case when result_score is null then 0 else max_points end as known_max_score,
        round(gap, 3) > 0 as is_self_above_evidence,
        case
            when result_score is not null then null
            when rule = 'declared' and self_score is not null then 'not_appraised'
            else missing_reason
        end as missing_reason
    from criterion
    union all by name
    select * from summed
)

select
    period,
    year_number as score_year,
    index_code,
    scope,
    nullif(member_code, '') as unit_code,
    member_name,
    unit_level,
    row_kind,
    group_code,
    criterion_code,
    criterion_name,
    rule,
    max_score,
    measured_score,
    self_score,
    appraised_score,
    result_score,
    known_max_score::DECIMAL(9, 3) as known_max_score,
    (max_score - known_max_score)::DECIMAL(9, 3) as unknown_max_score,
    max_score = known_max_score as is_complete,
    gap,
    is_self_above_evidence,
    missing_reason,
    {{ missing_text('missing_reason') }} as missing_text,
    list_filter(bands, lambda step: step.from_value <= round(result_score, 3))[1].gives as band_low,
    list_filter(bands, lambda step: step.from_value <= round(result_score + max_score - known_max_score, 3))[1].gives as band_high,
    case when row_kind = 'index' and result_score is not null then rank() over (
        partition by period, index_code, scope, unit_level, row_kind
        order by round(result_score, 3) desc nulls last
    ) end as rank,
    is_confirmed,
    legal_source,
    {{ maturity('month_no', "nullif(member_code, '')") }} as maturity
from every
