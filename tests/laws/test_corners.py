"""Corners of domain §2 that random sites reach seldom, against the same plain reading of the law."""

from datetime import date

import pytest

from tests.laws.comparison import READ, disagreements, told_by_oracle, told_by_warehouse
from tests.laws.harness import loaded, warehouse
from tests.laws.models import Models
from tests.laws.oracle import tell
from tests.laws.oracle_rows import Reference, UnitFacts
from tests.laws.site_strategy import CHANNELS, COLUMNS, SECTORS, STATUSES, Plan, Sending

NOV, DEC, JAN, FEB = "2024-11", "2024-12", "2025-01", "2025-02"
END_NOV, END_DEC = date(2024, 11, 30), date(2024, 12, 31)
Row = tuple[tuple[str, str | None], ...]
Sent = tuple[str, str, str, list[Row]]


def _unit(
    code: str, ended: date | None = None, heirs: tuple[str, ...] = (), space: str | None = None
) -> UnitFacts:
    return UnitFacts(code, (f"Phường {code}",), ended, heirs, space)


def _row(code: str | int, **changed: str | None) -> Row:
    """An open case; a number stands for a national code."""
    cells: dict[str, str | None] = dict.fromkeys(COLUMNS)
    cells |= {
        "case_code": code if isinstance(code, str) else f"H32.16-241105-{code:04d}",
        "sector": "Đất đai",
        "received_at": "05/11/2024",
        "due_at": "20/12/2024",
        "status": "Đang làm",
    }
    return tuple((cells | changed).items())


def _plan(units: list[UnitFacts], *sent: Sent) -> Plan:
    sendings = tuple(
        Sending(unit, period, mode, "day_du", tuple(rows), f"{number}")
        for number, (unit, period, mode, rows) in enumerate(sent)
    )
    reference = Reference("H32", tuple(units), SECTORS, STATUSES, CHANNELS)
    return Plan(reference, tuple((u.code, "day_du") for u in units), FEB, sendings)


PLAIN = [_unit("A"), _unit("B")]
SPLIT = [_unit("A", END_NOV, ("S", "T")), _unit("B"), _unit("S", space="s"), _unit("T", space="t")]
OF_B, OF_A = {"unit": "Phường B"}, {"unit": "Phường A"}
DONE = {"completed_at": "20/11/2024", "status": "Làm xong"}
R, S = "replace", "supplement"

