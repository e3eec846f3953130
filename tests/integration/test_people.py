"""Officials, steps, backlog and reminders on one small site, published twice."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from ingestion.decode import decode
from ingestion.pull import pull
from publishing.register_template import write_template
from publishing.reminders import read_reminders, reminder_path, write_reminders
from tests.integration.mini_site import Case, MiniSite, query
from tests.integration.publications import publish_now
from tests.laws.models import Models
from warehouse.case_cells import case_cells

pytestmark = pytest.mark.integration
JAN, FEB = "2024-01", "2024-02"
NAMES = ("Lê Thị Hoa", "Trần Văn Bước", "Võ An")
STEPPED = "000.00.16.H32-240108-0001"
# case, step, name, code, official, started, due, finished, clock stopped
STEPS = [
    (STEPPED, 1, "Tiếp nhận", None, "Võ An", "08/01/2024", "09/01/2024", "09/01/2024", None),
    (STEPPED, 2, "Thẩm định", None, "Trần Văn Bước", "09/01/2024", "15/01/2024", "22/01/2024", "Không"),
]  # fmt: skip
JANUARY = (
    Case(1, due="20/01/2024", completed="25/01/2024"),  # late; its steps are known
    Case(2, due="20/01/2024", completed="25/01/2024"),  # late; they are not
    Case(3, due="15/01/2024"),  # overdue, solved in February
    Case(4, due="16/01/2024", official="Võ An"),  # overdue, quiet
    Case(5, due="05/02/2024"),  # due soon, then overdue
    Case(6, due="12/01/2024", sector="Lê Thị Hoa"),  # a name where a sector belongs
    Case(7, due="17/01/2024"),  # overdue, then its due date is moved
)
FEBRUARY = (
    Case(3, due="15/01/2024", completed="01/02/2024"),
    Case(4, due="16/01/2024", official="Võ An"),
    Case(5, due="05/02/2024"),
    Case(6, due="12/01/2024", sector="Lê Thị Hoa", completed="02/02/2024"),
    Case(7, due="20/03/2024"),
    Case(9, received="20/02/2024", due="26/02/2024"),
)


@pytest.fixture(scope="module")
def mini(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> MiniSite:
    """January with a register of steps, then February, each published."""
    mini = MiniSite(tmp_path_factory.mktemp("people"))
    cases = [f'  - {{unit: {u}, uri: "{{period}}/{u}*.csv"}}' for u in ("U1", "U2")]
    steps = '  - {unit: U1, feed: registers, uri: "{period}/so-U1*"}'
    mini.edit("sources.yml", "defaults: {layouts: [bang]}", "units:", *cases, steps)
    mini.send(JAN, "U1", *JANUARY)
    _send_steps(mini)
    mini.send(FEB, "U1", *FEBRUARY)
    for period, build_id in ((JAN, "20240201T000000-a"), (FEB, "20240301T000000-a")):
        pull(mini.site, mini.home, period)
        decode(mini.site, mini.home)
        publish_now(mini.site, mini.home, models, build_id)
    return mini


def _send_steps(mini: MiniSite) -> None:
    path = mini.directory / "exports" / JAN / "so-U1.xlsx"
    write_template(mini.site, path, unit_code="U1", period=JAN)
    book = openpyxl.load_workbook(path)
    for number, step in enumerate(STEPS, 6):
        for column, value in enumerate(step, 1):
            book["Các bước xử lý"].cell(number, column).value = value
    book.save(path)


@pytest.fixture
def served(mini: MiniSite) -> Any:
    """A connection to the whole served file."""
    with duckdb.connect(str(mini.home.serving / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_who_answers_by_step_and_by_name(served: duckdb.DuckDBPyConnection) -> None:
    """The named handler of a case with steps is not charged with what another one's step cost."""
    found = query(
        served,
        "select official_name, attribution, numerator, denominator, exceeds_limit from mart.mart_official_year"
        " where calendar = 'calendar' and grain = 'person' and period = '2024-01' order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("Lê Thị Hoa", "handler", 1, 1, True),
        ("Trần Văn Bước", "step", 1, 1, True),
        ("Võ An", "step", 0, 1, False),
    ]
    (late,) = query(
        served,
        "select case_code, late_step_name, late_due_on, late_working_days, file_name, row_number"
        " from mart.mart_official_case where attribution = 'step' and calendar = 'calendar'",
    )
    assert tuple(late.values()) == (STEPPED, "Thẩm định", date(2024, 1, 15), 5, "U1.csv", 2)


def test_a_case_with_steps_counts_for_each_official(served: duckdb.DuckDBPyConnection) -> None:
    """What explain says of the case is what the mart has: of both calendars, by step."""
    (policy,) = query(served, "select * from core.dim_policy where is_default")
    cells = [
        (c["calendar"], c["official_key"], c["measure"])
        for c in case_cells(served, f"H32:{STEPPED}", policy)
        if c["table_name"] == "mart_official_year"
        and c["grain"] == "person"
        and c["period"] == FEB
        and c["measure"].startswith("resolved")
    ]
    keys = {"calendar", "d15"}
    assert {c[0] for c in cells} == keys
    assert {c[1:] for c in cells} == {
        ("name:U1:trần văn bước", "resolved_late_count"),
        ("name:U1:võ an", "resolved_on_time_count"),
    }


