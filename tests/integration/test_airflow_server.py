"""`make airflow` for real: start, log in, run a month by hand, sign it, stop, nothing left behind."""

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
from ingestion.home import Home
from samples.generate import generate
from warehouse.closing_store import read_closings
from warehouse.served import rows, served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START, SECONDS_TO_RUN = 300, 600  # what hangs, also on a slow machine


class Client:
    """Airflow's REST interface, as a person who has just logged in."""

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

    def start(self, dag: str, site: Path, period: str) -> str:
        """Start a run by hand; where it is found."""
        runs = f"/api/v2/dags/{dag}/dagRuns"
        conf = {"site": str(site), "period": period}
        run = self.ask(runs, {"logical_date": None, "conf": conf})
        return f"{runs}/{run['dag_run_id']}"

    def tasks(self, run: str) -> dict[str, str]:
        """State of each task of a run."""
        found = self.ask(f"{run}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] for task in found}

    def wait(self, run: str, task: str | None, *states: str) -> None:
        """Wait until the run, or one of its tasks, is in one of the states."""
        deadline = time.monotonic() + SECONDS_TO_RUN
        while time.monotonic() < deadline:
            state = self.tasks(run).get(task) if task else self.ask(run)["state"]
            if state in states:
                return
            assert state != "failed", self.tasks(run)
            time.sleep(2)
        pytest.fail(f"{run}: {self.tasks(run)}")


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


def test_a_month_is_published_and_signed_on_the_server(
    server: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    """As an operator over REST: a run by hand, then the figures, "not yet", and the signature."""
    site = tmp_path / "site"
    generate(site, site / "exports", units=3, months=2, cases_per_unit_month=20, dirt=0.0)
    process, output = server
    found = wait_for(output, r"(http://localhost:\d+)\n.*: admin .*: (\S+)", SECONDS_TO_START)
    client = Client(found[1], found[2])
    assert client.ask("/api/v2/importErrors")["import_errors"] == []

    client.wait(client.start("month_end", site, "2024-02"), None, "success")
    home = Home(tmp_path / "home")
    assert (home.serving / "warehouse.duckdb").exists()

    kept = client.start("close_month", site, "2024-01")
    page = answer(client, kept, "Chưa chốt")
    assert "| Tiếp nhận trong kỳ |" in page["body"]
    assert page["subject"] == "Chốt số liệu kỳ 2024-01?"
    client.wait(kept, None, "success")
    assert client.tasks(kept)["sign"] == client.tasks(kept)["publish_signed"] == "skipped"
    assert read_closings(home) == []

    signing = client.start("close_month", site, "2024-01")
    answer(client, signing, "Chốt", signer="Nguyễn An", reason="Báo cáo tháng 1", without="")
    client.wait(signing, None, "success")
    (closing,) = read_closings(home)
    assert (closing.period, closing.version, closing.status) == ("2024-01", 1, "in_force")
    assert (closing.closed_by, closing.reason) == (
        "Nguyễn An (tài khoản admin)",
        "Báo cáo tháng 1",
    )
    with served(home) as connection:
        assert rows(
            connection, "select distinct maturity from mart.mart_unit_month order by 1"
        ) == [
            {"maturity": "closed"},
            {"maturity": "provisional"},
        ]

    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert [p for p in family if p.is_running()] == []


def answer(client: Client, run: str, option: str, **form: str) -> dict[str, Any]:
    """Answer the approval task of a run as the page does; what it showed."""
    client.wait(run, "approve", "awaiting_input")
    where = f"{run}/taskInstances/approve/-1/hitlDetails"
    page = client.ask(where)
    client.ask(where, {"chosen_options": [option], "params_input": form}, "PATCH")
    return page


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
