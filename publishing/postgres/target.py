"""Where the PostgreSQL of the BI tools is, and as whom to write to it: from the environment, never shown."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ingestion.connections import Connection, ConnectionFault, Connections, from_environment
from ingestion.messages import text
from publishing.snapshot import PublishError

VARIABLE = "MOTCUA_POSTGRES"
"""An address (`postgresql://user@host/database`, or `host=… dbname=…`), or the id of a connection."""
PASSWORD_FILE = "MOTCUA_POSTGRES_PASSWORD_FILE"  # noqa: S105 (the name of a variable)
OLDEST = 150000
"""PostgreSQL 15: unique indexes in which an empty cell is a value."""
_SETTINGS = {
    "application_name": "motcua",
    "connect_timeout": 15,
    # A server that vanished without a word is noticed within a minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "client_encoding": "utf8",
    "options": "-c client_min_messages=error -c statement_timeout=0 -c lock_timeout=0 -c synchronous_commit=off",
}


@dataclass(frozen=True)
class Target:
    """One database and how to log in. `place`: what messages call it."""

    settings: Mapping[str, Any] = field(repr=False)

    @property
    def place(self) -> str:
        """Host and database, nothing secret."""
        host, port = self.settings.get("host", "localhost"), self.settings.get("port", "5432")
        return f"{host}:{port}/{self.settings.get('dbname') or self.settings.get('user', '')}"

    def said(self, problem: BaseException) -> str:
        """The first line of an error, without the password whatever wrote it there."""
        line = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        secret = self.settings.get("password")
        return line.replace(str(secret), "•••") if secret else line


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this installation publishes to PostgreSQL."""
    return bool(environment.get(VARIABLE, "").strip())


def configured(connections: Connections = from_environment) -> Target:
    """The target that `MOTCUA_POSTGRES` names; `connections` resolves the id of a connection.

    Raises PublishError (Vietnamese) when it is not set, cannot be read, or the connection is missing.
    """
    written = os.environ.get(VARIABLE, "").strip()
    if not written:
        raise PublishError(text("postgres.not_configured", variable=VARIABLE))
    if "=" not in written and "://" not in written:
        return Target(_of_connection(written, connections))
    try:
        settings = conninfo_to_dict(written)
    except psycopg.Error:  # its text repeats the address, password and all
        raise PublishError(text("postgres.bad_address", variable=VARIABLE)) from None
    file = os.environ.get(PASSWORD_FILE)
    if file and "password" not in settings:
        try:
            settings["password"] = Path(file).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            said = text("postgres.password_file", variable=PASSWORD_FILE, path=file)
            raise PublishError(said) from error
    return Target(settings)


def _of_connection(name: str, connections: Connections) -> dict[str, Any]:
    try:
        found: Connection = connections(name)
        settings = {
            "host": found.host,
            "port": found.port,
            "user": found.login,
            "password": found.login_password(),
            "dbname": found.database,
            "sslmode": found.sslmode,
            "sslrootcert": str(found.ca_file) if found.ca_file else None,
        }
    except ConnectionFault as fault:
        raise PublishError(str(fault)) from fault
    return {key: value for key, value in settings.items() if value is not None}


@contextmanager
def connected(target: Target) -> Iterator[psycopg.Connection]:
    """A connection in autocommit, closed at the end; whatever the server refuses becomes a PublishError."""
    try:
        with psycopg.connect(**{**_SETTINGS, **target.settings}, autocommit=True) as connection:
            _require_able(connection, target)
            yield connection
    except psycopg.errors.InsufficientPrivilege as problem:
        raise PublishError(
            text("postgres.not_allowed", place=target.place, problem=target.said(problem))
        ) from None
    except psycopg.OperationalError as problem:
        raise PublishError(
            text("postgres.lost", place=target.place, problem=target.said(problem))
        ) from None
    except psycopg.Error as problem:
        raise PublishError(
            text("postgres.refused", place=target.place, problem=target.said(problem))
        ) from None


def _require_able(connection: psycopg.Connection, target: Target) -> None:
    if connection.info.server_version < OLDEST:
        version = connection.info.parameter_status("server_version")
        raise PublishError(text("postgres.too_old", place=target.place, version=version))
    row = connection.execute("show server_encoding").fetchone()
    if row != ("UTF8",):
        raise PublishError(text("postgres.not_utf8", place=target.place))
