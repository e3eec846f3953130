"""A unit corrects what it sent: the correction is found again in every table, and nothing else moves."""

import shutil
from pathlib import Path

import pytest

from ingestion.pull import pull_file
from tests.integration.mini_site import (
    COUNTED,
    Case,
    Cell,
    MiniSite,
    changes,
    count_cells,
    csv_bytes,
    query,
    table,
)
from tests.laws.models import Models, table_hashes

pytestmark = pytest.mark.integration
JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
LATE = Case(1, due="19/01/2024", completed="22/01/2024")
OPEN = Case(2, due="15/02/2024")
DONE = Case(3, completed="20/01/2024", sector="Đất đai")
OTHERS = tuple(Case(n) for n in range(4, 8))
JANUARY = (LATE, OPEN, DONE, *OTHERS)


def moved(before: Case, **corrected: str) -> Case:
    """The row with some cells written anew."""
    return Case(**{**vars(before), **corrected})


_COUNTED: dict[bytes, dict[Cell, int]] = {}


def counted(mini: MiniSite, models: Models) -> dict[Cell, int]:
    """Every count of every mart, as of now; counted once for what many tests start from."""
    told = [p for p in mini.directory.rglob("*") if p.suffix in {".yml", ".csv"}]
    told = [p for p in told if mini.directory / "exports" not in p.parents]
    told += mini.home.register.rglob("*.jsonl")
    state = b"".join(path.read_bytes() for path in sorted(told))
    if state not in _COUNTED:
        with mini.warehouse(models.only(*COUNTED)) as connection:
            _COUNTED[state] = count_cells(connection)
    return dict(_COUNTED[state])


def resend(mini: MiniSite, models: Models, *rows: Case, period: str = JAN) -> dict[Cell, int]:
    """What every count goes up by when U1 sends its file of a month anew."""
    before = counted(mini, models)
    mini.send(period, "U1", *rows)
    states = mini.take_in(MAR)
    assert {s.status for s in states.values()} == {"accepted"}
    return changes(before, counted(mini, models))


@pytest.fixture(scope="module")
def three_months(tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None) -> MiniSite:
    """Three months of two units, sent once; no test writes here."""
    mini = MiniSite(tmp_path_factory.mktemp("sent"))
    mini.send(JAN, "U1", *JANUARY)
    mini.send(FEB, "U1", OPEN, *OTHERS, Case(8, received="05/02/2024", due="01/03/2024"))
    mini.send(MAR, "U1", OPEN, *OTHERS)
    for month in (JAN, FEB, MAR):
        mini.send(month, "U2", Case(50), Case(51, completed="18/01/2024", code="16.99"))
    assert {s.status for s in mini.take_in(MAR).values()} == {"accepted", "held"}
    # U2 sends the same bytes every month: settled by a person.
    for month in (FEB, MAR):
        said = mini.here("decide", f"{month}.U2.1", "accept", "--by", "An", "--reason", "đúng")
        assert said.code == 0, said.all
    return mini


@pytest.fixture
def sent(three_months: MiniSite, tmp_path: Path) -> MiniSite:
    """A copy of the three months for one test."""
    shutil.copytree(three_months.root, tmp_path / "sent")
    return MiniSite(tmp_path / "sent")


def test_a_later_due_date_is_one_late_less_and_one_early_more(
    sent: MiniSite, models: Models
) -> None:
    found = resend(sent, models, moved(LATE, due="25/01/2024"), *JANUARY[1:])
    unit, sector = (JAN, "U1"), (JAN, "U1", "LV-HT")
    for name, key in (("mart_unit_month", unit), ("mart_unit_sector_month", sector)):
        assert {c[2]: n for c, n in found.items() if c[:2] == (name, key)} == {
            "resolved_late_count": -1,
            "resolved_early_count": 1,
            "late_numerator": -1,
        }
    for calendar, month in (("calendar", JAN), ("d15", FEB)):
        for row in (("sector", "LV-HT"), ("total", None)):
            key = (calendar, "month", month, "U1", *row)
            assert {c[2]: n for c, n in found.items() if c[:2] == ("mart_form_06a", key)} == {
                "resolved_early_count": 1,
                "resolved_late_count": -1,
            }
    ranked = ("mart_late_rate_ranking", ("strict", "calendar", "month", JAN, "unit", "U1"))
    assert {c[2]: n for c, n in found.items() if c[:2] == ranked} == {"numerator": -1}
    # Nothing of another unit, no stock, no other month; every change is one case.
    assert set(found.values()) == {1, -1}
    assert not [c for c in found if "U2" in c[1]]
    assert {c[2] for c in found} == {
        "resolved_late_count",
        "resolved_early_count",
        "late_numerator",
        "numerator",
        "evidence_count",
    }
    months = {c[1][0] for c in found if c[0].startswith("mart_unit")}
    assert months == {JAN}


