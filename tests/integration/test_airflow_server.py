"""`make airflow` for real: start, log in, run a DAG by hand, stop, nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dags.serve import free_port
from samples.generate import generate
from tests.integration.airflow_client import Client

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 300  # what hangs, also on a slow machine


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


def test_it_starts_runs_what_a_person_asks_for_and_stops(
    server: tuple[subprocess.Popen[bytes], Path], tmp_path: Path
) -> None:
    """The month itself is run on the services of docker-compose.yml (test_airflow_stack.py)."""
    site = tmp_path / "site"
    generate(site, site / "exports", units=3, months=2, cases_per_unit_month=20, dirt=0.0)
    process, output = server
    found = wait_for(output, r"(http://localhost:\d+)\n.*: admin .*: (\S+)", SECONDS_TO_START)
    client = Client(found[1], found[2])
    assert client.ask("/api/v2/importErrors")["import_errors"] == []

    run = client.start("pull_exports", site=str(site), period="2024-05")
    client.wait(run, "failed")  # of a month that nobody has sent
    others = dict.fromkeys(("plan", "pull", "gather"), "success")
    assert client.tasks(run) == {**others, "tell_not_fetched": "skipped", "arrived": "failed"}
    logs = client.ask(f"{run}/taskInstances/arrived/logs/1?full_content=true")
    assert "Chưa có tệp nào của kỳ 2024-05" in str(logs["content"])

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
