"""Gate 2: cases and their months. Keys, dates, verdicts, references (domain §2)."""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

from expectations.checks import Check, Rule, Source, in_set, no_rows, not_above, not_null, unique
from ingestion.site import Site

CASE = Source("core.fct_case", keys=("case_key",))
CASE_MONTH = Source("core.fct_case_month", keys=("case_key", "period"))
UNIT = Source("core.dim_unit", keys=("unit_key",))

RESOLUTIONS = ("early", "on_time", "late", "no_due", "withdrawn", "refused")
PENDING_STATES = ("in_time", "overdue", "suspended", "no_due")


def checks(site: Site) -> tuple[Check, ...]:
    """The checks of this gate; none depends on the site so far."""
    del site
    return (*_cases(), *_months(), *_dimensions())


def _cases() -> tuple[Check, ...]:
    return (
        Check("case_key_present", "critical", CASE, not_null("case_key")),
        Check("case_key_unique", "critical", CASE, unique("case_key")),
        Check("case_received_present", "critical", CASE, not_null("received_on")),
        Check(
            "case_completed_after_received",
            "critical",
            CASE,
            not_above("received_on", "completed_on"),
        ),
        # The due date stands as of the month of completion, the received date as of today:
        # a unit that corrects the received date later can part them without any row being wrong.
        Check("case_due_after_received", "warning", CASE, not_above("received_on", "due_on")),
        Check(
            "case_outcome_known",
            "critical",
            CASE,
            in_set("outcome", ("done", "withdrawn", "refused")),
        ),
        Check("case_resolution_known", "critical", CASE, in_set("resolution", RESOLUTIONS)),
        Check(
            "case_channel_known", "critical", CASE, in_set("channel", ("direct", "online", "post"))
        ),
        Check(
            "case_resolved_when_completed",
            "critical",
            CASE,
            no_rows("""
            select case_key, completed_on, resolution
            from checked
            where (completed_on is null) <> (resolution is null)
        """),
        ),
        Check(
            "case_verdict_follows_dates",
            "critical",
            CASE,
            no_rows("""
            select case_key, due_on, completed_on, resolution
            from checked
            where completed_on is not null and resolution not in ('withdrawn', 'refused')
                and resolution <> case
                    when due_on is null then 'no_due'
                    when completed_on < due_on then 'early'
                    when completed_on = due_on then 'on_time'
                    else 'late'
                end
        """),
        ),
        Check(
            "case_unit_known", "critical", CASE, _known(("case_key",), "unit_code", "core.dim_unit")
        ),
        Check(
            "case_sector_known",
            "critical",
            CASE,
            _known(("case_key",), "sector_code", "core.dim_sector"),
        ),
        Check(
            "case_procedure_known",
            "critical",
            CASE,
            _known(("case_key",), "procedure_code", "core.dim_procedure"),
        ),
        Check(
            "case_official_known",
            "critical",
            CASE,
            _known(("case_key",), "official_key", "core.dim_official"),
        ),
        Check(
            "case_file_in_ledger",
            "critical",
            CASE,
            _known(("case_key",), "submission_id", "quality.load_ledger"),
        ),
    )


def _months() -> tuple[Check, ...]:
    keys = ("case_key", "period")
    return (
        Check("case_month_unique", "critical", CASE_MONTH, unique("case_key", "period")),
        Check(
            "case_month_case_known",
            "critical",
            CASE_MONTH,
            _known(keys, "case_key", "core.fct_case"),
        ),
        Check(
            "case_month_unit_known",
            "critical",
            CASE_MONTH,
            _known(keys, "unit_code", "core.dim_unit"),
        ),
        Check(
            "case_month_sector_known",
            "critical",
            CASE_MONTH,
            _known(keys, "sector_code", "core.dim_sector"),
        ),
        Check(
            "case_month_period_known",
            "critical",
            CASE_MONTH,
            _known(keys, "period", "core.dim_month"),
        ),
        Check(
            "case_month_resolution_known", "critical", CASE_MONTH, in_set("resolution", RESOLUTIONS)
        ),
        Check(
            "case_month_pending_known",
            "critical",
            CASE_MONTH,
            in_set("pending_state", PENDING_STATES),
        ),
        Check(
            "case_month_resolved_once",
            "critical",
            CASE_MONTH,
            no_rows("""
            select case_key, count(*) as months
            from checked
            where is_resolved
            group by case_key
            having count(*) > 1
        """),
        ),
        Check(
            "case_month_resolved_or_pending",
            "critical",
            CASE_MONTH,
            no_rows("""
            select case_key, period, is_resolved, resolution, pending_state
            from checked
            where is_resolved <> (resolution is not null)
                or is_resolved = (pending_state is not null)
        """),
        ),
        Check(
            "case_month_overdue_by_month_end",
            "critical",
            CASE_MONTH,
            no_rows("""
            select case_key, period, due_on, pending_state
            from checked
            where pending_state in ('overdue', 'in_time')
                and (pending_state = 'overdue')
                    is distinct from due_on < last_day((period || '-01')::date)
        """),
        ),
    )


def _dimensions() -> tuple[Check, ...]:
    return (
        Check("unit_key_unique", "critical", UNIT, unique("unit_key")),
        Check(
            "unit_versions_apart",
            "critical",
            UNIT,
            no_rows("""
            select a.unit_key, b.unit_key as other_unit_key
            from checked as a
            inner join checked as b on a.unit_code = b.unit_code and a.unit_key < b.unit_key
            where a.valid_from <= b.valid_to and b.valid_from <= a.valid_to
        """),
        ),
        Check(
            "sector_unique",
            "critical",
            Source("core.dim_sector", keys=("sector_code",)),
            unique("sector_code"),
        ),
        Check(
            "official_unique",
            "critical",
            Source("core.dim_official", keys=("official_key",)),
            unique("official_key"),
        ),
    )


def _known(keys: tuple[str, ...], column: str, table: str) -> Rule:
    """The column's value stands in the column of the same name of another table."""
    shown = ", ".join(dict.fromkeys((*keys, column)))
    return no_rows(f"""
        select {shown}
        from checked
        where {column} is null or {column} not in (select {column} from {table})
    """)
