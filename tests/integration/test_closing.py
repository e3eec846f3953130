"""A signed month: what is frozen, what may move beside it, and that nothing else ever does (law 8)."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.register import append_decision
from ingestion.site import Site
from tests.integration.mini_site import Case, MiniSite, Row
from tests.integration.publications import publish_now
from tests.laws.models import Models
from warehouse.closing import ClosingBusy, ClosingError, close, reopen
from warehouse.closing_store import ClosingTampered, closing_log, read_closings
from warehouse.revision import code_revision
from warehouse.served import rows, served

pytestmark = pytest.mark.integration
JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
DONE_LATE = Case(1, due="19/01/2024", completed="22/01/2024")
OPEN = Case(2, due="15/02/2024")
LAND = Case(3, sector="Đất đai", due="20/03/2024")
WHO = ("Nguyễn An", "Chốt số liệu tháng")
STANDING = "select period, closing_version, closing_status from core.dim_closing order by all"


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

    def reopen(self, period: str) -> None:
        reopen(self.site, self.home, period, *WHO)
        self.publish()

    def read(self, sql: str) -> list[Row]:
        with served(self.home) as connection:
            return rows(connection, sql)

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
    """January and February of two units, both signed; March is in and provisional."""
    mini = MiniSite(tmp_path_factory.mktemp("signed"))
    mini.send(JAN, "U1", DONE_LATE, OPEN)
    mini.send(JAN, "U2", Case(50, due="20/03/2024"), LAND)
    for month in (FEB, MAR):
        new = {"received": f"05/{month[-2:]}/2024", "due": "28/04/2024"}
        mini.send(month, "U1", OPEN, Case(60, **new))
        mini.send(month, "U2", Case(50, due="20/03/2024"), LAND, Case(61, **new))
        mini.take_in(month)
    mini.take_in(JAN)
    found = Signed(mini, models)
    found.publish()
    found.close(JAN)
    found.close(FEB)
    return found


@pytest.fixture
def signed(two_signed: Signed, tmp_path: Path) -> Signed:
    """A copy of it for one test."""
    shutil.copytree(two_signed.mini.root, tmp_path, dirs_exist_ok=True)
    mini = MiniSite.__new__(MiniSite)
    vars(mini).update(vars(two_signed.mini) | {"root": tmp_path})
    return Signed(mini, two_signed.models, two_signed.builds)


def test_a_signed_month_is_served_beside_the_live_one(two_signed: Signed) -> None:
    """What was served at the signing is in schema `closed`, and the live rows say that they equal it."""
    live = two_signed.read(
        "select * exclude maturity from mart.mart_form_06a where period = '2024-01'"
    )
    frozen = two_signed.read(
        "select * exclude (closing_period, closing_version, maturity) from closed.mart_form_06a"
        " where closing_period = '2024-01'"
    )
    assert sorted(map(str, live)) == sorted(map(str, frozen)) and live
    assert two_signed.maturity(JAN) == two_signed.maturity(FEB) == {"U1": "closed", "U2": "closed"}
    assert set(two_signed.maturity(MAR).values()) == {"provisional"}
    for table in ("mart_form_06a", "mart_late_rate_ranking", "mart_official_year"):
        found = two_signed.read(f"select distinct period, maturity from mart.{table} order by all")
        by_month = {r["maturity"] for r in found if r["period"] in {JAN, FEB}}
        assert by_month == {"closed"}, table
        # A quarter ends with March, which is not signed.
        assert {r["maturity"] for r in found if r["period"] in {MAR, "2024-Q1"}} <= {"provisional"}
    assert two_signed.read("from mart.mart_restatement") == []
    assert [tuple(r.values()) for r in two_signed.read(STANDING)] == [
        (JAN, 1, "in_force"),
        (FEB, 1, "in_force"),
    ]


def test_the_lock_names_what_was_signed(two_signed: Signed) -> None:
    lock = json.loads((two_signed.home.closings / FEB / "v1" / "lock.json").read_text())
    assert (lock["closed_by"], lock["reason"], lock["version"]) == (*WHO, 1)
    assert [s["submission_id"] for s in lock["submissions"]] == ["2024-02.U1.1", "2024-02.U2.1"]
    assert (lock["totals"]["received_count"], lock["totals"]["pending_count"]) == (2, 5)
    assert lock["build"]["code_revision"] == code_revision()
    assert [below["period"] for below in lock["stands_on"]] == [JAN]
    assert {"site/site/site.yml", "site/site/layouts/bang.yml"} <= lock["files"].keys()
    assert lock["register"][JAN]["lines"] == 2


def late_file(signed: Signed) -> None:
    """A supplement for January arrives in March."""
    signed.mini.send(JAN, "U1", DONE_LATE, OPEN, Case(9))
    signed.take_in(JAN)


def refused(signed: Signed) -> None:
    """A person refuses a file that was counted."""
    append_decision(signed.site, signed.home, "2024-01.U2.1", "refuse", by="An", reason="sai")
    signed.publish()


def corrected(signed: Signed) -> None:
    signed.mini.send(JAN, "U2", Case(50, due="20/03/2024"), Case(3, sector="Hộ tịch"))
    signed.take_in(JAN)


def other_reference(signed: Signed) -> None:
    signed.mini.edit("reference/sectors.csv", "code,name", "LV-HT,Hộ tịch", "LV-MOI,Đất đai")
    signed.publish()


def waived(signed: Signed) -> None:
    """A rule is not applied any more; with a row that it had rejected."""
    signed.mini.edit(
        "reference/waivers.csv",
        "rule_id,unit_code,valid_from,valid_to,reason,approver",
        "due_before_received,,2024-01,2024-12,phần mềm cũ,Giám đốc",
    )
    signed.publish()


def other_layout(signed: Signed) -> None:
    """The column of the due date is not read any more; the same bytes are read again."""
    path = signed.mini.directory / "layouts/bang.yml"
    text = path.read_text().replace('  due_at: ["Ngày hẹn trả"]\n', "")
    path.write_text(
        text.replace('ignore: ["STT"]', 'ignore: ["STT", "Ngày hẹn trả"]\nabsent: [due_at]')
    )
    decode(signed.site, signed.home)
    signed.publish()


def other_policy(signed: Signed) -> None:
    with (signed.mini.directory / "site.yml").open("a") as file:
        file.write("default_policy: kstt\n")
    signed.publish()


def reopened_below(signed: Signed) -> None:
    signed.reopen(JAN)


def raw_gone(signed: Signed) -> None:
    """Decoded rows are deleted and made again from the landed bytes."""
    shutil.rmtree(signed.home.raw)
    signed.home.create()
    decode(signed.site, signed.home)
    signed.publish()


def other_code(signed: Signed) -> None:
    signed.publish(revision="another")


WAYS: tuple[Callable[[Signed], None], ...] = (
    late_file, refused, corrected, other_reference, waived, other_layout, other_policy,
    reopened_below, raw_gone, other_code,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_closed_figure_never_changes(signed: Signed, way: Callable[[Signed], None]) -> None:
    """Law 8: whatever comes, every signed row and every file of a closing stay as they were."""
    before = signed.signed()
    files = {p: p.read_bytes() for p in signed.home.closings.rglob("v1/**/*") if p.is_file()}
    way(signed)
    assert signed.signed() == before and before["mart_form_06a"]
    assert {
        p: p.read_bytes() for p in signed.home.closings.rglob("v1/**/*") if p.is_file()
    } == files
    moved = signed.read("select distinct cause from mart.mart_restatement")
    causes = {row["cause"] for row in moved}
    expected = {
        late_file: {"correction"},
        refused: {"decided"},
        corrected: {"correction"},
        other_reference: {"reference"},
        waived: set(),
        other_layout: {"reference", "read_again"},
        other_policy: {"reference"},
    }
    assert causes <= expected.get(way, set()) and (bool(causes) == bool(expected.get(way)))


def test_each_difference_is_listed_with_its_cause(signed: Signed) -> None:
    """A late case of January: the live month moves, the signed one stays, later ones follow."""
    late_file(signed)
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
        " where period = '2024-01' and measure = 'pending_overdue_rate'"
    )
    assert (rate["signed_value"], rate["current_value"]) == (0.0, 0.5)
    assert (rate["cause"], rate["submission_id"]) == cause
    assert signed.maturity(JAN) == {"U1": "restated", "U2": "closed"}


def test_a_rule_that_was_waived_is_named(signed: Signed) -> None:
    """What a waiver moves is the work of a rule, and the file of the site is named."""
    signed.mini.edit("reference/rules.csv", "rule_id,unit_code,severity,from_period,reason,approver",
                     "blank_sector,,reject,2024-01,siết,Giám đốc")  # fmt: skip
    signed.mini.edit("reference/sectors.csv", "code,name", "LV-HT,Hộ tịch", "LV-DD,Đất đai")
    signed.publish()
    assert signed.restated() == set(), "every row has its sector"


def test_signing_again_makes_a_second_version(signed: Signed) -> None:
    """Reopened, a month is provisional; signed again it is v2, with what moved since v1."""
    late_file(signed)
    signed.reopen(JAN)
    assert set(signed.maturity(JAN).values()) == {"provisional"}
    assert set(signed.maturity(FEB).values()) <= {"closed", "restated"}
    signed.close(JAN)
    assert set(signed.maturity(JAN).values()) == {"restated"}
    assert [tuple(r.values()) for r in signed.read(STANDING)] == [
        (JAN, 1, "superseded"),
        (JAN, 2, "in_force"),
        (FEB, 1, "in_force"),
    ]
    shaken = signed.read("select shaken_by from core.dim_closing where is_shaken")
    assert [row["shaken_by"] for row in shaken] == [JAN]
    listed = signed.home.closings / JAN / "v2" / "differences.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            "select distinct measure from read_parquet(?) where sector_code is not null order by 1",
            [str(listed)],
        ).fetchall()
    assert found == [("pending_overdue_count",), ("received_count",)]
    # v1 is held against the present figures still, v2 equals them.
    versions = signed.read(
        "select distinct closing_version from mart.mart_restatement where period = '2024-01'"
    )
    assert [r["closing_version"] for r in versions] == [1]


def test_signing_twice_is_one_closing(signed: Signed) -> None:
    again = close(signed.site, signed.home, JAN, "Người khác", "lần nữa")
    assert (again.is_new, again.closing.version, again.closing.closed_by) == (False, 1, WHO[0])


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (lambda s: s.mini.take_in(JAN), "chưa tính 1 tệp"),
        (lambda s: s.mini.edit("reference/sectors.csv", "code,name", "X,Y"), "Cấu hình"),
        (lambda s: s.publish(revision="old"), "Chương trình"),
    ],
)
def test_what_is_served_must_be_what_the_inputs_give(
    signed: Signed, way: Callable[[Signed], None], said: str
) -> None:
    """What came, was decided or was changed since the build is named, with the command to give."""
    signed.mini.send(JAN, "U1", DONE_LATE)
    way(signed)
    with pytest.raises(ClosingError, match=f"(?s){said}.*motcua month-end --period 2024-03"):
        close(signed.site, signed.home, MAR, *WHO)


def test_months_are_signed_in_their_order(signed: Signed) -> None:
    signed.reopen(FEB)
    with pytest.raises(ClosingError, match="Kỳ trước \\(2024-02\\) chưa chốt"):
        close(signed.site, signed.home, MAR, *WHO)
    with pytest.raises(ClosingError, match="không có kỳ 2024-04"):
        close(signed.site, signed.home, "2024-04", *WHO)
    with pytest.raises(ClosingError, match="không có gì để mở"):
        reopen(signed.site, signed.home, FEB, *WHO)
    with pytest.raises(ClosingError, match="lý do"):
        close(signed.site, signed.home, MAR, "An", " ")


def test_a_missing_unit_must_be_named(mini: MiniSite, models: Models) -> None:
    mini.send(JAN, "U1", OPEN)
    mini.send(JAN, "U2", LAND)
    mini.send(FEB, "U1", OPEN)
    mini.take_in(JAN)
    signed = Signed(mini, models)
    signed.take_in(FEB)
    close(signed.site, signed.home, JAN, *WHO)
    with pytest.raises(ClosingError, match="Phường U2 \\(U2\\).*--without U2"):
        close(signed.site, signed.home, FEB, *WHO)
    with pytest.raises(ClosingError, match="Không phải đơn vị còn thiếu.*U1"):
        close(signed.site, signed.home, FEB, *WHO, without=["U1", "U2"])
    closing = close(signed.site, signed.home, FEB, *WHO, without=["U2"]).closing
    assert closing.lock["missing_accepted"] == ["U2"]


def test_two_closings_at_once(signed: Signed) -> None:
    with FileLock(signed.home.closings / ".lock"), pytest.raises(ClosingBusy):
        close(signed.site, signed.home, MAR, *WHO)


def test_a_crash_in_the_middle_leaves_no_closing(signed: Signed) -> None:
    """Before the rename nothing is signed; after it the month is, and the log is completed."""
    month = signed.home.closings / MAR
    (month / ".v1.tmp" / "mart").mkdir(parents=True)
    (month / ".v1.tmp" / "lock.json").write_text("{")
    log = closing_log(signed.home, MAR)
    with log.locked():
        log.append(
            {
                "kind": "closing",
                "version": 1,
                "by": "",
                "reason": "",
                "at": "2024",
                "lock_sha256": "0",
            }
        )
    assert [c.period for c in read_closings(signed.home)] == [JAN, FEB]
    signed.close(MAR)
    assert not (month / ".v1.tmp").exists()
    assert set(signed.maturity(MAR).values()) == {"closed"}
    # The line after the rename was lost.
    path = month / "log.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert not close(signed.site, signed.home, MAR, *WHO).is_new
    assert json.loads(path.read_text().splitlines()[-1])["kind"] == "closed"


def _edit(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


TAMPERED: dict[str, Callable[[Path], None]] = {
    "a frozen table": lambda v: _edit(v / "mart/mart.mart_form_06a.parquet", b"PAR1"),
    "the lock": lambda v: _edit(
        v / "lock.json", (v / "lock.json").read_bytes().replace(b"An", b"Bn")
    ),
    "evidence": lambda v: (v / "evidence/core.fct_case.parquet").unlink(),
    "one more file": lambda v: _edit_new(v / "mart/other.parquet"),
    "the whole version": shutil.rmtree,
}


def _edit_new(path: Path) -> None:
    path.write_bytes(b"x")


@pytest.mark.parametrize("what", TAMPERED)
def test_a_closing_that_was_edited_is_told(signed: Signed, what: str) -> None:
    """No build shows figures of a closing that is not what was signed; the served file stays."""
    TAMPERED[what](signed.home.closings / JAN / "v1")
    before = signed.signed()
    with pytest.raises(ClosingTampered, match="2024-01"):
        signed.publish()
    assert signed.signed() == before
