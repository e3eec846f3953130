"""`make airflow` for real: start, log in, run `month_end` by hand, stop, nothing left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from dags.serve import free_port
from samples.generate import generate

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START, SECONDS_TO_RUN = 120, 180


class Client:
    """Airflow's REST interface, as a person who has just logged in."""

    def __init__(self, address: str, password: str) -> None:
        self._address = address
        self._headers = {"Content-Type": "application/json"}
        answer = self.ask("/auth/token", {"username": "admin", "password": password})
        self._headers["Authorization"] = f"Bearer {answer['access_token']}"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST `body` to `path`, or GET it without one; HTTPError when refused."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self._address + path, data, self._headers), timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def wait_for(output: Path, pattern: str, seconds: int) -> re.Match[str]:
    """Wait until `output` holds `pattern`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := re.search(pattern, output.read_text("utf-8")):
            return found
        time.sleep(0.5)
    pytest.fail(f"no {pattern!r} in:\n{output.read_text('utf-8')}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    output = tmp_path / "output"
    command = [sys.executable, "-m", "dags.serve", "--home", str(tmp_path / "home")]
    command += ["--port", str(free_port(0))]
    outer = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "MOTCUA"))}
    with output.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=outer, stdout=file, stderr=subprocess.STDOUT
        )
    yield process, output
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def test_a_run_by_hand_on_the_server(
    server: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    generate(site, site / "exports", units=3, months=2, cases_per_unit_month=20, dirt=0.0)
    process, output = server
    found = wait_for(output, r"(http://localhost:\d+)\n.*: admin .*: (\S+)", SECONDS_TO_START)
    client = Client(found[1], found[2])
    client_errors = client.ask("/api/v2/importErrors")
    assert client_errors["import_errors"] == []

    conf = {"site": str(site), "period": "2024-02"}
    run = client.ask("/api/v2/dags/month_end/dagRuns", {"logical_date": None, "conf": conf})
    where, deadline = f"/api/v2/dags/month_end/dagRuns/{run['dag_run_id']}", time.monotonic()
    while run["state"] in {"queued", "running"} and time.monotonic() < deadline + SECONDS_TO_RUN:
        time.sleep(2)
        run = client.ask(where)
    tasks = client.ask(f"{where}/taskInstances")["task_instances"]
    assert run["state"] == "success", {task["task_id"]: task["state"] for task in tasks}
    assert (tmp_path / "home" / "serving" / "warehouse.duckdb").exists()

    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert [p for p in family if p.is_running()] == []


def test_a_process_that_dies_ends_the_server(
    server: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, output = server
    wait_for(output, r"http://localhost", SECONDS_TO_START)
    family = psutil.Process(process.pid).children(recursive=True)
    next(p for p in family if p.cmdline()[-1] == "dag-processor").kill()
    assert process.wait(timeout=60) == 1
    assert "dag-processor" in output.read_text("utf-8").splitlines()[-3]
    assert [p for p in family if p.is_running()] == []
