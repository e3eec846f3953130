"""The register workbook that people fill in."""

from pathlib import Path

import openpyxl
import pytest

from ingestion.decode.cells import column_letter
from ingestion.decode.register_file import read_registers
from ingestion.registers.definitions import load_registers
from ingestion.registers.wording import note
from ingestion.site import load_site
from publishing.register_template import PREPARED_ROWS, UnknownUnit, write_template

pytestmark = pytest.mark.unit
SITE = load_site(Path(__file__).resolve().parents[3] / "sites" / "demo")
UNIT = SITE.units[0]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "so.xlsx"
    return write_template(SITE, path, unit_code=UNIT.code, period="2024-03")


def test_an_empty_template_reads_as_nothing(written: Path) -> None:
    """Its prepared rows are no rows; it names its unit and month."""
    reading = read_registers(written, load_registers())
    assert reading.rows_data == 0
    assert reading.rows_read == reading.rows_ignored
    assert reading.title_periods == {"2024-03"}
    assert reading.title_units == {UNIT.code}
    assert not reading.is_title_supplement


def test_a_template_may_leave_unit_and_month_open(tmp_path: Path) -> None:
    reading = read_registers(write_template(SITE, tmp_path / "so.xlsx"), load_registers())
    assert (reading.title_periods, reading.title_units) == (set(), set())


def test_every_register_has_its_sheet(written: Path) -> None:
    """Header with notes, lists to choose from, date cells, frozen below the header."""
    registers = load_registers()
    book = openpyxl.load_workbook(written)
    assert book.sheetnames == ["Hướng dẫn", *(r.title for r in registers.all), "Danh mục"]
    for register in registers.all:
        sheet = book[register.title]
        labels = [f"{c.label} *" if c.required else c.label for c in register.columns]
        assert [cell.value for cell in sheet[5]] == labels
        notes = [cell.comment.text for cell in sheet[5] if cell.comment]
        assert notes == [cell.value for cell in sheet[4]] == [note(c) for c in register.columns]
        assert sheet.freeze_panes == "B6"
        assert sheet.max_row == 5 + PREPARED_ROWS
        formats = [sheet.cell(6, i).number_format for i in range(1, len(labels) + 1)]
        kinds = {c.type: shown for c, shown in zip(register.columns, formats, strict=True)}
        assert kinds.get("date", "dd/mm/yyyy") == "dd/mm/yyyy"
        assert kinds.get("code", "@") == "@"
        checked = {
            str(v.sqref).split(":")[0][:-1]: v for v in sheet.data_validations.dataValidation
        }
        for index, column in enumerate(register.columns):
            letter = column_letter(index)
            if column.type in {"text", "code", "official"}:
                assert letter not in checked
                continue
            rule = checked[letter]
            assert rule.type == {"date": "date", "count": "whole", "number": "decimal"}.get(
                column.type, "list"
            )
            if column.options:
                place = rule.formula1.partition("!")[2].replace("$", "")
                listed = [cell.value for (cell,) in book["Danh mục"][place]]
                assert listed == list(column.options.values())


def test_nothing_in_it_is_a_formula(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    assert all(
        cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line
    )


def test_the_same_template_has_the_same_bytes(written: Path, tmp_path: Path) -> None:
    again = write_template(SITE, tmp_path / "so.xlsx", unit_code=UNIT.code, period="2024-03")
    assert again.read_bytes() == written.read_bytes()


def test_an_unknown_unit_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnit, match=UNIT.code):
        write_template(SITE, tmp_path / "so.xlsx", unit_code=UNIT.code + "X")
    assert not list(tmp_path.iterdir())
