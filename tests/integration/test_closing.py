"""A signed month: what is frozen, what may move beside it, and that nothing else ever does (law 8)."""

import copy
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest
from filelock import FileLock
from rich.console import Console

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.periods import PeriodError
from ingestion.progress import Progress
from ingestion.register import append_decision
from ingestion.site import Site
from motcua.closing_commands import shaken_months
from motcua.terminal import print_month
from publishing.analysts import write_analysts
from publishing.closing_page import closing_page
from publishing.ranking import write_ranking
from publishing.reports import write_reports
from tests.integration.mini_site import Case, MiniSite, Row
from tests.integration.publications import build_now, publish_now
from tests.laws.models import Models
from warehouse.as_of import build_as_of, parse_moment, require_as_of
from warehouse.closing import ClosingBusy, ClosingError, close, reopen
from warehouse.closing_inputs import apply_closings
from warehouse.closing_store import ClosingTampered, closing_log, read_closings
from warehouse.closing_summary import closing_summary
from warehouse.closing_verify import verify
from warehouse.known_then import BytesGone, cut_at_moment
from warehouse.revision import code_revision
from warehouse.served import NothingServed, rows, served, served_database
from warehouse.status import status
from warehouse.summary import read_summary

pytestmark = pytest.mark.integration
JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
DONE_LATE = Case(1, due="19/01/2024", completed="22/01/2024")
DONE_NO_DUE = Case(4, due="", completed="12/01/2024")
OPEN = Case(2, due="15/02/2024")
LAND = Case(3, sector="Đất đai", due="20/03/2024")
U1_JANUARY = (DONE_LATE, DONE_NO_DUE, OPEN, Case(5, sector=""))
WHO = ("Nguyễn An", "Chốt số liệu tháng")


@dataclass
class Signed:
    """A site whose months are signed and published again and again."""

    mini: MiniSite
    models: Models
    builds: int = 0

    @property
    def site(self) -> Site:
        return self.mini.site

    @property
    def home(self) -> Home:
        return self.mini.home

    def publish(self, revision: str | None = None) -> None:
        """Publish what is there now."""
        self.builds += 1
        build_id = f"20240501T0000{self.builds:02d}-a"
        publish_now(self.site, self.home, self.models, build_id, revision or code_revision())

    def take_in(self, period: str) -> None:
        """Take in what lies there for the month and publish it."""
        self.mini.take_in(period)
        self.publish()

    def close(self, period: str) -> None:
        close(self.site, self.home, period, *WHO)
        self.publish()

    def read(self, sql: str) -> list[Row]:
        with served(self.home) as connection:
            return rows(connection, sql)

    def rebuild(self, site: Site, home: Home, progress: Progress) -> Path:
        """Build another home by the compiled models, as `warehouse.build` does by dbt."""
        path = home.build / "again.duckdb"
        build_now(site, home, self.models, path, "again", code_revision())
        return path

    def standing(self) -> list[tuple[str, int, str]]:
        """Every version of every signed month, as the served file has it."""
        sql = "select period, closing_version, closing_status from core.dim_closing order by all"
        return [tuple(row.values()) for row in self.read(sql)]

    def files(self) -> dict[Path, bytes]:
        """Every file of every closing."""
        found = self.home.closings.rglob("v*/**/*")
        return {path: path.read_bytes() for path in found if path.is_file()}

    def causes(self) -> set[tuple[str, str, str | None]]:
        """(unit, cause, detail) of what moved in January."""
        found = self.read(f"from mart.mart_restatement where period = '{JAN}'")
        return {(r["unit_code"], r["cause"], r["cause_detail"]) for r in found}

    def signed(self) -> dict[str, list[Row]]:
        """Every row of schema `closed`."""
        names = self.read("select table_name from duckdb_tables() where schema_name = 'closed'")
        return {
            n["table_name"]: self.read(f"from closed.{n['table_name']} order by all") for n in names
        }

    def maturity(self, period: str) -> dict[str, str]:
        found = self.read(
            f"select unit_code, maturity from mart.mart_unit_month where period = '{period}'"
        )
        return {row["unit_code"]: row["maturity"] for row in found}

    def restated(self, period: str = JAN) -> set[tuple[str, int | None, str, str | None]]:
        """(measure, difference, cause, submission) of the counts that moved in a signed month."""
        return {
            (r["measure"], int(r["difference"]), r["cause"], r["submission_id"])
            for r in self.read("from mart.mart_restatement")
            if r["period"] == period and r["measure"].endswith("_count") and r["sector_code"]
        }


