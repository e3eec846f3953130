"""Connections: read from the environment, never shown, and where addresses and they must agree."""

import json
from pathlib import Path

import pytest

from ingestion.addresses import address_of
from ingestion.connections import Connection, ConnectionFault, connection_of, from_environment
from ingestion.places.place import SourceFailedError
from ingestion.sources import SourceDefaults, SourceEntry, resolve, uri_problem

pytestmark = pytest.mark.unit

VARIABLE = "MOTCUA_CONNECTION_SO_NOI_VU"
NAME = "so-noi.vu"


@pytest.mark.parametrize(
    "written",
    [
        json.dumps({"host": "may-chu", "port": 2222, "login": "a b", "password": "p@:/%"}),
        "sftp://a%20b:p%40%3A%2F%25@may-chu:2222",
    ],
)
def test_json_and_uri_say_the_same(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv(VARIABLE, written)
    found = from_environment(NAME)
    assert (found.host, found.port, found.login) == ("may-chu", 2222, "a b")
    assert found.login_password() == "p@:/%"


def test_other_keys_stand_behind_the_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "https://?token=a%2Fb&read_seconds=5")
    found = from_environment(NAME)
    assert (found.token and found.token.get_secret_value(), found.read_seconds) == ("a/b", 5)


@pytest.mark.parametrize("written", ["", "bi-mat", '{"password": "bi-mat"', '["bi-mat"]', "://x"])
def test_what_cannot_be_read_is_told_without_its_content(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv(VARIABLE, written)
    with pytest.raises(ConnectionFault, match=VARIABLE) as fault:
        from_environment(NAME)
    assert "bi-mat" not in str(fault.value)


def test_wrong_keys_are_named_without_their_values() -> None:
    with pytest.raises(ConnectionFault, match="port, usr") as fault:
        connection_of("x", {"usr": "bi-mat", "port": "bi-mat"}, said="X")
    assert "bi-mat" not in str(fault.value)
    assert fault.value.__suppress_context__


def test_secrets_are_not_shown() -> None:
    fields = {"password": "m1", "passphrase": "m2", "token": "m3", "key": "m4", "secret": "m5"}
    found = Connection.model_validate(fields)
    shown = f"{found!r} {found} {found.scrub('m1 m2 m3 m4 m5')}"
    assert not [value for value in fields.values() if value in shown]


def test_a_password_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mat-khau"
    path.write_text("bí mật\n", "utf-8")
    assert Connection(password_file=path).login_password() == "bí mật"
    with pytest.raises(ConnectionFault, match="password_file"):
        Connection(password_file=tmp_path / "none").login_password()


@pytest.mark.parametrize(
    ("uri", "server", "path"),
    [
        ("sftp://h/a b/#1%20?.csv", "sftp://h:22", "/a b/#1%20?.csv"),
        ("sftp://u@h:23/~/x.csv", "sftp://u@h:23", "./x.csv"),
        ("https://h/a b/ă.csv?k=1 2", "https://h", "https://h/a%20b/%C4%83.csv?k=1+2"),
        ("https://h/a%20b.csv", "https://h", "https://h/a%20b.csv"),
        ("s3://kho/a/b c.csv", "s3:", "kho/a/b c.csv"),
        ("2024-01/U1*.csv", "file", "/exports/2024-01/U1*.csv"),
        ("file:///srv/U1.csv", "file", "/srv/U1.csv"),
    ],
)
def test_an_address_leads_to_a_server_and_a_path(uri: str, server: str, path: str) -> None:
    address = address_of(uri, None, Path("/exports"))
    assert (address.server, address.path, address.uri) == (server, path, uri)


def test_the_host_may_stand_in_the_connection_but_not_differ() -> None:
    given = Connection(name="so", host="May-Chu", port=2222)
    assert address_of("sftp:///x.csv", given, Path()).server == "sftp://May-Chu:2222#so"
    assert address_of("sftp://may-chu/x.csv", given, Path()).server == "sftp://may-chu:2222#so"
    assert address_of("https:///x.csv", given, Path()).path == "https://may-chu:2222/x.csv"
    for uri in ("sftp://khac/x.csv", "https://khac/x.csv"):
        with pytest.raises(SourceFailedError, match="khac"):
            address_of(uri, given, Path())
    for uri in ("sftp:///x.csv", "https:///x.csv"):
        with pytest.raises(SourceFailedError, match="không có tên máy chủ"):
            address_of(uri, None, Path())


@pytest.mark.parametrize(
    "uri",
    [
        "https://h/x?token=1",
        "https://h/x?unit={unit}&Access_Token=1",
        "https://h/x?X-Amz-Signature=1",
        "https://h/x?api_key=1",
        "sftp://u:p@h/x",
    ],
)
def test_a_site_may_not_hold_secrets(uri: str) -> None:
    assert "MOTCUA_CONNECTION" in (uri_problem(uri) or "")


def test_the_default_connection_is_for_servers_only() -> None:
    defaults = SourceDefaults(layouts=("a",), connection="so")
    server = SourceEntry(unit="U", uri="https://h/{unit}")
    assert resolve(server, defaults, []).connection == "so"
    assert resolve(SourceEntry(unit="U", uri="{unit}.csv"), defaults, []).connection is None
    none = SourceEntry.model_validate({"unit": "U", "uri": "https://h/x", "connection": None})
    assert resolve(none, defaults, []).connection is None
    with pytest.raises(ValueError, match="connection"):
        SourceEntry(unit="U", uri="{unit}.csv", connection="so")
