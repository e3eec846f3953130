"""Workbooks: names, sums, what is replaced and what is removed, many units quickly."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pytest

from ingestion.home import Home
from ingestion.receipts import local_time
from ingestion.site import Site
from publishing.files import replaced
from publishing.form_06a import Form, Line, ReportError, write_form
from publishing.reports import write_reports
from publishing.sheets import lines_needed, open_book, sheet_name
from publishing.snapshot import PublishError, publish
from publishing.unit_packs import pack_path, write_outbox
from tests.golden.small_warehouse import BUILD_ID, PERIOD
from warehouse.served import NothingServed

pytestmark = pytest.mark.unit
CREATED = datetime(2025, 1, 3)  # noqa: DTZ001 - a workbook's property knows no zone


def test_sheet_names_are_cut_cleaned_and_unique() -> None:
    taken: set[str] = set()
    long = "Ủy ban nhân dân phường Phước Long"
    names = [
        sheet_name(n, taken)
        for n in (long, long, "A/B:[C]?*", "'x'", "History", "", "TONG", "tong")
    ]
    assert names == [
        "Ủy ban nhân dân phường Phước Lo", "Ủy ban nhân dân phường Phướ (2)", "A-B--C---", "x",
        "History (2)", "-", "TONG", "tong (2)",
    ]  # fmt: skip
    assert all(len(name) <= 31 for name in names)


@pytest.mark.parametrize(
    ("content", "width", "lines"),
    [
        ("", 10, 1),
        ("Danh sách", 11, 1),
        # As printed in Times New Roman: a name in capitals does not fit where a sentence would.
        ("NT-XUONG-HUAN.2024-12.xlsx", 27, 2),
        ("NT-P-VPDKDD_2024-12.csv", 18, 3),  # broken behind hyphens
        ("Bao cao thang 12-2024.xlsx", 27, 1),
        ("000.13.16.H32-241213-0006", 26, 1),
        ("000.13.16.H32-241213-0006", 20, 2),
        ("Ngày tiếp nhận không đọc được hoặc không có thật.", 28, 2),
        ("một\nhai ba", 28, 2),
    ],
)
def test_rows_are_as_high_as_their_text(content: str, width: float, lines: int) -> None:
    assert lines_needed(content, width) == lines


def test_form_refuses_a_total_that_is_not_the_sum(tmp_path: Path) -> None:
    one = (1,) * 11
    form = Form(
        sheet="Biểu", reporting_unit="A", receiving_unit="B", period_title="T", row_title="L",
        from_on=date(2024, 12, 1), to_on=date(2024, 12, 31), lines=[Line("1", "x", one)],
        total=(1,) * 10 + (2,),
    )  # fmt: skip
    path = tmp_path / "form.xlsx"
    with pytest.raises(ReportError, match="Biểu"), open_book(path, CREATED) as book:
        write_form(book, form)
    assert list(tmp_path.iterdir()) == []


def test_failed_replacement_keeps_what_stood(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("earlier", encoding="utf-8")

    def write_half() -> None:
        with replaced(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text(encoding="utf-8") == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_reports_need_a_publication_and_a_known_month(site: Site, home: Home) -> None:
    with pytest.raises(NothingServed, match="Chưa có số liệu"):
        write_reports(site, home, PERIOD)
    publish(site, home, BUILD_ID)
    with pytest.raises(PublishError, match="2031-01"):
        write_reports(site, home, "2031-01")


def test_same_figures_give_the_same_bytes(site: Site, home: Home) -> None:
    publish(site, home, BUILD_ID)
    first = [path.read_bytes() for path in write_reports(site, home, PERIOD)]
    time.sleep(1.1)
    assert [path.read_bytes() for path in write_reports(site, home, PERIOD)] == first


def test_a_workbook_that_no_longer_applies_is_removed(site: Site, home: Home) -> None:
    publish(site, home, BUILD_ID)
    stale = pack_path(home, "NT-DA-RUT", PERIOD)
    other_month = pack_path(home, "NT-DA-RUT", "2024-11")
    for path in (stale, other_month):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"earlier run")
    written = write_outbox(site, home, PERIOD)
    assert len(written) == 3
    assert not stale.exists()
    assert other_month.exists()


def test_receipt_times_are_shown_on_the_authority_s_clock() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    evening = datetime(2024, 12, 31, 19, 30, tzinfo=UTC)
    assert local_time("2024-12-31T19:30:00+00:00", zone).isoformat() == "2025-01-01T02:30:00"
    assert local_time(evening, zone).isoformat() == "2025-01-01T02:30:00"
    assert local_time(evening.replace(tzinfo=None), zone).isoformat() == "2025-01-01T02:30:00"


def test_forty_units_with_many_findings_take_seconds(site: Site, home: Home) -> None:
    with duckdb.connect(str(home.build / f"{BUILD_ID}.duckdb")) as connection:
        for table in ("load_ledger", "finding_followup"):
            connection.execute(f"""
                insert into quality.{table}
                select t.* replace ('U' || n as unit_code, submission_id || n as submission_id)
                from quality.{table} as t, range(40) as r (n) where unit_code = 'NT-LOC-THO'
            """)
        connection.execute("""
            insert into quality.finding_followup
            select f.* replace (n::integer * 2 as row_number, 'F' || n * 2 as cell)
            from quality.finding_followup as f, range(20, 120) as r (n)
            where f.unit_code like 'U%' and f.rule_id = 'due_before_received'
        """)
    publish(site, home, BUILD_ID)
    # Processor time: other work on the machine must not decide.
    started = time.process_time()
    written = write_outbox(site, home, PERIOD)
    assert time.process_time() - started < 4
    assert len(written) == 43
    book = openpyxl.load_workbook(pack_path(home, "U7", PERIOD))
    assert book["Lỗi cần sửa"].max_row == 6
    lines = ", ".join(str(n) for n in (19, *range(40, 62, 2)))
    assert book["Lỗi cần sửa"]["E4"].value == f"dòng {lines}, … (89 chỗ khác)"
    assert book["Chi tiết lỗi"].max_row == 3 + 101