@pytest.fixture(scope="module")
def two_signed(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> Signed:
    """January and February of two units, both signed; March of U1 alone is in and provisional."""
    mini = MiniSite(tmp_path_factory.mktemp("signed"))
    mini.send(JAN, "U1", *U1_JANUARY)
    mini.send(JAN, "U2", Case(50, due="20/03/2024"), LAND)
    for month in (FEB, MAR):
        new = {"received": f"05/{month[-2:]}/2024", "due": "28/04/2024"}
        mini.send(month, "U1", OPEN, Case(60, **new))
    mini.send(
        FEB,
        "U2",
        Case(50, due="20/03/2024"),
        LAND,
        Case(61, received="05/02/2024", due="28/04/2024"),
    )
    mini.take_in(MAR)
    found = Signed(mini, models)
    found.publish()
    close(found.site, found.home, JAN, *WHO)
    close(found.site, found.home, FEB, *WHO)
    found.publish()
    return found


@pytest.fixture
def signed(two_signed: Signed, tmp_path: Path) -> Signed:
    """A copy of it for one test."""
    shutil.copytree(two_signed.mini.root, tmp_path, dirs_exist_ok=True)
    mini = copy.copy(two_signed.mini)
    mini.root = tmp_path
    return Signed(mini, two_signed.models, two_signed.builds)


def test_a_signed_month_is_served_beside_the_live_one(two_signed: Signed) -> None:
    """What was served at the signing is in schema `closed`; the live rows say that they equal it."""
    live = two_signed.read(
        f"select * exclude maturity from mart.mart_form_06a where period = '{JAN}'"
    )
    frozen = two_signed.read(
        "select * exclude (closing_period, closing_version, maturity) from closed.mart_form_06a"
        f" where closing_period = '{JAN}'"
    )
    assert live
    assert sorted(map(str, live)) == sorted(map(str, frozen))
    assert two_signed.maturity(JAN) == two_signed.maturity(FEB) == {"U1": "closed", "U2": "closed"}
    assert set(two_signed.maturity(MAR).values()) == {"provisional"}
    for table in ("mart_form_06a", "mart_late_rate_ranking", "mart_official_year"):
        found = two_signed.read(f"select distinct period, maturity from mart.{table}")
        assert {r["maturity"] for r in found if r["period"] in {JAN, FEB}} == {"closed"}, table
        # A quarter ends with March, which is not signed.
        assert {r["maturity"] for r in found if r["period"] in {MAR, "2024-Q1"}} <= {"provisional"}
    assert two_signed.read("from mart.mart_restatement") == []
    assert two_signed.standing() == [(JAN, 1, "in_force"), (FEB, 1, "in_force")]


def test_the_lock_names_what_was_signed(two_signed: Signed) -> None:
    lock = json.loads((two_signed.home.closings / FEB / "v1" / "lock.json").read_text())
    assert (lock["closed_by"], lock["reason"], lock["version"]) == (*WHO, 1)
    assert [s["submission_id"] for s in lock["submissions"]] == ["2024-02.U1.1", "2024-02.U2.1"]
    assert (lock["totals"]["received_count"], lock["totals"]["pending_count"]) == (2, 6)
    assert lock["build"]["code_revision"] == code_revision()
    assert [below["period"] for below in lock["stands_on"]] == [JAN]
    assert {"site/site/site.yml", "site/site/layouts/bang.yml"} <= lock["files"].keys()
    assert lock["register"][JAN]["lines"] == 2


def test_a_late_case_is_listed_and_printed_and_signed_again(signed: Signed) -> None:
    """The live months move, the signed ones stay; each difference has its cause, in the form too.

    Then January is reopened (February is shaken) and signed anew: v2, with what moved since v1.
    """
    before, files = signed.signed(), signed.files()
    signed.mini.send(JAN, "U1", *U1_JANUARY, Case(9))
    signed.take_in(JAN)
    assert (signed.signed(), signed.files()) == (before, files)
    cause = ("correction", "2024-01.U1.2")
    assert signed.restated(JAN) == {
        ("received_count", 1, *cause),
        ("pending_overdue_count", 1, *cause),
    }
    assert signed.restated(FEB) == {
        ("opening_count", 1, *cause),
        ("pending_overdue_count", 1, *cause),
    }
    (rate,) = signed.read(
        "select signed_value, current_value, cause, submission_id from mart.mart_restatement"
        f" where period = '{JAN}' and measure = 'pending_overdue_rate'"
    )
    assert rate["signed_value"] < rate["current_value"]
    assert (rate["cause"], rate["submission_id"]) == cause
    assert signed.maturity(JAN) == {"U1": "restated", "U2": "closed"}
    _assert_form(signed)
    with pytest.raises(ClosingError, match=r"motcua reopen --period 2024-01 .*--site .*--home "):
        close(signed.site, signed.home, JAN, *WHO)

    reopen(signed.site, signed.home, JAN, *WHO)
    shaken = {c.period: c.shaken_by for c in read_closings(signed.home)}
    assert shaken == {JAN: (), FEB: (JAN,)}
    assert shaken_months(signed.home, JAN) == [FEB]
    signed.close(JAN)
    assert set(signed.maturity(JAN).values()) == {"restated"}
    assert signed.maturity(FEB) == {"U1": "restated", "U2": "closed"}
    versions = [(JAN, 1, "superseded"), (JAN, 2, "in_force"), (FEB, 1, "in_force")]
    assert signed.standing() == versions
    assert [r["shaken_by"] for r in signed.read("from core.dim_closing where is_shaken")] == [JAN]
    assert {p: b for p, b in signed.files().items() if p in files} == files
    listed = signed.home.closings / JAN / "v2" / "differences.parquet"
    with duckdb.connect() as connection:
        sql = (
            "select distinct measure from read_parquet(?) where sector_code is not null order by 1"
        )
        found = connection.execute(sql, [str(listed)]).fetchall()
    assert found == [("pending_overdue_count",), ("received_count",)]
    # v1 is held against the present figures still; v2 is what they are.
    kept = signed.read(
        f"select distinct closing_version from mart.mart_restatement where period = '{JAN}'"
    )
    assert [r["closing_version"] for r in kept] == [1]


def test_signed_months_that_moved_are_told(signed: Signed) -> None:
    """Whatever month was run: at its end, in `status`, and on the ranking's sheets.

    What is counted since January moves by a file of January: it is the cause in February too.
    """
    assert read_summary(signed.site, signed.home, JAN).restated == []
    assert "Số liệu đã chốt: bản 1" in _ranking(signed, JAN)
    assert "tạm tính" in _ranking(signed, MAR)
    on_time = Case(1, due="22/01/2024", completed="22/01/2024")
    signed.mini.send(JAN, "U1", on_time, *U1_JANUARY[1:])
    signed.take_in(JAN)
    causes = signed.read(
        "select measure, cause, submission_id from mart.mart_restatement where period = '2024-02'"
    )
    assert [tuple(row.values()) for row in causes] == [
        ("official_over_limit_count", "correction", "2024-01.U1.2")
    ]
    found = read_summary(signed.site, signed.home, JAN)
    told = [(r["period"], r["closing_version"], r["units"]) for r in found.restated]
    assert told == [(JAN, 1, 1), (FEB, 1, 1)]
    assert status(signed.site, signed.home).restated == found.restated
    out = Console(file=io.StringIO(), width=300)
    print_month(out, found)
    said = out.file.getvalue()  # type: ignore[attr-defined]
    assert "Kỳ đã chốt 2024-02 (bản 1): 1 chỉ tiêu của 1 đơn vị nay khác số đã chốt" in said
    assert "bảng này theo số liệu hiện nay" in _ranking(signed, JAN)


def _ranking(signed: Signed, period: str) -> str:
    """What stands below the title of the month's ranking."""
    path = signed.mini.root / "ranking.xlsx"
    with served(signed.home) as connection:
        build = rows(connection, "select built_at from meta.build")[0]
        write_ranking(connection, signed.site, period, path, build["built_at"])
    return str(openpyxl.load_workbook(path)["Đơn vị - tháng"]["A3"].value)


def test_the_analysts_copy_of_signed_months_tells_of_no_official(
    two_signed: Signed, tmp_path: Path
) -> None:
    """What `meta.access` restricts is left out of schema `closed` as well, tables and columns."""
    columns = "select table_name, column_name from duckdb_columns() where schema_name = 'closed'"
    whole = {tuple(r.values()) for r in two_signed.read(columns)}
    restricted = {(r["table_name"], r["column_name"]) for r in two_signed.read("from meta.access")}
    hidden = {c for c in whole if c in restricted or (c[0], None) in restricted}
    assert any(name is None for _, name in restricted)
    assert {"mart_official_year", "mart_backlog_case"} <= {table for table, _ in hidden}
    write_analysts(served_database(two_signed.home), tmp_path / "analysts.duckdb")
    with duckdb.connect(str(tmp_path / "analysts.duckdb"), read_only=True) as connection:
        open_ones = {tuple(row.values()) for row in rows(connection, columns)}
    assert open_ones == whole - hidden


def _assert_form(signed: Signed) -> None:
    """February's form prints January's signed backlog and its adjustment, itemised; its face says both."""
    (path, *_) = write_reports(signed.site, signed.home, FEB)
    book = openpyxl.load_workbook(path)
    face = "\n".join(str(row[0].value) for row in book["Phường U1"].iter_rows() if row[0].value)
    assert "Số liệu đã chốt: bản 1" in face
    assert f"người chốt {WHO[0]}" in face
    assert "Sau khi chốt, số liệu có thay đổi" in face
    assert "điều chỉnh kỳ trước: +1; tồn đầu kỳ, chưa kể chuyển đơn vị: 3." in face
    other = "\n".join(str(row[0].value) for row in book["Phường U2"].iter_rows() if row[0].value)
    assert "điều chỉnh kỳ trước: +0" in other
    assert "Sau khi chốt" not in other
    sheet = book["Điều chỉnh kỳ trước"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [line[:6] for line in lines] == [
        [1, "Phường U1", "Hộ tịch", 1, 1, 2],
        [None, "Tổng cộng", None, 1, 1, 2],
    ]
    assert "+1: Tệp gửi lại «U1.csv» của U1, kỳ 2024-01 (2024-01.U1.2)" in str(lines[0][6])
    moved = {row[4].value for row in book["Thay đổi sau chốt"].iter_rows(min_row=4)}
    assert len(moved) == 2


def test_a_closed_figure_never_changes(signed: Signed) -> None:
    """Law 8: decisions, rules, reference, layouts, lost batches, another code, one after the other.

    Every signed row and every file of a closing stay as they were; what moved is told with its cause.
    """
    before, files = signed.signed(), signed.files()
    append_decision(signed.site, signed.home, "2024-01.U2.1", "refuse", by="An", reason="sai")
    rule = "blank_sector,,reject,2024-01,siết,Giám đốc"
    header = "rule_id,unit_code,severity,from_period,reason,approver"
    signed.mini.edit("reference/rules.csv", header, rule)
    signed.publish()
    assert (signed.signed(), signed.files()) == (before, files)
    causes = {(unit, cause) for unit, cause, _ in signed.causes()}
    assert causes == {("U1", "rule"), ("U2", "decided")}
    assert ("U1", "rule", "reference/rules.csv") in signed.causes()

    with (signed.mini.directory / "site.yml").open("a") as file:
        file.write("default_policy: kstt\n")
    signed.mini.edit("reference/sectors.csv", "code,name", "LV-HT,Hộ tịch", "LV-MOI,Đất đai")
    path = signed.mini.directory / "layouts/bang.yml"
    layout = path.read_text().replace('  due_at: ["Ngày hẹn trả"]\n', "")
    path.write_text(layout.replace('["STT"]', '["STT", "Ngày hẹn trả"]\nabsent: [due_at]'))
    shutil.rmtree(signed.home.raw)
    signed.home.create()
    decode(signed.site, signed.home)
    signed.publish(revision="another")
    assert (signed.signed(), signed.files()) == (before, files)
    assert {"reference"} <= {cause for _, cause, _ in signed.causes()}
    assert any("reference/sectors.csv" in (detail or "") for *_, detail in signed.causes())
    rates = signed.read(
        f"from mart.mart_restatement where period = '{JAN}' and measure = 'late_rate'"
    )
    assert {r["unit_code"] for r in rates} >= {"U1"}, "another policy is another rate"


def test_signing_twice_is_one_closing(signed: Signed) -> None:
    again = close(signed.site, signed.home, JAN, "Người khác", "lần nữa")
    assert (again.is_new, again.closing.version, again.closing.closed_by) == (False, 1, WHO[0])


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (lambda s: s.mini.take_in(JAN), "chưa tính 1 tệp"),
        (lambda s: s.mini.edit("reference/sectors.csv", "code,name", "X,Y"), "Cấu hình"),
    ],
)
def test_what_is_served_must_be_what_the_inputs_give(
    signed: Signed, way: Callable[[Signed], None], said: str
) -> None:
    """What came, was decided or was changed since the build is named, with the command to give."""
    signed.mini.send(JAN, "U1", DONE_LATE, OPEN)
    way(signed)
    with pytest.raises(ClosingError, match=f"(?s){said}.*motcua month-end --period 2024-03"):
        close(signed.site, signed.home, MAR, *WHO, without=["U2"])


