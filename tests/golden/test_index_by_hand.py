"""Whole scores of QĐ 766, NĐ 61 and a PAR-style index worked by hand, over the shipped criteria."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.golden.hand_worked import marts
from tests.laws.models import Models

pytestmark = pytest.mark.golden

MONTH_NO = 2024 * 12 + 11
# What phường A has in the year to date, and the points each figure is worth. (QĐ 766, in its order)
QD766: dict[str, tuple[str, int, int, str]] = {
    "1.1": ("publication_on_time_rate", 45, 50, "5.4"),  # 6 × 0.9
    "1.2": ("publication_complete_rate", 40, 50, "3.2"),  # 4 × 0.8
    "2.1": ("in_term_rate", 930, 1000, "18.6"),  # 20 × 0.93
    "3.1": ("online_procedure_rate", 32, 50, "1.6"),  # 2 × 0.64 ÷ 0.8
    "3.2": ("procedure_with_online_case_rate", 30, 40, "3"),  # 4 × 0.75
    "3.3": ("online_case_rate", 600, 1000, "6"),  # min(6, 6 × 0.6 ÷ 0.5 = 7.2)
    "4.1": ("paid_online_rate", 180, 300, "3.6"),  # 6 × 0.6
    "4.2": ("fee_procedure_paid_online_rate", 8, 10, "2"),  # 2 × 0.8 ÷ 0.8: exactly at the target
    "4.3": ("fee_procedure_integrated_rate", 6, 10, "1.5"),  # 2 × 0.6 ÷ 0.8
    "5.1": ("digitised_reception_rate", 800, 1000, "4.8"),  # 6 × 0.8
    "5.2": ("digitised_result_rate", 450, 600, "3"),  # 4 × 0.75
    "5.3": ("reused_data_rate", 240, 600, "1"),  # 2 × 0.4 ÷ 0.8
    "5.4": ("digitised_rate", 500, 1000, "2"),  # 4 × 0.5
    "5.5": ("electronic_file_rate", 900, 1000, "1.8"),  # 2 × 0.9
    "5.6": ("digital_signature_rate", 70, 100, "1.4"),  # 2 × 0.7
    "6.1": ("satisfaction_rate", 81, 100, "5.4"),  # 6 × 0.81 ÷ 0.9
    "6.2": ("feedback_in_term_rate", 0, 0, "6"),  # none came in: full
    "6.3": ("feedback_published_rate", 0, 0, "6"),  # none came in: full
}
OTHERS = {"early_on_time_rate": (950, 1000), "procedure_posted_rate": (45, 50)}


def _score(
    unit: str, index: str, code: str, kind: str, points: str, period: str = "2024-12"
) -> Any:
    return (period, unit, index, 2024, code, kind, Decimal(points))


def _measure(unit: str, code: str, part: int, whole: int) -> tuple[Any, ...]:
    return ("calendar", "ytd", "2024-12", unit, code, part, whole, "cases")


@pytest.fixture(scope="module")
def scored(models: Models) -> Iterator[duckdb.DuckDBPyConnection]:
    """Phường A with everything; phường B with fewer cases in term, no register of feedback, nobody's points."""
    measures = [_measure("A", code, n, d) for code, n, d, _ in QD766.values()]
    measures += [_measure("A", code, n, d) for code, (n, d) in OTHERS.items()]
    measures += [
        _measure("B", *((code, 400, 500) if code == "in_term_rate" else (code, n, d)))
        for code, n, d, _ in QD766.values()
        if not code.startswith("feedback")
    ]
    appraised = {"1.3": "1.5", "1.4": "5", "5.7": "1.2"}
    scores = [_score("A", "QD766", code, "appraised", points) for code, points in appraised.items()]
    scores += [
        _score("A", "QD766", "1.3", "self", "2"),
        _score("A", "QD766", "2.1", "self", "20", "2024-11"),
        _score("A", "QD766", "2.1", "self", "19", "2025-01"),  # told later: the newest stands
        _score("A", "QD766", "3.3", "self", "6"),
        *[_score("A", "ND61", str(n), "self", "1" if n == 9 else "2") for n in range(1, 10)],
        *[_score("A", "ND61", n, "appraised", p) for n, p in zip("2345", "2121", strict=True)],
        _score("NV", "PAR", "2.1", "self", "9"),
        _score("NV", "PAR", "TONG", "appraised", "88.5"),
    ]
    with marts(
        models,
        dim_authority=[("H32", "UBND tỉnh Khánh Hòa")],
        dim_unit=[(u, f"Đơn vị {u}", level, "1900-01-01", "9999-12-31")
                  for u, level in (("A", "commune"), ("B", "commune"), ("NV", "department"))],
        dim_month=[("2024-12", MONTH_NO, "2024-12-01", "2024-12-31", 2024, 12)],
        fct_unit_report=[("A", MONTH_NO, True), ("B", MONTH_NO, True), ("NV", MONTH_NO, False)],
        fct_measure=measures,
        fct_score=scores,
    ) as connection:  # fmt: skip
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Any]:
    found: list[Any] = connection.execute(sql, list(values)).fetchall()
    return found


