"""Gate 3, what is said of people and of single open cases: the 10 % rule, its evidence, the backlog."""

from expectations.checks import Check, Source, between, no_rows, unique

OFFICIAL = Source("mart.mart_official_year", keys=("calendar", "period", "grain", "official_key"))
BACKLOG = Source("mart.mart_backlog_case", keys=("unit_code", "case_code"))


def people_checks() -> tuple[Check, ...]:
    """Checks of mart_official_year, mart_official_case and mart_backlog_case."""
    return (
        Check(
            "official_year_unique",
            "critical",
            OFFICIAL,
            unique("calendar", "period", "grain", "official_key"),
        ),
        Check("official_rate_in_range", "critical", OFFICIAL, between("rate", 0, 1)),
        Check(
            "official_limit_is_ten_percent",
            "critical",
            OFFICIAL,
            no_rows("""
            select calendar, period, grain, official_key, numerator, denominator, exceeds_limit
            from checked
            where denominator > 0 and exceeds_limit
                    <> (numerator * 10 > denominator and official_key <> '(trống)')
        """),
        ),
        Check("official_evidence_is_listed", "critical", OFFICIAL, no_rows(_EVIDENCE)),
        Check("backlog_is_every_open_case", "critical", BACKLOG, no_rows(_OPEN)),
    )


# Whoever is said to be over the limit finds every late case in the list of evidence.
_EVIDENCE = """
    with listed as (
        select calendar, official_key, period, count(*) as case_count
        from mart.mart_official_case
        group by calendar, official_key, period
    ),

    summed as (
        select o.calendar, o.period, o.official_key, any_value(o.evidence_count) as evidence_count,
            coalesce(sum(l.case_count), 0)::bigint as case_count
        from checked as o
        left join listed as l
            on o.calendar = l.calendar and o.official_key = l.official_key
            and left(o.period, 4) = left(l.period, 4) and l.period <= o.period
        where o.grain = 'person'
        group by o.calendar, o.period, o.official_key
    )

    select * from summed where evidence_count <> case_count
"""

_OPEN = """
    select unit_code, m.pending_count, b.open_count
    from (
        select unit_code, pending_in_time_count + pending_overdue_count + pending_suspended_count
            + pending_no_due_count as pending_count
        from mart.mart_unit_month
        where period = (select max(period) from mart.mart_unit_month)
    ) as m
    full join (
        select unit_code, count(*) as open_count from checked group by unit_code
    ) as b using (unit_code)
    where coalesce(m.pending_count, 0) <> coalesce(b.open_count, 0)
"""