def test_a_completion_date_moves_one_case_from_pending_to_resolved_in_all_later_months(
    sent: MiniSite, models: Models
) -> None:
    """The newest state says that it was completed in February; March carries one case less."""
    february = (OPEN, *OTHERS, Case(8, received="05/02/2024", due="01/03/2024"))
    completed = moved(OPEN, completed="15/02/2024", status="Đã xử lý xong")
    first = resend(sent, models, completed, *february[1:], period=FEB)
    assert first == {}, "March's file is newer and still says open: domain §2, State(case, M)"
    found = resend(sent, models, completed, *OTHERS, period=MAR)
    by_month = {
        month: {c[2]: n for c, n in found.items() if c[:2] == ("mart_unit_month", (month, "U1"))}
        for month in (JAN, FEB, MAR)
    }
    assert by_month[JAN] == {}
    assert by_month[FEB] == {
        "resolved_on_time_count": 1,
        "resolved_count": 1,
        "late_denominator": 1,
        "pending_overdue_count": -1,
        "pending_count": -1,
    }
    assert by_month[MAR] == {
        "opening_count": -1,
        "pending_overdue_count": -1,
        "pending_count": -1,
    }
    assert set(found.values()) <= {1, -1}


def test_a_resubmission_replaces_the_whole_file(sent: MiniSite, models: Models) -> None:
    """A row that is no longer in the new file is no case of that month any more."""
    gone = (*JANUARY[:2], *JANUARY[3:])
    found = resend(sent, models, *gone)
    assert found["mart_unit_month", (JAN, "U1"), "received_count"] == -1
    assert found["mart_unit_month", (JAN, "U1"), "resolved_on_time_count"] == -1
    with sent.warehouse(models) as connection:
        ledger = query(
            connection,
            "select submission_id, is_current from quality.load_ledger"
            " where unit_code = 'U1' and period = ? order by receipt_seq",
            JAN,
        )
    assert [row["is_current"] for row in ledger] == [False, True]


def test_a_supplement_adds_and_takes_nothing_away(
    sent: MiniSite, models: Models, tmp_path: Path
) -> None:
    before = counted(sent, models)
    more = tmp_path / "them.csv"
    more.write_bytes(csv_bytes(table([Case(9), moved(LATE, due="25/01/2024")])))
    pull_file(sent.site, sent.home, "U1", JAN, more, "supplement")
    sent.take_in(MAR)
    found = changes(before, counted(sent, models))
    assert {c[2]: n for c, n in found.items() if c[:2] == ("mart_unit_month", (JAN, "U1"))} == {
        "received_count": 1,
        "pending_overdue_count": 1,
        "pending_count": 1,
        "resolved_late_count": -1,
        "resolved_early_count": 1,
        "late_numerator": -1,
    }


@pytest.mark.parametrize("verdict", ["accept", "refuse"])
def test_a_held_file_counts_when_accepted_and_never_when_refused(
    sent: MiniSite, models: Models, verdict: str
) -> None:
    before = counted(sent, models)
    sent.send(JAN, "U1", LATE, OPEN)  # under 80 % of the earlier rows
    held = sent.take_in(MAR)["2024-01.U1.2"]
    assert held.status == "held"
    assert changes(before, counted(sent, models)) == {}
    said = sent.here(
        "decide", held.submission_id, verdict, "--by", "Trần An", "--reason", "đã hỏi đơn vị"
    )
    assert said.code == 0, said.all
    found = changes(before, counted(sent, models))
    if verdict == "refuse":
        assert found == {}
        assert sent.take_in(MAR)["2024-01.U1.2"].status == "rejected"
    else:
        assert found["mart_unit_month", (JAN, "U1"), "resolved_on_time_count"] == -1


def test_a_corrected_layout_reads_the_same_bytes_again(mini: MiniSite, models: Models) -> None:
    rows = table(JANUARY)
    rows[0][5] = "Kênh nộp"
    mini.path(JAN, "U1").write_bytes(csv_bytes(rows))
    mini.send(JAN, "U2", Case(50))
    assert mini.take_in(JAN)["2024-01.U1.1"].status == "rejected"
    layout = mini.directory / "layouts" / "bang.yml"
    corrected = layout.read_text("utf-8").replace('["Kênh"]', '["Kênh", "Kênh nộp"]')
    layout.write_text(corrected, encoding="utf-8")
    found = mini.take_in(JAN)
    assert {s.submission_id: s.status for s in found.values()} == {
        "2024-01.U1.1": "accepted",
        "2024-01.U2.1": "accepted",
    }
    cells = counted(mini, models)
    assert cells["mart_unit_month", (JAN, "U1"), "received_count"] == len(JANUARY)


