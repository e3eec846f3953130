"""Cells merged down over rows of cases: the value belongs to each row, in every kind of file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from ingestion.decode import read_file
from tests.unit.ingestion.binary_workbooks import xls
from tests.unit.ingestion.written_tables import LABELS, case, cells, layout

pytestmark = pytest.mark.unit

Merges = dict[tuple[int, int], int]
"""0-based row and column of a merged cell -> rows it covers."""
LINES: list[list[object]] = [
    ["DANH SÁCH HỒ SƠ"],
    list(LABELS),
    case(1, 1, procedure="Kết hôn", fee=""),
    case(2, 2, procedure="", received_at=""),
    case(3, 3, procedure="", received_at=""),
    case(4, 4, procedure=""),
    case(5, 5, procedure="Khai tử"),
    ["Tổng cộng", "", "", "", "", "", "", "", 5],
    ["Người lập biểu", "", "", "", "", "", "", "", ""],
]
MERGED: Merges = {
    (0, 0): 1,
    (2, 2): 3,  # the procedure of three cases
    (2, 4): 3,  # the day they came in
    (6, 7): 2,  # the status of the last case, drawn down over the total
}


def write_xlsx(path: Path, lines: list[list[object]], merged: Merges) -> None:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("S")
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            rows = merged.get((number, column), 1)
            if rows > 1:
                page.merge_range(number, column, number + rows - 1, column, value)
            elif value != "":
                page.write(number, column, value)
    book.close()


def spanned(
    lines: list[list[object]], merged: Merges, row: str, cell: Callable[[object, int], str]
) -> str:
    """Rows of marked-up text; the cells that a merged one covers are not written."""
    covered = {
        (at, column)
        for (first, column), rows in merged.items()
        for at in range(first + 1, first + rows)
    }
    return "".join(
        f"<{row}>"
        + "".join(
            cell(escape(str(value)), merged.get((number, column), 1))
            for column, value in enumerate([*line, *[""] * (len(LABELS) - len(line))])
            if (number, column) not in covered
        )
        + f"</{row}>"
        for number, line in enumerate(lines)
    )


def write_html(path: Path, lines: list[list[object]], merged: Merges) -> None:
    rows = spanned(lines, merged, "tr", lambda value, down: f'<td rowspan="{down}">{value}</td>')
    path.write_text(f"<html><table>{rows}</table></html>", "utf-8")


def write_xml(path: Path, lines: list[list[object]], merged: Merges) -> None:
    rows = spanned(
        lines,
        merged,
        "Row",
        lambda value, down: (
            f'<Cell ss:MergeDown="{down - 1}"><Data ss:Type="String">{value}</Data></Cell>'
        ),
    )
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet></Workbook>',
        "utf-8",
    )


def write_ods(path: Path, lines: list[list[object]], merged: Merges) -> None:
    covered = "<table:covered-table-cell/>"
    texts = [
        "".join(
            covered
            if any(c == column and r < number < r + rows for (r, c), rows in merged.items())
            else f'<table:table-cell table:number-rows-spanned="{merged.get((number, column), 1)}"'
            f' office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
            for column, value in enumerate(line)
        )
        for number, line in enumerate(lines)
    ]
    rows = "".join(f"<table:table-row>{line}</table:table-row>" for line in texts)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    path.write_text(
        f'<?xml version="1.0"?><office:document {names} '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document>",
        "utf-8",
    )


def write_xls(path: Path, lines: list[list[object]], merged: Merges) -> None:
    grid = {
        (number, column): str(value)
        for number, line in enumerate(lines)
        for column, value in enumerate(line)
        if value != ""
    }
    ranges = [(row, row + rows - 1, column, column) for (row, column), rows in merged.items()]
    path.write_bytes(xls({"S": grid}, merged=ranges))


WRITERS = {
    "xls": write_xls,
    "xlsx": write_xlsx,
    "html": write_html,
    "xml": write_xml,
    "fods": write_ods,
}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_merged_cell_counts_for_each_of_its_rows(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"bang.{ending}"
    WRITERS[ending](path, LINES, MERGED)
    reading = read_file(path, [layout()])
    assert reading.rows_data == 5
    # What stands under no merged cell stays blank.
    assert cells(reading, "procedure") == ["Kết hôn", "Kết hôn", "Kết hôn", None, "Khai tử"]
    assert cells(reading, "received_at") == ["05/03/2024"] * 5
    (note,) = [note for note in reading.notes if note.code == "merged_filled"]
    assert note.cell == "C3"
    assert "C3:C5" in note.text
    assert "4 ô trống" in note.text
    assert reading.rows_read == reading.rows_data + reading.rows_ignored


@pytest.mark.parametrize("ending", WRITERS)
def test_codes_of_cases_are_not_made_up(tmp_path: Path, ending: str) -> None:
    """One code over two rows: the second row has none, which its rule tells the unit."""
    path = tmp_path / f"bang.{ending}"
    lines: list[list[object]] = [list(LABELS), case(1, 1), case(2, 2, case_code=""), case(3, 3)]
    WRITERS[ending](path, lines, {(1, 1): 2})
    reading = read_file(path, [layout()])
    assert cells(reading, "case_code")[1] is None
    assert [note.code for note in reading.notes] == []


def test_a_merged_cell_over_a_hidden_row_of_a_page_ends_a_row_earlier(tmp_path: Path) -> None:
    path = tmp_path / "bang.html"
    rows = spanned(LINES, MERGED, "tr", lambda value, down: f'<td rowspan="{down}">{value}</td>')
    parts = rows.split("<tr>")
    parts[4] = ">".join([' style="display:none"', parts[4]])
    path.write_text(
        "<html><table>" + "<tr>".join(parts).replace("<tr> style", "<tr style") + "</table>",
        "utf-8",
    )
    reading = read_file(path, [layout()])
    assert cells(reading, "procedure") == ["Kết hôn", "Kết hôn", None, "Khai tử"]


def test_a_merged_cell_reaches_over_blocks_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.decode.reading._BLOCK_ROWS", 2)
    path = tmp_path / "bang.fods"
    lines: list[list[object]] = [
        list(LABELS),
        *(case(n, n, procedure="Kết hôn") for n in range(1, 8)),
    ]
    write_ods(path, lines, {(1, 2): 6})
    reading = read_file(path, [layout()])
    assert len(reading.tables) == 4
    assert cells(reading, "procedure") == ["Kết hôn"] * 7
