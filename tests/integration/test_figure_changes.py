"""What moves in months already published is listed, with the file that moved it; nothing else is."""

import copy
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from publishing.change_report import write_change_book
from publishing.changes import changes_path, read_changes
from tests.integration.mini_site import Case, MiniSite, Row
from tests.integration.publications import publish_now
from tests.laws.models import Models
from warehouse.served import rows, served
from warehouse.summary import read_summary

pytestmark = pytest.mark.integration
JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
LATE = Case(1, due="19/01/2024", completed="22/01/2024")
OPEN = Case(2, due="15/02/2024")
DONE = Case(3, completed="20/01/2024", sector="Đất đai")
OTHERS = tuple(Case(n, due="20/03/2024") for n in range(4, 8))
NEW = Case(9, received="05/02/2024", due="28/03/2024")
Listed = dict[tuple[str, str, str | None, str], dict[str | None, int]]


@dataclass
class Published:
    """A site whose figures are published again and again; `revision` stands for the code's."""

    mini: MiniSite
    models: Models
    revision: str = "r1"
    builds: list[str] = field(default_factory=list)

    def again(self, period: str) -> list[Row]:
        """Take in what lies there and publish; the changes listed."""
        self.mini.take_in(period)
        self.builds.append(f"20240401T0000{len(self.builds):02d}-a")
        before = self.counts() if len(self.builds) > 1 else {}
        newest = max((month for month, *_ in before), default="")
        publish_now(self.mini.site, self.mini.home, self.models, self.builds[-1], self.revision)
        found = read_changes([changes_path(self.mini.home, self.builds[-1])])
        if before:
            assert_complete(before, self.counts(), newest, found)
        return found

    def counts(self) -> dict[tuple[str, str, str], dict[str, int]]:
        """Every count served now, by month, unit and sector."""
        with served(self.mini.home) as connection:
            found = rows(connection, "from mart.mart_unit_sector_month")
        return {
            (r["period"], r["unit_code"], r["sector_code"]): {
                k: v for k, v in r.items() if k.endswith("_count")
            }
            for r in found
        }


def assert_complete(before: dict, after: dict, newest: str, found: list[Row]) -> None:  # type: ignore[type-arg]
    """The list is the difference of the two builds, no more and no less, and its causes add up."""
    sums: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for row in found:
        cell = (row["period"], row["unit_code"], row["sector_code"], row["measure"])
        if row["measure"] != "is_reported":
            sums[cell] += row["difference"]
            old, new = (x.get(cell[:3], {}).get(cell[3], 0) for x in (before, after))
            assert (row["old_value"], row["new_value"]) == (old, new)
    different = {
        (*key, measure): after.get(key, {}).get(measure, 0) - before.get(key, {}).get(measure, 0)
        for key in before.keys() | after.keys()
        for measure in (before.get(key) or after[key])
        if key[0] <= newest and measure not in ("resolved_count", "pending_count")
    }
    assert dict(sums) == {cell: n for cell, n in different.items() if n}


def listed(found: list[Row]) -> Listed:
    """(month, unit, sector, measure) -> what each submission made of it."""
    cells: Listed = defaultdict(dict)
    for row in found:
        cell = (row["period"], row["unit_code"], row["sector_code"], row["measure"])
        cells[cell][row["submission_id"] or row["cause"]] = row["difference"]
    return dict(cells)


