"""When a DAG runs: the days and the hour of the site's `operations.yml`, asked anew each time.

Airflow knows the timetable through the entry point `airflow.plugins` of pyproject.toml.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

if TYPE_CHECKING:
    from airflow.timetables.trigger import CronTriggerTimetable
    from pendulum import DateTime

    from ingestion.operations import Clock

Event = Literal["pull", "remind"]
DEFAULT_SITE = "sites/demo"


def default_site() -> str:
    """The site folder of this Airflow: `MOTCUA_SITE`, else the demo."""
    return os.environ.get("MOTCUA_SITE", DEFAULT_SITE)


class SiteClock(Timetable):  # type: ignore[misc]  # airflow is not typed here
    """Runs at the hours that the site of this Airflow says for one event.

    Nothing is read when a DAG file is loaded. The site's file is read whenever Airflow asks for the
    next run, so that a changed hour needs no restart.
    """

    description = "operations.yml"

    def __init__(self, event: Event) -> None:
        self.event = event

    def serialize(self) -> dict[str, Any]:
        """The event; what its hours are is asked later."""
        return {"event": self.event}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> SiteClock:
        """The timetable of a stored DAG."""
        return cls(data["event"])

    @property
    def summary(self) -> str:
        """What the DAG list shows. Airflow asks for it when it loads the DAG file: not the hours themselves."""
        return f"operations.yml: {self.event}"

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """A run by hand is of the moment it was asked for."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next of the site's hours; a new installation waits for it, before anyone has set up the units."""
        return self._now().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )

    def _now(self) -> CronTriggerTimetable:
        from airflow.timetables.trigger import CronTriggerTimetable

        clock, zone = hours(self.event)
        return CronTriggerTimetable(clock.cron, timezone=zone, run_immediately=timedelta(0))


def hours(event: Event) -> tuple[Clock, str]:
    """The site's hours of an event, and its time zone.

    Of a site that is wrong they are the shipped ones: the run then says what is wrong with it, to a person.
    """
    from dags.runs import site_directory
    from ingestion.operations import Operations
    from ingestion.settings import Settings
    from ingestion.site import read_operations
    from ingestion.site_files import Problems, parse_yaml, read_yaml

    directory = site_directory(default_site())
    problems = Problems(directory)
    operations = read_operations(directory, problems) or Operations()
    settings = parse_yaml(read_yaml(directory / "site.yml", problems), Settings, problems)
    zone = settings.time_zone if settings else str(Settings.model_fields["time_zone"].default)
    return getattr(operations, event), zone


class SiteClockPlugin(AirflowPlugin):  # type: ignore[misc]
    """Makes the timetable known: Airflow stores a DAG only with timetables that it can load again."""

    name = "motcua"
    timetables = [SiteClock]  # noqa: RUF012  (declared so by the base class)
