"""The merger of 2025-07-01 (domain §7) on a small Nha Trang, every figure counted by hand.

Two wards become phường Nha Trang, one commune is split between two new wards, a department stays.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.integration.mini_site import Case, MiniSite, query
from tests.laws.identities import LAWS
from tests.laws.models import Models

pytestmark = pytest.mark.integration

MAY, JUNE, JULY = "2025-05", "2025-06", "2025-07"
LOC_THO, PHUOC_TIEN, VINH_THAI = "NT-LOC-THO", "NT-PHUOC-TIEN", "NT-VINH-THAI"
NHA_TRANG, NAM, TAY = "NT-NHA-TRANG", "NT-NAM-NHA-TRANG", "NT-TAY-NHA-TRANG"
TU_PHAP = "NT-TU-PHAP"
UNITS = (LOC_THO, PHUOC_TIEN, VINH_THAI, NHA_TRANG, NAM, TAY, TU_PHAP)


def _case(number: int, received: str, due: str, completed: str = "") -> Case:
    """A case of 2025; days as dd/MM."""
    days = [f"{day}/2025" if day else "" for day in (received, due, completed)]
    return Case(number, *days)


SENT: dict[tuple[str, str], tuple[Case, ...]] = {
    (MAY, LOC_THO): (
        _case(1, "05/05", "20/05", "18/05"),
        _case(2, "12/05", "26/05", "30/05"),
        _case(3, "20/05", "05/06"),
    ),
    (MAY, PHUOC_TIEN): (_case(11, "06/05", "20/05", "20/05"),),
    (MAY, VINH_THAI): (_case(30, "05/05", "19/05", "15/05"),),
    (MAY, TU_PHAP): (_case(41, "05/05", "20/05", "10/05"),),
    (JUNE, LOC_THO): (
        _case(3, "20/05", "05/06", "10/06"),
        _case(4, "02/06", "16/06", "16/06"),
        _case(5, "10/06", "24/06"),
        _case(6, "25/06", "10/07"),
    ),
    (JUNE, PHUOC_TIEN): (
        _case(12, "03/06", "17/06", "12/06"),
        _case(13, "12/06", "26/06", "25/06"),
        _case(14, "20/06", "20/07"),
    ),
    (JUNE, VINH_THAI): (
        _case(31, "02/06", "16/06", "20/06"),
        _case(32, "20/06", "04/07"),
        _case(33, "23/06", "30/07"),
    ),
    (JUNE, TU_PHAP): (_case(42, "02/06", "10/06", "10/06"),),
    (JULY, NHA_TRANG): (
        _case(5, "10/06", "24/06", "03/07"),
        _case(6, "25/06", "10/07"),
        _case(14, "20/06", "20/07", "18/07"),
        _case(21, "08/07", "22/07", "21/07"),
        _case(22, "15/07", "15/08"),
    ),
    (JULY, NAM): (_case(32, "20/06", "04/07"),),
    (JULY, TAY): (_case(33, "23/06", "30/07", "28/07"),),
    (JULY, TU_PHAP): (_case(43, "01/07", "10/07", "09/07"),),
}


@pytest.fixture(scope="module")
def merged(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after July, when every unit has sent its months."""
    mini = MiniSite(tmp_path_factory.mktemp("merger"), csv_units=UNITS)
    mini.write_settings(MAY)
    ended = ",2025-06-30,"
    mini.edit(
        "reference/units.csv",
        "code,name,level,valid_from,valid_to,successor,case_namespace",
        f"{LOC_THO},Phường Lộc Thọ,commune,{ended}{NHA_TRANG},A",
        f"{PHUOC_TIEN},Phường Phước Tiến,commune,{ended}{NHA_TRANG},A",
        f"{VINH_THAI},Xã Vĩnh Thái,commune,{ended}{NAM};{TAY},A",
        f"{NHA_TRANG},Phường Nha Trang,commune,2025-07-01,,,A",
        f"{NAM},Phường Nam Nha Trang,commune,2025-07-01,,,A",
        f"{TAY},Phường Tây Nha Trang,commune,2025-07-01,,,A",
        f"{TU_PHAP},Phòng Tư pháp,department,,,,",
    )
    for (period, unit), cases in SENT.items():
        mini.send(period, unit, *cases)
    for month in (MAY, JUNE, JULY):
        states = mini.take_in(month)
        assert {s.status for s in states.values()} == {"accepted"}
    with mini.warehouse(models) as connection:
        yield connection


FIGURES = (
    "opening_count, received_count, transferred_in_count, resolved_early_count, resolved_on_time_count,"
    " resolved_late_count, transferred_out_count, pending_in_time_count, pending_overdue_count"
)


@pytest.mark.parametrize(
    ("period", "unit", "figures"),
    [
        # opening, received, in, early, on time, late, out, pending in time, pending overdue
        (JUNE, LOC_THO, (1, 3, 0, 0, 1, 1, 0, 1, 1)),
        (JUNE, PHUOC_TIEN, (0, 3, 0, 2, 0, 0, 0, 1, 0)),
        (JUNE, VINH_THAI, (0, 3, 0, 0, 0, 1, 0, 2, 0)),
        (JULY, LOC_THO, (2, 0, 0, 0, 0, 0, 2, 0, 0)),
        (JULY, PHUOC_TIEN, (1, 0, 0, 0, 0, 0, 1, 0, 0)),
        (JULY, VINH_THAI, (2, 0, 0, 0, 0, 0, 2, 0, 0)),
        (JULY, NHA_TRANG, (0, 2, 3, 2, 0, 1, 0, 1, 1)),
        (JULY, NAM, (0, 0, 1, 0, 0, 0, 0, 0, 1)),
        (JULY, TAY, (0, 0, 1, 1, 0, 0, 0, 0, 0)),
    ],
)
def test_a_month_keeps_its_units_and_pending_cases_move(
    merged: duckdb.DuckDBPyConnection, period: str, unit: str, figures: tuple[int, ...]
) -> None:
    """Opening + received + transferred in = resolved + transferred out + closing, unit by unit."""
    found = merged.execute(
        f"select {FIGURES} from mart.mart_unit_month where period = ? and unit_code = ?",
        [period, unit],
    ).fetchone()
    assert found == figures
    opening, received, moved_in, early, on_time, late, moved_out, in_time, overdue = figures
    assert opening + received + moved_in == early + on_time + late + moved_out + in_time + overdue