@pytest.fixture(scope="module")
def march(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> Published:
    """January of U2 only, February and March of both units, published in March."""
    mini = MiniSite(tmp_path_factory.mktemp("march"))
    mini.send(JAN, "U2", Case(50))
    for month in (FEB, MAR):
        opened = {"received": f"0{month[-1]}/{month[-2:]}/2024", "due": "28/03/2024"}
        mini.send(month, "U1", NEW, Case(10, **opened))
        mini.send(month, "U2", Case(50), Case(60, **opened))
    found = Published(mini, models)
    assert found.again(MAR) == [], "a first publication changes nothing"
    return found


@pytest.fixture
def published(march: Published, tmp_path: Path) -> Published:
    """A copy of it, so that every test starts from the same publication."""
    shutil.copytree(march.mini.root, tmp_path, dirs_exist_ok=True)
    mini = copy.copy(march.mini)
    mini.root = tmp_path
    return Published(mini, march.models, builds=list(march.builds))


def test_publishing_the_same_again_lists_nothing(published: Published) -> None:
    assert published.again(MAR) == []


def test_a_late_file_is_listed_in_every_month_it_reaches(published: Published) -> None:
    published.mini.send(JAN, "U1", LATE, DONE, *OTHERS)
    found = published.again(MAR)
    assert {row["cause"] for row in found} == {"late_file"}
    late = {"2024-01.U1.1": 1}
    many = {"2024-01.U1.1": len(OTHERS)}
    assert listed(found) == {
        (JAN, "U1", None, "is_reported"): late,
        (JAN, "U1", "LV-HT", "received_count"): {"2024-01.U1.1": 1 + len(OTHERS)},
        (JAN, "U1", "LV-HT", "resolved_late_count"): late,
        (JAN, "U1", "LV-HT", "pending_in_time_count"): many,
        (JAN, "U1", "LV-DD", "received_count"): late,
        (JAN, "U1", "LV-DD", "resolved_on_time_count"): late,
        (FEB, "U1", "LV-HT", "opening_count"): many,
        (FEB, "U1", "LV-HT", "pending_in_time_count"): many,
        (MAR, "U1", "LV-HT", "opening_count"): many,
        (MAR, "U1", "LV-HT", "pending_overdue_count"): many,
    }
    (row,) = [r for r in found if r["measure"] == "resolved_on_time_count"]
    assert (row["cause_file_name"], row["cause_period"], row["cause_unit_code"]) == (
        "U1.csv",
        JAN,
        "U1",
    )
    assert (row["unit_name"], row["sector_name"]) == ("Phường U1", "Đất đai")
    summary = read_summary(published.mini.site, published.mini.home, MAR)
    assert (summary.changed_months, summary.changed_cells) == (2, 8), "of March itself: not earlier"
    assert published.again(MAR) == []


def test_the_workbook_tells_what_moved_and_why(published: Published) -> None:
    site, home = published.mini.site, published.mini.home
    created = datetime(2024, 4, 1)  # noqa: DTZ001 - a workbook's property knows no zone
    assert write_change_book(site, home, MAR, created) is None
    published.mini.send(JAN, "U1", LATE, DONE, *OTHERS)
    published.again(MAR)
    published.again(MAR)
    path = write_change_book(site, home, MAR, created)
    assert path == home.reports / MAR / "thay-doi-so-lieu.xlsx"
    book = openpyxl.load_workbook(path)
    cause = "Tệp gửi muộn «U1.csv» của U1, kỳ 2024-01 (2024-01.U1.1)"
    lines = [[c.value for c in row] for row in book["Theo đơn vị, tháng"].iter_rows(min_row=3)]
    assert [line[2:] for line in lines] == [
        ["Tháng", "Đơn vị", "Thay đổi", "Nguyên nhân"],
        [JAN, "Phường U1",
         ("Tiếp nhận trong tháng: +6\nGiải quyết đúng hạn: +1\nGiải quyết trễ hạn: +1\n"
         "Đang giải quyết, trong hạn: +4\nĐơn vị có báo cáo: +1"), cause],
        [FEB, "Phường U1", "Tồn đầu tháng: +4\nĐang giải quyết, trong hạn: +4", cause],
        [MAR, "Phường U1", "Tồn đầu tháng: +4\nĐang giải quyết, quá hạn: +4", cause],
    ]  # fmt: skip
    details = [[c.value for c in row] for row in book["Chi tiết"].iter_rows(min_row=4)]
    assert len(details) == 10
    assert next(d for d in details if d[5] == "Giải quyết trễ hạn")[2:] == [
        JAN, "Phường U1", "Hộ tịch", "Giải quyết trễ hạn", 0, 1, 1, cause, "2024-01.U1.1",
    ]  # fmt: skip


def test_a_correction_to_an_old_month_names_the_file_that_replaced(published: Published) -> None:
    published.mini.send(JAN, "U2", Case(50, completed="18/01/2024"))
    # What the newest file says prevails: March must say so as well.
    for month in (FEB, MAR):
        day = f"0{month[-1]}/{month[-2:]}/2024"
        published.mini.send(
            month, "U2", Case(50, completed="18/01/2024"), Case(60, received=day, due="28/03/2024")
        )
    found = published.again(MAR)
    assert {(row["cause"], row["submission_id"]) for row in found} == {
        ("correction", "2024-03.U2.2")
    }
    assert {(row["period"], row["measure"], row["difference"]) for row in found} == {
        (JAN, "resolved_early_count", 1), (JAN, "pending_overdue_count", -1),
        (FEB, "opening_count", -1), (FEB, "pending_overdue_count", -1),
        (MAR, "opening_count", -1), (MAR, "pending_overdue_count", -1),
    }  # fmt: skip


def test_a_due_date_corrected_in_its_own_month_moves_that_month_only(published: Published) -> None:
    published.mini.send(FEB, "U1", Case(9, received="05/02/2024", due="20/02/2024"),
                        Case(10, received="02/02/2024", due="28/03/2024"))  # fmt: skip
    found = published.again(MAR)
    cause = {"2024-02.U1.2": 1}
    assert listed(found) == {
        (FEB, "U1", "LV-HT", "pending_overdue_count"): cause,
        (FEB, "U1", "LV-HT", "pending_in_time_count"): {"2024-02.U1.2": -1},
    }


def test_a_case_that_the_correction_leaves_out_is_laid_on_the_correction(
    published: Published,
) -> None:
    """It stood in the replaced file only: that file did nothing, the one that replaced it did."""
    other = Case(12, received="02/02/2024", due="28/03/2024", sector="Đất đai")
    published.mini.send(FEB, "U1", NEW, other)
    found = published.again(MAR)
    assert {(row["cause"], row["submission_id"]) for row in found} == {
        ("correction", "2024-02.U1.2")
    }
    assert listed(found)[FEB, "U1", "LV-HT", "received_count"] == {"2024-02.U1.2": -1}
    assert listed(found)[MAR, "U1", "LV-HT", "opening_count"] == {"2024-02.U1.2": -1}
    assert listed(found)[FEB, "U1", "LV-DD", "received_count"] == {"2024-02.U1.2": 1}


def test_a_held_file_that_a_person_accepts_is_listed_as_decided(published: Published) -> None:
    mini = published.mini
    mini.send(JAN, "U2", Case(51), Case(52), tail=" bo sung")
    mini.path(JAN, "U2").unlink()
    assert published.again(MAR) == []
    said = mini.here(
        "decide", "2024-01.U2.2", "accept", "--mode", "supplement", "--by", "An", "--reason", "đúng"
    )
    assert said.code == 0, said.all
    found = published.again(MAR)
    assert {(row["cause"], row["submission_id"]) for row in found} == {("decided", "2024-01.U2.2")}
    assert listed(found)[JAN, "U2", "LV-HT", "received_count"] == {"2024-01.U2.2": 2}
    refused = mini.here("decide", "2024-01.U2.2", "refuse", "--by", "An", "--reason", "nhầm")
    assert refused.code == 0, refused.all
    back = published.again(MAR)
    assert {(row["cause"], row["submission_id"]) for row in back} == {("decided", "2024-01.U2.2")}
    assert listed(back)[JAN, "U2", "LV-HT", "received_count"] == {"2024-01.U2.2": -2}


def test_the_file_of_a_new_month_may_move_an_earlier_one(published: Published) -> None:
    """April says that a case was completed in March: March moves, April itself is no change."""
    april = "2024-04"
    published.mini.send(
        april, "U1", Case(9, received="05/02/2024", due="28/03/2024", completed="20/03/2024")
    )
    published.mini.send(april, "U2", Case(50), Case(60, received="03/03/2024", due="28/03/2024"))
    found = published.again(april)
    assert {row["period"] for row in found} == {MAR}
    assert {(row["cause"], row["submission_id"]) for row in found} == {
        ("newer_file", "2024-04.U1.1")
    }
    assert {row["measure"] for row in found} == {"resolved_early_count", "pending_overdue_count"}


def test_two_causes_in_one_cell_are_told_apart(published: Published) -> None:
    published.mini.send(JAN, "U1", *OTHERS)
    published.mini.send(FEB, "U1", NEW, Case(10, received="02/02/2024", due="28/03/2024"),
                        Case(11, received="03/02/2024", due="28/03/2024"))  # fmt: skip
    found = listed(published.again(MAR))
    assert found[FEB, "U1", "LV-HT", "pending_in_time_count"] == {
        "2024-01.U1.1": len(OTHERS),
        "2024-02.U1.2": 1,
    }
    assert found[FEB, "U1", "LV-HT", "received_count"] == {"2024-02.U1.2": 1}


def test_reference_and_code_are_causes_when_no_file_is(published: Published) -> None:
    """Every unit's new file comes in the same run: what the reference moved is not laid on them."""
    published.mini.edit("reference/sectors.csv", "code,name", "LV-HC,Hộ tịch", "LV-DD,Đất đai")
    april = "2024-04"
    for unit in ("U1", "U2"):
        published.mini.send(april, unit, Case(9 if unit == "U1" else 50, received="05/02/2024"))
    found = published.again(april)
    moved = [row for row in found if row["sector_code"] in ("LV-HT", "LV-HC")]
    assert {row["cause"] for row in moved if row["measure"] == "received_count"} == {"reference"}
    assert all(row["submission_id"] is None for row in moved if row["cause"] == "reference")
    published.revision = "r2"
    assert published.again(april) == []


def test_a_publication_tried_again_keeps_its_list(published: Published) -> None:
    published.mini.send(JAN, "U1", LATE)
    found = published.again(MAR)
    home, build_id = published.mini.home, published.builds[-1]
    (home.publications / f"{build_id}.json").unlink()  # killed before the record was written
    (home.build / f"{build_id}.duckdb").write_bytes(
        (home.serving / "warehouse.duckdb").read_bytes()
    )
    from publishing.snapshot import publish

    publish(published.mini.site, home, build_id)
    assert read_changes([changes_path(home, build_id)]) == found
