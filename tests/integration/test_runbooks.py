"""The runbooks' commands, word for word: back up, lose everything, restore, and prove that all is as it was.

There is no Docker here: a script called `docker` runs what stands behind `docker compose exec … SERVICE` (or
`run`) on this machine, with the settings of the service. Everything else is what a person would have: bash,
git, tar, a PostgreSQL, and the shipped code.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from deploy.figures import figures
from deploy.make_secrets import make_secrets
from ingestion.home import Home
from ingestion.log import Log
from ingestion.receipts import read_register
from ingestion.register import append_decision, read_submissions
from ingestion.site import load_site
from tests.integration.mini_site import Case, MiniSite
from tests.integration.postgres_server import Server, wheel_programs
from tests.integration.publications import publish_now
from tests.laws.models import Models
from warehouse.closing import close
from warehouse.revision import code_revision
from warehouse.served import served_database

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
JAN, FEB = "2024-01", "2024-02"
DOCKER = """#!/bin/bash
echo "$@" >> "$ASKED"
[ "$1" = compose ] || exit 64
shift
case "$1" in
  up | build | stop | ps) exit 0 ;;
  exec | run) ;;
  *) exit 64 ;;
esac
shift
while [[ "$1" == -* ]]; do shift; done
service=$1
shift
if [ -n "$MEANWHILE" ] && [ "$service" = scheduler ]; then
  echo > "$MEANWHILE/ask"
  read -r < "$MEANWHILE/done"
