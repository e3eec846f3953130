"""Laws of drafts on random tables: nothing is raised but a refusal, no personal cell is quoted."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingestion.decode.opened import UnreadableFileError
from ingestion.suggest import suggest, vocabulary

pytestmark = pytest.mark.unit

KNOWN = vocabulary()
PERSONAL = ("Chủ hồ sơ", "Số điện thoại", "CCCD", "Địa chỉ", "Người nộp hồ sơ", "Ngày sinh")
OTHERS = (
    "Mã hồ sơ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Trạng thái",
    "Kênh",
    "Lĩnh vực",
    "Cột lạ",
    "Cán bộ",
    "",
)
ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
SECRET = st.builds("Qx{}zK{}".format, st.integers(1000, 9999), st.integers(1000, 9999))
PLAIN = st.one_of(
    st.text(ALPHABET, max_size=12),
    st.sampled_from(
        ["05/03/2024", "13/03/2024", "", "Đang xử lý", "Trực tiếp", "Hộ tịch", "1", "2"]
    ),
    st.dates().map(str),
    st.integers(-5, 10**12).map(str),
)
SLOW = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


def draft(lines: list[list[str]]) -> str:
    """All that a suggestion says about a file, or its refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(lines)
        try:
            found = suggest(path, KNOWN, "nhap")
        except UnreadableFileError as error:
            return "\n".join(message.text for message in error.messages)
    yaml.safe_load(found.draft)
    return f"{found.draft}\n{found}"


@SLOW
@given(st.lists(st.lists(PLAIN, max_size=6), max_size=12))
def test_any_table_gives_a_draft_that_is_yaml_or_a_refusal(lines: list[list[str]]) -> None:
    draft(lines)


@st.composite
def tables(drawn: st.DrawFn) -> tuple[list[list[str]], set[str]]:
    """A table with known labels, personal columns among them, perhaps below titles with secrets."""
    labels = drawn(st.lists(st.sampled_from(OTHERS), min_size=3, max_size=6, unique=True))
    labels += drawn(st.lists(st.sampled_from(PERSONAL), min_size=1, max_size=3, unique=True))
    labels = drawn(st.permutations(labels))
    secrets: set[str] = set()

    def secret() -> str:
        value: str = drawn(SECRET)
        secrets.add(value)
        return value

    titles = [[secret()] for _ in range(drawn(st.integers(0, 2)))]
    rows = [
        [secret() if label in PERSONAL else drawn(PLAIN) for label in labels]
        for _ in range(drawn(st.integers(0, 6)))
    ]
    return [*titles, list(labels), *rows], secrets


@SLOW
@given(tables())
@example(
    (
        # A column without label and a thin first row: no second row of the header.
        [["Ngày tiếp nhận", "", "Mã hồ sơ", "Chủ hồ sơ"], ["", "0", "", "Qx1000zK1000"]],
        {"Qx1000zK1000"},
    )
)
@example(
    (
        # A digit that is no number.
        [
            [
                "Mã hồ sơ",
                "Ngày tiếp nhận",
                "Ngày hẹn trả",
                "Trạng thái",
                "Chủ hồ sơ",
                "CCCD",
                "Kênh",
            ],
            ["", "", "", "", "Qx1000zK1000", "Qx1000zK1000", "²"],
        ],
        {"Qx1000zK1000"},
    )
)
def test_no_cell_of_a_personal_column_is_quoted(made: tuple[list[list[str]], set[str]]) -> None:
    lines, secrets = made
    said = draft(lines)
    assert not [secret for secret in secrets if secret in said]


@SLOW
@given(st.lists(st.lists(SECRET, min_size=3, max_size=5), min_size=1, max_size=5))
def test_a_table_of_unknown_cells_is_not_quoted(lines: list[list[str]]) -> None:
    said = draft(lines)
    assert not [cell for line in lines for cell in line if cell in said]
