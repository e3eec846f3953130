"""The record of runs: one line per finished step, one log per month (UTC) in which steps began.

It tells of the work, not of the figures: nothing is ever computed from it, and a home without it gives
the same warehouse.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict, cast, get_args
from uuid import uuid4

from ingestion.home import Home
from ingestion.log import Log, LogError
from ingestion.masking import masked_sentence
from ingestion.messages import text

By = Literal["schedule", "manual", "asset", "backfill", "cli"]
Outcome = Literal["done", "failed", "skipped"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
LONGEST_MESSAGE = 500


class Counts(TypedDict, total=False):
    """What a step counts; each is a column of the table of runs, in this order.

    The words for people are the texts `runs.column_<name>`.
    """

    files_new: int
    files_unchanged: int
    files_missing: int
    files_failed: int
    files_accepted: int
    files_rejected: int
    files_held: int
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    rows_ignored: int
    tables: int
    rows_published: int
    gates: int
    gates_failed: int
    warnings: int
    reports: int
    mails_sent: int
    mails_failed: int


COUNTS: tuple[str, ...] = tuple(Counts.__annotations__)


class CountedError(Exception):
    """An error that also tells what the step had counted until then."""

    def __init__(self, message: str, counts: Counts | None = None) -> None:
        """`message` is for a person; `counts` go into the record of the step."""
        super().__init__(message)
        self.counts = counts or Counts()


class RunLogError(OSError):
    """The record of a step cannot be written or read; the Vietnamese text says whether the step was done."""


@dataclass(frozen=True)
class RunOf:
    """The run that a step belongs to.

    run_id: Airflow's, or `cli_run(…)`'s. by: what started it. work: the DAG or command.
    """

    run_id: str
    by: By
    work: str
    try_number: int = 1


@dataclass
class StepRecord:
    """What the caller of `recorded` fills in while the step runs.

    A step that finds nothing to do sets `outcome` to "skipped". `message`: why, or what to know besides.
    """

    step: str
    period: str | None = None
    part: str | None = None
    build_id: str | None = None
    counts: Counts = field(default_factory=Counts)
    outcome: Outcome = "done"
    message: str | None = None


@dataclass(frozen=True)
class FinishedStep:
    """One line of the log; `began_at` is aware (UTC)."""

    record_id: str
    run_id: str
    by: str
    work: str
    step: str
    part: str | None
    period: str | None
    began_at: datetime
    seconds: float
    outcome: str
    message: str | None
    try_number: int
    build_id: str | None
    counts: dict[str, int]


Recorder = Callable[[str, str | None], AbstractContextManager[StepRecord]]
"""`recorded` for one home and run: what a function takes that runs several steps."""


def unrecorded(step: str, period: str | None) -> AbstractContextManager[StepRecord]:
    """A recorder that keeps nothing."""
    return nullcontext(StepRecord(step, period))


def cli_run(command: str) -> RunOf:
    """A new run of one command of the command line."""
    return RunOf(f"cli-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}", "cli", command)


def run_log(home: Home, month: str) -> Log:
    """The log of the steps that began in `month` (YYYY-MM, UTC)."""
    return Log(home.runs / f"{month}.jsonl")


def logged_months(home: Home) -> list[str]:
    """The months that have a log, in order."""
    return sorted(path.stem for path in home.runs.glob("[0-9]*-[0-9]*.jsonl"))


@contextmanager
def recorded(  # noqa: PLR0913 - what names a step
    home: Home,
    run: RunOf,
    step: str,
    period: str | None = None,
    *,
    part: str | None = None,
    skips: tuple[type[BaseException], ...] = (),
) -> Iterator[StepRecord]:
    """Write one line when the step ends, however it ends; what it raises goes on to the caller.

    part: which of several tasks of the same step this is. skips: errors that mean "nothing to do".

    Raises RunLogError before the step when its line could not be written, so that nothing is done
    unrecorded; and after it when the line cannot be written all the same (a full disk), with a text
    that says that the step itself is done. An error of the step is never covered up by one of the log.
    """
    record = StepRecord(step, period, part)
    began, started = datetime.now(UTC), time.monotonic()
    log = run_log(home, f"{began:%Y-%m}")
    _require_writable(log, step)
    try:
        yield record
    except BaseException as error:
        _note_error(record, error, skips)
        try:
            _append(log, run, record, began, time.monotonic() - started)
        except OSError as problem:
            error.add_note(text("runs.also_not_written", path=log.path, problem=_said(problem)))
        raise
    try:
        _append(log, run, record, began, time.monotonic() - started)
    except OSError as problem:
        said = text("runs.not_written", step=step, path=log.path, problem=_said(problem))
        raise RunLogError(said) from problem


def read_steps(home: Home, month: str) -> list[FinishedStep]:
    """The finished steps that began in `month`, in the order in which they ended.

    Raises RunLogError for a whole line that is no record: somebody else changed the file.
    """
    log = run_log(home, month)
    try:
        return [_finished(entry) for entry in log.read()]
    except LogError as problem:
        raise RunLogError(text("runs.unreadable", place=str(problem))) from problem
    except (KeyError, TypeError, ValueError) as problem:
        raise RunLogError(text("runs.unreadable", place=log.path)) from problem


def last_runs(home: Home, number: int) -> list[list[FinishedStep]]:
    """The steps of the last `number` runs, the earliest run first; reads only the months that it needs.

    Two DAGs that start at the same time bear the same run id: a run is a DAG (or command) and an id.
    """
    steps: list[FinishedStep] = []
    for month in reversed(logged_months(home)):
        enough = len({(step.work, step.run_id) for step in steps}) >= number
        steps += read_steps(home, month)
        if enough:  # this month was for the first steps of runs that went on into the next one
            break
    runs: dict[tuple[str, str], list[FinishedStep]] = {}
    for step in sorted(steps, key=lambda step: step.began_at):
        runs.setdefault((step.work, step.run_id), []).append(step)
    newest_last = sorted(runs.values(), key=lambda steps: steps[-1].began_at)
    return newest_last[-number:] if number > 0 else []


def _require_writable(log: Log, step: str) -> None:
    """Make the file where it is missing; what forbids that forbids the step."""
    try:
        with log.locked():
            os.close(os.open(log.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    except OSError as problem:
        said = text("runs.not_writable", step=step, path=log.path, problem=_said(problem))
        raise RunLogError(said) from problem


def _note_error(
    record: StepRecord, error: BaseException, skips: tuple[type[BaseException], ...]
) -> None:
    record.outcome = "skipped" if isinstance(error, skips) else "failed"
    record.message = error_line(error)
    for known in _with_causes(error):
        if isinstance(known, CountedError):
            record.counts.update(known.counts)


def _with_causes(error: BaseException) -> Iterable[BaseException]:
    known: BaseException | None = error
    while known is not None:
        yield known
        known = known.__cause__


_HIDDEN = "•••"
_LOGIN = re.compile(
    r"(?<=://)(?:[^/@\s]+|[^/@:\s]+:[^@\s]+)(?=@)|(?i:(?<=bearer\s)|(?<=basic\s))[\w.+/=~-]+"
)
_SECRET = re.compile(
    r"""(?ix) ( [\w-]* (?:token|passw(?:or)?d|passphrase|secret|signature|credential|pwd|api[_-]?key) [\w-]*
    ["']? \s* [=:] \s* ) (?: "[^"]*" | '[^']*' | [^\s"'&,;]+ )"""
)


def error_line(error: BaseException) -> str:
    """The first line of an error for the record: no secrets, no names of people, not without end."""
    said = str(error).strip()
    name = type(error).__name__
    line = said.splitlines()[0] if said else name
    if type(error).__module__ == "builtins" and said and not isinstance(error, OSError):
        line = f"{name}: {line}"  # of a defect of ours, "KeyError: 'x'" says more than "'x'"
    line = _SECRET.sub(rf"\1{_HIDDEN}", _LOGIN.sub(_HIDDEN, line))
    # A name of a file may hold bytes that are no text, and neither JSON nor PostgreSQL takes them.
    plain = line.encode("utf-8", "replace").decode().replace("\0", " ")
    return masked_sentence(plain)[:LONGEST_MESSAGE]


def _append(log: Log, run: RunOf, record: StepRecord, began: datetime, seconds: float) -> None:
    entry = {
        "record_id": uuid4().hex,
        **asdict(run),
        **asdict(record),
        "counts": {
            name: int(number) for name, number in cast(dict[str, int], record.counts).items()
        },
        "began_at": began.isoformat(timespec="milliseconds"),
        "seconds": round(seconds, 3),
    }
    with log.locked():
        log.append(entry)


_FIELDS = tuple(field.name for field in fields(FinishedStep))


def _finished(entry: dict[str, Any]) -> FinishedStep:
    """One line; what only a later version of the program writes into it is left out."""
    known = {name: entry[name] for name in _FIELDS}
    return FinishedStep(**{**known, "began_at": datetime.fromisoformat(known["began_at"])})


def _said(problem: OSError) -> str:
    return problem.strerror or str(problem)
