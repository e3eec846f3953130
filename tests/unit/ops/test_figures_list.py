"""`python -m deploy.figures`: the same list for the same content, another one for any other."""

from pathlib import Path

import duckdb
import pytest

from deploy.figures import figures, main
from ingestion.home import Home

pytestmark = pytest.mark.unit


def listed(path: Path, table: str, *others: str) -> list[str]:
    """The list of a file with this table, and with what other statements do."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema mart; create schema meta")
        connection.execute(f"create table mart.t as {table}")
        for statement in others:
            connection.execute(statement)
    return list(figures(path))


def test_it_tells_content_from_order(tmp_path: Path) -> None:
    file = tmp_path / "a.duckdb"
    before = listed(file, "from (values (1, 'Đỏ'), (2, null)) as t(n, s)")
    assert before[0].startswith("mart.t 2 ")
    # Order of rows and columns, and which build it is, do not matter.
    meta = "create table meta.build as select 'x' as build_id"
    assert listed(file, "from (values (null, 2), ('Đỏ', 1)) as t(s, n)", meta) == before
    for other in (
        "(values (1, 'Đỏ'), (2, ''))",
        "(values (1, null), (2, 'Đỏ'))",
        "(values (1, 'Đỏ'), (2, null), (2, null))",
        "(values (1, 'Đỏ'))",
    ):
        assert listed(file, f"from {other} as t(n, s)") != before, other
    more = listed(file, "from (values (1, 'Đỏ'), (2, null)) as t(n, s)", "create schema closed",
                  "create table closed.c as select 1 as n where false")  # fmt: skip
    assert more == ["closed.c 0 0", *before]


def test_it_prints_what_is_served_or_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path))
    assert main([]) == 2
    assert "Chưa có số liệu" in capsys.readouterr().err
    home = Home(tmp_path).create()
    for path, value in ((home.serving / "warehouse.duckdb", 1), (home.build / "b.duckdb", 2)):
        told = listed(path, f"select {value} as n")
        assert main([] if value == 1 else ["b"]) == 0
        assert capsys.readouterr().out.splitlines() == told