def _index(connection: duckdb.DuckDBPyConnection, index: str, unit: str | None) -> tuple[Any, ...]:
    (row,) = _rows(
        connection,
        """
        select measured_score, self_score, appraised_score, result_score, known_max_score,
            unknown_max_score, is_complete, band_low, band_high, rank
        from mart.mart_cchc_scores
        where row_kind = 'index' and index_code = ? and unit_code is not distinct from ?
        """,
        index,
        unit,
    )
    assert isinstance(row, tuple)
    return tuple(str(x) if isinstance(x, Decimal) else x for x in row)


def _points(rows: list[Any]) -> dict[str, Decimal | None]:
    return dict(rows)


def test_qd766_criterion_by_criterion(scored: duckdb.DuckDBPyConnection) -> None:
    found = _points(
        _rows(
            scored,
            """
            select criterion_code, measured_score from mart.mart_cchc_scores
            where index_code = 'QD766' and unit_code = 'A' and row_kind = 'criterion'
            """,
        )
    )
    worked: dict[str, Decimal | None] = {code: Decimal(p) for code, (_, _, _, p) in QD766.items()}
    assert found == worked | dict.fromkeys(("1.3", "1.4", "5.7"))


def test_qd766_groups_and_total(scored: duckdb.DuckDBPyConnection) -> None:
    """15.1 + 18.6 + 10.6 + 7.1 + 15.2 + 17.4 = 84: tốt. Appraised 1.5 + 5 + 1.2 = 7.7, measured 76.3."""
    assert _points(
        _rows(
            scored,
            """
            select criterion_code, result_score from mart.mart_cchc_scores
            where index_code = 'QD766' and unit_code = 'A' and row_kind = 'group'
            """,
        )
    ) == {
        "1": Decimal("15.1"),  # 5.4 + 3.2 + 1.5 + 5
        "2": Decimal("18.6"),
        "3": Decimal("10.6"),  # 1.6 + 3 + 6
        "4": Decimal("7.1"),  # 3.6 + 2 + 1.5
        "5": Decimal("15.2"),  # 4.8 + 3 + 1 + 2 + 1.8 + 1.4 + 1.2
        "6": Decimal("17.4"),  # 5.4 + 6 + 6
    }
    assert _index(scored, "QD766", "A") == (
        "76.300000", "27.0000", "7.7000", "84.000000", "100.000", "0.000", True, "Tốt", "Tốt", 1,
    )  # fmt: skip


