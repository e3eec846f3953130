"""A hand-written site of a few units in a temporary folder, its files, and `motcua` as a user runs it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, load_site
from motcua.cli import app
from tests.laws.models import Models, run_models
from warehouse.inputs import write_inputs
from warehouse.revision import CODE

LABELS = (
    "STT",
    "Mã hồ sơ",
    "Đơn vị",
    "Lĩnh vực",
    "Cán bộ",
    "Kênh",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc",
    "Trạng thái",
)
LAYOUT = """name: {name}
kind: {kind}
{reading}header: {{labels: ["Mã hồ sơ", "Ngày tiếp nhận"]}}
footer: ["Tổng cộng", "Người lập biểu"]
total_label: "Tổng cộng"
export_kind: snapshot
columns:
  case_code: ["Mã hồ sơ"]
  unit: ["Đơn vị"]
  sector: ["Lĩnh vực"]
  official: ["Cán bộ"]
  channel: ["Kênh"]
  received_at: ["Ngày tiếp nhận"]
  due_at: ["Ngày hẹn trả"]
  completed_at: ["Ngày kết thúc"]
  status: ["Trạng thái"]
ignore: ["STT"]
drop: ["Chủ hồ sơ"]
"""
HIDDEN = ("MOTCUA_", "COLUMNS", "FORCE_COLOR", "NO_COLOR")
"""Variables of the machine that a command under test does not see."""
ESCAPE_CODE = re.compile(r"\x1b\[|\r")
Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One row of an export; `number` makes a national code of `received`, unless `code` is given."""

    number: int
    received: str = "08/01/2024"
    due: str = "20/01/2024"
    completed: str = ""
    status: str = ""
    sector: str = "Hộ tịch"
    official: str = "Lê Thị Hoa"
    channel: str = "Trực tiếp"
    unit: str = ""
    code: str | None = None

    def line(self, position: int) -> list[str]:
        """The cells of the row, in the order of LABELS."""
        day, month, year = self.received.split("/")
        national = f"000.00.16.H32-{year[2:]}{month}{day}-{self.number:04d}"
        status = self.status or ("Đã xử lý xong" if self.completed else "Đang xử lý")
        code = national if self.code is None else self.code
        cells = [code, self.unit, self.sector, self.official, self.channel]
        return [str(position), *cells, self.received, self.due, self.completed, status]


