"""Pull: bring the units' exports into the landing folder and register what is new.

Files are fetched by several threads (`ingestion.crew`) and registered by this one, in the order in
which they were asked for: the register does not depend on who answered first.
"""

import os
from collections import Counter
from collections.abc import Collection, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ingestion.addresses import Address, address_of, local_address
from ingestion.connections import Connection, ConnectionFault, Connections, from_environment
from ingestion.crew import side_by_side
from ingestion.fetching import Fetcher
from ingestion.home import Home
from ingestion.landing import sweep
from ingestion.log import Log
from ingestion.messages import text
from ingestion.periods import PeriodError, add_months, months_between, parse_period
from ingestion.places.place import SourceFailedError, SourceMissingError
from ingestion.progress import Progress, quiet
from ingestion.receipts import (
    MODES,
    Arrival,
    Mode,
    Receipt,
    RegisterError,
    append_receipt,
    check_name,
    period_log,
    read_receipts,
)
from ingestion.register import Submission, read_submissions
from ingestion.site import Site
from ingestion.sources import Feed, Source

Outcome = Literal["new", "unchanged", "missing", "failed"]
EXPORTS_VARIABLE = "MOTCUA_EXPORTS"
_SHOWN_REASONS = 10


class NothingArrivedError(Exception):
    """Not one file of the asked month is there; the message is for the user (Vietnamese)."""


class NotFetchedError(Exception):
    """Some files are there and could not be had; the message names each unit and why (Vietnamese)."""


@dataclass(frozen=True, slots=True)
class PullItem:
    """What came of asking one unit for one month."""

    unit: str
    period: str
    outcome: Outcome
    uri: str
    submission_id: str | None = None
    message: str | None = None
    feed: Feed = "cases"


@dataclass(frozen=True, slots=True)
class PullReport:
    """One item per unit and month that was asked."""

    items: list[PullItem] = field(default_factory=list)


def pull(  # noqa: PLR0913 - all but the first three have a good default
    site: Site,
    home: Home,
    period: str,
    *,
    first: str | None = None,
    units: Collection[str] | None = None,
    progress: Progress = quiet,
    connections: Connections = from_environment,
) -> PullReport:
    """Ask every unit, or these ``units`` alone, for its file of ``period`` and of the months before.

    Months run from ``first`` to ``period``; without it from max(first_period, period - lookback), so late
    and corrected files come in. A unit whose file is missing or cannot be had stops nobody.
    ``connections`` gives the connection of an id that ``sources.yml`` names.
    """
    asks = [
        _ask_of(source, month)
        for month in months_asked(site, period, first)
        for source in site.sources
        if source.covers(month) and (units is None or source.unit in units)
    ]
    intake = _Intake.open(site, home, connections)
    totals, done, report = Counter(ask.period for ask in asks), Counter[str](), PullReport()
    with closing(intake.load(asks)) as items:
        for item in items:
            report.items.append(item)
            done[item.period] += 1
            what = text("intake.pulling", period=item.period)
            progress(what, done[item.period], totals[item.period])
    return report


def months_asked(site: Site, period: str, first: str | None = None) -> list[str]:
    """The months that a pull of ``period`` asks for, oldest first; never one before the site's first."""
    begin = first or add_months(period, -site.pull.lookback_months)
    return months_between(max(site.first_period, begin), parse_period(period))


def range_asked(site: Site, first: str, last: str) -> list[str]:
    """The months of a range that a person names, oldest first.

    Raises PeriodError (Vietnamese) when one is no month, they are swapped, or the site begins later.
    """
    first, last = parse_period(first), parse_period(last)
    if first > last:
        raise PeriodError(text("schedule.months_swapped", first=first, last=last))
    if first < site.first_period:
        values = {"first": first, "site_first": site.first_period}
        raise PeriodError(text("schedule.before_first", **values))
    return months_between(first, last)


def units_asked(site: Site, period: str, first: str | None = None) -> list[str]:
    """The codes of the units that have a source in one of these months, in the site's order."""
    months = months_asked(site, period, first)
    asked = (source.unit for source in site.sources if any(source.covers(m) for m in months))
    return list(dict.fromkeys(asked))


def _ask_of(source: Source, month: str) -> "_Ask":
    uri = source.location(month)
    return _Ask(source.unit, source.feed, month, "replace", uri, source.connection)


def reasons_missing(report: PullReport, period: str) -> list[str]:
    """Why files of ``period`` could not be had, once per reason."""
    found = (x.message for x in report.items if x.period == period and x.message)
    return list(dict.fromkeys(found))


