"""OpenLineage events as Airflow writes them to a file: what each task read and wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMESPACE = "file://motcua"
"""What Airflow makes of our assets' addresses, `file://motcua/<name>`: namespace and `/<name>`."""
Event = dict[str, Any]


@dataclass(frozen=True)
class Flow:
    """The states that a task or DAG went through, and the assets that it read and wrote, by name."""

    states: tuple[str, ...]
    inputs: frozenset[str]
    outputs: frozenset[str]


def lineage_settings(file: Path) -> dict[str, str]:
    """The environment that makes Airflow write its events to `file`, whose folder is there."""
    transport = {"type": "file", "log_file_path": str(file), "append": True}
    return {
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "motcua",
        # The other way forks a task that has threads of DuckDB and Arrow running.
        "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "True",
    }


def read_events(file: Path) -> list[Event]:
    """Every event of a file, in the order in which they came."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def flows(events: list[Event]) -> dict[str, Flow]:
    """What each job (`dag` or `dag.task`) went through, read and wrote, over all its events."""
    found: dict[str, Flow] = {}
    for event in events:
        known = found.get(event["job"]["name"], Flow((), frozenset(), frozenset()))
        found[event["job"]["name"]] = Flow(
            (*known.states, event["eventType"]),
            known.inputs | _names(event["inputs"]),
            known.outputs | _names(event["outputs"]),
        )
    return found


def _names(datasets: list[dict[str, Any]]) -> frozenset[str]:
    assert {dataset["namespace"] for dataset in datasets} <= {NAMESPACE}
    return frozenset(dataset["name"].removeprefix("/") for dataset in datasets)
