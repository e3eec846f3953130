"""Airflow on this machine (`make airflow`): start its processes, tell the address, stop them.

`airflow standalone` leaves its processes running when it is ended by anything but Ctrl-C, and
cannot move to another port; hence this small supervisor.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from rich.console import Console

from dags.environment import ROOT, airflow_environment, project_environment
from ingestion.messages import text

HOST = "127.0.0.1"  # this machine only: a shared installation is docker-compose.yml
PREPARE = [["db", "migrate"], ["pools", "import", str(ROOT / "deploy" / "pools.json")]]
COMPONENTS = {
    "api-server": ["api-server", "--host", HOST, "--workers", "1"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
SECONDS_TO_START = 180
SECONDS_TO_STOP = 20
PASSWORDS = "simple_auth_manager_passwords.json.generated"


class Server:
    """The four Airflow processes of one machine, their settings and their log files."""

    def __init__(self, home: Path, port: int) -> None:
        """Settle the settings; nothing starts yet. `port` must be free."""
        settings = airflow_environment(home, "server")
        self.folder = Path(settings["AIRFLOW_HOME"])
        self.address = f"http://localhost:{port}"
        settings |= {
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        }
        self._environment = project_environment(settings)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Prepare the database (waits for it), then start the processes (does not wait)."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.log_file("database").open("wb") as log:
            for arguments in PREPARE:
                subprocess.run(
                    self._command(arguments),
                    env=self._environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    check=True,
                )
        for name, arguments in COMPONENTS.items():
            with self.log_file(name).open("wb") as log:
                self._processes[name] = subprocess.Popen(
                    self._command(arguments),
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
                )

    def is_healthy(self) -> bool:
        """Whether the web server answers and every other process has reported lately."""
        try:
            url = f"{self.address}/api/v2/monitor/health"
            with urlopen(url, timeout=5) as answer:  # noqa: S310  (our own http address)
                parts = json.load(answer)
        except (URLError, OSError):  # not listening yet
            return False
        return all(part is None or part["status"] == "healthy" for part in parts.values())

    def dead_component(self) -> str | None:
        """The name of a process that ended by itself, if any."""
        return next((n for n, p in self._processes.items() if p.poll() is not None), None)

    def password(self) -> str:
        """The password of `admin`, made by Airflow at its first start."""
        passwords: dict[str, str] = json.loads((self.folder / PASSWORDS).read_text("utf-8"))
        return passwords["admin"]

    def stop(self) -> None:
        """End every process and whatever it started; kills what does not end in time."""
        family = [*self._family()]
        for process in self._processes.values():
            process.terminate()
        psutil.wait_procs(family, timeout=SECONDS_TO_STOP)
        survivors = [p for p in {*family, *self._family()} if p.is_running()]
        for process in survivors:
            process.kill()
        psutil.wait_procs(survivors, timeout=SECONDS_TO_STOP)
        for process in self._processes.values():
            process.wait()

    def log_file(self, name: str) -> Path:
        """Where the output of process `name` goes."""
        return self.folder / f"{name}.log"

    def _family(self) -> list[psutil.Process]:
        family = []
        for process in self._processes.values():
            if psutil.pid_exists(process.pid):
                parent = psutil.Process(process.pid)
                family += [parent, *parent.children(recursive=True)]
        return family

    @staticmethod
    def _command(arguments: list[str]) -> list[str]:
        return [sys.executable, "-m", "airflow", *arguments]


def free_port(wanted: int) -> int:
    """`wanted` if nothing listens there, else a free port chosen by the system."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:  # taken: let the system choose
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {HOST}")


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; 0 when stopped on request, 1 when Airflow failed."""
    parser = argparse.ArgumentParser(prog="python -m dags.serve", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("MOTCUA_HOME", "var")))
    parser.add_argument("--port", type=int, default=8080, help="first choice (default: 8080)")
    asked = parser.parse_args(arguments)
    os.umask(0o077)  # the generated password is stored in plain text

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    console = Console(highlight=False, soft_wrap=True)
    server = Server(asked.home, free_port(asked.port))
    console.print(text("server.starting", folder=server.folder))
    try:
        server.start()
        return _watch(server, stop, console)
    except subprocess.CalledProcessError:
        console.print(text("server.died", name="database", log=server.log_file("database")))
        return 1
    finally:
        console.print(text("server.stopping"))
        server.stop()
        console.print(text("server.stopped"))


def _watch(server: Server, stop: threading.Event, console: Console) -> int:
    """Say when the server is ready, then wait for `stop` or for a process that dies."""
    deadline, ready = time.monotonic() + SECONDS_TO_START, False
    while not stop.wait(1.0):
        if name := server.dead_component():
            console.print(text("server.died", name=name, log=server.log_file(name)))
            return 1
        if not ready and server.is_healthy():
            ready = True
            console.print(
                text("server.ready", address=server.address, password=server.password()),
                markup=False,
            )
        if not ready and time.monotonic() > deadline:
            console.print(text("server.too_slow", seconds=SECONDS_TO_START, folder=server.folder))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