def csv_bytes(
    lines: Sequence[Sequence[str]], *, encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    """Lines as a delimited file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    return out.getvalue().encode(encoding)


def table(cases: Sequence[Case]) -> list[list[str]]:
    """Header and rows of an export."""
    return [list(LABELS), *(case.line(n) for n, case in enumerate(cases, 1))]


def workbook(path: Path, lines: Sequence[Sequence[str]], sheet: str = "Danh sách") -> None:
    """Write lines into a workbook as texts, below two rows of title."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(sheet)
    page.write_string(0, 0, "DANH SÁCH HỒ SƠ")
    for number, line in enumerate(lines, 2):
        for column, value in enumerate(line):
            page.write_string(number, column, value)
    book.close()


def book_text(path: Path) -> str:
    """Every cell of a workbook as one text, a line per row."""
    book = CalamineWorkbook.from_path(str(path))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return "\n".join(" | ".join(map(str, row)) for rows in sheets for row in rows)


@dataclass
class MiniSite:
    """A site folder and a home below `root`, or those that are there already.

    `csv_units` send `{period}/{unit}.csv`, `xlsx_units` workbooks. With `models`, its commands build
    by them, without dbt (`compiled_motcua`).
    """

    root: Path
    csv_units: tuple[str, ...] = ("U1", "U2")
    xlsx_units: tuple[str, ...] = ()
    namespaces: dict[str, str] = field(default_factory=dict)
    minimum_reported_share: float = 0.5
    models: Models | None = None

    def __post_init__(self) -> None:
        if self.directory.exists():
            return
        for folder in ("reference", "layouts", "exports"):
            (self.directory / folder).mkdir(parents=True)
        self.write_settings()
        units = (*self.csv_units, *self.xlsx_units)
        lines = [f"{u},Phường {u},commune,{self.namespaces.get(u, '')}" for u in units]
        self.edit("reference/units.csv", "code,name,level,case_namespace", *lines)
        self.edit("reference/sectors.csv", "code,name", "LV-HT,Hộ tịch", "LV-DD,Đất đai")
        csv_uri = 'uri: "{period}/{unit}*.csv"'
        xlsx_uri = 'uri: "{period}/{unit}*.xlsx", layouts: [bang_xlsx]'
        entries = [f"  - {{unit: {u}, {csv_uri}}}" for u in self.csv_units]
        entries += [f"  - {{unit: {u}, {xlsx_uri}}}" for u in self.xlsx_units]
        self.edit("sources.yml", "defaults: {layouts: [bang]}", "units:", *entries)
        reading = 'encoding: utf-8\ndelimiter: ","\n'
        self.edit("layouts/bang.yml", LAYOUT.format(name="bang", kind="csv", reading=reading))
        self.edit("layouts/bang_xlsx.yml", LAYOUT.format(name="bang_xlsx", kind="xlsx", reading=""))

    def write_settings(self, first_period: str = "2024-01") -> None:
        """Write site.yml."""
        self.edit(
            "site.yml",
            "authority: {code: H32.X, name: Thành phố Thử, namespace: H32}",
            f"first_period: {first_period}",
            f"gates: {{minimum_reported_share: {self.minimum_reported_share}}}",
        )

    def edit(self, name: str, *lines: str) -> None:
        """Write one file of the site."""
        (self.directory / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def directory(self) -> Path:
        """The site folder."""
        return self.root / "site"

    @property
    def home(self) -> Home:
        """The home of its data."""
        return Home(self.root / "home")

    @property
    def site(self) -> Site:
        """The site as it stands now."""
        return load_site(self.directory)

    def path(self, period: str, unit: str, tail: str = "") -> Path:
        """Where the unit's file of the month is looked for."""
        kind = "csv" if unit in self.csv_units else "xlsx"
        path = self.directory / "exports" / period / f"{unit}{tail}.{kind}"
        path.parent.mkdir(exist_ok=True)
        return path

    def send(self, period: str, unit: str, *cases: Case, tail: str = "") -> Path:
        """The unit puts its file of the month where it is looked for."""
        path = self.path(period, unit, tail)
        if path.suffix == ".csv":
            path.write_bytes(csv_bytes(table(cases)))
        else:
            workbook(path, table(cases))
        return path

    def take_in(self, period: str) -> dict[str, Submission]:
        """Pull and decode as the month end does; every submission by its id."""
        pull(self.site, self.home, period)
        decode(self.site, self.home)
        return {s.submission_id: s for s in read_submissions(self.site, self.home)}

    @contextmanager
    def warehouse(self, models: Models) -> Iterator[duckdb.DuckDBPyConnection]:
        """The tables as of now, from the compiled models (tests/laws shows that dbt's are the same)."""
        self.home.create()
        work = self.home.build / "work.duckdb"
        work.unlink(missing_ok=True)
        write_inputs(self.site, self.home, work)
        try:
            with run_models(models, work) as connection:
                yield connection
        finally:
            work.unlink(missing_ok=True)

    def motcua(self, command: str, *options: str) -> "Said":
        """Run a command of this site and home in a process of its own."""
        places = [] if command == "explain" else ["--site", str(self.directory)]
        places += ["--home", str(self.home.root)]
        return motcua(command, *options, *places, models=self.models)

    def here(self, command: str, *options: str) -> "Said":
        """Run a command of this site and home in this process."""
        places = [] if command == "explain" else ["--site", str(self.directory)]
        return motcua_here(command, *options, *places, "--home", str(self.home.root))

    def outbox(self, unit: str, period: str) -> str:
        """What the unit's workbook of the month says."""
        (path,) = (self.home.outbox / unit / period).glob("Ket-qua-nap-*.xlsx")
        return book_text(path)


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    errors: str

    @property
    def json(self) -> Any:
        """The printed JSON; nothing else may stand beside it."""
        return json.loads(self.out)

    @property
    def all(self) -> str:
        """Both streams."""
        return self.out + self.errors


def motcua(*arguments: str, exports: Path | None = None, models: Models | None = None) -> Said:
    """Run `motcua` with its output piped; it must never show a traceback, an escape code or a cut cell.

    With `models`, a build runs them without dbt.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(HIDDEN)}
    if exports:
        environment["MOTCUA_EXPORTS"] = str(exports)
    module = ["motcua.cli"]
    if models is not None:
        module = ["tests.integration.compiled_motcua", str(models.manifest)]
        environment["PYTHONPATH"] = str(CODE)
    done = subprocess.run(
        [sys.executable, "-m", *module, *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,  # a hung command, not a slow machine
    )
    return presentable(Said(done.returncode, done.stdout, done.stderr))


def motcua_here(*arguments: str) -> Said:
    """The same in this process, for a command whose words matter: a new process takes a second to start."""
    hidden = dict.fromkeys(k for k in os.environ if k.startswith(HIDDEN))
    done = CliRunner().invoke(app, arguments, env=hidden)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return presentable(Said(done.exit_code, done.stdout, done.stderr))


def presentable(said: Said) -> Said:
    """What was said, once it is seen to hold no traceback, escape code or cut cell."""
    assert "Traceback" not in said.all, said.all
    assert not ESCAPE_CODE.search(said.all), said.all
    assert "…" not in said.out, said.out
    return said


def query(connection: duckdb.DuckDBPyConnection, sql: str, *values: Any) -> list[Row]:
    """Rows as dictionaries."""
    result = connection.execute(sql, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


CELL_KEYS: dict[str, tuple[str, ...]] = {
    "mart_unit_month": ("period", "unit_code"),
    "mart_unit_sector_month": ("period", "unit_code", "sector_code"),
    "mart_form_06a": (
        "calendar",
        "period_kind",
        "period",
        "unit_code",
        "row_kind",
        "sector_code",
    ),
    "mart_official_year": ("calendar", "period_kind", "period", "grain", "official_key"),
    "mart_late_rate_ranking": (
        "policy_code",
        "calendar",
        "period_kind",
        "period",
        "scope",
        "member_code",
    ),
}
NOT_COUNTS = {"line_number", "unit_count", "rank", "previous_rank"}
COUNTED = tuple(f"mart.{name}" for name in CELL_KEYS)
Cell = tuple[str, tuple[Any, ...], str]


def count_cells(connection: duckdb.DuckDBPyConnection) -> dict[Cell, int]:
    """Every count of the marts: (table, key of its row, column) -> number. Nothing is zero."""
    cells = {}
    for name, keys in CELL_KEYS.items():
        counts = [
            column
            for (column,) in connection.execute(
                "select column_name from information_schema.columns where table_schema = 'mart'"
                " and table_name = ? and data_type = 'BIGINT'",
                [name],
            ).fetchall()
            if column not in NOT_COUNTS
        ]
        for row in query(connection, f"select * from mart.{name}"):
            for column in counts:
                if row[column]:
                    cells[name, tuple(row[k] for k in keys), column] = row[column]
    return cells


def changes(before: dict[Cell, int], after: dict[Cell, int]) -> dict[Cell, int]:
    """What each count went up (or down) by, where it changed."""
    return {
        cell: after.get(cell, 0) - before.get(cell, 0)
        for cell in before.keys() | after.keys()
        if after.get(cell, 0) != before.get(cell, 0)
    }