def test_months_are_signed_in_their_order_and_whole(signed: Signed) -> None:
    """The month before, units without a file, who and why: each is asked for in words."""
    with pytest.raises(ClosingError, match=r"Phường U2 \(U2\).*--without U2"):
        close(signed.site, signed.home, MAR, *WHO)
    with pytest.raises(ClosingError, match=r"Không phải đơn vị còn thiếu.*U1"):
        close(signed.site, signed.home, MAR, *WHO, without=["U1", "U2"])
    with pytest.raises(ClosingError, match="không có kỳ 2024-04"):
        close(signed.site, signed.home, "2024-04", *WHO)
    with pytest.raises(ClosingError, match="lý do"):
        close(signed.site, signed.home, MAR, "An", " ")
    seen = closing_summary(signed.site, signed.home, MAR)
    assert [row["unit_code"] for row in seen.missing] == ["U2"]
    assert (seen.blocking, seen.totals["units"], seen.standing) == ([], 2, None)
    assert seen.totals["opening_count"] == seen.previous_totals["pending_count"]
    reopen(signed.site, signed.home, FEB, *WHO)
    (blocking,) = closing_summary(signed.site, signed.home, MAR).blocking
    assert "Kỳ trước (2024-02) chưa chốt" in blocking
    with pytest.raises(ClosingError, match=r"Kỳ trước \(2024-02\) chưa chốt"):
        close(signed.site, signed.home, MAR, *WHO, without=["U2"])
    with pytest.raises(ClosingError, match="không có gì để mở"):
        reopen(signed.site, signed.home, FEB, *WHO)


