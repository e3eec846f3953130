"""Bad input, as a clerk meets it (issue 2): what and where is said, the rest is loaded, nothing is lost.

One site with a unit for every fault, run once as a user runs it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.integration.mini_site import (
    LABELS,
    Case,
    MiniSite,
    Said,
    csv_bytes,
    motcua,
    motcua_here,
    query,
    table,
    workbook,
)
from tests.laws.models import Models

pytestmark = pytest.mark.integration
PERIOD = "2024-01"
GOOD = (Case(1), Case(2, completed="19/01/2024"), Case(3, sector="Đất đai"))
Write = Callable[[Path], object]


def lines(*cases: Case) -> Write:
    """A CSV with these rows."""
    return lambda path: path.write_bytes(csv_bytes(table(cases)))


def relabelled(old: str, new: str | None) -> Write:
    """A CSV in which a column has another label, or is not there."""

    def write(path: Path) -> None:
        place = LABELS.index(old)
        rows = [list(row) for row in table(GOOD)]
        for row in rows:
            row[place : place + 1] = [] if new is None else [row[place]]
        if new is not None:
            rows[0][place] = new
        path.write_bytes(csv_bytes(rows))

    return write


def written(content: bytes) -> Write:
    """A file with just these bytes."""
    return lambda path: path.write_bytes(content)


def broken_workbook(path: Path) -> None:
    """A workbook that lost its second half on the way."""
    workbook(path, table(GOOD))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@dataclass(frozen=True)
class Fault:
    """One unit's file and what must come of it.

    says: what its workbook in the outbox must say (where, what, how to mend it).
    ledger: rows read, accepted, rejected, duplicate, ignored; None where the file does not count.
    """

    name: str
    write: Write
    status: str
    says: tuple[str, ...]
    ledger: tuple[int, int, int, int, int] | None = None
    tail: str = ""
    kind: str = "csv"


FAULTS = (
    # --- files that are refused as a whole ---
    Fault("unmapped-column", relabelled("Kênh", "Kênh nộp"), "rejected",
          ("F1", "Kênh nộp", "có phải «Kênh»", "sửa lại tên cột")),
    Fault("missing-column", relabelled("Ngày hẹn trả", None), "rejected",
          ("Thiếu cột «Ngày hẹn trả»", "Hãy xuất lại")),
    Fault("empty", written(b""), "rejected", ("Tệp rỗng", "Hãy xuất lại")),
    Fault("corrupt-xlsx", broken_workbook, "rejected",
          ("hỏng", "lưu lại rồi gửi lại"), kind="xlsx"),
    Fault("pdf-as-xlsx", written(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "rejected",
          ("PDF", "Excel (.xlsx) hoặc CSV"), kind="xlsx"),
    Fault("damaged-text",
          lambda p: p.write_bytes(csv_bytes(table(GOOD)).replace("Hộ".encode(), b"H\xff\xc3")),
          "rejected", ("Dòng 2", "Dòng 3", "bảng mã UTF-8", "Hãy lưu lại tệp bằng UTF-8")),
    Fault("semicolons", lambda p: p.write_bytes(csv_bytes(table(GOOD), delimiter=";")),
          "rejected", ("«;»", "dấu phân cách «,»", "Hãy xuất lại")),
    # --- files that wait for a person ---
    Fault("wrong-month", lines(*GOOD), "held", ("2023-12", "2024-01", "chờ"), tail="_2023-12"),
    Fault("supplement", lines(*GOOD), "held", ("bổ sung", "chờ"), tail=" bo sung"),
    # --- rows that are refused, the others of the file count ---
    Fault("no-case-code", lines(*GOOD, Case(4, code="")), "accepted",
          ("B5", "Dòng không có mã hồ sơ", "Điền mã hồ sơ"), (5, 3, 1, 0, 1)),
    Fault("due-before-received", lines(*GOOD, Case(4, due="05/01/2024")), "accepted",
          ("H5", "05/01/2024", "Ngày hẹn trả trước ngày tiếp nhận", "Kiểm tra lại"), (5, 3, 1, 0, 1)),
    Fault("completed-before-received", lines(*GOOD, Case(4, completed="05/01/2024")), "accepted",
          ("I5", "Ngày kết thúc xử lý trước ngày tiếp nhận"), (5, 3, 1, 0, 1)),
    Fault("impossible-date", lines(*GOOD, Case(4, due="31/02/2024")), "accepted",
          ("H5", "31/02/2024", "không có thật", "ngày/tháng/năm"), (5, 3, 1, 0, 1)),
    Fault("unknown-unit", lines(*GOOD, Case(4, unit="Phường Trên Trời")), "accepted",
          ("C5", "Phường Trên Trời", "không có trong danh mục", "đúng tên"), (5, 3, 1, 0, 1)),
    Fault("received-later", lines(*GOOD, Case(4, received="02/02/2024", due="20/02/2024")),
          "accepted", ("G5", "02/02/2024", "sau kỳ báo cáo", "kỳ sau"), (5, 3, 1, 0, 1)),
    Fault("done-without-date", lines(*GOOD, Case(4, status="Đã xử lý xong")), "accepted",
          ("không có ngày kết thúc", "Điền ngày kết thúc"), (5, 3, 1, 0, 1)),
    Fault("conflicting", lines(*GOOD, Case(2, due="25/01/2024")), "accepted",
          ("B3", "B5", "nhiều dòng khác nhau", "Giữ lại một dòng"), (5, 2, 2, 0, 1)),
    Fault("utf-16-under-utf-8", lambda p: p.write_bytes(csv_bytes(table(GOOD)).decode().encode("utf-16")),
          "accepted", ("Unicode UTF-16", "đọc theo nội dung"), (4, 3, 0, 0, 1)),
    Fault("duplicates", lines(*GOOD, GOOD[0], GOOD[0]), "accepted", (), (6, 3, 0, 2, 1)),
    Fault("stated-total",
          lambda p: p.write_bytes(csv_bytes([*table(GOOD), ["Tổng cộng", "5"]])), "accepted",
          ("dòng 5", "ở ô này (5)", "đọc được (3)", "thiếu hoặc thừa dòng"), (5, 3, 0, 0, 2)),
    Fault("header-only", lines(), "accepted", (), (1, 0, 0, 0, 1)),
    Fault("good", lines(*GOOD), "accepted", (), (4, 3, 0, 0, 1)),
)  # fmt: skip
by_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


def unit_of(fault: Fault) -> str:
    """The unit whose file has the fault."""
    return f"U{FAULTS.index(fault) + 1:02d}"


@dataclass(frozen=True)
class Run:
    """The month of all faults, run once."""

    mini: MiniSite
    said: Said
    connection: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Run:
    """All faults in one month, each in a unit's file of its own."""
    units = {kind: tuple(unit_of(f) for f in FAULTS if f.kind == kind) for kind in ("csv", "xlsx")}
    mini = MiniSite(
        tmp_path_factory.mktemp("bad"),
        units["csv"],
        units["xlsx"],
        minimum_reported_share=0,
        models=models,
    )
    for number, fault in enumerate(FAULTS, 1):
        path = mini.path(PERIOD, unit_of(fault), fault.tail)
        fault.write(path)
        own_codes(path, number)
    said = mini.motcua("month-end", "--period", PERIOD)
    database = mini.home.serving / "warehouse.duckdb"
    return Run(mini, said, duckdb.connect(str(database), read_only=True))


