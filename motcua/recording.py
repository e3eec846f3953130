"""How a command records its steps (ingestion.run_log)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console

from ingestion.home import Home
from ingestion.run_log import Recorder, RunLogError, cli_run, recorded


@contextmanager
def command_run(home: Home, command: str) -> Iterator[Recorder]:
    """Give the recorder of one command's steps, and bring the table of runs up to date when it ends.

    The table is made of the log and can be written at any later time: when that fails it is told, and
    changes nothing of how the command ends.
    """
    from publishing.run_table import write_run_table

    try:
        yield partial(recorded, home, cli_run(command))
    finally:
        try:
            write_run_table(home)
        except RunLogError as problem:
            errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
            errors.print(str(problem))