def test_what_is_to_be_signed_is_shown_beside_the_month_before(signed: Signed) -> None:
    """The page of the approval: counts of both months, the rate with its policy, who is missing."""
    seen = closing_summary(signed.site, signed.home, MAR)
    page = closing_page(seen).splitlines()
    assert "| Chỉ tiêu | Kỳ 2024-03 | Kỳ 2024-02 | Chênh lệch |" in page
    assert "| Tồn cuối kỳ | 7 | 6 | +1 |" in page
    assert "| — quá hạn | 4 | 2 | +2 |" in page
    assert "| Tỷ lệ trễ hạn (Trễ hạn trên hồ sơ có hạn đã giải quyết) | – | – |  |" in page
    assert any("Phường U2 (U2)" in line and "(U2) vào ô" in line for line in page)
    # A late correction of a signed month is told too.
    on_time = Case(1, due="22/01/2024", completed="22/01/2024")
    signed.mini.send(JAN, "U1", on_time, *U1_JANUARY[1:])
    signed.take_in(JAN)
    page = closing_page(closing_summary(signed.site, signed.home, MAR)).splitlines()
    assert any("Kỳ đã chốt 2024-01 (bản 1)" in line for line in page)


def test_only_figures_that_were_seen_are_signed(signed: Signed) -> None:
    """Between the page and the answer days may pass, and another publication."""
    seen = closing_summary(signed.site, signed.home, MAR).build_id
    signed.publish()
    with pytest.raises(ClosingError, match=f"(?s)công bố lại.*{seen}"):
        close(signed.site, signed.home, MAR, *WHO, without=["U2"], seen_build=seen)
    seen = closing_summary(signed.site, signed.home, MAR).build_id
    assert close(signed.site, signed.home, MAR, *WHO, without=["U2"], seen_build=seen).is_new


