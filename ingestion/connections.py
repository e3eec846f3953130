"""Connections: how to reach a server and as whom. They live outside a site's files (design §2).

A site names a connection by its id; a resolver turns the id into a `Connection`: here from the
environment, in Airflow tasks from Airflow's connections too. Secrets are never written or shown.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from ingestion.messages import text

VARIABLE_PREFIX = "MOTCUA_CONNECTION_"
_HIDDEN = "•••"


class ConnectionFault(Exception):
    """A connection that is not there or cannot be used; the message is for the user (Vietnamese)."""


class Connection(BaseModel):
    """How to reach one server. Which keys count depends on the scheme of the address:

    * all: ``host``, ``port`` (where the address names none), ``connect_seconds``, ``read_seconds``
      (silence that ends an attempt), ``file_seconds`` (all attempts at one file together)
    * sftp: ``login``, ``password`` or ``password_file``, ``key_file`` with ``passphrase``,
      ``known_hosts`` (a file; default: the user's own), ``host_key`` (``ssh-ed25519 AAAA…``)
    * http(s): ``token`` (sent as ``Authorization: Bearer``, or as it is in ``token_header``), or
      ``login`` with ``password``; ``ca_file``
    * s3: ``endpoint_url``, ``region``, ``key``, ``secret``, ``ca_file``
    * postgresql: ``database``, ``login`` with ``password`` or ``password_file``, ``sslmode``, ``ca_file``
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = ""
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    login: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    key_file: Path | None = None
    passphrase: SecretStr | None = None
    known_hosts: Path | None = None
    host_key: str | None = None
    token: SecretStr | None = None
    token_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    endpoint_url: str | None = None
    region: str | None = None
    key: SecretStr | None = None
    secret: SecretStr | None = None
    ca_file: Path | None = None
    database: str | None = None
    sslmode: str | None = None
    connect_seconds: float = Field(default=15, gt=0, le=600)
    read_seconds: float = Field(default=60, gt=0, le=3600)
    file_seconds: float = Field(default=900, gt=0, le=86400)

    def login_password(self) -> str | None:
        """Return the password, from ``password_file`` if it stands there.

        Raises `ConnectionFault` when that file cannot be read.
        """
        if self.password is not None or self.password_file is None:
            return shown(self.password)
        try:
            return self.password_file.expanduser().read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise self.file_fault("password_file", self.password_file, error) from error

    def file_fault(self, key: str, path: Path | None, error: Exception) -> ConnectionFault:
        """Return the error to raise for a file of the connection that cannot be read."""
        detail = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else type(error).__name__
        )
        said = text("pull.connection_file", name=self.name, key=key, path=path, detail=detail)
        return ConnectionFault(said)

    def scrub(self, detail: str) -> str:
        """Return an error's text with every secret of this connection hidden."""
        fields = (self.password, self.passphrase, self.token, self.key, self.secret)
        for secret in filter(None, map(shown, fields)):
            detail = detail.replace(secret, _HIDDEN)
        return detail


Connections = Callable[[str], Connection]
"""Gives the connection of an id, or raises `ConnectionFault`."""


def shown(secret: SecretStr | None) -> str | None:
    """Return a secret's value."""
    return secret.get_secret_value() if secret is not None else None


def from_environment(name: str) -> Connection:
    """Return the connection that ``MOTCUA_CONNECTION_<ID>`` describes, in JSON or as a URI.

    The id is written in capitals, with ``_`` for ``-`` and ``.``. Raises `ConnectionFault` when the
    variable is not set or says something else.
    """
    variable = variable_of(name)
    written = os.environ.get(variable, "").strip()
    if not written:
        raise ConnectionFault(missing(name))
    fields = _from_json(written) if written.startswith("{") else _from_uri(written)
    if fields is None:
        raise ConnectionFault(text("pull.connection_syntax", variable=variable))
    return connection_of(name, fields, said=variable)


def missing(name: str, also: str | None = None) -> str:
    """Return what to say of a connection that is nowhere; ``also``: where else it could be."""
    also = also or text("pull.connection_also_nothing")
    return text("pull.connection_missing", name=name, variable=variable_of(name), also=also)


def variable_of(name: str) -> str:
    """Return the environment variable of a connection id."""
    return VARIABLE_PREFIX + name.upper().replace("-", "_").replace(".", "_")


def connection_of(name: str, fields: Mapping[str, Any], *, said: str) -> Connection:
    """Return a connection made of its fields; ``said`` is what messages call their place.

    Raises `ConnectionFault` naming wrong keys, never their values.
    """
    try:
        return Connection.model_validate({**fields, "name": name})
    except ValidationError as error:
        keys = ", ".join(sorted({str(detail["loc"][0]) for detail in error.errors()}))
        known = ", ".join(key for key in Connection.model_fields if key != "name")
        raise ConnectionFault(
            text("pull.connection_keys", variable=said, keys=keys, known=known)
        ) from None  # the cause would show the values


def _from_json(written: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(written)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _from_uri(written: str) -> dict[str, Any] | None:
    """Read ``scheme://login:password@host:port/?key=value``, each part percent-encoded."""
    try:
        parts = urlsplit(written)
        given = {
            "host": parts.hostname,
            "port": parts.port,
            "login": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
        }
    except ValueError:
        return None
    if not parts.scheme:
        return None
    return {key: value for key, value in given.items() if value} | dict(parse_qsl(parts.query))
