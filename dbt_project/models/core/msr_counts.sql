-- Measures that are sums of the disjoint counts, per unit and reporting period. Only periods in which the unit reported:
-- a month without a file has no figures (domain §2, missing unit).
with summed as (
    select
        a.calendar,
        a.period_kind,
        a.period,
        a.last_month_no,
        a.unit_code,
        a.grain,
        {{ sum_counts(all_measures()) }}
    from {{ ref('agg_unit_sector_period') }} as a
    where a.is_reported
    group by all
),

counted as (
    select
        s.*,
        {{ policy_sum('p.numerator') }} as late_numerator,
        {{ policy_sum('p.denominator') }} as late_denominator
    from summed as s
    inner join {{ ref('dim_policy') }} as p on p.is_default and s.grain = p.grain
),

measured as (
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        unnest([
            struct_pack(measure_code := 'late_rate', numerator := late_numerator, denominator := late_denominator),
            struct_pack(
                measure_code := 'early_on_time_rate',
                numerator := resolved_early_count + resolved_on_time_count,
                denominator := resolved_early_count + resolved_on_time_count + resolved_late_count
            ),
            struct_pack(
                measure_code := 'in_term_rate',
                numerator := {{ resolved_total() }} - resolved_late_count + {{ pending_total() }} - pending_overdue_count,
                denominator := {{ resolved_total() }} + {{ pending_total() }}
            ),
            struct_pack(
                measure_code := 'overdue_case_count',
                numerator := resolved_late_count + pending_overdue_count,
                denominator := null::BIGINT
            ),
            struct_pack(
                measure_code := 'pending_overdue_rate',
                numerator := pending_overdue_count,
                denominator := {{ pending_total() }}
            ),
            struct_pack(
                measure_code := 'online_case_rate',
                numerator := received_online_count,
                denominator := received_count
            )
        ], recursive := true)
    from counted
)

select
    calendar,
    period_kind,
    period,
    last_month_no,
    unit_code,
    measure_code,
    numerator::DECIMAL(18, 4) as numerator,
    denominator::DECIMAL(18, 4) as denominator,
    'cases' as input
from measured