def test_two_closings_at_once(signed: Signed) -> None:
    with FileLock(signed.home.closings / ".lock"), pytest.raises(ClosingBusy):
        close(signed.site, signed.home, MAR, *WHO)


def test_a_crash_in_the_middle_leaves_no_closing(signed: Signed) -> None:
    """Before the rename nothing is signed; after it the month is, and the log is completed."""
    month = signed.home.closings / MAR
    (month / ".v1.tmp" / "mart").mkdir(parents=True)
    (month / ".v1.tmp" / "lock.json").write_text("{")
    log = closing_log(signed.home, MAR)
    announced = {"kind": "closing", "version": 1, "by": "", "reason": "", "at": "2024"}
    with log.locked():
        log.append({**announced, "lock_sha256": "0"})
    assert [c.period for c in read_closings(signed.home)] == [JAN, FEB]
    assert close(signed.site, signed.home, MAR, *WHO, without=["U2"]).is_new
    assert not (month / ".v1.tmp").exists()
    # The line after the rename was lost.
    path = month / "log.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert not close(signed.site, signed.home, MAR, *WHO).is_new
    assert json.loads(path.read_text().splitlines()[-1])["kind"] == "closed"


def _edit(path: Path, content: bytes) -> None:
    if path.exists():
        path.chmod(0o600)
    path.write_bytes(content)


