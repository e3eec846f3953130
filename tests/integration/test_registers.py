"""Register workbooks from template to facts: filled in as a clerk would, loaded by the command line."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from ingestion.decode import decode
from ingestion.registers.definitions import load_registers
from ingestion.trial import try_file
from publishing.register_template import write_template
from tests.integration.mini_site import Case, MiniSite, motcua_here
from tests.laws.models import Models

pytestmark = pytest.mark.integration

JAN, FEB = "2024-01", "2024-02"
OFFICE = "NV"
FIRST_ROW = 6
LEDGER = ("quality.load_ledger",)
Rows = Mapping[str, Sequence[Sequence[Any]]]

OBLIGATIONS: list[Sequence[Any]] = [
    # unit, code, kind, subject, basis, due, received, satisfactory, progress, reminders
    ("Phường U1", "BC-01", "Báo cáo định kỳ", "Báo cáo tháng 01", "5797/UBND-NV",
     date(2024, 1, 25), date(2024, 1, 24), "Có", None, 0),
    ("U2", "BC-01", "báo cáo định kỳ", None, None, "25/01/2024", None, None, None, 2),
    (None, "KH-01", "Nhiệm vụ của kế hoạch cải cách", None, None, "31-12-2024", None, None, "37,5",
     None),
]  # fmt: skip
FAULTY: list[Sequence[Any]] = [
    ("Phường Lạ", "BC-02", "Báo cáo định kỳ", None, None, "25/01/2024", None, None, None, None),
    ("U1", None, "Việc lạ", None, None, "31/02/2024", None, "chưa", 150, -1),
    ("U1", "BC-03", "Báo cáo định kỳ", None, None, "25/01/2024", None, None, None, 1),
    ("U1", "BC-03", "Báo cáo định kỳ", None, None, "26/01/2024", None, None, None, 1),
    # Written in another way, the row of BC-01 once more.
    ("U1", "BC-01", "periodic_report", "Báo cáo tháng 01", "5797/UBND-NV",
     "25/01/2024", "2024-01-24", "có", None, "0"),
]  # fmt: skip


@pytest.fixture
def office(mini: MiniSite) -> MiniSite:
    """The site of two units, with an office that keeps registers; U1 keeps its own too."""
    units = [f"{u},Phường {u},commune," for u in ("U1", "U2")]
    mini.edit(
        "reference/units.csv",
        "code,name,level,case_namespace",
        *units,
        "NV,Phòng Nội vụ,department,",
    )
    cases = [f'  - {{unit: {u}, uri: "{{period}}/{u}*.csv"}}' for u in ("U1", "U2")]
    registers = [
        f'  - {{unit: {u}, feed: registers, uri: "{{period}}/so-{u}*"}}' for u in (OFFICE, "U1")
    ]
    mini.edit("sources.yml", "defaults: {layouts: [bang]}", "units:", *cases, *registers)
    return mini


def fill(
    office: MiniSite,
    rows: Rows,
    *,
    unit: str = OFFICE,
    period: str = JAN,
    to: str | None = None,
    tail: str = "",
    change: Callable[[openpyxl.Workbook], object] | None = None,
) -> Path:
    """Make the template, fill in rows by sheet below the header, and put it where it is looked for."""
    folder = office.directory / "exports" / (to or period)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"so-{unit}{tail}.xlsx"
    write_template(office.site, path, unit_code=unit, period=period)
    book = openpyxl.load_workbook(path)
    write(book, rows)
    if change:
        change(book)
    book.save(path)
    return path


def write(book: openpyxl.Workbook, rows: Rows) -> None:
    """Fill in rows by sheet title, from the first row below the header."""
    for title, lines in rows.items():
        for number, line in enumerate(lines, FIRST_ROW):
            for column, value in enumerate(line, 1):
                book[title].cell(number, column).value = value


def table(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(sql).fetchall())


def ledger(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Any, ...]]:
    found = table(
        connection,
        """
        select submission_id, status, is_current, rows_accepted, rows_rejected, rows_duplicate,
            rows_read - rows_ignored - rows_accepted - rows_rejected - rows_duplicate
        from quality.load_ledger where feed = 'registers' order by 1
        """,
    )
    return {row[0]: row[1:] for row in found}


def test_rows_become_facts_and_faults_are_told_with_their_cells(
    office: MiniSite, models: Models
) -> None:
    """Good rows count, bad ones are refused with cell, value and fix, all at once; nothing is lost."""
    dialogues = [
        (None, date(2024, 1, 10), "Có", 40, 12, 12),
        (None, "11/01/2024", None, None, 3, 4),
    ]
    scores = [("U1", "ND61", 2024, "1.1", kind, 2, score) for kind, score in
              (("Tự chấm", "2"), ("Thẩm định", 1.5))]  # fmt: skip
    fill(office, {"Nghĩa vụ, báo cáo": OBLIGATIONS + FAULTY, "Đối thoại": dialogues,
                  "Điểm chấm chỉ số": scores})  # fmt: skip
    office.take_in(JAN)
    needed = models.only(
        "core.fct_obligation",
        "core.fct_dialogue",
        "core.fct_score",
        "quality.rejected_rows",
        *LEDGER,
    )
    with office.warehouse(needed) as connection:
        assert table(
            connection,
            """
            select unit_code, sender_code, obligation_code, obligation_kind, due_on, received_on,
                is_satisfactory, progress_percent::double, reminder_count, row_number
            from core.fct_obligation order by row_number
            """,
        ) == [
            ("U1", "NV", "BC-01", "periodic_report", date(2024, 1, 25), date(2024, 1, 24), True,
             None, 0, 6),
            ("U2", "NV", "BC-01", "periodic_report", date(2024, 1, 25), None, None, None, 2, 7),
            ("NV", "NV", "KH-01", "plan_task", date(2024, 12, 31), None, None, 37.5, None, 8),
        ]  # fmt: skip
        assert table(connection, "select held_on, question_count from core.fct_dialogue") == [
            (date(2024, 1, 10), 12)
        ]
        assert table(
            connection,
            "select score_kind, score::double from core.fct_score order by score_kind desc",
        ) == [("self", 2.0), ("appraised", 1.5)]
        found = table(
            connection,
            """
            select sheet, cell, column_label, value, rule_id, feed
            from quality.rejected_rows order by sheet, row_number, cell, rule_id
            """,
        )
        sheet = "Nghĩa vụ, báo cáo"
        assert [row[:5] for row in found] == [
            (sheet, "A9", "Đơn vị phải thực hiện", "Phường Lạ", "register_unknown_unit"),
            (sheet, "B10", "Mã việc", None, "register_blank_cell"),
            (sheet, "C10", "Loại việc", "Việc lạ", "register_unknown_choice"),
            (sheet, "F10", "Hạn thực hiện", "31/02/2024", "register_unreadable_date"),
            (sheet, "H10", "Đạt yêu cầu", "chưa", "register_unknown_choice"),
            (sheet, "I10", "Tiến độ (%)", "150", "register_bad_number"),
            (sheet, "J10", "Số lần nhắc", "-1", "register_bad_number"),
            (sheet, "B11", "Mã việc", "BC-03", "register_conflicting_rows"),
            (sheet, "B12", "Mã việc", "BC-03", "register_conflicting_rows"),
            ("Đối thoại", "F7", "Số ý kiến đã giải đáp", "4", "register_part_above_whole"),
        ]
        assert {row[5] for row in found} == {"registers"}
        assert ledger(connection) == {"2024-01.NV.1": ("accepted", True, 6, 5, 1, 0)}
        fixes = dict(
            table(connection, "select cell, message || ' ' || fix from quality.rejected_rows")
        )
        assert fixes["F7"].startswith("«Số ý kiến đã giải đáp» lớn hơn «Số ý kiến».")
        assert "Báo cáo định kỳ; Trả lời văn bản chỉ đạo" in fixes["C10"]
        assert "Số từ 0 đến 100." in fixes["I10"]


def test_a_register_file_is_no_report_of_cases(office: MiniSite, models: Models) -> None:
    """Cases, their months and their coverage are what they were without it."""
    office.send(JAN, "U1", Case(1), Case(2, completed="18/01/2024"))
    office.take_in(JAN)
    tables = ("core.fct_unit_report", "core.fct_case_month", "mart.mart_unit_month")
    registers = [register.table for register in load_registers().all]
    needed = models.only(*tables, *registers)
    with office.warehouse(needed) as connection:
        before = {name: table(connection, f"select * from {name} order by all") for name in tables}
        for register in registers:
            assert table(connection, f"select * from {register}") == []
    fill(office, {"Đối thoại": [(None, "10/01/2024")]})
    fill(office, {"Đối thoại": [(None, "10/02/2024")]}, unit="U1", period=FEB)
    office.take_in(FEB)
    with office.warehouse(needed) as connection:
        after = {name: table(connection, f"select * from {name} order by all") for name in tables}
        assert after == before
        assert table(connection, "select period, unit_code from core.fct_dialogue order by 1") == [
            (JAN, OFFICE),
            (FEB, "U1"),
        ]
    coverage = office.here("status", "--json").json["coverage"]
    assert {m["period"]: (m["expected"], m["reported"]) for m in coverage} == {
        JAN: (2, 1),
        FEB: (2, 0),
    }


def test_a_workbook_is_tried_without_loading_it(office: MiniSite) -> None:
    path = fill(office, {"Đối thoại": [(None, "10/01/2024")]})
    for unit in (None, OFFICE):
        tried = try_file(office.site, path, unit)
        assert (tried.accepted, tried.rows_data) == (True, 1), tried.messages
    assert tried.columns["dialogue.held_on"] == "Ngày đối thoại"

    def rename(book: openpyxl.Workbook) -> None:
        book["Đối thoại"].title = "Đối thoai"

    tried = try_file(office.site, fill(office, {}, change=rename))
    assert not tried.accepted
    assert any("«Đối thoại»" in message for message in tried.messages)


def test_replacement_supplement_and_what_displaces_nothing(
    office: MiniSite, models: Models
) -> None:
    """A correction replaces the sender's month whole; a supplement adds; a bad row displaces nothing."""
    other = ("U1", "BC-09", "Báo cáo định kỳ", None, None, "25/01/2024", None, None, None, 0)
    fill(office, {"Nghĩa vụ, báo cáo": [*OBLIGATIONS, other]})
    office.take_in(JAN)
    late = (*OBLIGATIONS[1][:6], "02/02/2024", *OBLIGATIONS[1][7:])
    bad = (*OBLIGATIONS[0][:5], "99/99/2024", *OBLIGATIONS[0][6:])
    fill(office, {"Nghĩa vụ, báo cáo": [bad, late, OBLIGATIONS[2], ("U2", *other[1:])]})
    office.take_in(JAN)
    code = "select unit_code || ' ' || obligation_code, received_on from core.fct_obligation order by 1"
    replaced = [
        ("NV KH-01", None),
        ("U1 BC-01", date(2024, 1, 24)),  # its correction cannot be read, so the row stays
        ("U2 BC-01", date(2024, 2, 2)),
        ("U2 BC-09", None),
    ]
    needed = models.only("core.fct_obligation", *LEDGER)
    with office.warehouse(needed) as connection:
        assert table(connection, code) == replaced
        assert [row[1] for row in ledger(connection).values()] == [False, True]
    more = office.root / "them.xlsx"
    fill(office, {"Nghĩa vụ, báo cáo": [("U1", "BC-10", *other[2:])]}, tail="-x").rename(more)
    office.here(
        "pull", "--period", JAN, "--unit", OFFICE, "--file", str(more), "--mode", "supplement",
        "--feed", "registers",
    )  # fmt: skip
    decode(office.site, office.home)
    needed = models.only("core.fct_obligation")
    with office.warehouse(needed) as connection:
        assert table(connection, code) == sorted([*replaced, ("U1 BC-10", None)])


