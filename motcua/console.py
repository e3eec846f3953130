"""What all commands share: where output goes, how errors are told, exit codes."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingestion.messages import text
from ingestion.periods import PeriodError
from ingestion.progress import Progress as Report
from ingestion.progress import quiet
from ingestion.register import RegisterError
from ingestion.site import SiteError

DONE, INTERNAL, USAGE, GATE, PARTLY = 0, 1, 2, 3, 4
PIPE_WIDTH = 300
TIME = "%H:%M:%S %d/%m/%Y"
"""A moment as people are told it, on the authority's clock."""


def stdout() -> Console:
    """A console that never cuts a table when the output is piped into a file."""
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def say(line: str) -> None:
    """Print a sentence as it stands: not cut, not coloured, whatever a path or a name in it holds."""
    stdout().print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn errors a person can mend into their message and exit code; anything else is ours (exit 1)."""
    from ingestion.pull import NothingArrivedError
    from publishing.form_06a import ReportError
    from publishing.notices import NoticeStateError
    from publishing.reports import PeriodNotServed
    from publishing.snapshot import PublishError
    from warehouse.build import BuildError, BuildTestFailed
    from warehouse.closing import ClosingError
    from warehouse.closing_store import ClosingTampered
    from warehouse.gates import GateFailed
    from warehouse.known_then import BytesGone
    from warehouse.served import NothingServed

    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        yield
    except SiteError as error:
        for problem in error.problems:
            errors.print(problem)
        raise typer.Exit(USAGE) from None
    except (PeriodError, RegisterError, NothingServed, NothingArrivedError) as error:
        errors.print(str(error))
        raise typer.Exit(USAGE) from None
    except (PeriodNotServed, ClosingError, BytesGone) as error:
        errors.print(str(error))
        raise typer.Exit(USAGE) from None
    except (GateFailed, BuildTestFailed, ClosingTampered) as error:
        errors.print(str(error))
        raise typer.Exit(GATE) from None
    except (BuildError, PublishError, ReportError, NoticeStateError) as error:
        errors.print(str(error))
        raise typer.Exit(INTERNAL) from None
    except OSError as error:
        errors.print(_about_place(error))
        raise typer.Exit(USAGE if isinstance(error, PLACE_ERRORS) else INTERNAL) from None


# A path that a person gave and that cannot be used; other OSErrors (a full disk) are no usage.
PLACE_ERRORS = (
    FileNotFoundError,
    FileExistsError,
    NotADirectoryError,
    IsADirectoryError,
    PermissionError,
)


def _about_place(error: OSError) -> str:
    """Our own errors carry a whole sentence, the system's an errno and a path."""
    if error.errno is None:
        return str(error)
    return text("cli.place_error", path=error.filename or "", problem=error.strerror)


@contextmanager
def bar(as_json: bool) -> Iterator[Report]:
    """A progress bar on a terminal, nothing where the output is read by a program."""
    if as_json or not sys.stderr.isatty():
        yield quiet
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def report(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total or None)

        yield report


def _plain(value: Any) -> Any:
    """Dataclasses, paths and dates as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value


def print_json(value: Any) -> None:
    print(json.dumps(_plain(value), ensure_ascii=False, indent=2))