def require_files(site: Site, home: Home, period: str, reasons: Iterable[str]) -> None:
    """Raise `NothingArrivedError` when no cases of ``period`` are there, from this pull or before.

    Its message (Vietnamese) holds the ``reasons`` for which files could not be had.
    """
    submissions = read_submissions(site, home)
    if any(x.period == period and x.feed == "cases" for x in submissions):
        return
    heading = text("intake.nothing_arrived", period=period)
    raise NothingArrivedError(_listed(heading, list(dict.fromkeys(reasons))))


def not_fetched(report: PullReport) -> list[str]:
    """Each file that is there but could not be had, with the reason: a server is down, say."""
    failed = (item for item in report.items if item.outcome == "failed")
    return [f"{item.unit} {item.period}: {item.message}" for item in failed]


def require_fetched(report: PullReport) -> None:
    """Raise `NotFetchedError` when a file is there but could not be had."""
    if failed := not_fetched(report):
        raise NotFetchedError(_listed(text("intake.not_fetched", count=len(failed)), failed))


def _listed(heading: str, lines: list[str]) -> str:
    shown, more = [heading, *lines[:_SHOWN_REASONS]], len(lines) - _SHOWN_REASONS
    if more > 0:
        shown.append(text("intake.and_more", count=more))
    return "\n  ".join(shown)


