"""The timetable of a site: read from `operations.yml` when Airflow asks, not when a DAG file is loaded."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.unit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def site(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(project / "sites" / "template", folder)
    monkeypatch.setenv("MOTCUA_SITE", str(folder))
    return folder


def next_run(last: datetime | None = None) -> datetime:
    """When the scheduler would start the next pull, from the timetable as it is stored."""
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable
    from airflow.timetables.base import DataInterval, TimeRestriction
    from pendulum import instance

    from dags.site_clock import SiteClock

    timetable = decode_timetable(encode_timetable(SiteClock("pull")))
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    interval = DataInterval.exact(instance(last)) if last else None
    found = timetable.next_dagrun_info(
        last_automated_data_interval=interval, restriction=restriction
    )
    assert found is not None
    at: datetime = found.run_after.astimezone(HANOI)
    return at


def write(site: Path, pull: str) -> None:
    (site / "operations.yml").write_text(f"pull: {pull}\n", "utf-8")


def test_a_new_installation_waits_for_the_next_hour(site: Path) -> None:
    write(site, "{days: 5, hour: 2, minute: 30}")
    at = next_run()
    assert (at.day, at.hour, at.minute) == (5, 2, 30)
    assert timedelta(0) < at - datetime.now(tz=UTC) < timedelta(days=31)


def test_a_changed_hour_needs_no_restart(site: Path) -> None:
    write(site, "{days: 1-28, hour: 2}")
    assert next_run().hour == 2
    write(site, "{days: 1-28, hour: 4}")
    assert next_run().hour == 4


def test_after_a_run_comes_the_next_day_of_the_span(site: Path) -> None:
    write(site, "{days: 1-28, hour: 2}")
    first = next_run()
    second = next_run(last=first)
    assert second - first == timedelta(days=1) or (first.day, second.day) == (28, 1)


def test_a_site_that_is_wrong_runs_at_the_shipped_hours(site: Path) -> None:
    """So that a run, and not a silent schedule, says what is wrong."""
    write(site, "{days: 40, hour: 2}")
    assert 1 <= next_run().day <= 15
    (site / "site.yml").unlink()
    assert next_run().hour == 2


def test_a_dag_file_reads_no_site(dag_bag: Any, site: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    (site / "operations.yml").unlink()
    (site / "site.yml").unlink()
    loaded = DagBag(dag_folder=Path(dag_bag.dag_folder), bundle_name="test")
    assert loaded.import_errors == {}
