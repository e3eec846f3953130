"""Run the DAGs `pull_exports` and `month_end` in this process: no server, progress on the terminal.

`python -m dags.local --site DIR --period YYYY-MM` does what the scheduled runs do, through the
same DAGs, with an Airflow database of its own. Airflow is imported late: its settings are
environment variables, and a wrong site or period is told at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from dags.environment import airflow_environment
from dags.progress import listen
from dags.terminal import TerminalListener
from ingestion.messages import text
from ingestion.periods import PeriodError, parse_period
from ingestion.site import Site, SiteError, load_site
from motcua.console import GATE, INTERNAL, PARTLY, USAGE

if TYPE_CHECKING:
    from airflow.sdk import DAG

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run one month and return the exit code: 0, 1, 2, 3 or 4 as in `motcua month-end`."""
    asked = _parse(arguments)
    errors = Console(stderr=True)
    try:
        site, period = load_site(asked.site), parse_period(asked.period)
    except SiteError as error:
        return _complain(errors, error.problems, USAGE)
    except (PeriodError, FileNotFoundError) as error:
        return _complain(errors, [str(error)], USAGE)

    home: Path = asked.home.resolve()
    console = Console()
    try:
        listener, succeeded, log = run_month_end(site, period, home, console)
    except KeyboardInterrupt:
        return _complain(errors, [text("month_end.interrupted")], INTERRUPTED)
    if not succeeded:
        return _explain_failure(errors, listener.error, log)
    code = _summary(site, period, home)
    # What failed and stopped nobody: files that could not be had, or a fault of ours in taking them in.
    return _explain_failure(errors, listener.error, log) if listener.error else code


def run_month_end(
    site: Site, period: str, home: Path, console: Console
) -> tuple[TerminalListener, bool, Path]:
    """Run both DAGs once for `site` and `period`; return their listener, success and the log file."""
    began = time.monotonic()
    os.environ.update(airflow_environment(home, "local"))
    log = home.resolve() / "airflow" / "local" / "logs" / f"month_end-{period}-{os.getpid()}.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    console.print(text("month_end.starting", period=period, site=site.name), highlight=False)

    beside = {"build": _import_great_expectations}
    with TerminalListener(console, beside) as listener, log.open("w", encoding="utf-8") as log_file:
        listen(listener)
        listener.preparing("airflow", began)
        dags = _load_dags(log_file)
        conf = {"site": str(site.directory.resolve()), "period": period}
        # One batch: the terminal shows the steps, not the tasks.
        succeeded = _run(dags["pull_exports"], {**conf, "batch_units": len(site.units)})
        succeeded = succeeded and _run(dags["month_end"], conf)
    return listener, succeeded, log


def _run(dag: DAG, conf: dict[str, Any]) -> bool:
    """Run a DAG here; whether it succeeded. Nothing is tried again: a person is watching."""
    for task in dag.tasks:
        task.retries = 0
        task.on_failure_callback = ()  # nor written to
    dag.deadline = None
    run = dag.test(run_conf=conf, mark_success_pattern="tell_not_fetched")
    return bool(run.state == "success")


def _load_dags(log_file: TextIO) -> dict[str, DAG]:
    """Import Airflow with its log in `log_file`, prepare its database and load the DAGs."""
    import airflow  # noqa: F401  (configures logging: must come before ours)
    from airflow.sdk.log import configure_logging

    configure_logging(output=log_file, log_level="INFO", colored_console_log=False)
    logging.captureWarnings(True)
    from airflow.utils.db import initdb

    initdb()
    return {
        name: getattr(import_module(f"dags.{name}"), f"DAG_{name.upper()}")
        for name in ("pull_exports", "month_end")
    }


def _import_great_expectations() -> None:
    """Import it in a thread while dbt runs in its own process: it alone costs about six seconds."""
    thread = threading.Thread(target=import_module, args=("great_expectations",), daemon=True)
    thread.start()


def _explain_failure(errors: Console, error: BaseException | None, log: Path) -> int:
    from ingestion.pull import NotFetchedError, NothingArrivedError
    from warehouse.build import BuildTestFailed
    from warehouse.gates import GateFailed

    if isinstance(error, NothingArrivedError):
        return _complain(errors, [str(error)], USAGE)
    if isinstance(error, NotFetchedError):
        return _complain(errors, [str(error)], PARTLY)
    if isinstance(error, GateFailed | BuildTestFailed):
        return _complain(errors, [str(error)], GATE)
    reason = str(error) if error else text("month_end.no_reason")
    return _complain(errors, [reason, text("month_end.see_log", path=log)], INTERNAL)


def _summary(site: Site, period: str, home: Path) -> int:
    from motcua.cli import print_summary

    return print_summary(site, home, period)


def _complain(errors: Console, lines: list[str], code: int) -> int:
    for line in lines:
        errors.print(line, markup=False, highlight=False, soft_wrap=True)
    return code


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dags.local", description=__doc__)
    parser.add_argument("--site", type=Path, required=True, help="site folder, e.g. sites/demo")
    parser.add_argument("--period", required=True, help="month, YYYY-MM")
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("MOTCUA_HOME", "var")),
        help="folder of all data (default: $MOTCUA_HOME, else var)",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
