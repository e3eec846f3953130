"""Which workbooks are written again: those that would say something else, of whatever month, and no others."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publishing.outbox_state import STATE
from publishing.unit_packs import pack_path
from tests.integration.mini_site import Case, MiniSite
from tests.integration.publications import publish_now, workbooks
from tests.laws.models import Models

pytestmark = pytest.mark.integration
JAN, FEB = "2024-01", "2024-02"
LATER = {"received": "05/02/2024", "due": "20/02/2024"}
Round = Callable[[str], set[tuple[str, str]]]


def cases(unit: str, period: str) -> list[Case]:
    """A unit's own cases of a month, one of them open."""
    first, dates = (100 if unit == "U1" else 200), (LATER if period == FEB else {})
    done = {"completed": "19/02/2024" if period == FEB else "18/01/2024"}
    first += 50 if period == FEB else 0
    return [*(Case(n, **dates, **done) for n in range(first, first + 5)), Case(first + 9, **dates)]


@pytest.fixture(scope="module")
def february(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> MiniSite:
    """Two months of two units, each month published and its workbooks written."""
    mini = MiniSite(tmp_path_factory.mktemp("february"))
    for period in (JAN, FEB):
        for unit in mini.csv_units:
            mini.send(period, unit, *cases(unit, period))
        mini.take_in(period)
        publish_now(mini.site, mini.home, models, f"202403{period[-2:]}T000000-a")
        assert workbooks(mini.site, mini.home, period).keys() >= {("U1", period), ("U2", period)}
    return mini


@pytest.fixture
def mini(february: MiniSite, tmp_path: Path) -> MiniSite:
    """A copy, so that every test starts from the same outbox."""
    shutil.copytree(february.root, tmp_path, dirs_exist_ok=True)
    copied = copy.copy(february)
    copied.root = tmp_path
    return copied


@pytest.fixture
def publish_again(mini: MiniSite, models: Models) -> Round:
    """Take in what lies there, publish, and write the outbox of a month; what was written."""
    builds = iter(range(100))

    def again(period: str) -> set[tuple[str, str]]:
        mini.take_in(FEB)
        publish_now(mini.site, mini.home, models, f"20240401T0000{next(builds):02d}-a")
        return set(workbooks(mini.site, mini.home, period))

    return again


def test_nothing_new_writes_nothing(publish_again: Round, mini: MiniSite) -> None:
    before = {path: path.stat().st_mtime_ns for path in mini.home.outbox.rglob("*.xlsx")}
    assert publish_again(FEB) == set()
    assert {path: path.stat().st_mtime_ns for path in mini.home.outbox.rglob("*.xlsx")} == before


def test_a_correction_to_an_old_month_writes_that_month_s_workbook_of_its_unit(
    publish_again: Round, mini: MiniSite
) -> None:
    wrong = Case(60, due="01/01/2024")
    mini.send(JAN, "U1", *cases("U1", JAN), wrong)
    assert publish_again(FEB) == {("U1", JAN)}
    assert "dòng 8" not in mini.outbox("U1", FEB)
    assert "dòng 8" in mini.outbox("U1", JAN)
    assert publish_again(FEB) == set()


def test_figures_that_a_correction_moves_in_later_months_are_written_too(
    publish_again: Round, mini: MiniSite
) -> None:
    mini.send(JAN, "U1", *cases("U1", JAN), Case(60, due="15/03/2024"))
    assert publish_again(FEB) == {("U1", JAN), ("U1", FEB)}


def test_a_workbook_that_was_deleted_comes_back_in_the_month_asked_for(
    publish_again: Round, mini: MiniSite
) -> None:
    for period in (JAN, FEB):
        pack_path(mini.home, "U2", period).unlink()
    assert publish_again(FEB) == {("U2", FEB)}
    assert publish_again(JAN) >= {("U2", JAN)}


def test_without_a_mark_of_the_last_run_only_what_lies_there_is_written_again(
    publish_again: Round, mini: MiniSite
) -> None:
    (mini.home.outbox / STATE).unlink()
    pack_path(mini.home, "U2", JAN).unlink()
    assert publish_again(FEB) == {("U1", JAN), ("U1", FEB), ("U2", FEB)}


def test_where_no_run_is_known_a_unit_whose_old_file_was_rejected_is_told_all_the_same(
    publish_again: Round, mini: MiniSite
) -> None:
    """A first run over many months: the lines of accepted files can wait, a rejected file cannot."""
    mini.path(JAN, "U1").write_bytes("Mã,Ngày\n1,2\n".encode())
    (mini.home.outbox / STATE).unlink()
    for unit in ("U1", "U2"):
        pack_path(mini.home, unit, JAN).unlink()
    assert publish_again(FEB) == {("U1", JAN), ("U1", FEB), ("U2", FEB)}
    said = mini.outbox("U1", JAN)
    assert "Tệp gửi gần nhất bị từ chối; số liệu vẫn lấy từ tệp gửi trước đó." in said


def test_a_file_moved_to_another_month_takes_its_workbook_along(
    publish_again: Round, mini: MiniSite
) -> None:
    for case in ("U2",):
        said = mini.here(
            "decide",
            f"{JAN}.{case}.1",
            "accept",
            "--period",
            FEB,
            "--by",
            "An",
            "--reason",
            "nhầm tháng",
        )
        assert said.code == 0, said.all
    written = publish_again(FEB)
    assert ("U2", FEB) in written
    assert not pack_path(mini.home, "U2", JAN).exists()
