"""`motcua explain`: a case goes back to its rows, and the cells it names are the ones it counts in."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.mini_site import (
    CELL_KEYS,
    COUNTED,
    LABELS,
    Case,
    Cell,
    MiniSite,
    Said,
    changes,
    count_cells,
    query,
)
from tests.laws.models import Models
from warehouse.explain import explain_in

pytestmark = pytest.mark.integration
JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
OTHERS = tuple(Case(n, due="28/03/2024") for n in range(90, 96))
LOCAL = "15/2024"  # a free number: the same in two units, two cases

THREE_STATES = "000.00.16.H32-240108-0001"
REPLACED = "000.00.16.H32-240108-0002"
REJECTED_ONLY = "000.00.16.H32-240108-0003"
SUSPENDED = "000.00.16.H32-240110-0004"
MOVED_UNIT = "000.00.16.H32-240120-0005"
WITHDRAWN = "000.00.16.H32-240120-0006"
ONLINE = "000.00.16.H32-240212-0007"
NO_DUE = "000.00.16.H32-240212-0008"
LATE_IN_D15_ONLY_LATER = "000.00.16.H32-240110-0009"


def case(code: str, **cells: str) -> Case:
    """A row of one of the codes above; the code holds the day it was received."""
    day = code.split("-")[1]
    received = f"{day[4:]}/{day[2:4]}/20{day[:2]}"
    return Case(0, code=code, **{"received": received, **cells})


def write(mini: MiniSite) -> None:
    """Three months of three units; U3 goes over to U4 on 1 March."""
    mini.edit(
        "reference/units.csv",
        "code,name,level,valid_from,valid_to,successor,case_namespace",
        "U1,Phường U1,commune,,,,N1",
        "U2,Phường U2,commune,,,,N2",
        "U3,Phường U3,commune,,2024-02-29,U4,N3",
        "U4,Phường U4,commune,2024-03-01,,,N4",
    )
    three = {"due": "26/02/2024"}
    free = Case(0, code=LOCAL, due="30/01/2024")
    wrong = case(REJECTED_ONLY, due="05/01/2024")
    mini.send(
        JAN, "U1", *OTHERS, case(THREE_STATES, **three), case(REPLACED, due="20/01/2024"), wrong,
        free, case(SUSPENDED, due="25/01/2024", status="Yêu cầu bổ sung giấy tờ"),
        case(LATE_IN_D15_ONLY_LATER, due="16/01/2024", completed="18/01/2024"),
    )  # fmt: skip
    mini.send(JAN, "U2", Case(0, code=LOCAL, due="30/01/2024", completed="30/01/2024"), Case(80))
    moved = case(MOVED_UNIT, due="20/02/2024", sector="Đất đai", official="Võ An")
    mini.send(JAN, "U3", moved, Case(70), Case(71))
    later = Case(0, code=LOCAL, due="30/01/2024", completed="16/02/2024")
    mini.send(
        FEB, "U1", *OTHERS, case(THREE_STATES, **three, sector="Đất đai"), later,
        case(SUSPENDED, due="25/01/2024", status="Dừng xử lý"),
        case(WITHDRAWN, due="20/02/2024", completed="15/02/2024", status="Công dân yêu cầu rút hồ sơ"),
        case(ONLINE, due="14/02/2024", completed="14/02/2024", channel="Trực tuyến"),
        case(NO_DUE, due="", completed="29/02/2024"),
    )  # fmt: skip
    february = Case(81, received="05/02/2024", due="20/02/2024")
    mini.send(FEB, "U2", Case(80), Case(82, received="06/02/2024", due="20/02/2024"))
    mini.send(FEB, "U3", moved, Case(70), Case(71), february)
    mini.send(
        MAR, "U1", *OTHERS, case(THREE_STATES, **three, sector="Đất đai", completed="01/03/2024"),
        case(SUSPENDED, due="25/01/2024", status="Dừng xử lý"),
    )  # fmt: skip
    mini.send(MAR, "U2", Case(80), Case(83, received="06/03/2024", due="20/03/2024"))
    mini.send(MAR, "U4", moved, Case(70))


def resubmit(mini: MiniSite) -> None:
    """U1 sends January again with a completion for one case."""
    path = mini.path(JAN, "U1")
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    for row in rows:
        if row[1] == REPLACED:
            row[LABELS.index("Ngày kết thúc")] = "20/01/2024"
            row[LABELS.index("Trạng thái")] = "Đã xử lý xong"
    rewrite(path, rows)


def rewrite(path: Path, rows: list[list[str]]) -> None:
    """Write rows back into a CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def remove(mini: MiniSite, code: str, units: tuple[str, ...]) -> None:
    """Take a case out of every file of these units, as if it had never been."""
    for path in (mini.directory / "exports").rglob("*.csv"):
        if path.stem in units:
            rows = list(csv.reader(path.read_text("utf-8").splitlines()))
            rewrite(path, [row for row in rows if row[1] != code])