CORNERS = {
    "vanished from the file of who sent it for another unit": _plan(
        PLAIN, ("A", NOV, R, [_row(1, **OF_B), _row(2)]), ("A", DEC, R, [_row(2)])
    ),
    "a late row of a split unit is its sender's": _plan(
        SPLIT, ("A", NOV, R, [_row(2)]), ("T", DEC, R, [_row(1, **OF_A)])
    ),
    "a late row of a split unit, then the other heir": _plan(
        SPLIT,
        ("A", NOV, R, [_row(2)]),
        ("T", DEC, R, [_row(1, **OF_A)]),
        ("S", JAN, R, [_row(1)]),
    ),
    "a split waits for whoever exports the case next": _plan(
        SPLIT, ("A", NOV, R, [_row(1), _row(2)]), ("T", JAN, R, [_row(1), _row(2, **OF_A)])
    ),
    "successors of successors that never report": _plan(
        [
            _unit("A", END_NOV, ("S",)),
            _unit("B"),
            _unit("S", END_DEC, ("T",), "s"),
            _unit("T", space="t"),
        ],
        ("A", NOV, R, [_row(1)]),
        ("B", JAN, R, [_row(5)]),
    ),
    "an heir that ended takes nothing over": _plan(
        [
            _unit("A", END_NOV, ("S", "B")),
            _unit("B", space="b"),
            _unit("S", END_DEC, ("T", "B"), "s"),
            _unit("T", space="t"),
        ],
        ("A", NOV, R, [_row(1)]),
        ("S", FEB, R, [_row(1)]),
        ("B", JAN, R, [_row(5)]),
    ),
    "an heir that sent the case before the split": _plan(
        [_unit("A", END_NOV, ("S", "B")), _unit("B", space="b"), _unit("S", space="s")],
        ("B", NOV, R, [_row(1, **OF_A)]),
        ("S", DEC, R, [_row(1)]),
        ("B", DEC, R, [_row(5)]),
    ),
    "a row of status 1 does not report the unit it names": _plan(
        PLAIN, ("A", NOV, R, [_row(1, **OF_B, status="Mới tạo"), _row(2)])
    ),
    "a displaced row does not report the unit it names": _plan(
        PLAIN, ("A", NOV, R, [_row(1, **OF_B), _row(2)]), ("A", NOV, R, [_row(1), _row(2)])
    ),
    "one number of two units in one file": _plan(
        PLAIN, ("A", NOV, R, [_row("12", **OF_B), _row("12")])
    ),
    "numbers of merged units stay theirs": _plan(
        [
            _unit("A", END_NOV, ("S",), "k"),
            _unit("B", END_NOV, ("S",), "m"),
            _unit("S", space="s"),
        ],
        ("A", NOV, R, [_row("1")]),
        ("B", NOV, R, [_row("1")]),
        ("S", DEC, R, [_row("1", **OF_A), _row("2", **OF_B)]),
        ("S", JAN, R, [_row("1")]),
    ),
    "a rejected row displaces nothing": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1"), _row("2")]),
        ("A", NOV, R, [_row("1", unit="Xã Lạ"), _row("2", **DONE)]),
    ),
    "status 1 for a month, then a state again": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1"), _row("2")]),
        ("A", DEC, S, [_row("1", status="Mới tạo")]),
        ("A", JAN, R, [_row("1"), _row("2")]),
    ),
    "status 1 from another unit, later in the same month": _plan(
        PLAIN,
        ("A", NOV, R, [_row(1), _row("2")]),
        ("B", NOV, S, [_row(1, status="Mới tạo")]),
        ("A", DEC, R, [_row(1, due_at="25/12/2024"), _row("2")]),
    ),
    "completed after the period, then reopened and suspended": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1", completed_at="10/12/2024", status="Chờ bổ sung"), _row("2")]),
        ("A", DEC, R, [_row("1", status="Tạm dừng"), _row("2")]),
    ),
    "a verdict uses the due date of the month of completion": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1", **DONE, due_at="21/11/2024")]),
        ("A", DEC, R, [_row("1", **DONE, due_at="19/11/2024")]),
    ),
    "no due date, then one": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1", due_at=None)]),
        ("A", DEC, R, [_row("1", due_at="01/12/2024")]),
    ),
    "absent from a supplement": _plan(
        PLAIN, ("A", NOV, R, [_row("1")]), ("A", DEC, S, [_row("2")])
    ),
    "absent from a file without rows": _plan(PLAIN, ("A", NOV, R, [_row("1")]), ("A", DEC, R, [])),
    "Excel swapped some dates of a file": _plan(
        PLAIN,
        (
            "A",
            NOV,
            R,
            [
                # 5 November and 10 December, taken for 11 May and 12 October; the 20th stayed text.
                _row(1, received_at="2024-05-11", due_at="2024-10-12"),
                _row(2, received_at="2024-05-11", due_at="20/12/2024", completed_at="12/11/2024"),
                _row("3", received_at="2024-05-11"),
                _row("4", received_at="20/11/2024", due_at="2024-10-12"),
                _row("H32.16-241120-0005", received_at="20/11/2024", due_at="2024-10-12"),
                _row("H32.16-241120-0006", received_at="2024-11-20", due_at="20/12/2024"),
            ],
        ),
        (
            "B",
            NOV,
            R,
            [
                _row(7, received_at="2024-05-11", due_at="2024-10-12"),
                _row("8", due_at="2024-10-12"),
            ],
        ),
    ),
    "a row written month first": _plan(
        PLAIN,
        (
            "A",
            NOV,
            R,
            [
                _row(1, received_at="11/05/2024", due_at="12/20/2024", completed_at="11/25/2024"),
                _row(2, received_at="11/05/2024", due_at="20/12/2024"),
                _row(3, received_at="11/05/2024 08:30", due_at="ngày 20 tháng 12 năm 2024"),
                _row("H32.16-241120-0004", received_at="11/20/2024", due_at="12/20/2024"),
                _row("5", received_at="11/20/2024", due_at="12/20/2024"),
                _row("6", received_at="05/11/2024", due_at="12/20/2024"),
                _row(7, received_at="05/11/2024", due_at="12/20/2024"),
            ],
        ),
    ),
    "to be completed next month, and absent from it": _plan(
        PLAIN,
        ("A", NOV, R, [_row("1", completed_at="02/12/2024", status="Làm xong")]),
        ("A", DEC, R, [_row("2")]),
    ),
}


@pytest.mark.parametrize("name", CORNERS)
def test_corner(models: Models, name: str) -> None:
    with loaded(CORNERS[name]) as result:
        truth = tell(result.plan.reference, result.accepted())
        with warehouse(models.only(*READ), result) as connection:
            found = disagreements(
                told_by_oracle(result.plan.reference, truth), told_by_warehouse(connection)
            )
    assert not found, "\n".join(found)
