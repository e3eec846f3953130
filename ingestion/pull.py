"""Pull: bring the units' exports into the landing folder and register what is new."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from ingestion.fetching import Fetcher, RemoteFile, SourceFailedError, SourceMissingError
from ingestion.home import Home
from ingestion.landing import hash_of, take_in
from ingestion.log import Log
from ingestion.messages import text
from ingestion.periods import add_months, months_between, parse_period
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
from ingestion.sources import Feed

Outcome = Literal["new", "unchanged", "missing", "failed"]
EXPORTS_VARIABLE = "MOTCUA_EXPORTS"
_SHOWN_REASONS = 10


class NothingArrivedError(Exception):
    """Not one file of the asked month is there; the message is for the user (Vietnamese)."""


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


def pull(site: Site, home: Home, period: str, *, progress: Progress = quiet) -> PullReport:
    """Ask every unit for its file of ``period`` and of the months looked back to.

    Months run from max(first_period, period - lookback) to ``period``, so late and corrected files
    come in. A unit whose file is missing or cannot be had stops nobody.
    """
    first = max(site.first_period, add_months(period, -site.pull.lookback_months))
    intake = _Intake.open(site, home)
    report = PullReport()
    for month in months_between(first, parse_period(period)):
        asked = [source for source in site.sources if source.covers(month)]
        what = text("intake.pulling", period=month)
        for done, source in enumerate(asked, start=1):
            uri = source.location(month)
            find = partial(intake.fetcher.find, uri)
            item = intake.load(_Ask(source.unit, source.feed, month, "replace", uri), find)
            report.items.append(item)
            progress(what, done, len(asked))
    return report


def require_files(site: Site, home: Home, period: str, report: PullReport) -> None:
    """Raise `NothingArrivedError` when no file of ``period`` is there, from this pull or before.

    Its message (Vietnamese) says why each unit's file could not be had, once per reason.
    """
    if any(submission.period == period for submission in read_submissions(site, home)):
        return
    reasons = [x.message for x in report.items if x.period == period and x.message]
    lines = [text("intake.nothing_arrived", period=period), *dict.fromkeys(reasons)]
    shown, more = lines[: _SHOWN_REASONS + 1], len(lines) - _SHOWN_REASONS - 1
    if more > 0:
        shown.append(text("intake.and_more", count=more))
    raise NothingArrivedError("\n  ".join(shown))


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
    intake = _Intake.open(site, home)
    absolute = str(Path(path).resolve())
    # A literal path: a * in it is a letter.
    find = partial(intake.fetcher.find_exact, absolute)
    ask = _Ask(unit, feed, parse_period(period), known, Path(path).name)
    return intake.load(ask, find)


@dataclass(frozen=True, slots=True)
class _Ask:
    """One file asked for: whose, what it holds, for which month, from where."""

    unit: str
    feed: Feed
    period: str
    mode: Mode
    uri: str

    def item(
        self, outcome: Outcome, submission_id: str | None = None, message: str | None = None
    ) -> PullItem:
        """Return what came of it."""
        return PullItem(
            self.unit, self.period, outcome, self.uri, submission_id, message, self.feed
        )


@dataclass
class _Intake:
    home: Home
    fetcher: Fetcher
    known: dict[str, Submission]
    logs: dict[str, Log] = field(default_factory=dict)

    @classmethod
    def open(cls, site: Site, home: Home) -> "_Intake":
        home.create()
        exports = os.environ.get(EXPORTS_VARIABLE)
        base = Path(exports) if exports else site.directory / "exports"
        fetcher = Fetcher(base.resolve(), site.pull.max_file_mb << 20)
        submissions = read_submissions(site, home)
        return cls(home, fetcher, {row.submission_id: row for row in submissions})

    def load(self, ask: _Ask, find: Callable[[], RemoteFile]) -> PullItem:
        """Fetch, land and register one file."""
        check_name(ask.unit)
        try:
            return self._load(ask, find())
        except SourceMissingError as missing:
            return ask.item("missing", message=str(missing))
        except SourceFailedError as failed:
            return ask.item("failed", message=str(failed))

    def _load(self, ask: _Ask, file: RemoteFile) -> PullItem:
        log = self.logs.setdefault(ask.period, period_log(self.home, ask.period))
        if file.is_local:
            # A local file is hashed where it lies: most of them are the same as last time.
            same = self._same(self._earlier(log, ask), ask.mode, hash_of(file.chunks()))
            if same:
                return ask.item("unchanged", same.submission_id)
        arrived = take_in(self.home, file.chunks())

        def unless(earlier: list[Receipt]) -> Receipt | None:
            return self._same(earlier, ask.mode, arrived.sha256)

        same = unless(self._earlier(log, ask))
        if same:
            arrived.discard()
            return ask.item("unchanged", same.submission_id)
        arrived.settle(self.home, ask.unit, ask.period, file.file_name)
        arrival = Arrival(
            unit=ask.unit,
            period=ask.period,
            mode=ask.mode,
            uri=file.uri,
            file_name=file.file_name,
            bytes=arrived.bytes,
            sha256=arrived.sha256,
            feed=ask.feed,
        )
        receipt, is_new = append_receipt(self.home, arrival, log=log, unless=unless)
        return ask.item("new" if is_new else "unchanged", receipt.submission_id)

    @staticmethod
    def _earlier(log: Log, ask: _Ask) -> list[Receipt]:
        return [x for x in read_receipts(log) if (x.unit, x.feed) == (ask.unit, ask.feed)]

    def _same(self, earlier: list[Receipt], mode: Mode, sha256: str) -> Receipt | None:
        """Return the receipt that makes these bytes a no-op.

        The newest one of this mode, whatever became of it (or a rejected file would be registered
        at every pull), and the current ones: the newest not rejected replacement and, for a
        supplement, all not rejected supplements. Older revisions do not count: sending one again
        means something. A corrected layout needs no receipt: it reads the landed bytes again.
        """
        newest = [receipt for receipt in earlier if receipt.mode == mode][-1:]
        standing = [receipt for receipt in earlier if self._stands(receipt, mode)]
        current = standing[-1:] if mode == "replace" else standing
        return next((x for x in (*newest, *current) if x.sha256 == sha256), None)

    def _stands(self, receipt: Receipt, mode: Mode) -> bool:
        known = self.known.get(receipt.submission_id)
        if known is None:  # came in since this pull began
            return receipt.mode == mode
        return known.status != "rejected" and known.mode == mode