def load(root: Path, code: str | None = None, units: tuple[str, ...] = ()) -> MiniSite:
    """The whole story in a home of its own, but for one case."""
    mini = MiniSite(root, ("U1", "U2", "U3", "U4"))
    write(mini)
    if code:
        remove(mini, code, units)
    mini.take_in(MAR)
    resubmit(mini)
    found = mini.take_in(MAR)
    assert {s.status for s in found.values()} == {"accepted"}, found
    return mini


@pytest.fixture(scope="module")
def mini(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> MiniSite:
    """The story, published as a user does it."""
    mini = load(tmp_path_factory.mktemp("explain"))
    mini.models = models
    said = mini.motcua("month-end", "--period", MAR)
    assert said.code == 0, said.all
    return mini


def asked(mini: MiniSite, code: str) -> list[dict[str, Any]]:
    """`explain --json` of a code."""
    said = mini.here("explain", code, "--json")
    assert said.code == 0, said.all
    found = said.json
    assert isinstance(found, list)
    return found


def test_three_states_each_with_file_sheet_row_and_the_month_it_decided(mini: MiniSite) -> None:
    (found,) = asked(mini, THREE_STATES)
    places = [(r["submission_id"], r["file_name"], r["row_number"]) for r in found["rows"]]
    assert places == [
        ("2024-01.U1.1", "U1.csv", 8),
        ("2024-01.U1.2", "U1.csv", 8),
        ("2024-02.U1.1", "U1.csv", 8),
        ("2024-03.U1.1", "U1.csv", 8),
    ]
    assert [r["standing"] for r in found["rows"]] == ["replaced", "won", "won", "won"]
    assert [(m["period"], m["state_period"], m["resolution"]) for m in found["months"]] == [
        (JAN, JAN, None),
        (FEB, FEB, None),
        (MAR, MAR, "late"),
    ]
    # The newest sector counts in every month; late by the due date that stood in March.
    assert {m["sector_code"] for m in found["months"]} == {"LV-DD"}
    assert found["case"]["resolution"] == "late"
    assert found["policy"]["policy_code"] == "strict"


def test_a_resubmission_wins_and_the_replaced_row_is_still_told(mini: MiniSite) -> None:
    (found,) = asked(mini, REPLACED)
    assert [(r["submission_id"], r["standing"], r["completed_at"]) for r in found["rows"]] == [
        ("2024-01.U1.1", "replaced", None),
        ("2024-01.U1.2", "won", "2024-01-20T00:00:00"),
    ]
    assert found["case"]["resolution"] == "on_time"


def test_a_rejected_only_code_is_no_case_and_says_why(mini: MiniSite) -> None:
    (found,) = asked(mini, REJECTED_ONLY)
    assert found["case"] is None
    assert found["cells"] == found["months"] == []
    assert {r["standing"] for r in found["rows"]} == {"rejected"}
    (finding,) = [f for f in found["findings"] if f["submission_id"] == "2024-01.U1.2"]
    assert (finding["rule_id"], finding["cell"]) == ("due_before_received", "H10")
    assert finding["message"]
    assert finding["fix"]
    said = mini.here("explain", REJECTED_ONLY)
    assert "không được tính là hồ sơ" in said.out
    assert "H10" in said.out


def test_one_code_in_two_namespaces_is_two_cases(mini: MiniSite) -> None:
    found = asked(mini, LOCAL)
    assert [x["case_key"] for x in found] == [f"N1:{LOCAL}", f"N2:{LOCAL}"]
    assert [x["case"]["resolution"] for x in found] == ["late", "on_time"]
    (only,) = asked(mini, f"N2:{LOCAL}")
    assert only == found[1]


def test_a_suspended_case_is_pending_with_its_clock_stopped(mini: MiniSite) -> None:
    (found,) = asked(mini, SUSPENDED)
    assert [m["pending_state"] for m in found["months"]] == ["suspended"] * 3
    assert "đang tạm dừng" in mini.here("explain", SUSPENDED).out


def test_an_unknown_code_says_so_with_exit_code_2(mini: MiniSite) -> None:
    said = mini.here("explain", "000.00.16.H32-991231-9999")
    assert said.code == 2
    assert "000.00.16.H32-991231-9999" in said.errors


def test_the_terminal_names_the_form_and_its_columns(mini: MiniSite) -> None:
    out = mini.here("explain", THREE_STATES).out
    lines = [line for line in out.splitlines() if "Biểu II.06a" in line]
    assert any(
        "tháng dương lịch" in x and MAR in x and "(3); (6); (7); (10)" in x for x in lines
    ), out
    assert any("ngày 15 – 14" in x and JAN in x and "(3); (5); (11); (12)" in x for x in lines), out
    for table in ("Số liệu tháng của đơn vị", "Số liệu tháng theo lĩnh vực", "Cán bộ (lũy kế"):
        assert table in out


@dataclass(frozen=True)
class Whole:
    """The warehouse with all cases in it, and every count of its marts."""

    connection: duckdb.DuckDBPyConnection
    cells: dict[Cell, int]


@pytest.fixture(scope="module")
def whole(mini: MiniSite, models: Models) -> Iterator[Whole]:
    """Nothing is taken away here."""
    with mini.warehouse(models) as connection:
        yield Whole(connection, count_cells(connection))


@pytest.mark.parametrize(
    ("code", "units", "key"),
    [
        (THREE_STATES, ("U1",), f"H32:{THREE_STATES}"),
        (REPLACED, ("U1",), f"H32:{REPLACED}"),
        (LOCAL, ("U1",), f"N1:{LOCAL}"),
        (LOCAL, ("U2",), f"N2:{LOCAL}"),
        (SUSPENDED, ("U1",), f"H32:{SUSPENDED}"),
        (MOVED_UNIT, ("U3", "U4"), f"H32:{MOVED_UNIT}"),
        (WITHDRAWN, ("U1",), f"H32:{WITHDRAWN}"),
        (ONLINE, ("U1",), f"H32:{ONLINE}"),
        (NO_DUE, ("U1",), f"H32:{NO_DUE}"),
        (LATE_IN_D15_ONLY_LATER, ("U1",), f"H32:{LATE_IN_D15_ONLY_LATER}"),
        (REJECTED_ONLY, ("U1",), f"H32:{REJECTED_ONLY}"),
    ],
    ids=[
        "three-states",
        "replaced",
        "local-1",
        "local-2",
        "suspended",
        "moved-unit",
        "withdrawn",
        "online",
        "no-due",
        "d15",
        "rejected",
    ],
)
def test_without_the_case_its_cells_and_no_others_are_one_less(
    whole: Whole, models: Models, tmp_path: Path, code: str, units: tuple[str, ...], key: str
) -> None:
    (found,) = explain_in(whole.connection, key)
    named = [
        (cell["table_name"], tuple(cell[k] for k in CELL_KEYS[cell["table_name"]]), cell["measure"])
        for cell in found.cells
    ]
    assert len(named) == len(set(named))
    without = load(tmp_path, code, units)
    needed = models.only("core.fct_case", *COUNTED)
    with without.warehouse(needed) as connection:
        assert not query(connection, "select 1 from core.fct_case where case_key = ?", key)
        changed = {
            cell: count
            for cell, count in changes(count_cells(connection), whole.cells).items()
            if cell[0] != "mart_late_rate_ranking"
            and (cell[0] != "mart_form_06a" or cell[1][1] == "month")
        }
    assert changed == dict.fromkeys(named, 1)


def test_json_has_what_a_program_needs(mini: MiniSite) -> None:
    (found,) = asked(mini, ONLINE)
    assert found.keys() == {"case_key", "case", "rows", "months", "cells", "findings", "policy"}
    form = [c for c in found["cells"] if c["table_name"] == "mart_form_06a"]
    assert {c["form_column"] for c in form} == {3, 4, 7, 9}
    assert {c["calendar"] for c in form} == {"calendar", "d15"}


def test_before_anything_is_published_explain_says_what_to_do(tmp_path: Path) -> None:
    said: Said = MiniSite(tmp_path).here("explain", ONLINE)
    assert said.code == 2
    assert "motcua month-end" in said.errors