def test_the_later_file_stands_between_two_senders_and_months_keep_what_they_said(
    office: MiniSite, models: Models
) -> None:
    fill(office, {"Phản ánh, khiếu nại": [("U1", "PA-1", "Khiếu nại", "05/01/2024", 15)]})
    fill(
        office,
        {
            "Phản ánh, khiếu nại": [
                (None, "PA-1", "Khiếu nại", "05/01/2024", "15", None, "20/01/2024")
            ]
        },
        unit="U1",
    )
    office.take_in(JAN)
    fill(
        office,
        {
            "Phản ánh, khiếu nại": [
                ("U1", "PA-1", "Khiếu nại", "05/01/2024", 15, None, "01/02/2024")
            ]
        },
        period=FEB,
    )
    office.take_in(FEB)
    needed = models.only("core.fct_feedback")
    with office.warehouse(needed) as connection:
        assert table(
            connection,
            """
            select period, sender_code, term_days, resolved_on, is_latest_row
            from core.fct_feedback order by period
            """,
        ) == [
            (JAN, "U1", 15, date(2024, 1, 20), False),
            (FEB, "NV", 15, date(2024, 2, 1), True),
        ]


def test_wrong_month_or_sender_is_held_and_a_person_decides(
    office: MiniSite, models: Models
) -> None:
    rows: Rows = {"Đối thoại": [(None, "10/01/2024")]}
    fill(office, rows, unit="U1", period=JAN, to=FEB)
    held = office.take_in(FEB)["2024-02.U1.1"]
    assert held.hold_reasons == (
        "Tiêu đề trong tệp ghi kỳ 2024-01 nhưng tệp được gửi cho kỳ 2024-02.",
    )
    needed = models.only("core.fct_dialogue", *LEDGER)
    with office.warehouse(needed) as connection:
        assert table(connection, "select * from core.fct_dialogue") == []
        assert ledger(connection)["2024-02.U1.1"][0] == "held"
    office.here(
        "decide", "2024-02.U1.1", "accept", "--period", JAN, "--by", "Trưởng phòng", "--reason", "Gửi nhầm"
    )  # fmt: skip
    office.take_in(FEB)
    needed = models.only("core.fct_dialogue")
    with office.warehouse(needed) as connection:
        assert table(connection, "select period, unit_code from core.fct_dialogue") == [(JAN, "U1")]
    path = fill(office, rows, unit="U1", tail="-x")
    path.rename(path.with_name("so-NV.xlsx"))
    found = office.take_in(JAN)["2024-01.NV.1"]
    assert found.status == "held"
    assert found.hold_reasons == (
        "Trong tệp ghi đơn vị gửi là U1 nhưng tệp được nhận của đơn vị NV.",
    )


