"""Gate 1: what the units sent. Ledger, stated totals, rejected shares, coverage (design §4, §8)."""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

from expectations.checks import Check, Source, at_least, in_set, no_rows, not_null, unique
from ingestion.site import Site

LEDGER = Source("quality.load_ledger", keys=("submission_id",))
REJECTED = Source("quality.rejected_rows", keys=("submission_id", "sheet", "row_number", "rule_id"))


def checks(site: Site) -> tuple[Check, ...]:
    """The checks of this gate, with the shares that the site allows."""
    rejected_share = float(site.gates.maximum_rejected_share)
    reported_share = float(site.gates.minimum_reported_share)
    return (
        Check("submission_unique", "critical", LEDGER, unique("submission_id")),
        Check(
            "submission_status_known",
            "critical",
            LEDGER,
            in_set("status", ("accepted", "rejected", "held")),
        ),
        Check(
            "accepted_has_rows_read",
            "critical",
            LEDGER,
            no_rows("""
            select submission_id, unit_code, period, file_name
            from checked
            where status = 'accepted' and rows_read is null
        """),
        ),
        Check(
            "ledger_adds_up",
            "critical",
            LEDGER,
            no_rows("""
            select submission_id, unit_code, period, file_name, rows_read,
                rows_accepted, rows_rejected, rows_duplicate, rows_ignored
            from checked
            where status = 'accepted'
                and rows_read is distinct from
                    rows_accepted + rows_rejected + rows_duplicate + rows_ignored
        """),
        ),
        Check(
            "submission_unit_known",
            "critical",
            LEDGER,
            no_rows("""
            select submission_id, unit_code, period, file_name
            from checked
            where unit_code is null or unit_code not in (select unit_code from core.dim_unit)
        """),
        ),
        Check(
            "rejected_rows_counted",
            "critical",
            LEDGER,
            no_rows("""
            select c.submission_id, c.unit_code, c.period, c.rows_rejected,
                count(distinct (r.sheet, r.row_number)) as rows_with_reason
            from checked as c
            left join quality.rejected_rows as r on c.submission_id = r.submission_id
            where c.status = 'accepted'
            group by c.submission_id, c.unit_code, c.period, c.rows_rejected
            having c.rows_rejected
                <> count(distinct case when r.submission_id is not null
                    then (r.sheet, r.row_number) end)
        """),
        ),
        Check("rejected_row_has_reason", "critical", REJECTED, not_null("message")),
        Check(
            "stated_total_agrees",
            "warning",
            LEDGER,
            no_rows("""
            select c.submission_id, c.unit_code, c.period, c.file_name, c.stated_total,
                c.rows_read, c.rows_ignored
            from checked as c
            inner join quality.findings as f on c.submission_id = f.submission_id
            where f.rule_id = 'stated_total_differs' and c.is_current
        """),
        ),
        Check(
            "rejected_share_small",
            "warning",
            LEDGER,
            no_rows(f"""
            select submission_id, unit_code, period, file_name, rows_rejected,
                rows_accepted + rows_rejected as rows_of_cases
            from checked
            where status = 'accepted' and is_current
                and rows_rejected > {rejected_share!r} * (rows_accepted + rows_rejected)
        """),
        ),
        Check(
            "nothing_held_or_refused",
            "warning",
            LEDGER,
            no_rows("""
            select submission_id, unit_code, period, file_name, status, message
            from checked
            where status <> 'accepted'
                and period = (select newest_period from meta.build)
        """),
        ),
        Check(
            "newest_month_reported",
            "critical",
            _coverage(site),
            at_least("reported_share", reported_share),
        ),
        Check(
            "every_unit_reported",
            "warning",
            _expected_units(site),
            no_rows("""
            select unit_code, period
            from checked
            where not is_reported
        """),
        ),
    )


def _expected(site: Site) -> str:
    """SQL rows (period, unit_code, is_reported): the units asked for the newest month.

    From sources.yml, because a unit that never sent anything has no row in the warehouse.
    """
    asked = [
        (source.unit, source.valid_from or "0000-00", source.valid_to or "9999-99")
        for source in site.sources
        if source.feed == "cases"
    ]
    values = ", ".join(f"({_quoted(u)}, {_quoted(a)}, {_quoted(z)})" for u, a, z in asked)
    return f"""
        select distinct b.newest_period as period, e.unit_code,
            exists (
                select 1 from core.fct_unit_report as r
                where r.unit_code = e.unit_code and r.period = b.newest_period and r.is_reported
            ) as is_reported
        from meta.build as b
        inner join (values {values}) as e (unit_code, valid_from, valid_to)
            on b.newest_period between e.valid_from and e.valid_to
    """


def _expected_units(site: Site) -> Source:
    return Source("expected_units", keys=("unit_code",), query=_expected(site))


def _coverage(site: Site) -> Source:
    query = f"""
        select period, count(*) as expected_units, count(*) filter (is_reported) as reported_units,
            count(*) filter (is_reported) / count(*)::double as reported_share
        from ({_expected(site)}) as expected
        group by period
    """
    return Source("coverage", keys=("period",), query=query)


def _quoted(value: str) -> str:
    """A SQL string literal. SQLAlchemy would read `:name` as a parameter, so no colon stands."""
    return "'" + str(value).replace("'", "''").replace(":", "' || chr(58) || '") + "'"