def test_a_correction_to_an_old_month_is_in_every_month_after_it(
    sent: MiniSite, models: Models
) -> None:
    """January's file now says that a case nobody names later was never completed: it is open since."""
    reopened = moved(DONE, completed="")
    found = resend(sent, models, *(reopened if c is DONE else c for c in JANUARY))
    by_month = {
        month: {c[2]: n for c, n in found.items() if c[:2] == ("mart_unit_month", (month, "U1"))}
        for month in (JAN, FEB, MAR)
    }
    assert by_month[JAN] == {
        "resolved_on_time_count": -1,
        "resolved_count": -1,
        "late_denominator": -1,
        "pending_overdue_count": 1,
        "pending_count": 1,
    }
    carried = {"opening_count": 1, "pending_overdue_count": 1, "pending_count": 1}
    assert by_month[FEB] == by_month[MAR] == carried


def test_a_correction_that_a_person_refuses_is_as_if_it_had_not_come(
    sent: MiniSite, models: Models
) -> None:
    """Also after it was accepted and published: the earlier file stands again, in every month."""
    before = counted(sent, models)
    found = resend(sent, models, *(moved(c, completed="") for c in JANUARY))
    assert found
    said = sent.here("decide", "2024-01.U1.2", "refuse", "--by", "An", "--reason", "tệp cũ")
    assert said.code == 0, said.all
    assert changes(before, counted(sent, models)) == {}


def test_a_file_put_under_another_month_by_a_decision_counts_there(
    sent: MiniSite, models: Models
) -> None:
    """A supplement sent for March that is January's: cases received then, open in every month since."""
    before = counted(sent, models)
    more = sent.root / "bo-sung.csv"
    more.write_bytes(csv_bytes(table([Case(9)])))
    pull_file(sent.site, sent.home, "U1", MAR, more, "supplement")
    sent.take_in(MAR)
    said = sent.here(
        "decide", "2024-03.U1.2", "accept", "--period", JAN, "--by", "An", "--reason", "của tháng 1"
    )
    assert said.code == 0, said.all
    assert sent.take_in(MAR)["2024-03.U1.2"].period == JAN
    found = changes(before, counted(sent, models))
    received = {
        c[1]: n for c, n in found.items() if c[0] == "mart_unit_month" and "received" in c[2]
    }
    assert received == {(JAN, "U1"): 1}
    for month in (FEB, MAR):
        assert found["mart_unit_month", (month, "U1"), "opening_count"] == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 half a workbook",
        csv_bytes(table([])),
        csv_bytes(table(JANUARY))[:-400],
        csv_bytes(table([Case(n, received="05/03/2024", due="09/03/2024") for n in range(9)])),
    ],
    ids=["empty", "corrupt", "header-only", "cut-off", "all-rows-refused"],
)
def test_a_useless_resubmission_never_displaces(
    sent: MiniSite, models: Models, content: bytes
) -> None:
    before = counted(sent, models)
    sent.path(JAN, "U1").write_bytes(content)
    second = sent.take_in(MAR)["2024-01.U1.2"]
    assert changes(before, counted(sent, models)) == {}, second


def test_a_late_file_of_an_earlier_month_flows_through_all_months_after(
    mini: MiniSite, models: Models
) -> None:
    """The tables are those that would be there had the file come in time."""
    mini.send(JAN, "U2", Case(50))
    for month, day in ((FEB, "05/02/2024"), (MAR, "05/03/2024")):
        mini.send(month, "U1", Case(9, received=day, due="28/03/2024"))
        mini.send(month, "U2", Case(50), Case(60, received=day, due="28/03/2024"))
    mini.take_in(MAR)
    before = counted(mini, models)
    assert ("mart_unit_month", (JAN, "U1"), "received_count") not in before
    mini.send(JAN, "U1", LATE, *OTHERS)
    mini.take_in(MAR)
    found = changes(before, counted(mini, models))
    for month in (FEB, MAR):
        opened = found["mart_unit_month", (month, "U1"), "opening_count"]
        assert opened == len(OTHERS)
    assert found["mart_unit_month", (JAN, "U1"), "received_count"] == 1 + len(OTHERS)
    in_time = MiniSite(mini.root / "in-time")
    for path in sorted((mini.directory / "exports").rglob("*.csv")):
        in_time.path(path.parent.name, path.stem).write_bytes(path.read_bytes())
    in_time.take_in(MAR)
    assert counted(in_time, models) == counted(mini, models)


def test_the_same_bytes_again_change_nothing(sent: MiniSite, models: Models) -> None:
    with sent.warehouse(models) as connection:
        before = table_hashes(connection, "new")
    register = {p: p.read_bytes() for p in sent.home.register.glob("*.jsonl")}
    for path in (sent.directory / "exports").rglob("*.csv"):
        path.write_bytes(path.read_bytes())
    sent.take_in(MAR)
    with sent.warehouse(models) as connection:
        assert table_hashes(connection, "new") == before
    assert {p: p.read_bytes() for p in sent.home.register.glob("*.jsonl")} == register