TAMPERED: dict[str, Callable[[Path], None]] = {
    "a frozen table": lambda v: _edit(v / "mart/mart.mart_form_06a.parquet", b"PAR1"),
    "the lock": lambda v: _edit(
        v / "lock.json", (v / "lock.json").read_bytes().replace(b"An", b"Bn")
    ),
    "evidence": lambda v: (v / "evidence/core.fct_case.parquet").unlink(),
    "one more file": lambda v: _edit(v / "mart/other.parquet", b"x"),
    "the whole version": shutil.rmtree,
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_closing_that_was_edited_is_told(signed: Signed, what: str) -> None:
    """No build shows figures of a closing that is not what was signed, and nothing verifies it."""
    TAMPERED[what](signed.home.closings / JAN / "v1")
    with pytest.raises(ClosingTampered, match=JAN):
        apply_closings(signed.site, read_closings(signed.home), signed.home.build / "none.duckdb")
    with pytest.raises(ClosingTampered, match=JAN):
        verify(signed.site, signed.home, JAN, rebuild=signed.rebuild)


def test_a_signed_month_is_built_again_from_its_lock(signed: Signed) -> None:
    """From the register as it was, the copied site and the landed bytes: every table, row for row.

    A later correction, a decision, another site folder and lost batches make no difference.
    """
    signed.mini.send(JAN, "U1", *U1_JANUARY, Case(9))
    signed.mini.take_in(JAN)
    append_decision(signed.site, signed.home, "2024-01.U2.1", "refuse", by="An", reason="sai")
    signed.mini.edit("reference/sectors.csv", "code,name", "LV-KHAC,Khác")
    shutil.rmtree(signed.home.raw)
    found = verify(signed.site, signed.home, FEB, rebuild=signed.rebuild)
    assert (found.differences, found.submissions) == ([], [])
    assert found.is_same
    assert found.tables > 10
    log = signed.home.register / f"{JAN}.jsonl"
    log.write_text(log.read_text().replace("U1.csv", "U9.csv"))
    with pytest.raises(ClosingTampered, match="Sổ nhận tệp kỳ 2024-01"):
        verify(signed.site, signed.home, FEB, rebuild=signed.rebuild)


def test_what_was_known_at_a_moment(signed: Signed) -> None:
    """Files, decisions and closings after the moment do not count; the served file is left alone."""
    before = signed.read("select build_id from meta.build")
    log = signed.home.register / f"{JAN}.jsonl"
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    for entry in entries:
        if entry["submission_id"] == "2024-01.U2.1":
            entry["pulled_at"] = "2099-01-01T00:00:00Z"
    log.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in entries))
    made = build_as_of(signed.site, signed.home, "2098-12-31", rebuild=signed.rebuild)
    assert made.moment == "2098-12-31T16:59:59Z", "the day ends on the authority's clock"
    where = require_as_of(signed.site, signed.home, "2098-12-31")
    with served(where) as connection:
        known = {r["submission_id"] for r in rows(connection, "from quality.load_ledger")}
        signed_months = rows(connection, "select period from core.dim_closing order by 1")
    assert known == {"2024-01.U1.1", "2024-02.U1.1", "2024-02.U2.1", "2024-03.U1.1"}
    assert [r["period"] for r in signed_months] == [JAN, FEB]
    assert signed.read("select build_id from meta.build") == before
    nothing = cut_at_moment(signed.home, Home(signed.mini.root / "then"), "2000-01-01T00:00:00Z")
    assert (read_closings(nothing), list(nothing.register.glob("*.jsonl"))) == ([], [])
    with pytest.raises(NothingServed, match="Đến 2000-01-01 chưa có tệp hồ sơ nào"):
        build_as_of(signed.site, signed.home, "2000-01-01", rebuild=signed.rebuild)
    assert [path.name for path in (signed.home.root / "as-of").iterdir()] == [where.root.name]
    with pytest.raises(NothingServed, match=r"build --as-of 2024-05-01 --site .*--home "):
        require_as_of(signed.site, signed.home, "2024-05-01")
    with pytest.raises(PeriodError):
        build_as_of(signed.site, signed.home, "hôm qua")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-04-05", "2024-04-05T16:59:59Z"),
        ("05/04/2024", "2024-04-05T16:59:59Z"),
        ("9:10 05/04/2024", "2024-04-05T02:10:00Z"),
        ("09:10:21 05/04/2024", "2024-04-05T02:10:21Z"),
        ("2024-04-05T09:10:21+07:00", "2024-04-05T02:10:21Z"),
    ],
)
def test_a_moment_may_be_given_as_it_is_shown(two_signed: Signed, value: str, moment: str) -> None:
    assert parse_moment(value, two_signed.site.zone) == moment


