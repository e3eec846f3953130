"""The register: numbering, torn lines, decisions, computed statuses."""

import json
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.log import Log, LogError
from ingestion.messages import text
from ingestion.receipts import Arrival, RegisterError, append_receipt
from ingestion.register import append_decision
from tests.unit.ingestion.small_site import LABELS, SmallSite, case, csv_bytes

pytestmark = pytest.mark.unit

ROWS = [case(n) for n in range(10)]


@given(
    whole=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9)), max_size=6),
    cut=st.integers(min_value=1),
    after=st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9)), max_size=3),
)
def test_a_torn_last_line_costs_only_itself(
    whole: list[dict[str, str]], cut: int, after: list[dict[str, str]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "2024-01.jsonl"
        log = Log(path)
        log.append(*whole)
        length = path.stat().st_size
        log.append({"torn": "dòng này bị cắt"})
        lost = path.read_bytes()[length:]
        path.write_bytes(path.read_bytes()[: length + cut % len(lost)])
        assert Log(path).read() == whole
        log.append(*after)
        assert Log(path).read() == log.read() == [*whole, *after]


def test_a_whole_line_that_is_not_json_is_our_error(tmp_path: Path) -> None:
    path = tmp_path / "2024-01.jsonl"
    path.write_bytes(b'{"a":1}\nnot json\n{"a":2}\n')
    with pytest.raises(LogError):
        Log(path).read()


def test_names_that_could_leave_the_folder_are_refused(small: SmallSite) -> None:
    for name in ("..", "a/b", "", ".hidden", "a b"):
        with pytest.raises(RegisterError):
            append_receipt(
                small.home, Arrival(name, "2024-01", "replace", "u", "f.csv", 1, "0" * 64)
            )


def test_folders_are_private_and_bytes_are_kept(small: SmallSite) -> None:
    path = small.export("2024-01", "U1", ROWS)
    small.pull()
    landed = list(small.home.landing.glob("U1/2024-01/*/U1.csv"))
    assert [p.read_bytes() for p in landed] == [path.read_bytes()]
    folders = [small.home.landing, landed[0].parent, small.home.register, small.home.raw]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert list((small.home.landing / ".in").iterdir()) == []


def test_same_bytes_are_a_no_op_and_older_ones_are_a_new_receipt(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    assert small.pull()["U1", "2024-01"].outcome == "new"
    assert small.pull()["U1", "2024-01"].outcome == "unchanged"
    small.export("2024-01", "U1", [*ROWS, case(77)])
    assert small.pull()["U1", "2024-01"].submission_id == "2024-01.U1.2"
    small.export("2024-01", "U1", ROWS)
    assert small.pull()["U1", "2024-01"].submission_id == "2024-01.U1.3"
    assert [s.receipt_seq for s in small.submissions().values()] == [1, 2, 3]


def test_a_rejected_file_is_registered_once_and_the_accepted_one_stays_current(
    small: SmallSite,
) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    small.export("2024-01", "U1", b"hong")
    small.pull()
    assert [s.status for s in small.submissions().values()] == ["accepted", "rejected"]
    assert small.pull()["U1", "2024-01"].outcome == "unchanged"
    small.export("2024-01", "U1", ROWS)
    item = small.pull()["U1", "2024-01"]
    assert (item.outcome, item.submission_id) == ("unchanged", "2024-01.U1.1")


def test_a_much_smaller_replacement_is_held_until_a_person_decides(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    small.export("2024-01", "U1", ROWS[:7])
    small.pull()
    held = small.submissions()["2024-01.U1.2"]
    assert held.status == "held"
    assert held.hold_reasons == (text("intake.hold_fewer_rows", rows=7, before=10),)
    append_decision(small.site, small.home, held.submission_id, "accept", by="A", reason="đúng")
    assert small.submissions()["2024-01.U1.2"].status == "accepted"
    # The accepted one is now the measure: seven rows are no longer few.
    small.export("2024-01", "U1", ROWS[:6])
    small.pull()
    assert small.submissions()["2024-01.U1.3"].status == "accepted"


def test_a_replacement_is_measured_by_all_that_it_displaces(small: SmallSite) -> None:
    """The file and what was added to it: the old file sent again would take the added cases away."""
    small.export("2024-01", "U1", ROWS)
    small.pull()
    extra = small.directory / "exports" / "them.csv"
    extra.write_bytes(csv_bytes([LABELS, *(case(number) for number in range(90, 95))]))
    small.pull_file(extra, mode="supplement")
    small.export("2024-01", "U1", [*ROWS[:9], case(89)])
    small.pull()
    held = small.submissions()["2024-01.U1.3"]
    assert held.hold_reasons == (text("intake.hold_fewer_rows", rows=10, before=15),)


def test_eight_of_ten_rows_are_enough(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    small.export("2024-01", "U1", ROWS[:8])
    small.pull()
    assert small.submissions()["2024-01.U1.2"].status == "accepted"


def test_refusing_rejects_with_the_reason(small: SmallSite) -> None:
    small.export("2024-01", "U2", ROWS, tail=" bổ sung")
    small.pull()
    assert small.submissions()["2024-01.U2.1"].hold_reasons == (text("intake.hold_supplement"),)
    append_decision(small.site, small.home, "2024-01.U2.1", "refuse", by="B", reason="sai")
    refused = small.submissions()["2024-01.U2.1"]
    assert (refused.status, refused.messages[-1].code) == ("rejected", "refused")
    assert "sai" in refused.messages[-1].text


def test_a_decision_may_change_the_mode(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    extra = small.directory / "exports" / "U1 bo sung.csv"
    extra.write_bytes(csv_bytes([LABELS, case(99)]))
    item = small.pull_file(extra)
    assert item.submission_id == "2024-01.U1.2"
    assert len(small.submissions()["2024-01.U1.2"].hold_reasons) == 2
    append_decision(
        small.site, small.home, item.submission_id, "accept", mode="supplement", by="A", reason="x"
    )
    accepted = small.submissions()["2024-01.U1.2"]
    assert (accepted.status, accepted.mode) == ("accepted", "supplement")
    # Neither the main file nor the supplement comes in again.
    assert small.pull()["U1", "2024-01"].outcome == "unchanged"
    assert small.pull_file(extra).outcome == "unchanged"


def test_a_given_supplement_is_not_held_for_its_name_or_size(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    extra = small.directory / "exports" / "U1 bo sung.csv"
    extra.write_bytes(csv_bytes([LABELS, case(99)]))
    assert small.pull_file(extra, mode="supplement").outcome == "new"
    assert small.submissions()["2024-01.U1.2"].status == "accepted"


def test_a_decision_may_move_a_file_to_its_month(small: SmallSite) -> None:
    small.export("2024-02", "U2", ROWS, tail="_2024-01")
    small.export("2024-02", "U1", ROWS[:3])
    small.pull("2024-02")
    held = small.submissions()["2024-02.U2.1"]
    assert held.hold_reasons == (
        text("intake.hold_name_period", found="2024-01", period="2024-02"),
    )
    small.export("2024-01", "U1", ROWS[4:6])
    small.pull("2024-02")
    append_decision(
        small.site, small.home, held.submission_id, "accept", period="2024-01", by="A", reason="x"
    )
    moved = small.submissions()["2024-02.U2.1"]
    # It stands after what January had received when the decision was taken.
    assert (moved.period, moved.receipt_seq, moved.status) == ("2024-01", 2, "accepted")
    assert moved.rows_data == 10


def test_bytes_of_another_month_are_held_but_empty_templates_are_not(small: SmallSite) -> None:
    small.export("2024-01", "U1", ROWS)
    small.export("2024-01", "U2", [])
    small.pull()
    small.export("2024-02", "U2", ROWS)
    small.export("2024-02", "U1", [])
    small.pull("2024-02")
    found = small.submissions()
    assert found["2024-02.U2.1"].status == "held"
    assert "2024-01.U1.1" in found["2024-02.U2.1"].hold_reasons[0]
    assert [found[f"2024-0{m}.U{u}.1"].status for m, u in ((1, 2), (2, 1))] == ["accepted"] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"submission_id": "2024-01.U1.9"},
        {"verdict": "maybe"},
        {"mode": "merge"},
        {"reason": " "},
        {"period": "2023-01", "submission_id": "2024-01.U1.1", "reason": ""},
    ],
)
def test_a_wrong_decision_is_refused(small: SmallSite, wrong: dict[str, str]) -> None:
    small.export("2024-01", "U1", ROWS)
    small.pull()
    asked = {"submission_id": "2024-01.U1.1", "verdict": "accept", "by": "A", "reason": "x"} | wrong
    submission_id, verdict = asked.pop("submission_id"), asked.pop("verdict")
    with pytest.raises(RegisterError):
        append_decision(small.site, small.home, submission_id, verdict, **asked)


def test_a_crash_before_the_decision_leaves_no_trace(small: SmallSite) -> None:
    small.export("2024-02", "U1", ROWS)
    small.pull("2024-02")
    log = Log(small.home.register / "2024-01.jsonl")
    log.append({"kind": "moved_in", "submission_id": "2024-02.U1.1"})
    only = small.submissions()["2024-02.U1.1"]
    assert (only.period, only.receipt_seq, only.status) == ("2024-02", 1, "accepted")
    assert json.loads((small.home.register / "2024-02.jsonl").read_text("utf-8"))["unit"] == "U1"