def test_points_without_figures_stand_apart(scored: duckdb.DuckDBPyConnection) -> None:
    """B: 76.3 − 18.6 + 20 × 0.8 = 16 − 12 of feedback = 61.7 of 78; 22 points unknown, so at most 83.7.

    NV has told nothing at all: no points, no rating, no rank.
    """
    assert _index(scored, "QD766", "B") == (
        "61.700000", None, None, "61.700000", "78.000", "22.000", False, "Trung bình", "Tốt", 2,
    )  # fmt: skip
    assert _index(scored, "QD766", "NV") == (
        None, None, None, None, "0.000", "100.000", False, None, None, None,
    )  # fmt: skip
    missing = _rows(
        scored,
        """
        select unit_code, missing_reason, missing_text, count(*)::integer
        from mart.mart_cchc_scores
        where index_code = 'QD766' and row_kind = 'criterion' and unit_code in ('B', 'NV')
            and missing_reason is not null
        group by all order by all
        """,
    )
    assert missing == [
        ("B", "no_data", "chưa có số liệu", 2),
        ("B", "not_declared", "chưa có số liệu: chưa khai điểm", 3),
        ("NV", "no_data", "chưa có số liệu", 6),
        ("NV", "not_declared", "chưa có số liệu: chưa khai điểm", 3),
        ("NV", "not_reported", "chưa có số liệu: đơn vị không có báo cáo hồ sơ trong kỳ", 12),
    ]


def test_the_authority_is_scored_on_the_sums_of_its_units(
    scored: duckdb.DuckDBPyConnection,
) -> None:
    """In term (930 + 400) ÷ (1000 + 500): 20 × 1330 ÷ 1500 = 17.733333; 76.3 − 18.6 + that = 75.433333."""
    assert _index(scored, "QD766", None) == (
        "75.433333", None, None, "75.433333", "90.000", "10.000", False, "Khá", "Tốt", 1,
    )  # fmt: skip


def test_nd61_by_hand(scored: duckdb.DuckDBPyConnection) -> None:
    """2 (950/1000, just 0.95) + appraised 2+1+2+1 + 1 (45/50) + 1 (0.81) + 2 (none) + 1 (0.75) = 13: tốt."""
    assert _points(
        _rows(
            scored,
            """
            select criterion_code, result_score from mart.mart_cchc_scores
            where index_code = 'ND61' and unit_code = 'A' and row_kind = 'criterion'
            """,
        )
    ) == {str(n): Decimal(p) for n, p in enumerate("221211121", 1)}
    assert _index(scored, "ND61", "A") == (
        "7.000000", "17.0000", "6.0000", "13.000000", "18.000", "0.000", True, "Tốt", "Tốt", 1,
    )  # fmt: skip
    # Self-scored 2 where the figures give 1: criteria 6 and 7.
    assert _rows(
        scored,
        """
        select criterion_code, gap::double from mart.mart_cchc_scores
        where index_code = 'ND61' and unit_code = 'A' and is_self_above_evidence order by 1
        """,
    ) == [("6", 1.0), ("7", 1.0), ("A", 2.0), ("TONG", 2.0)]


def test_an_index_of_the_authority_is_scored_by_whoever_keeps_the_register(
    scored: duckdb.DuckDBPyConnection,
) -> None:
    """The appraised total stands before the sum: complete, though criteria lack figures."""
    named = _rows(
        scored,
        "select criterion_name from mart.mart_cchc_scores where index_code = 'PAR' and row_kind = 'index'",
    )
    assert named == [("Chỉ số cải cách hành chính",)]
    row = _index(scored, "PAR", None)
    assert row[1:4] == ("9.0000", "88.5000", "88.500000")
    assert row[6:] == (True, "Tốt", "Tốt", 1)


def test_inputs_show_what_the_points_rest_on(scored: duckdb.DuckDBPyConnection) -> None:
    assert _rows(
        scored,
        """
        select criterion_code, numerator::double, denominator::double, measure_value, source, missing_reason
        from mart.mart_cchc_inputs
        where index_code = 'QD766' and unit_code = 'A' and criterion_code in ('1.3', '2.1', '6.2')
        order by 1
        """,
    ) == [
        ("1.3", 1.5, 2.0, 0.75, "declared", None),
        ("2.1", 930.0, 1000.0, 0.93, "cases", None),
        ("6.2", 0.0, 0.0, None, "cases", "none_arose"),
    ]
    (difference,) = _rows(
        scored,
        """
        select count(*) from mart.mart_cchc_inputs as i
        full join (from mart.mart_cchc_scores where row_kind = 'criterion') as s
            using (period, index_code, scope, member_name, criterion_code)
        where i.score_year is null or s.score_year is null
        """,
    )
    assert difference == (0,)
