"""What is there, what failed, and which command to give next (`motcua status`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ingestion.home import Home
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, places_of
from ingestion.sources import Source
from warehouse.closing_store import Closing, read_closings
from warehouse.restatement import moved_months
from warehouse.revision import code_revision
from warehouse.served import NothingServed, Row, rows, served


@dataclass(frozen=True)
class Status:
    """The state of one home for one site.

    served: the row of meta.build that readers see, or None. coverage: per month the number of units
    asked, reported, and of files rejected or held, and who still has to send: exports of cases
    (`missing`) and register workbooks (`missing_registers`). A unit whose file waits for a person is
    no longer missing. problems: submissions that a person must look at. closings: every version
    of every signed month. restated: signed months whose served figures are others now
    (warehouse.restatement). next_command: what to run next, or None when there is nothing to do.
    """

    served: dict[str, Any] | None
    coverage: list[dict[str, Any]]
    problems: list[Submission]
    closings: list[Closing]
    restated: list[Row]
    next_command: str | None

    @property
    def waits_for_units(self) -> bool:
        """Whether a unit still has to send a file: one that was rejected, or one that never came."""
        return bool(self.problems) or any(month["missing"] for month in self.coverage)


def status(site: Site, home: Home) -> Status:
    """Compute the status from the register and the served file; changes nothing."""
    submissions = read_submissions(site, home)
    closings = read_closings(home)
    build: dict[str, Any] | None = None
    is_behind = True
    to_sign = None
    restated: list[Row] = []
    try:
        with served(home) as connection:
            build = rows(connection, "select * from meta.build")[0]
            is_behind = bool(read_behind(connection, site, submissions, closings))
            to_sign = next(iter(open_months(connection, closings)), None)
            restated = moved_months(connection)
    except NothingServed:
        build = None
    coverage = _coverage(site, submissions)
    problems = open_problems(submissions)
    waiting = {s.period for s in problems} | {m["period"] for m in coverage if m["missing"]}
    if to_sign in waiting:  # signing it without them is a decision, not the next step
        to_sign = None
    command = _next_command(site, submissions, problems, is_behind=is_behind, to_sign=to_sign)
    command = f"{command} {places_of(site, home)}" if command else None
    return Status(build, coverage, problems, closings, restated, command)


def current_build(site: Site, home: Home) -> str | None:
    """Return the id of the served build when building again would give the same rows, else None.

    The warehouse is a function of the submissions as they stand, the signed months, the site's files
    and the code (design §1): the served build is current when all four are those it was made from.
    """
    submissions, closings = read_submissions(site, home), read_closings(home)
    try:
        with served(home) as connection:
            build = rows(connection, "select * from meta.build")[0]
            is_behind = build["code_revision"] != code_revision() or bool(
                read_behind(connection, site, submissions, closings)
            )
    except NothingServed:
        return None
    return None if is_behind else str(build["build_id"])


def months_to_report(site: Site, home: Home, period: str) -> list[str]:
    """The months, oldest first, whose reports do not show their files as they stand now.

    Files that came, were read or were decided on since the served build was made; a decision that moves a file
    concerns both months. Besides, ``period`` when some unit has sent its cases, else the newest month
    for which one has. Empty when nobody has ever sent any.
    """
    submissions = read_submissions(site, home)
    sent = {s.period for s in submissions if s.feed == "cases"}
    try:
        with served(home) as connection:
            moved = read_behind(connection, site, submissions, ()).submissions
    except NothingServed:
        moved = frozenset(s.submission_id for s in submissions)
    concerned = {s.period for s in submissions if s.submission_id in moved}
    concerned |= {submission_id.partition(".")[0] for submission_id in moved}
    newest = {period} & sent or set(sorted(sent)[-1:])
    return sorted((concerned & sent) | newest)


def months_served(home: Home) -> set[str]:
    """The months of which there are figures. Raises NothingServed."""
    with served(home) as connection:
        found = rows(connection, "select distinct period from core.fct_unit_report")
    return {row["period"] for row in found}


def _coverage(site: Site, submissions: list[Submission]) -> list[dict[str, Any]]:
    """One row per month that has a submission: asked, reported, missing, rejected, held."""
    months = []
    for period in sorted({s.period for s in submissions}):
        of_month = [s for s in submissions if s.period == period]
        reported = {(s.feed, s.unit_code) for s in of_month if s.status == "accepted"}
        expected = {(s.feed, s.unit) for s in site.sources if s.covers(period)}
        missing = [(s.feed, s.unit) for s in missing_sources(site, of_month, period)]
        months.append(
            {
                "period": period,
                "expected": sum(feed == "cases" for feed, _ in expected),
                "reported": sum(feed == "cases" for feed, _ in reported),
                "missing": [unit for feed, unit in missing if feed == "cases"],
                "missing_registers": [unit for feed, unit in missing if feed == "registers"],
                "rejected": sum(s.status == "rejected" for s in of_month),
                "held": sum(s.status == "held" for s in of_month),
            }
        )
    return months


def missing_sources(site: Site, of_month: Sequence[Submission], period: str) -> list[Source]:
    """Who was asked for a file of the month and still has to send one, by feed and unit.

    `of_month`: the month's submissions. What a person refused counts as not sent.
    """
    came = {(s.feed, s.unit_code) for s in of_month if s.status in ("accepted", "received")}
    came |= {(s.feed, s.unit_code) for s in open_problems(of_month)}
    asked = {(s.feed, s.unit): s for s in site.sources if s.covers(period)}
    return [asked[key] for key in sorted(asked.keys() - came)]


def open_problems(submissions: Sequence[Submission]) -> list[Submission]:
    """Held files, and rejected ones that no accepted file of the same unit, feed and month has followed.

    What a person refused is settled: it waits for nobody.
    """
    answered: dict[tuple[str, str, str], int] = {}
    for s in submissions:
        if s.status == "accepted":
            key = (s.unit_code, s.feed, s.period)
            answered[key] = max(answered.get(key, 0), s.receipt_seq)
    return [
        s
        for s in submissions
        if s.status == "held"
        or (
            s.status == "rejected"
            and answered.get((s.unit_code, s.feed, s.period), 0) < s.receipt_seq
            and all(m.code != "refused" for m in s.messages)
        )
    ]


@dataclass(frozen=True)
class Behind:
    """What the served file does not show yet; false when it shows everything.

    submissions: ids of files that came, were read or were decided on. site: the authority's files are
    others. closings: signed months that stand otherwise than it says.
    """

    submissions: frozenset[str] = frozenset()
    site: bool = False
    closings: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.submissions or self.site or self.closings)


def read_behind(
    connection: Any,
    site: Site,
    submissions: Sequence[Submission],
    closings: Sequence[Closing],
) -> Behind:
    """Compare the served file with the register, the site's files and the signed months as they are now."""
    build = rows(connection, "select site_digest from meta.build")[0]
    ledger = rows(connection, "select submission_id, status, period, mode from quality.load_ledger")
    known = {tuple(row.values()) for row in ledger}
    found = {(s.submission_id, s.status, s.period, s.mode) for s in submissions}
    return Behind(
        submissions=frozenset(row[0] for row in known ^ found),
        site=build["site_digest"] != site.digest,
        closings=_moved_closings(connection, closings),
    )


