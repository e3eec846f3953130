"""The same eleven cases in a dozen kinds of file and dress: same fates, same figures (domain §6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from tests.integration import nasty_files as nasty
from tests.integration.mini_site import MiniSite, query
from tests.integration.nasty_files import CERTIFIED, CIVIL, FIGURES, LAND, LINES, PERIOD
from tests.laws.models import Models

COUNTS = (
    "opening_count",
    "received_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "resolved_no_due_count",
    "withdrawn_count",
    "pending_in_time_count",
    "pending_overdue_count",
    "pending_suspended_count",
)
PARTLY_SWAPPED = {
    **FIGURES,
    CIVIL: (0, 3, 1, 1, 1, 0, 0, 0, 0, 0),
}
"""Without the case of 26/02: its other days were swapped and nothing proves it, so it is refused."""


@dataclass(frozen=True)
class Dress:
    """One unit: the name of its file, how it is written, and its layout."""

    file: str
    write: Callable[[int, Path], None]
    layout: str
    figures: Mapping[str, tuple[int, ...]] | None = None
    fates: dict[int, str] | None = None


DRESSES = {
    "utf-8 with mark": Dress("a.csv", nasty.csv_with("utf-8-sig", ","), nasty.PLAIN),
    "utf-16 without mark": Dress("a.txt", nasty.csv_with("utf-16-le", "\t"), nasty.PLAIN),
    "windows-1258": Dress("a.csv", nasty.csv_1258, nasty.PLAIN),
    "titles, groups, totals": Dress("a.xlsx", nasty.dressed_workbook, nasty.GROUPED),
    "a sheet a sector": Dress("a.xlsx", nasty.sheet_a_sector, nasty.BY_SHEET),
    "a sheet a month": Dress("a.xlsx", nasty.sheet_a_month, nasty.PLAIN + "sheet: month\n"),
    "html as xls": Dress("a.xls", nasty.html_as_xls, nasty.TWO_ROWS),
    "xml of 2003": Dress("a.xls", nasty.spreadsheet_2003, nasty.PLAIN),
    "json": Dress("a.json", nasty.json_array, nasty.PAYLOAD),
    "json lines in a zip": Dress("a.zip", nasty.zipped_json_lines, nasty.PAYLOAD),
    "csv by sector in a zip": Dress(
        "a.zip", nasty.zipped_csv_by_sector, nasty.PLAIN + "sheet: all\n"
    ),
    "swapped by excel": Dress(
        "a.xlsx",
        nasty.swapped_by_excel,
        nasty.PLAIN,
        figures=PARTLY_SWAPPED,
        fates={10: "due_before_received ambiguous_date"},
    ),
}
UNITS = {name: f"U{number:02d}" for number, name in enumerate(DRESSES, 1)}
by_dress = pytest.mark.parametrize("name", DRESSES)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, models: Models) -> duckdb.DuckDBPyConnection:
    """All units' files of the month, loaded as a user does."""
    mini = MiniSite(tmp_path_factory.mktemp("nasty"), tuple(UNITS.values()), models=models)
    mini.edit("reference/sectors.csv", "code,name", f"S1,{CIVIL}", f"S2,{LAND}", f"S3,{CERTIFIED}")
    entries = []
    for number, (name, dress) in enumerate(DRESSES.items(), 1):
        unit = UNITS[name]
        mini.edit(f"layouts/{unit}.yml", f"name: {unit}", dress.layout)
        entries.append(f'  - {{unit: {unit}, uri: "{unit}/{dress.file}", layouts: [{unit}]}}')
        path = mini.directory / "exports" / unit / dress.file
        path.parent.mkdir()
        dress.write(number, path)
    mini.edit("sources.yml", "units:", *entries)
    mini.write_settings(PERIOD)
    said = mini.motcua("month-end", "--period", PERIOD)
    assert said.code == 0, said.all
    return duckdb.connect(str(mini.home.serving / "warehouse.duckdb"), read_only=True)


@by_dress
def test_every_row_has_its_fate(database: duckdb.DuckDBPyConnection, name: str) -> None:
    unit, dress = UNITS[name], DRESSES[name]
    number = list(DRESSES).index(name) + 1
    wanted = [replace(x, fate=(dress.fates or {}).get(x.number, x.fate)) for x in LINES]
    refused = {
        (line.code(number), rule)
        for line in wanted
        if "_" in line.fate
        for rule in line.fate.split()
    }
    found = query(database, "select * from quality.rejected_rows where unit_code = ?", unit)
    assert {(row["case_code"], row["rule_id"]) for row in found} == refused
    cases = query(database, "select case_code from core.fct_case where unit_code = ?", unit)
    accepted = {line.code(number) for line in wanted if line.fate == "accepted"}
    assert {row["case_code"] for row in cases} == accepted
    (ledger,) = query(database, "select * from quality.load_ledger where unit_code = ?", unit)
    parts = [ledger[f"rows_{part}"] for part in ("accepted", "rejected", "duplicate", "ignored")]
    assert parts[:3] == [len(accepted), len({code for code, _ in refused}), 1]
    assert ledger["rows_read"] == sum(parts)


@by_dress
def test_every_count_is_as_counted_by_hand(database: duckdb.DuckDBPyConnection, name: str) -> None:
    rows = query(
        database,
        "select * from mart.mart_unit_sector_month where unit_code = ? and period = ?",
        UNITS[name],
        PERIOD,
    )
    found = {row["sector_name"]: tuple(row[count] for count in COUNTS) for row in rows}
    assert found == (DRESSES[name].figures or FIGURES)


def test_repaired_dates_are_told(database: duckdb.DuckDBPyConnection) -> None:
    rows = query(
        database,
        "select * from quality.findings where rule_id like 'swapped%' and unit_code = ?",
        UNITS["swapped by excel"],
    )
    assert len({row["case_code"] for row in rows}) == 8
    assert all(row["cell"] for row in rows)
    others = query(
        database,
        "select * from quality.findings where rule_id like 'swapped%' and unit_code <> ?",
        UNITS["swapped by excel"],
    )
    assert others == []


def test_what_was_not_read_in_an_archive_is_told(database: duckdb.DuckDBPyConnection) -> None:
    rows = query(
        database,
        "select * from quality.file_messages where unit_code = ? and code = 'attachment_not_read'",
        UNITS["json lines in a zip"],
    )
    assert len(rows) == 1
    assert "Công văn.pdf" in rows[0]["message"]