def test_the_backlog_tells_what_is_quiet_and_what_was_moved(
    served: duckdb.DuckDBPyConnection,
) -> None:
    found = query(
        served,
        "select right(case_code, 1) as n, pending_state, days_late, is_not_updated, is_due_date_moved,"
        " passed_due_on, last_event_on from mart.mart_backlog_case order by 1",
    )
    assert [tuple(row.values()) for row in found] == [
        ("4", "overdue", 27, True, False, None, date(2024, 1, 8)),
        ("5", "overdue", 13, True, False, None, date(2024, 1, 8)),
        ("7", "in_time", None, False, True, date(2024, 1, 17), date(2024, 2, 29)),
        ("9", "overdue", 3, True, False, None, date(2024, 2, 20)),
    ]
    rates = query(
        served,
        "select period_kind, numerator, denominator, rank from mart.mart_not_updated_ranking"
        " where calendar = 'calendar' and unit_code = 'U1' and period = '2024-02' order by 1",
    )
    assert [tuple(row.values()) for row in rates] == [("month", 3, 4, 1), ("ytd", 7, 9, 1)]


def test_no_name_of_an_official_is_in_the_analysts_file(mini: MiniSite) -> None:
    """Neither in its bytes nor in any text of any table; what is left is as in the whole file."""
    path = mini.home.serving / "analysts.duckdb"
    content = path.read_bytes()
    whole = (mini.home.serving / "warehouse.duckdb").read_bytes()
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"attach '{path.with_name('warehouse.duckdb')}' as whole (read_only)")
        texts = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where database_name = 'analysts' and data_type like 'VARCHAR%'"
        ).fetchall()
        assert len(texts) > 100
        for name in NAMES:
            for form in (name, name.lower()):
                assert form.encode() in whole, form
                assert form.encode() not in content, form
                for schema, table, column in texts:
                    found = connection.execute(
                        f'select count(*) from {schema}.{table} where contains("{column}"::varchar, ?)',
                        [form],
                    ).fetchone()
                    assert found == (0,), (schema, table, column)
        assert connection.execute(
            "select (select build_id from meta.build) = (select build_id from whole.meta.build),"
            " (select count(*) from core.fct_case) = (select count(*) from whole.core.fct_case)"
        ).fetchone() == (True, True)
        tables = {
            t
            for (t,) in connection.execute(
                "select table_name from duckdb_tables() where database_name = 'analysts'"
            ).fetchall()
        }
    assert not tables & {"mart_official_year", "mart_official_case", "dim_official", "fct_event"}
    assert {"fct_case", "mart_unit_month", "mart_backlog_case", "findings"} <= tables


def test_reminders_compare_with_the_publication_before(
    mini: MiniSite, served: duckdb.DuckDBPyConnection
) -> None:
    """New, still open, solved, and no longer due; due dates beyond the asked days are not told."""
    told = read_reminders(served, mini.home, 3)["U1"]
    lists = {
        kind: [(row["case_code"][-1], row["standing"]) for row in getattr(told, kind)]
        for kind in ("overdue", "due_soon", "left")
    }
    assert lists == {
        "overdue": [("4", "still_open"), ("5", "still_open"), ("9", "new")],
        "due_soon": [],
        "left": [("6", "resolved"), ("3", "resolved"), ("7", "not_due")],
    }
    assert [
        row["case_code"][-1] for row in read_reminders(served, mini.home, 40)["U1"].due_soon
    ] == ["7"]


def test_the_unit_gets_a_workbook_of_reminders(mini: MiniSite, tmp_path: Path) -> None:
    assert write_reminders(mini.site, mini.home, JAN) == [], "of an older month"
    stale = reminder_path(mini.home, "U2", FEB)
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"earlier run")
    (path,) = write_reminders(mini.site, mini.home, FEB)
    assert path == reminder_path(mini.home, "U1", FEB)
    assert not stale.exists()
    sheet = openpyxl.load_workbook(path)["Quá hạn"]
    assert sheet["A3"].value == (
        "Tính đến hết ngày 29/02/2024: 3 hồ sơ quá hạn (mới 1; chưa cập nhật 3), 0 hồ sơ đến hạn"
        " trong 5 ngày làm việc tới. So với lần công bố trước, đã giải quyết 2 hồ sơ."
    )
    assert [cell.value for cell in sheet[6]] == [
        1, "000.00.16.H32-240108-0004", "(trống)", "Võ An", "08/01/2024", "16/01/2024", 27,
        "chưa cập nhật", "Còn lại", "U1.csv", 3,
    ]  # fmt: skip