def pull_file(  # noqa: PLR0913, PLR0917 - what a receipt holds
    site: Site,
    home: Home,
    unit: str,
    period: str,
    path: Path,
    mode: str = "replace",
    feed: Feed = "cases",
) -> PullItem:
    """Load one given file for a unit and month.

    Raises `RegisterError` (Vietnamese) for a unit the site does not know or an unknown mode.
    """
    known = next((known for known in MODES if known == mode), None)
    if known is None:
        raise RegisterError(text("intake.bad_verdict"))
    if all(row.code != unit for row in site.units):
        raise RegisterError(text("intake.unknown_unit", unit=unit))
    ask = _Ask(unit, feed, parse_period(period), known, path.name, file=path)
    intake = _Intake.open(site, home, from_environment)
    with closing(intake.load([ask])) as items:
        return next(items)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One file asked for: whose, what it holds, for which month, from where.

    ``file``: exactly this one, chosen by a person.
    """

    unit: str
    feed: Feed
    period: str
    mode: Mode
    uri: str
    connection: str | None = None
    file: Path | None = None

    def item(
        self, outcome: Outcome, submission_id: str | None = None, message: str | None = None
    ) -> PullItem:
        """Return what came of it."""
        return PullItem(
            self.unit, self.period, outcome, self.uri, submission_id, message, self.feed
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """An ask that can be fetched; ``no_ops``: hashes of bytes that would change nothing."""

    ask: _Ask
    address: Address
    no_ops: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Landed:
    """A file whose bytes lie in the landing folder (for good), or change nothing (None)."""

    file_name: str
    sha256: str
    bytes: int | None


_Failure = SourceMissingError | SourceFailedError


@dataclass
class _Intake:
    home: Home
    base: Path
    fetcher: Fetcher
    connections: Connections
    known: dict[str, Submission]
    logs: dict[str, Log] = field(default_factory=dict)
    found: dict[str, Connection | ConnectionFault] = field(default_factory=dict)
    earlier: dict[str, dict[tuple[str, Feed], list[Receipt]]] = field(default_factory=dict)
    """Receipts before this pull: period -> (unit, feed) -> in their order."""

    @classmethod
    def open(cls, site: Site, home: Home, connections: Connections) -> "_Intake":
        home.create()
        sweep(home)
        exports = os.environ.get(EXPORTS_VARIABLE)
        base = Path(exports) if exports else site.directory / "exports"
        known = {row.submission_id: row for row in read_submissions(site, home)}
        fetcher = Fetcher(home, site.pull.max_file_mb << 20)
        return cls(home, base.resolve(), fetcher, connections, known)

    def load(self, asks: list[_Ask]) -> Generator[PullItem, None, None]:
        """Fetch, land and register files; yield what came of each ask, in their order."""
        jobs = [self._job(ask) for ask in asks]
        todo = [job for job in jobs if isinstance(job, _Job)]
        self.fetcher.expect(
            (job.address, self._connection(ask.connection))
            for ask, job in zip(asks, jobs, strict=True)
            if isinstance(job, _Job)
        )
        results = side_by_side(
            [(job.address.server, job) for job in todo],
            self._fetch,
            width=self.fetcher.width,
            leave=self.fetcher.leave,
            stop=self.fetcher.stop,
        )
        with closing(results):
            for ask, job in zip(asks, jobs, strict=True):
                result = next(results) if isinstance(job, _Job) else job
                if isinstance(result, _Landed):
                    yield self._register(ask, result)
                elif isinstance(result, SourceMissingError):
                    yield ask.item("missing", message=str(result))
                else:
                    yield ask.item("failed", message=str(result))

    def _fetch(self, job: _Job) -> _Landed | _Failure:
        """Fetch and land one file (in a thread: disks, too, do several things at once)."""
        ask = job.ask
        try:
            fetched = self.fetcher.fetch(job.address, job.no_ops)
        except (SourceMissingError, SourceFailedError) as failure:
            return failure
        arrived = fetched.arrived
        if arrived is None:
            return _Landed(fetched.file_name, fetched.sha256, None)
        if arrived.sha256 in job.no_ops:
            arrived.discard()
            return _Landed(fetched.file_name, fetched.sha256, None)
        arrived.settle(self.home, ask.unit, ask.period, fetched.file_name)
        return _Landed(fetched.file_name, fetched.sha256, arrived.bytes)

    def _job(self, ask: _Ask) -> _Job | _Failure:
        check_name(ask.unit)
        try:
            if ask.file is not None:
                address = local_address(ask.file)
            else:
                address = address_of(ask.uri, self._connection(ask.connection), self.base)
        except SourceFailedError as failure:
            return failure
        hashes = _no_ops(self._receipts(ask), ask, self.known)
        return _Job(ask, address, frozenset(hashes))

    def _connection(self, name: str | None) -> Connection | None:
        """Return the connection of an id, asked for once; raises `SourceFailedError`."""
        if name is None:
            return None
        if name not in self.found:
            try:
                self.found[name] = self.connections(name)
            except ConnectionFault as fault:
                self.found[name] = fault
        found = self.found[name]
        if isinstance(found, ConnectionFault):
            raise SourceFailedError(str(found)) from found
        return found

    def _receipts(self, ask: _Ask) -> list[Receipt]:
        if ask.period not in self.earlier:
            by_unit = self.earlier.setdefault(ask.period, {})
            for receipt in read_receipts(self._log(ask.period)):
                by_unit.setdefault((receipt.unit, receipt.feed), []).append(receipt)
        return self.earlier[ask.period].get((ask.unit, ask.feed), [])

    def _log(self, period: str) -> Log:
        if period not in self.logs:
            self.logs[period] = period_log(self.home, period)
        return self.logs[period]

    def _register(self, ask: _Ask, landed: _Landed) -> PullItem:
        """Write the receipt, unless the bytes change nothing."""
        if landed.bytes is None:
            same = _no_ops(self._receipts(ask), ask, self.known)[landed.sha256]
            return ask.item("unchanged", same.submission_id)

        def unless(earlier: list[Receipt]) -> Receipt | None:
            return _no_ops(earlier, ask, self.known).get(landed.sha256)

        arrival = Arrival(
            unit=ask.unit,
            period=ask.period,
            mode=ask.mode,
            uri=ask.uri,
            file_name=landed.file_name,
            bytes=landed.bytes,
            sha256=landed.sha256,
            feed=ask.feed,
        )
        log = self._log(ask.period)
        receipt, is_new = append_receipt(self.home, arrival, log=log, unless=unless)
        return ask.item("new" if is_new else "unchanged", receipt.submission_id)


def _no_ops(earlier: list[Receipt], ask: _Ask, known: dict[str, Submission]) -> dict[str, Receipt]:
    """Return the receipts whose bytes would change nothing if they came again, by hash.

    * The newest one of this mode, whatever became of it (or a rejected file would be registered at
      every pull), and the newest from this source: a file that still lies where it lay was not
      sent again, even if a person has given another one since.
    * The current ones: the newest not rejected replacement and, for a supplement, all not rejected
      supplements.

    Older revisions do not count: sending one again means something. A corrected layout needs no
    receipt: it reads the landed bytes again.
    """
    newest = [receipt for receipt in earlier if receipt.mode == ask.mode]
    from_here = [receipt for receipt in newest if receipt.uri == ask.uri]
    standing = [receipt for receipt in earlier if _stands(receipt, ask.mode, known)]
    current = standing[-1:] if ask.mode == "replace" else standing
    same = (*current, *from_here[-1:], *newest[-1:])
    return {receipt.sha256: receipt for receipt in same}


def _stands(receipt: Receipt, mode: Mode, known: dict[str, Submission]) -> bool:
    found = known.get(receipt.submission_id)
    if found is None:  # came in since this pull began
        return receipt.mode == mode
    return found.status != "rejected" and found.mode == mode
