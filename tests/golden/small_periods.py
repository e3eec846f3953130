"""The small build's tables of periods, policies and causes; their figures follow from its months."""

import duckdb

CAUSES = (
    # code, name, place in the form
    ("staffing", "Thiếu biên chế, nhân lực", 1),
    ("coordination", "Cơ quan, đơn vị phối hợp chậm", 2),
    ("other", "Nguyên nhân khác", 3),
    ("(trống)", "(trống)", 4),
)
OVERDUE = (
    # unit, cause, late, pending overdue in 2024-12: per unit, columns (10) and (13) of its form
    ("NT-LOC-THO", "staffing", 2, 1),
    ("NT-LOC-THO", "(trống)", 1, 0),
    ("NT-TU-PHAP", "coordination", 3, 0),
    ("NT-TU-PHAP", "(trống)", 0, 2),
    ("NT-VINH-HAI", "other", 0, 1),
)


def add_periods(connection: duckdb.DuckDBPyConnection) -> None:
    """Write what the workbooks read beyond the months; the months must be there."""
    connection.execute("""
        create table mart.mart_unit_period as
        select 'calendar' as calendar, 'month' as period_kind, * from mart.mart_unit_month
    """)
    connection.execute(
        "create table core.dim_overdue_cause (cause_code varchar, cause_name varchar, line_number bigint)"
    )
    connection.executemany("insert into core.dim_overdue_cause values (?, ?, ?)", CAUSES)
    connection.execute(
        "create temp table overdue (unit_code varchar, cause_code varchar, late bigint, pending bigint)"
    )
    connection.executemany("insert into overdue values (?, ?, ?, ?)", OVERDUE)
    connection.execute("""
        create table mart.mart_cause_of_overdue as
        select 'calendar' as calendar, 'month' as period_kind, '2024-12' as period, o.unit_code,
            u.unit_name, o.cause_code, c.cause_name, c.line_number, o.late as resolved_late_count,
            o.pending as pending_overdue_count, o.late + o.pending as overdue_count
        from overdue as o
        inner join core.dim_overdue_cause as c on o.cause_code = c.cause_code
        inner join core.dim_unit as u on o.unit_code = u.unit_code
    """)
    connection.execute(_POLICIES)


# Beside the default policy one that counts every resolved case, as form II.06a does.
_POLICIES = """
    create table mart.mart_policy_comparison as
    with counted as (
        select m.period, m.unit_code, m.unit_name, m.is_reported, p.policy_code, p.policy_name,
            p.is_default, m.late_numerator as numerator,
            case when not m.is_reported then null when p.is_default then m.late_denominator
                else m.resolved_early_count + m.resolved_on_time_count + m.resolved_late_count
                    + m.resolved_no_due_count + m.withdrawn_count + m.refused_count
            end as denominator
        from mart.mart_unit_month as m
        cross join (
            values ('strict', 'Trễ hạn trên hồ sơ có hạn đã giải quyết', true),
                ('kstt', 'Trễ hạn trên toàn bộ hồ sơ đã giải quyết (biểu II.06a)', false)
        ) as p (policy_code, policy_name, is_default)
    ),
    ranked as (
        select *, numerator / nullif(denominator, 0) as rate, denominator < 20 as small_n,
            case when rate is not null then rank() over (
                partition by period, policy_code order by rate desc nulls last) end as rank
        from counted
    )
    select 'calendar' as calendar, 'month' as period_kind, r.*, d.rate as default_rate,
        d.rank as default_rank, r.rate - d.rate as rate_difference, r.rank - d.rank as rank_difference
    from ranked as r
    inner join ranked as d on r.period = d.period and r.unit_code = d.unit_code and d.is_default
"""
