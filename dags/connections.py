"""Airflow's connections as those of `ingestion`: a task asks Airflow first, then the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingestion.connections import Connection

OTHER_NAMES = {
    "aws_access_key_id": "key",
    "aws_secret_access_key": "secret",
    "private_key_passphrase": "passphrase",
    "region_name": "region",
}
"""What Airflow's own SSH and AWS hooks call our keys in "extra"."""


def airflow_connection(name: str) -> Connection:
    """Return the connection that Airflow keeps under this id, else the environment's.

    Raises ConnectionFault (Vietnamese) when neither has one or it cannot be used.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    from ingestion.connections import (
        ConnectionFault,
        connection_of,
        from_environment,
        missing,
    )
    from ingestion.messages import text

    try:
        found = BaseHook.get_connection(name)
    except AirflowNotFoundException:
        try:
            return from_environment(name)
        except ConnectionFault as fault:
            if str(fault) != missing(name):
                raise
            also = text("pull.connection_also_airflow", name=name)
            raise ConnectionFault(missing(name, also=also)) from None
    said = text("pull.connection", name=name)
    return connection_of(name, _fields(found), said=f"{said} (Airflow)")


def _fields(found: Any) -> dict[str, Any]:
    """Return our fields of an Airflow connection; keys that only other hooks know are left out."""
    from ingestion.connections import Connection

    extra = {OTHER_NAMES.get(key, key): value for key, value in found.extra_dejson.items()}
    known = {key: value for key, value in extra.items() if key in Connection.model_fields}
    # An AWS connection keeps its keys as login and password.
    names = ("key", "secret") if found.conn_type == "aws" else ("login", "password")
    given = {
        # Its HTTP connections may hold a whole address.
        "host": (found.host or "").rpartition("://")[2].rstrip("/"),
        "port": found.port,
        "database": found.schema if found.conn_type == "postgres" else None,
        names[0]: found.login,
        names[1]: found.password,
    }
    return {**known, **{key: value for key, value in given.items() if value}}