fi
if [ "$service" = scheduler ]; then cd "$CODE"; fi
exec "$@"
"""


def blocks(runbook: str) -> list[str]:
    """The shell blocks of a runbook, in their order."""
    written = (RUNBOOKS / f"{runbook}.md").read_text("utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", written, re.MULTILINE | re.DOTALL)


def work_goes_on(mini: MiniSite) -> None:
    """Take in more, as the scheduler and people may at any moment: a new file of each unit, and one of
    them moved to another month by a decision."""
    number = 100 + len(read_register(mini.home).receipts)
    for unit in ("U1", "U2"):
        mini.send(FEB, unit, *(Case(n, received="05/02/2024") for n in range(1, number)))
    newest = [s for s in mini.take_in(FEB).values() if s.unit_code == "U2"][-1]
    append_decision(
        mini.site, mini.home, newest.submission_id, "accept", by="An", reason="x", period=JAN
    )


@contextmanager
def work_between(mini: MiniSite, folder: Path) -> Iterator[Path]:
    """Work goes on before each command that reads the home: yields where the commands ask for it."""
    folder.mkdir()
    for name in ("ask", "done"):
        os.mkfifo(folder / name)

    def answer() -> None:
        while (folder / "ask").read_text().strip() != "end":
            work_goes_on(mini)
            (folder / "done").write_text("\n")

    worker = threading.Thread(target=answer)
    worker.start()
    try:
        yield folder
    finally:
        (folder / "ask").write_text("end")
        worker.join()


@dataclass
class Machine:
    """A checkout with its settings, a home and the two databases (on one server here)."""

    folder: Path
    server: Server
    mini: MiniSite
    backup: Path
    meanwhile: str = ""

    @property
    def checkout(self) -> Path:
        """Where the commands are given."""
        return self.folder / "checkout"

    def set_up(self) -> None:
        """What the images of PostgreSQL do at their first start, and a clone of the code."""
        for name in ("airflow", "motcua"):
            self.sql("postgres", f"create role {name} superuser login")
            self.sql("postgres", f"create database {name} owner {name}")
        subprocess.run(
            ["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(self.checkout)], check=True
        )
        (self.folder / "bin").mkdir()
        docker = self.folder / "bin" / "docker"
        docker.write_text(DOCKER)
        docker.chmod(0o755)
        (self.folder / "asked").touch()

    def sql(self, database: str, command: str) -> None:
        """Give the database's administrator a command."""
        with self.server.admin(database) as connection:
            connection.execute(command.encode())

    def environment(self) -> dict[str, str]:
        """What compose gives the services, with this machine's paths."""
        path = [self.folder / "bin", self.server.programs, Path(sys.executable).parent]
        outer = {k: v for k, v in os.environ.items() if not k.startswith(("MOTCUA", "PG"))}
        host, port = self.server.data, self.server.port
        return outer | {
            "PATH": os.pathsep.join([*map(str, path), os.environ["PATH"]]),
            "PYTHONUTF8": "1",
            "MOTCUA_HOME": str(self.mini.home.root),
            "MOTCUA_SITE": str(self.mini.directory),
            "MOTCUA_POSTGRES": f"postgresql://motcua@/motcua?host={host}&port={port}",
            "PGHOST": str(host),
            "PGPORT": str(port),
            "TO": str(self.backup),
            "FROM": str(self.backup),
            "CODE": str(ROOT),
            "ASKED": str(self.folder / "asked"),
            "MEANWHILE": self.meanwhile,
        }

    def follow(self, commands: list[str]) -> str:
        """Give the commands one after another as a person would; stop at the first that fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
            cwd=self.checkout,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout


@pytest.fixture
def machine(tmp_path: Path, mini: MiniSite) -> Iterator[Machine]:
    """A machine that was in use: January is signed, February published."""
    with postgres() as server:
        machine = Machine(tmp_path / "before", server, mini, tmp_path / "back-up")
        machine.folder.mkdir()
        machine.set_up()
        subprocess.run(["git", "checkout", "--quiet", "HEAD"], cwd=machine.checkout, check=True)
        make_secrets(machine.checkout / "deploy" / "secrets")
        (machine.checkout / ".env").write_text("MOTCUA_SITE=sites/site\n")
        shutil.copytree(
            mini.directory, machine.checkout / "sites" / "site", ignore=lambda *_: ["exports"]
        )
        yield machine


@contextmanager
def postgres() -> Iterator[Server]:
    """An empty PostgreSQL; who logs in on this machine is believed, as in the containers."""
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "data").mkdir()
        server = Server(wheel_programs(), Path(folder) / "data")
        (server.data / "pg_hba.conf").write_text("local all all trust\n")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def send_two_months(mini: MiniSite) -> None:
    """January and February of two units."""
    late = Case(1, due="19/01/2024", completed="22/01/2024")
    mini.send(JAN, "U1", late, Case(2, due="15/02/2024"))
    mini.send(JAN, "U2", Case(3, sector="Đất đai", due="20/03/2024"), Case(4))
    mini.send(FEB, "U1", Case(2, due="15/02/2024", completed="20/02/2024"))
    mini.send(FEB, "U2", Case(3, sector="Đất đai", due="20/03/2024"), Case(5))
    mini.take_in(FEB)


def lost(mini: MiniSite, folder: Path) -> MiniSite:
    """The site on a new machine: nothing but what the settings bring; the old one is gone."""
    shutil.rmtree(mini.home.root)
    shutil.rmtree(mini.directory)
    fresh = MiniSite.__new__(MiniSite)
    fresh.__dict__ |= {**mini.__dict__, "root": folder}
    return fresh


def test_all_that_was_lost_comes_back_equal(
    machine: Machine, models: Models, tmp_path: Path
) -> None:
    mini = machine.mini
    send_two_months(mini)
    publish_now(mini.site, mini.home, models, "20240501T000001-a", code_revision())
    close(mini.site, mini.home, JAN, "Nguyễn An", "Chốt")
    publish_now(mini.site, mini.home, models, "20240501T000002-a", code_revision())
    machine.sql("airflow", "create table dag_run (id int)")
    machine.sql("airflow", "insert into dag_run values (7)")
    machine.follow(["motcua publish-postgres"])
    for command in (
        "create role bao_cao login password 'kho-doan' in role unit_reader",
        "grant connect on database motcua to bao_cao",
        "insert into motcua.unit_login (login, unit_code) values ('bao_cao', 'U1')",
    ):
        machine.sql("motcua", command)
    before = list(figures(served_database(mini.home)))
    landed = sorted(p.name for p in mini.home.landing.rglob("*.csv"))
    secrets = (machine.checkout / "deploy" / "secrets" / "fernet_key").read_text()

    said = machine.follow(blocks("back-up"))
    assert said.split()[0] == str(len(before))

    with postgres() as server:
        fresh = lost(mini, tmp_path / "fresh")
        after = Machine(tmp_path / "after", server, fresh, machine.backup)
        after.folder.mkdir()
        fresh.home.root.mkdir(parents=True)
        shutil.rmtree(machine.checkout)
        after.set_up()
        fresh.root.joinpath("site").symlink_to(after.checkout / "sites" / "site")
        said = after.follow(blocks("restore"))

        assert list(figures(served_database(fresh.home))) == before
        assert f"Kỳ {JAN}, bản 1: dựng lại từ tệp khóa cho đúng" in said, said
        assert sorted(p.name for p in fresh.home.landing.rglob("*.csv")) == landed
        assert (after.checkout / "deploy" / "secrets" / "fernet_key").read_text() == secrets
        query = "psql --no-align --tuples-only --username"
        assert after.follow([f"{query} airflow airflow -c 'select id from dag_run'"]) == "7\n"
        reads = "select count(distinct unit_code) from mart.mart_unit_month"
        assert after.follow([f"{query} bao_cao motcua -c '{reads}'"]) == "1\n"


def test_a_back_up_taken_while_work_goes_on_is_whole(machine: Machine, tmp_path: Path) -> None:
    mini = machine.mini
    send_two_months(mini)
    served_database(mini.home).touch()  # the figures are not looked at here
    commands = [b for b in blocks("back-up") if "pg_dump" not in b]
    commands = [re.sub(r"^.*deploy\.figures.*$|^wc .*$", "", b, flags=re.M) for b in commands]
    with work_between(mini, tmp_path / "meanwhile") as meanwhile:
        machine.meanwhile = str(meanwhile)
        machine.follow(commands)
    site, fresh = load_site(mini.directory), Home(tmp_path / "fresh")
    fresh.root.mkdir()
    for part in ("closings", "manifests", "rows", "register", "landing", "figures"):
        with tarfile.open(machine.backup / f"{part}.tar.gz") as archive:
            archive.extractall(fresh.root, filter="data")
    register = read_register(fresh)
    assert 4 < len(register.receipts) < len(read_register(mini.home).receipts)
    for receipt in register.receipts.values():
        assert receipt.path(fresh).stat().st_size == receipt.bytes
    for submission in read_submissions(site, fresh):
        assert submission.batch_path is None or (fresh.root / submission.batch_path).exists()
    for manifest in fresh.raw.rglob("manifest.jsonl"):
        named = {entry["batch"] for entry in Log(manifest).read() if entry["batch"]}
        assert named <= {path.name for path in manifest.parent.iterdir()}


@pytest.mark.parametrize(
    ("copied", "lock"), [("closings", "closings/.lock"), ("register", f"register/{FEB}.lock")]
)
def test_while_it_is_copied_nobody_signs_or_decides(
    machine: Machine, copied: str, lock: str
) -> None:
    """A `tar` that takes its time, and our own kind of lock meanwhile."""
    send_two_months(machine.mini)
    begun = machine.folder / "begun"
    tar = machine.folder / "bin" / "tar"
    tar.write_text(f"#!/bin/sh\ntouch {begun}\nsleep 3\n")
    tar.chmod(0o755)
    setting, copying = blocks("back-up")[0], blocks("back-up")[2]
    (command,) = [c for c in copying.splitlines() if c.endswith(f'"$TO/{copied}.tar.gz"')]
    follow = threading.Thread(target=machine.follow, args=([setting, command],))
    follow.start()
    while not begun.exists():
        time.sleep(0.02)
    path = machine.mini.home.root / lock
    with pytest.raises(Timeout):
        FileLock(path, timeout=0).acquire()
    follow.join()
    FileLock(path, timeout=0).acquire()