def own_codes(path: Path, number: int) -> None:
    """Give the case codes of a file the agency's number, so that no two units send one case."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b"000.00.16.H32", f"000.{number:02d}.16.H32".encode()))


def test_run_ends_with_code_4_and_names_every_refused_file(run: Run) -> None:
    assert run.said.code == 4, run.said.all
    for fault in FAULTS:
        named = f"{unit_of(fault)}{fault.tail}.{fault.kind}: "
        assert (named in run.said.out) == (fault.status != "accepted"), run.said.out


@by_fault
def test_file_gets_its_status_and_its_rows_add_up(run: Run, fault: Fault) -> None:
    (found,) = query(
        run.connection,
        "select * from quality.load_ledger where unit_code = ? and period = ?",
        unit_of(fault),
        PERIOD,
    )
    assert found["status"] == fault.status, found["message"]
    counts = [
        found[f"rows_{name}"] for name in ("read", "accepted", "rejected", "duplicate", "ignored")
    ]
    assert counts == list(fault.ledger or (None,) * 5)
    if fault.ledger:
        assert counts[0] == sum(counts[1:])


@by_fault
def test_everything_good_is_loaded(run: Run, fault: Fault) -> None:
    cases = query(run.connection, "select * from core.fct_case where unit_code = ?", unit_of(fault))
    assert len(cases) == (fault.ledger[1] if fault.ledger else 0)
    (month,) = query(
        run.connection,
        "select coalesce(bool_or(is_reported), false) as is_reported from mart.mart_unit_month"
        " where unit_code = ? and period = ?",
        unit_of(fault),
        PERIOD,
    )
    assert month["is_reported"] == (fault.status == "accepted")


@by_fault
def test_unit_is_told_where_what_and_how_to_mend(run: Run, fault: Fault) -> None:
    pack = run.mini.outbox(unit_of(fault), PERIOD)
    assert f"{unit_of(fault)}{fault.tail}.{fault.kind}" in pack
    for words in fault.says:
        assert words in pack, pack
    if not fault.says:
        assert "không có lỗi cần sửa" in pack


def test_no_row_of_a_refused_file_is_a_case(run: Run) -> None:
    wrong = query(
        run.connection,
        "select * from quality.row_lineage join quality.load_ledger using (submission_id)"
        " where status <> 'accepted'",
    )
    assert wrong == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--period", "2024-13"), ("2024-13", "YYYY-MM")),
        (("--period", "01/2024"), ("01/2024", "YYYY-MM")),
        (("--period", "2024-02"), ("2024-02", "2024-02/U1*.csv")),
        (("--site", "khong-co"), ("khong-co", "kiểm tra lại đường dẫn")),
    ],
    ids=["month-13", "not-iso", "month-without-files", "unknown-site"],
)
def test_wrong_call_says_so_and_publishes_nothing(
    mini: MiniSite, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    mini.send(PERIOD, "U1", *GOOD)
    asked = {"--site": str(mini.directory), "--home": str(mini.home.root), "--period": PERIOD}
    asked |= dict(zip(options[::2], options[1::2], strict=True))
    said = motcua_here("month-end", *(part for pair in asked.items() for part in pair))
    assert said.code == 2, said.all
    assert said.out == ""
    for word in words:
        assert word in said.errors
    assert not (mini.home.serving / "warehouse.duckdb").exists()


def test_missing_export_folder_is_named(mini: MiniSite) -> None:
    missing = mini.root / "khong-co"
    options = ("--site", str(mini.directory), "--home", str(mini.home.root), "--period", PERIOD)
    said = motcua("month-end", *options, exports=missing)
    assert said.code == 2, said.all
    assert str(missing) in said.errors
    assert "MOTCUA_EXPORTS" in said.errors


def test_site_with_mistakes_names_file_line_and_key(mini: MiniSite) -> None:
    (mini.directory / "reference" / "units.csv").write_text("code,nam\nU1,A\n", encoding="utf-8")
    mini.edit("site.yml", "authority: {code: X, name: X, namespace: X}", "first_period: 01-2024")
    said = mini.here("month-end", "--period", PERIOD)
    assert said.code == 2
    for words in ("units.csv", "«nam»", "site.yml", "first_period"):
        assert words in said.errors, said.errors


def test_a_file_that_cannot_be_fetched_is_code_4_and_one_that_is_late_is_not(
    tmp_path: Path,
) -> None:
    """The month goes on with the others; whoever started it is told that one is missing."""
    mini = MiniSite(tmp_path, ("U1", "U2"))
    mini.send(PERIOD, "U1", *GOOD)
    on_time = mini.here("pull", "--period", PERIOD)
    assert (on_time.code, "U2" in on_time.out) == (0, True), on_time.all
    for tail in (" a", " b"):
        mini.path(PERIOD, "U2", tail).write_bytes(csv_bytes(table(GOOD)))
    said = mini.here("pull", "--period", PERIOD)
    assert said.code == 4, said.all
    assert "không lấy được: 1" in said.out
    assert "U2 a.csv, U2 b.csv" in said.out


def test_who_decides_on_a_held_file_is_told_first_why_and_how_many_rows(tmp_path: Path) -> None:
    mini = MiniSite(tmp_path, ("U1",))
    titled = [["DANH SÁCH HỒ SƠ THÁNG 02/2024"], *table(GOOD)]
    mini.path(PERIOD, "U1").write_bytes(csv_bytes(titled, encoding="utf-16"))
    assert mini.here("pull", "--period", PERIOD).code == 0
    said = mini.here("decode")
    assert said.code == 4, said.all
    _, name, why, note, rows = said.out.splitlines()
    assert "Chờ quyết định: 2024-01.U1.1" in name
    assert "2024-02" in why
    assert "UTF-16" in note
    assert "3 dòng hồ sơ" in rows
