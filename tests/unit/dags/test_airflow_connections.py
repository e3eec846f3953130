"""Connections that Airflow keeps become ours; the environment is asked where it has none."""

import json
from typing import Any

import pytest

from dags.connections import airflow_connection
from ingestion.connections import Connection, ConnectionFault

pytestmark = pytest.mark.unit


def _set(patch: pytest.MonkeyPatch, name: str, **fields: Any) -> None:
    patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))


def test_an_sftp_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"key_file": "/k", "private_key_passphrase": "cau-mat", "no_host_key_check": "true"}
    _set(monkeypatch, "so", conn_type="sftp", host="h", login="l", password="mat-khau", extra=extra)
    found = airflow_connection("so")
    assert (found.host, found.login, found.login_password()) == ("h", "l", "mat-khau")
    assert found.passphrase is not None
    assert found.host_key is None  # checked all the same: that key of Airflow's is not ours


def test_an_aws_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"region_name": "r", "endpoint_url": "http://e"}
    _set(monkeypatch, "kho", conn_type="aws", login="khoa-1", password="bi-mat", extra=extra)
    found = airflow_connection("kho")
    assert found == Connection.model_validate(
        {
            "name": "kho",
            "key": "khoa-1",
            "secret": "bi-mat",
            "region": "r",
            "endpoint_url": "http://e",
        }
    )


def test_an_http_connection_may_hold_a_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"token": "ma-truy-cap"}
    _set(monkeypatch, "web", conn_type="http", host="https://may-chu.example/", extra=extra)
    assert airflow_connection("web").host == "may-chu.example"


def test_a_postgres_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, "bi", conn_type="postgres", host="h", login="l", schema="so_lieu", port=5433)
    found = airflow_connection("bi")
    assert (found.host, found.port, found.database) == ("h", 5433, "so_lieu")


def test_the_environment_stands_behind_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_CONNECTION_X", '{"host": "h"}')
    assert airflow_connection("x").host == "h"
    with pytest.raises(ConnectionFault, match=r"MOTCUA_CONNECTION_Y.*Airflow"):
        airflow_connection("y")
    monkeypatch.setenv("MOTCUA_CONNECTION_X", "hong")
    with pytest.raises(ConnectionFault, match="MOTCUA_CONNECTION_X"):
        airflow_connection("x")