def test_form_column_6_is_the_column_11_before_net_of_transfers(
    merged: duckdb.DuckDBPyConnection,
) -> None:
    """(6) of July is (11) of June of those the unit took over from; what was handed over is no carry-over."""
    form = {
        (row["period"], row["unit_code"]): (row["carried_over_count"], row["pending_total_count"])
        for row in query(
            merged,
            "select * from mart.mart_form_06a where calendar = 'calendar' and period_kind = 'month'"
            " and row_kind = 'total'",
        )
    }
    assert {unit: form[JUNE, unit][1] for unit in (LOC_THO, PHUOC_TIEN, VINH_THAI)} == {
        LOC_THO: 2,
        PHUOC_TIEN: 1,
        VINH_THAI: 2,
    }
    assert {unit: form[JULY, unit][0] for unit in UNITS} == {
        LOC_THO: 0,
        PHUOC_TIEN: 0,
        VINH_THAI: 0,
        NHA_TRANG: 3,
        NAM: 1,
        TAY: 1,
        TU_PHAP: 0,
    }
    assert sum(row[1] for (period, _), row in form.items() if period == JUNE) == sum(
        row[0] for (period, _), row in form.items() if period == JULY
    )


Ranks = dict[str, tuple[int | None, int | None, int | None]]


def _ranks(connection: duckdb.DuckDBPyConnection, scope: str, kind: str, period: str) -> Ranks:
    """Member -> (late, judged, rank) under the default policy."""
    return {
        row["member_code"]: (row["numerator"], row["denominator"], row["rank"])
        for row in query(
            connection,
            "select * from mart.mart_late_rate_ranking where policy_code = 'strict' and scope = ?"
            " and calendar = 'calendar' and period_kind = ? and period = ?",
            scope,
            kind,
            period,
        )
    }


def test_ranks_before_the_merger_as_then_and_as_today(merged: duckdb.DuckDBPyConnection) -> None:
    """As today, June's figures of the merged wards are Nha Trang's, the split commune's its first heir's."""
    assert _ranks(merged, "unit", "month", JUNE) == {
        VINH_THAI: (1, 1, 1),
        LOC_THO: (1, 2, 2),
        PHUOC_TIEN: (0, 2, 3),
        TU_PHAP: (0, 1, 3),
    }
    assert _ranks(merged, "unit_as_today", "month", JUNE) == {
        NAM: (1, 1, 1),
        NHA_TRANG: (1, 4, 2),
        TU_PHAP: (0, 1, 3),
    }


def test_ranks_after_the_merger_compare_with_the_month_before(
    merged: duckdb.DuckDBPyConnection,
) -> None:
    """As then, a new unit has no month before; as today, it has: 1 of 4 became 1 of 3."""
    nothing = (None, None, None)
    assert _ranks(merged, "unit", "month", JULY) == {
        NHA_TRANG: (1, 3, 1),
        TAY: (0, 1, 2),
        TU_PHAP: (0, 1, 2),
        NAM: (0, 0, None),
        LOC_THO: nothing,
        PHUOC_TIEN: nothing,
        VINH_THAI: nothing,
    }
    assert _ranks(merged, "unit_as_today", "month", JULY) == {
        NHA_TRANG: (1, 3, 1),
        TAY: (0, 1, 2),
        TU_PHAP: (0, 1, 2),
        NAM: (0, 0, None),
    }
    before: dict[str, tuple[Any, ...]] = {
        row["scope"]: (row["previous_rank"], row["trend"])
        for row in query(
            merged,
            "select * from mart.mart_late_rate_ranking where policy_code = 'strict'"
            " and calendar = 'calendar' and period_kind = 'month' and period = ? and member_code = ?",
            JULY,
            NHA_TRANG,
        )
    }
    assert before == {"unit": (None, None), "unit_as_today": (2, "worse")}


def test_ranks_of_the_year_as_then_and_as_today(merged: duckdb.DuckDBPyConnection) -> None:
    assert _ranks(merged, "unit", "ytd", JULY) == {
        LOC_THO: (2, 4, 1),
        VINH_THAI: (1, 2, 1),
        NHA_TRANG: (1, 3, 3),
        PHUOC_TIEN: (0, 3, 4),
        TAY: (0, 1, 4),
        TU_PHAP: (0, 3, 4),
        NAM: (0, 0, None),
    }
    assert _ranks(merged, "unit_as_today", "ytd", JULY) == {
        NAM: (1, 2, 1),
        NHA_TRANG: (3, 10, 2),
        TAY: (0, 1, 3),
        TU_PHAP: (0, 3, 3),
    }


def test_the_laws_hold_across_the_merger_in_both_calendars(
    merged: duckdb.DuckDBPyConnection,
) -> None:
    broken = {law: merged.execute(sql).fetchmany(3) for law, sql in LAWS.items()}
    assert not {law: rows for law, rows in broken.items() if rows}
