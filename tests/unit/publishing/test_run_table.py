"""The table of runs: typed columns for any DuckDB client, and only months that grew are written anew."""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.home import Home
from ingestion.messages import has_text
from ingestion.run_log import COUNTS, CountedError, RunLogError, RunOf, read_steps, recorded
from publishing.run_table import COLUMNS, run_rows, run_table, write_run_table

pytestmark = pytest.mark.unit
RUN = RunOf("manual__x", "manual", "month_end")
KINDS = {
    "text": "VARCHAR",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "double precision": "DOUBLE",
    "integer": "INTEGER",
    "bigint": "BIGINT",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").create()


def take_step(home: Home, name: str = "pull", **counts: int) -> None:
    """A step that is done."""
    with recorded(home, RUN, name) as record:
        record.counts.update(counts)  # type: ignore[typeddict-item]


def month_of(home: Home) -> str:
    """The month that the steps of this test began in."""
    return max(path.stem for path in home.runs.glob("*.jsonl"))


def query(home: Home, select: str) -> list[tuple[object, ...]]:
    """What an analyst asks, with `runs` in the place of the files."""
    with duckdb.connect() as connection:
        files = f"read_parquet('{home.serving}/runs/*.parquet', union_by_name = true)"
        found: list[tuple[object, ...]] = connection.execute(
            select.replace("runs", files)
        ).fetchall()
        return found


def test_columns_have_types_and_words(home: Home) -> None:
    take_step(home, rows_read=5)
    write_run_table(home)
    found = {name: kind for name, kind, *_ in query(home, "describe select * from runs")}
    assert found == {column.name: KINDS[column.type] for column in COLUMNS}
    assert {name: found[name] for name in COUNTS} == dict.fromkeys(COUNTS, "BIGINT")
    assert found["began_at"] == "TIMESTAMP WITH TIME ZONE"
    assert all(has_text(f"runs.column_{column.name}") for column in COLUMNS)
    path = run_table(home, month_of(home))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_a_count_that_a_step_has_not_is_empty(home: Home) -> None:
    take_step(home, rows_read=5, rows_rejected=0)
    write_run_table(home)
    assert query(home, "select rows_read, rows_rejected, files_new from runs") == [(5, 0, None)]


def test_only_months_that_grew_are_written(home: Home) -> None:
    take_step(home)
    new = month_of(home)
    old = home.runs / "2020-01.jsonl"
    old.write_bytes((home.runs / f"{new}.jsonl").read_bytes())
    os.utime(old, (0, 0))
    assert [path.stem for path in write_run_table(home)] == ["2020-01", new]
    take_step(home)
    assert [path.stem for path in write_run_table(home)] == [new]
    assert query(home, "select count(*) from runs") == [(3,)]
    an_hour_ago = time.time() - 3600
    os.utime(home.runs / f"{new}.jsonl", (an_hour_ago, an_hour_ago))
    assert write_run_table(home) == []


def test_a_line_written_right_after_the_table_is_not_missed(home: Home) -> None:
    """A file system counts time in ticks: the line may bear the time of the one before."""
    take_step(home)
    log = home.runs / f"{month_of(home)}.jsonl"
    before = log.stat().st_mtime_ns
    write_run_table(home)
    take_step(home)
    os.utime(log, ns=(before, before))
    write_run_table(home)
    assert query(home, "select count(*) from runs") == [(2,)]


def test_a_log_that_cannot_be_read_leaves_the_table(home: Home) -> None:
    take_step(home)
    write_run_table(home)
    with (home.runs / f"{month_of(home)}.jsonl").open("a") as log:
        log.write("rubbish\n")
    with pytest.raises(RunLogError, match="không đọc được"):
        write_run_table(home)
    assert query(home, "select count(*) from runs") == [(1,)]
    assert sorted(p.name for p in (home.serving / "runs").iterdir()) == [
        ".lock",
        f"{month_of(home)}.parquet",
    ]


def test_a_folder_that_cannot_be_written_is_told(home: Home) -> None:
    take_step(home)
    (home.serving / "runs").write_text("in the way")
    with pytest.raises(RunLogError, match="chưa được cập nhật"):
        write_run_table(home)


@settings(max_examples=40, deadline=None)
@given(
    wanted=st.lists(
        st.tuples(
            st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
            st.none() | st.text(max_size=40),
            st.dictionaries(st.sampled_from(COUNTS), st.integers(0, 2**62), max_size=5),
        ),
        max_size=4,
    )
)
def test_the_table_says_what_the_log_says(
    tmp_path_factory: pytest.TempPathFactory,
    wanted: list[tuple[str | None, str | None, dict[str, int]]],
) -> None:
    home = Home(tmp_path_factory.mktemp("home")).create()
    take_step(home)
    for part, error, counts in wanted:
        with suppress(CountedError), recorded(home, RUN, "pull", part=part) as record:
            record.counts.update(counts)  # type: ignore[typeddict-item]
            if error is not None:
                raise CountedError(error)
    write_run_table(home)
    rows = [tuple(row.values()) for row in run_rows(read_steps(home, month_of(home)))]
    assert len(rows) == len(wanted) + 1
    assert query(home, "select * from runs order by began_at, record_id") == sorted(
        rows, key=lambda row: (row[7], row[0])
    )