def _spoil(book: openpyxl.Workbook) -> None:
    book["Nghĩa vụ, báo cáo"]["B5"] = "Mã công việc *"
    book["Đối thoại"].delete_cols(2)
    book["Thư xin lỗi"].title = "Thư xin lỗi dân"
    book["Thư xin lỗi dân"]["A6"] = "000.00.16.H32-240105-0001"
    book["Phiếu hài lòng"]["H6"] = "ghi chú"
    book["Phiếu hài lòng"]["B6"] = "KS-1"


def test_a_changed_template_is_refused_with_all_findings(office: MiniSite, models: Models) -> None:
    fill(office, {"Nghĩa vụ, báo cáo": OBLIGATIONS}, change=_spoil)
    found = office.take_in(JAN)["2024-01.NV.1"]
    assert found.status == "rejected"
    said = [(m.code, m.sheet, m.cell) for m in found.messages]
    assert said == [
        ("unknown_column", "Nghĩa vụ, báo cáo", "B5"),
        ("missing_column", "Nghĩa vụ, báo cáo", None),
        ("unknown_sheet", "Thư xin lỗi dân", None),
        ("cell_without_label", "Phiếu hài lòng", "H6"),
        ("missing_column", "Đối thoại", None),
    ]
    text = "\n".join(m.text for m in found.messages)
    assert "(có phải «Mã việc»?)" in text
    assert "(có phải «Thư xin lỗi»?)" in text
    needed = models.only("core.fct_obligation", "quality.file_messages")
    with office.warehouse(needed) as connection:
        assert table(connection, "select * from core.fct_obligation") == []
        assert (
            len(table(connection, "select 1 from quality.file_messages where feed = 'registers'"))
            == 5
        )


