"""Lineage by configuration: assets become datasets of OpenLineage events; without it nothing is written."""

import subprocess
import sys
from pathlib import Path

import pytest

from dags.environment import airflow_environment, project_environment
from tests.integration.lineage import Flow, flows, lineage_settings, read_events

pytestmark = pytest.mark.integration

DAG = """
import sys
from pathlib import Path

from airflow.sdk import Asset, dag, task

RAW, CORE, MART, REPORTS = (
    Asset(name=f"motcua_{name}", uri=f"file://motcua/{name}")
    for name in ("raw", "core", "mart", "reports")
)


@dag(dag_id="small", schedule=None)
def small():
    @task(outlets=[RAW])
    def pull(*, outlet_events):
        outlet_events[RAW].extra = {"period": "2024-01"}

    @task(inlets=[RAW], outlets=[CORE, MART])
    def build():
        import duckdb

        duckdb.sql("select sum(range) from range(5000000)").fetchall()  # threads that a fork would lose

    @task(inlets=[MART], outlets=[REPORTS])
    def report():
        raise ValueError("Thiếu mẫu biểu")

    pull() >> build() >> report()


SMALL = small()

if __name__ == "__main__":
    from airflow.utils.db import initdb

    initdb()
    state = SMALL.test().state
    Path(sys.argv[1]).write_text(f"{state} {'openlineage.client' in sys.modules}")
"""
"""The assets have the names and addresses of ours; a home may stand anywhere, so no path is in them."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DAG in a folder, and room for a home beside it."""
    folder = tmp_path_factory.mktemp("lineage")
    (folder / "dags").mkdir()
    (folder / "dags" / "small.py").write_text(DAG, encoding="utf-8")
    return folder


def run_dag(folder: Path, settings: dict[str, str]) -> str:
    """Run the DAG in a process of its own; the state, and whether OpenLineage was loaded."""
    file = folder / "dags" / "small.py"
    own = {**airflow_environment(folder / "home", "lineage"), **settings}
    own["AIRFLOW__CORE__DAGS_FOLDER"] = str(file.parent)
    Path(own["AIRFLOW_HOME"]).mkdir(parents=True, exist_ok=True)
    result = folder / "result"
    subprocess.run(
        [sys.executable, str(file), str(result)],
        env=project_environment(own),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )
    return result.read_text("utf-8")


def test_events_carry_what_tasks_read_and_wrote(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    assert run_dag(folder, lineage_settings(file)) == "failed True"
    events = read_events(file)
    assert flows(events) == {
        "small": Flow(("FAIL",), frozenset(), frozenset()),  # only a scheduler tells of the start
        "small.pull": Flow(("START", "COMPLETE"), frozenset(), frozenset({"raw"})),
        "small.build": Flow(("START", "COMPLETE"), frozenset({"raw"}), frozenset({"core", "mart"})),
        "small.report": Flow(("START", "FAIL"), frozenset({"mart"}), frozenset({"reports"})),
    }
    assert {event["job"]["namespace"] for event in events} == {"motcua"}
    (failed,) = [
        e for e in events if (e["job"]["name"], e["eventType"]) == ("small.report", "FAIL")
    ]
    assert "Thiếu mẫu biểu" in failed["run"]["facets"]["errorMessage"]["message"]
    parents = {
        e["run"]["facets"]["parent"]["run"]["runId"] for e in events if "." in e["job"]["name"]
    }
    assert parents == {e["run"]["runId"] for e in events if e["job"]["name"] == "small"}


def test_without_configuration_nothing_is_written_or_loaded(folder: Path) -> None:
    assert run_dag(folder, {}) == "failed False"
    assert list(folder.rglob("*.jsonl")) == []