def _moved_closings(connection: Any, closings: Sequence[Closing]) -> frozenset[str]:
    """Months whose closings the served file does not know as they stand now."""
    try:
        found = rows(
            connection, "select period, closing_version, closing_status from core.dim_closing"
        )
    except duckdb.CatalogException:  # a file of an earlier release
        found = []
    served_ones = {tuple(row.values()) for row in found}
    standing = {(c.period, c.version, c.status) for c in closings}
    return frozenset(period for period, _, _ in served_ones ^ standing)


def open_months(connection: Any, closings: Sequence[Closing]) -> list[str]:
    """The months served that are not signed; only the first of them can be."""
    signed = {c.period for c in closings if c.status == "in_force"}
    months = rows(connection, "select distinct period from core.fct_unit_report order by 1")
    return [row["period"] for row in months if row["period"] not in signed]


def _next_command(
    site: Site,
    submissions: list[Submission],
    problems: list[Submission],
    *,
    is_behind: bool,
    to_sign: str | None,
) -> str | None:
    """The one command that moves things on, without its places (--site, --home)."""
    held = [s for s in problems if s.status == "held"]
    if held:
        return f"motcua decide {held[0].submission_id} accept --by TEN --reason LY_DO"
    accepted = [s for s in submissions if s.status == "accepted" and s.feed == "cases"]
    if not accepted:
        return f"motcua month-end --period {site.first_period}"
    newest = max(s.period for s in accepted)
    if is_behind:
        return f"motcua month-end --period {newest}"
    if to_sign:
        return f"motcua close --period {to_sign} --by TEN --reason LY_DO"
    return None
