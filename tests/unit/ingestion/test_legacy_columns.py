"""Whole columns turned to Unicode: each by itself, and told about without showing content."""

from collections.abc import Sequence
from dataclasses import asdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.decode.legacy import columns as legacy_columns
from ingestion.decode.legacy import recode
from ingestion.decode.legacy.codes import as_seen
from ingestion.decode.table import to_table
from ingestion.manifest import ColumnFound, Message
from tests.unit.ingestion.legacy_writing import UNITS, WRITERS, in_tcvn3, in_vni, sector_names

pytestmark = pytest.mark.unit

PLACES = {"case_code": 0, "received_at": 1, "sector": 2, "official": 3}
FOUND = {name: ColumnFound(f"Cột {place}", place) for name, place in PLACES.items()}


def block(
    sectors: Sequence[str], officials: Sequence[str] = (), sheet: str | None = None
) -> pa.Table:
    filled = [*officials, *[""] * (len(sectors) - len(officials))]
    rows = [
        [f"A-{n}", "01/02/2024", *pair] for n, pair in enumerate(zip(sectors, filled, strict=True))
    ]
    return to_table(rows, range(2, 2 + len(rows)), sheet, PLACES)


def read(
    tables: Sequence[pa.Table], encoding: str = "auto"
) -> tuple[list[str | None], list[str | None], list[Message]]:
    changed, messages = recode(tables, FOUND, encoding)
    assert [table.schema for table in changed] == [table.schema for table in tables]
    sectors, officials = (
        [value for table in changed for value in table.column(name).to_pylist()]
        for name in ("sector", "official")
    )
    return sectors, officials, messages


@pytest.mark.parametrize("encoding", WRITERS)
@pytest.mark.parametrize("named", ["auto", "utf-8", "its own"])
def test_columns_are_decided_one_by_one(encoding: str, named: str) -> None:
    names = sector_names()
    written = [WRITERS[encoding](name) for name in names]
    tables = [block(written[:20], ["Lê Bình"] * 20), block(written[20:])]
    layout_says = encoding if named == "its own" else named
    sectors, officials, messages = read(tables, layout_says)
    assert sectors == names
    # Lê is no letter of the others: the layout says one encoding, the letters another.
    assert officials[0] == ("Lê Bình" if named != "its own" else officials[0])
    assert ("converted_text", "Cột 2") in [(m.code, m.column) for m in messages]
    assert "«Cột 2»" in messages[0].text


def test_a_named_encoding_is_taken_without_deciding() -> None:
    assert read([block(["Phó"])], "tcvn3")[0] == ["Phú"]
    assert read([block(["Phó"])], "auto")[0] == ["Phó"]
    assert read([block([in_vni("Lộc Thọ")])], "vni")[0] == ["Lộc Thọ"]


def test_a_named_encoding_is_not_forced_on_unicode() -> None:
    sectors, officials, messages = read([block(["Đất đai", "Hộ tịch"], ["Phó", "Hà"])], "tcvn3")
    assert (sectors, officials, messages) == (["Đất đai", "Hộ tịch"], ["Phó", "Hà"], [])


def test_clean_files_are_given_back_as_they_are() -> None:
    tables = [block(["Đất đai", None or "", "Hộ tịch"], ["Hà", "Müller", "Phó"])]
    changed, messages = recode(tables, FOUND, "auto")
    assert changed[0] is tables[0]
    assert messages == []
    assert recode([], FOUND, "auto") == ([], [])
    assert recode([block(["", "x"])], FOUND, "auto")[1] == []


def test_what_is_not_decided_is_kept_and_told_by_its_cell() -> None:
    mixed = ["Đất đai", "Hộ tịch", in_tcvn3("Hộ tịch")]
    sectors, _, messages = read([block(mixed, sheet="T1")])
    assert sectors == mixed
    assert [(m.code, m.sheet, m.cell, m.column) for m in messages] == [
        ("undecided_text", "T1", "C4", "Cột 2")
    ]
    assert not any(value in str(asdict(messages[0])) for value in mixed)
    elsewhere = {"T1": {"sector": ColumnFound("Cột 2", 7)}}
    _, messages = recode([block(mixed, sheet="T1")], FOUND, "auto", elsewhere)
    assert messages[0].cell == "H4"


def test_a_doubtful_column_is_settled_or_told_by_the_rest_of_its_file() -> None:
    sectors = [in_tcvn3(name) for name in sector_names()[:10]]
    _, officials, messages = read([block(sectors, ["Léc Thä"] * 3)])
    assert officials[:3] == ["Lộc Thọ"] * 3
    _, officials, messages = read([block(sectors, ["Phó"] * 3)])
    assert officials[0] == "Phó"
    assert [(m.code, m.cell) for m in messages] == [
        ("converted_text", None),
        ("undecided_text", "D2"),
    ]
    # The labels tell it too.
    labels = {name: ColumnFound(in_tcvn3("Ngày tiếp nhận"), at) for name, at in PLACES.items()}
    changed, messages = recode([block(["Léc Thä"])], labels, "auto")
    assert changed[0].column("sector").to_pylist() == ["Lộc Thọ"]
    assert "«Ngày tiếp nhận»" in messages[0].text


def test_sheets_that_disagree_are_decided_one_by_one() -> None:
    names = sector_names()[:12]
    tables = [
        block([in_tcvn3(name) for name in names], sheet="T1"),
        block(names, sheet="T2"),
        block([in_vni(name) for name in names], sheet="T3"),
    ]
    sectors, _, messages = read(tables)
    assert sectors == names * 3
    assert [m.code for m in messages] == ["converted_text"] * 2
    assert "«T1»" in messages[0].text
    assert "TCVN3" in messages[0].text
    assert "«T3»" in messages[1].text


def test_more_values_than_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy_columns, "SAMPLE", 10)
    names = [f"{name} {n}" for name in UNITS for n in range(5)]
    tables = [block([in_tcvn3(name) for name in names])]
    assert read(tables)[0] == names
    sample = legacy_columns.distinct_sample([table.column("sector") for table in tables])
    assert 5 <= len(sample) <= 10
    assert sample[0] in tables[0].column("sector").to_pylist()[:1]


@given(st.lists(st.binary(max_size=30).map(as_seen) | st.text(max_size=10), min_size=1))
def test_no_text_breaks_it_and_no_row_is_lost(values: list[str]) -> None:
    readable = [value.encode(errors="replace").decode() for value in values]
    for encoding in ("auto", "tcvn3", "vni", "windows-1258"):
        assert len(read([block(readable)], encoding)[0]) == len(values)