def test_an_empty_workbook_is_sent_every_month(office: MiniSite, models: Models) -> None:
    """Nothing to tell is an answer; the 500 prepared rows of each sheet are no rows."""
    for period in (JAN, FEB):
        fill(office, {}, period=period)
        office.take_in(period)
    needed = models.only(*LEDGER)
    with office.warehouse(needed) as connection:
        assert set(ledger(connection).values()) == {("accepted", True, 0, 0, 0, 0)}


def test_a_whole_month_end_with_registers(office: MiniSite, models: Models) -> None:
    """Gates, publication and reports go through, and the unit's workbook tells register faults."""
    office.models = models
    office.send(JAN, "U1", Case(1, due="10/01/2024", completed="18/01/2024"))
    office.send(JAN, "U2", Case(2))
    letters = [("000.00.16.H32-240108-0001", "20/01/2024"), ("15", "20/02/2024")]
    folder = office.directory / "exports" / JAN
    path, site = folder / "so-U1.xlsx", ("--site", str(office.directory))
    told = motcua_here(
        "template", "registers", *site, "--unit", "U1", "--period", JAN, "--out", str(path)
    )
    assert told.code == 0, told.all
    book = openpyxl.load_workbook(path)
    write(book, {"Thư xin lỗi": letters})
    book.save(path)
    done = office.motcua("month-end", "--period", JAN)
    assert done.code == 0, done.all
    with duckdb.connect(str(office.home.serving / "warehouse.duckdb"), read_only=True) as served:
        assert table(served, "select case_code, case_key from core.fct_apology") == [
            ("000.00.16.H32-240108-0001", "H32:000.00.16.H32-240108-0001")
        ]
    said = office.outbox("U1", JAN)
    assert "«Ngày xin lỗi» sau kỳ số liệu của tệp." in said
    assert "B7" in said
