"""Where to publish: read from the environment; what is secret is never said."""

from pathlib import Path

import pytest

from ingestion.connections import from_environment
from publishing.postgres.copying import load_extension
from publishing.postgres.tables import postgres_type
from publishing.postgres.target import Target, configured, connected, is_configured
from publishing.snapshot import PublishError
from warehouse.dictionary import read_dictionary

pytestmark = pytest.mark.unit
SECRET = "s3cret"


def test_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MOTCUA_POSTGRES", f"postgresql://bi:{SECRET}@may-chu:5433/so_lieu?sslmode=require"
    )
    found = configured()
    assert is_configured()
    assert found.place == "may-chu:5433/so_lieu"
    assert found.settings["sslmode"] == "require"
    assert SECRET not in repr(found)
    assert found.said(ValueError(f"password {SECRET} is wrong\nmore")) == "password ••• is wrong"


def test_a_password_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "mat-khau"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("MOTCUA_POSTGRES", "host=may-chu dbname=so_lieu user=bi")
    monkeypatch.setenv("MOTCUA_POSTGRES_PASSWORD_FILE", str(file))
    assert configured().settings["password"] == SECRET
    file.unlink()
    with pytest.raises(PublishError, match="MOTCUA_POSTGRES_PASSWORD_FILE"):
        configured()


def test_the_id_of_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_POSTGRES", "bi-server")
    with pytest.raises(PublishError, match="MOTCUA_CONNECTION_BI_SERVER"):
        configured(from_environment)
    fields = (
        f'{{"host": "h", "port": 5433, "login": "bi", "password": "{SECRET}", "database": "d"}}'
    )
    monkeypatch.setenv("MOTCUA_CONNECTION_BI_SERVER", fields)
    found = configured(from_environment)
    assert found.place == "h:5433/d"
    assert found.settings["password"] == SECRET


@pytest.mark.parametrize("written", [f"postgresql://bi:{SECRET}@[h/d", f"host=h paswrod={SECRET}"])
def test_a_wrong_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("MOTCUA_POSTGRES", written)
    with pytest.raises(PublishError, match="MOTCUA_POSTGRES") as raised:
        configured()
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_POSTGRES", raising=False)
    assert not is_configured()
    with pytest.raises(PublishError, match="MOTCUA_POSTGRES"):
        configured()


def test_a_server_that_does_not_answer() -> None:
    settings = {"host": "127.0.0.1", "port": 1, "user": "bi", "password": SECRET, "dbname": "d"}
    with (
        pytest.raises(PublishError, match=r"127\.0\.0\.1:1/d") as raised,
        connected(Target(settings)),
    ):
        pass
    assert SECRET not in str(raised.value)


def test_every_type_of_the_models_has_one_of_postgresql() -> None:
    kinds = {column.type for table in read_dictionary() for column in table.columns}
    assert {postgres_type(kind) for kind in kinds} >= {"text", "date", "timestamp", "numeric(18,4)"}


def test_the_extension_comes_from_its_wheel() -> None:
    import duckdb

    with duckdb.connect(config={"custom_extension_repository": "/nowhere"}) as connection:
        load_extension(connection)
        loaded = connection.execute(
            "select loaded from duckdb_extensions() where extension_name = 'postgres_scanner'"
        ).fetchone()
    assert loaded == (True,)
