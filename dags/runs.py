"""What a DAG run was asked for: which site, which folder, which month."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dags.environment import ROOT
from dags.progress import step

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ingestion.home import Home
    from ingestion.progress import Progress
    from ingestion.run_log import RunOf, StepRecord
    from ingestion.site import Site


def site_directory(text: str) -> Path:
    """The site folder meant by `text`; a relative path starts at the project folder."""
    return ROOT / text


def home_directory() -> Path:
    """The folder of all data: `MOTCUA_HOME`, else `var` in the project folder."""
    return ROOT / os.environ.get("MOTCUA_HOME", "var")


def open_run() -> tuple[Site, Home]:
    """Load the site of the running task and make sure its folders exist.

    Raises AirflowFailException (no retry) with all problems of the site when its configuration is
    wrong: only a person can mend it.
    """
    from airflow.sdk import get_current_context

    from ingestion.home import Home
    from ingestion.site import SiteError, load_site

    context = get_current_context()
    asked = [event["site"] for event in asked_by(context) if "site" in event]
    with only_a_person_can_mend(SiteError):
        site = load_site(site_directory([context["params"]["site"], *asked][-1]))
    return site, Home(home_directory()).create()


def asked_by(context: Any) -> list[dict[str, Any]]:
    """What the asset events say that started this run, oldest first; none for any other run."""
    events = context.get("triggering_asset_events") or {}
    found = [event for of_asset in events.values() for event in of_asset]
    return [event.extra for event in sorted(found, key=lambda event: event.timestamp)]


@dataclass(frozen=True)
class Work:
    """What a step works on, and where it says what it does."""

    site: Site
    home: Home
    progress: Progress
    record: StepRecord


@contextmanager
def at_work(name: str, *, period: str | None = None, part: str | None = None) -> Iterator[Work]:
    """One step of the running task: its site and home, its progress, its line in the record of runs.

    `part`: which of several tasks of the same step this is. Raises what `open_run` and
    `ingestion.run_log.recorded` raise.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from ingestion.run_log import recorded

    site, home = open_run()
    skips = (AirflowSkipException,)
    try:
        with (
            recorded(home, _run_of(), name, period, part=part, skips=skips) as record,
            step(name, skips) as progress,
        ):
            yield Work(site, home, progress, record)
    finally:
        _write_run_table(home)


def _run_of() -> RunOf:
    from airflow.sdk import get_current_context

    from ingestion.run_log import By, RunOf

    started: dict[str, By] = {
        "scheduled": "schedule",
        "asset_triggered": "asset",
        "backfill": "backfill",
    }
    context = get_current_context()
    run = context["dag_run"]
    by = started.get(str(getattr(run.run_type, "value", run.run_type)), "manual")
    return RunOf(run.run_id, by, run.dag_id, context["ti"].try_number)


def _write_run_table(home: Home) -> None:
    """Bring the table of runs up to date; it is made of the log, so that the next step can make up for it."""
    import logging

    from ingestion.run_log import RunLogError
    from publishing.run_table import write_run_table

    try:
        write_run_table(home)
    except RunLogError as problem:
        logging.getLogger("airflow.task").warning("%s", problem)


@contextmanager
def only_a_person_can_mend(*problems: type[Exception]) -> Iterator[None]:
    """Fail the task at once, without a retry and with the problem's own sentence, when one of these comes."""
    from airflow.sdk.exceptions import AirflowFailException

    try:
        yield
    except problems as problem:
        raise AirflowFailException(str(problem)) from problem


def run_periods(site: Site) -> list[str]:
    """The months of a run, oldest first: those of the events that started it, else `run_period`."""
    from airflow.sdk import get_current_context

    events = asked_by(get_current_context())
    asked = {period for event in events for period in event.get("periods", ())}
    return sorted(asked) or [run_period(site)]


def run_period(site: Site) -> str:
    """The month asked for in the form, else the month before the run, as `YYYY-MM`.

    The date of the run is the logical date in the site's time zone; a run started by hand without
    one counts from the moment it was asked for.
    """
    from airflow.sdk import get_current_context

    asked = get_current_context()["params"]["period"]
    return str(asked) if asked else month_before(run_day(site))


def run_day(site: Site) -> date:
    """The day of the run: of its logical date in the site's time zone, or of the moment it was asked for."""
    from airflow.sdk import get_current_context

    run = get_current_context()["dag_run"]
    moment: datetime = run.logical_date or run.run_after
    return day_of(moment, site.zone)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day that an aware moment falls on."""
    return moment.astimezone(zone).date()


def month_before(day: date) -> str:
    """The month before that of `day`, as `YYYY-MM`."""
    from ingestion.periods import period_of, previous_period

    return previous_period(period_of(day))