def test_what_cannot_be_verified_is_said(signed: Signed) -> None:
    """A month never signed, a version that is not there, and a file whose bytes are gone."""
    with pytest.raises(ClosingError, match=r"2024-03 chưa chốt lần nào.*--site .*--home "):
        verify(signed.site, signed.home, MAR, rebuild=signed.rebuild)
    with pytest.raises(ClosingError, match=r"không có bản chốt 9.*--site .*--home "):
        verify(signed.site, signed.home, JAN, 9, rebuild=signed.rebuild)
    shutil.rmtree(signed.home.raw)
    shutil.rmtree(signed.home.landing / "U2" / JAN)
    with pytest.raises(BytesGone, match=r"2024-01\.U2\.1 «U2\.csv»|2024-01\.U2\.1 \(«U2\.csv»\)"):
        verify(signed.site, signed.home, JAN, rebuild=signed.rebuild)


def test_a_month_signed_under_an_older_decoder(signed: Signed) -> None:
    """The lock names it; the files are read again, and the figures are held against what was signed."""
    version = signed.home.closings / JAN / "v1"
    lock = json.loads((version / "lock.json").read_text())
    present, lock["decoder_version"] = lock["decoder_version"], 1
    content = json.dumps(lock, ensure_ascii=False).encode()
    _edit(version / "lock.json", content)
    log = signed.home.closings / JAN / "log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines[0]["lock_sha256"] = hashlib.sha256(content).hexdigest()
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = verify(signed.site, signed.home, JAN, rebuild=signed.rebuild)
    assert (found.is_same, found.signed_decoder, found.present_decoder) == (True, 1, present)
