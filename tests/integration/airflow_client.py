"""Airflow's REST interface, as an operator who has logged in uses it."""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

SECONDS_TO_RUN = 600  # what hangs, also on a slow machine
ENDED = ("success", "failed")


class Client:
    """A log-in; `run` is where a run of a DAG is found."""

    def __init__(self, address: str, password: str) -> None:
        self._address = address
        self._headers = {"Content-Type": "application/json"}
        answer = self.ask("/auth/token", {"username": "admin", "password": password})
        self._headers["Authorization"] = f"Bearer {answer['access_token']}"

    def ask(
        self, path: str, body: dict[str, Any] | None = None, method: str | None = None
    ) -> dict[str, Any]:
        """POST `body` to `path`, or GET it without one; HTTPError when refused."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, self._headers, method=method)
        with urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def start(self, dag: str, logical_date: str | None = None, **conf: Any) -> str:
        """Start a run by hand with a filled form; where it is found."""
        runs = f"/api/v2/dags/{dag}/dagRuns"
        run = self.ask(runs, {"logical_date": logical_date, "conf": conf})
        return f"{runs}/{run['dag_run_id']}"

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """All runs of a DAG, oldest first."""
        found = self.ask(f"/api/v2/dags/{dag}/dagRuns?order_by=run_after&limit=100")["dag_runs"]
        return list(found)

    def tasks(self, run: str) -> dict[str, str]:
        """State of each task of a run; of a mapped one the states of its instances, sorted."""
        states = defaultdict(list)
        for task in self.instances(run):
            states[task["task_id"]].append(str(task["state"]))
        return {name: " ".join(sorted(found)) for name, found in states.items()}

    def instances(self, run: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        found = self.ask(f"{run}/taskInstances?limit=200")["task_instances"]
        return list(found)

    def wait(self, run: str, *states: str, task: str | None = None) -> None:
        """Wait until the run, or one of its tasks, is in one of the states."""
        deadline = time.monotonic() + SECONDS_TO_RUN
        while time.monotonic() < deadline:
            state = self.tasks(run).get(task) if task else self.ask(run)["state"]
            if state in states:
                return
            assert state not in ENDED, (run, state, self.tasks(run))
            time.sleep(1)
        pytest.fail(f"{run}: {self.tasks(run)}")

    def wait_for_run(self, dag: str, number: int) -> str:
        """Wait until the DAG has had `number` runs; where the last of them is found."""
        deadline = time.monotonic() + SECONDS_TO_RUN
        while time.monotonic() < deadline:
            if len(found := self.runs(dag)) >= number:
                return f"/api/v2/dags/{dag}/dagRuns/{found[number - 1]['dag_run_id']}"
            time.sleep(1)
        pytest.fail(f"{dag}: {len(self.runs(dag))} of {number} runs")

    def answer(self, run: str, option: str, **form: str) -> dict[str, Any]:
        """Answer the approval task of a run as the page does; what it showed."""
        self.wait(run, "awaiting_input", task="approve")
        where = f"{run}/taskInstances/approve/-1/hitlDetails"
        page = self.ask(where)
        self.ask(where, {"chosen_options": [option], "params_input": form}, "PATCH")
        return page


def password_of(folder: Path) -> str:
    """The password of `admin` that Airflow made below its folder."""
    written = folder / "simple_auth_manager_passwords.json.generated"
    passwords: dict[str, str] = json.loads(written.read_text("utf-8"))
    return passwords["admin"]
