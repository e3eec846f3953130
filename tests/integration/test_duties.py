"""Each duty R01–R45 on one small site: its figures worked out by hand, and "chưa có số liệu" without input."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.golden_duties import EMPTY, JUNE, make_site
from tests.integration.mini_site import Row, query
from tests.laws.models import Models

pytestmark = pytest.mark.integration

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "duty.csv"

# (duty, measure) -> unit, numerator, denominator (None where the measure is no rate).
EXPECTED: dict[tuple[str, str], tuple[str, float, float | None]] = {
    ("R01", "late_rate"): ("XA1", 2, 4),
    ("R02", "early_on_time_rate"): ("XA1", 2, 4),
    ("R03", "official_over_limit_count"): ("XA1", 1, None),  # Hoa 3 of 3 in the year, Bình 0 of 2
    ("R04", "early_on_time_rate"): ("XA1", 2, 4),
    ("R05", "rating_list_rate"): ("XA1", 1, 1),  # two days late, yet sent
    ("R06", "non_compliance_count"): ("XA1", 2, None),  # PR-06 not received, RM-1 not good enough
    ("R07", "publication_report_on_time_rate"): ("XA1", 1, 1),
    ("R08", "plan_progress_rate"): ("XA1", 1.4, 2),
    ("R09", "repeat_violation_count"): ("XA1", 3, None),  # DR-1, RM-1, inspection KT-1
    ("R10", "overdue_case_count"): ("XA1", 3, None),
    ("R10", "late_rate"): ("XA1", 2, 4),
    ("R11", "direction_reply_on_time_rate"): ("XA1", 1, 2),
    ("R12", "pending_overdue_rate"): ("XA1", 1, 2),
    ("R13", "online_sector_count"): ("XA2", 2, None),
    ("R13", "online_procedure_count"): ("XA2", 2, None),
    ("R14", "pending_overdue_rate"): ("XA1", 1, 2),
    ("R15", "appraised_criterion_rate"): ("XA1", 1, 2),
    ("R16", "online_level34_case_rate"): ("P1", 2, 3),
    ("R17", "digitised_rate"): ("P1", 1, 3),
    ("R17", "digitised_reception_rate"): ("P1", 3, 4),
    ("R17", "digitised_result_rate"): ("P1", 2, 3),
    ("R18", "online_level34_case_rate"): ("XA2", 2, 3),
    ("R19", "digitised_rate"): ("XA2", 1, 3),
    ("R20", "paid_online_rate"): ("XA2", 2, 3),
    ("R20", "fee_procedure_paid_online_rate"): ("XA2", 2, 2),
    ("R21", "procedure_posted_rate"): ("XA1", 2, 3),
    ("R21", "fee_posted_rate"): ("XA1", 1, 2),
    ("R22", "web_item_rate"): ("XA1", 5, 7),
    ("R23", "overdue_case_count"): ("XA1", 3, None),
    ("R24", "periodic_report_on_time_rate"): ("XA1", 0, 1),
    ("R25", "remediation_plan_rate"): ("XA1", 1, 1),
    ("R26", "not_updated_rate"): ("XA1", 1, 2),  # five working days after 14/06 is 21/06
    ("R26", "paper_gap_rate"): ("XA1", 4, 10),
    ("R27", "late_rate"): ("XA1", 2, 4),
    ("R28", "review_report_on_time_rate"): ("XA1", 1, 1),
    ("R29", "official_over_limit_count"): ("XA1", 1, None),
    ("R29", "late_rate"): ("XA1", 3, 5),  # the year to date
    ("R30", "late_rate"): ("XA1", 2, 4),
    ("R31", "software_mismatch_rate"): ("XA1", 3, 30),
    ("R31", "electronic_file_rate"): ("XA1", 5, 6),
    ("R32", "extra_paper_count"): ("XA1", 2, None),
    ("R33", "online_level34_case_rate"): ("XA2", 2, 3),
    ("R33", "sms_notice_rate"): ("XA1", 4, 6),
    ("R33", "post_rate"): ("XA1", 1, 4),
    ("R34", "land_late_rate"): ("XA2", 1, 1),
    ("R34", "joint_late_rate"): ("XA2", 1, 1),
    ("R35", "update_task_rate"): ("H1", 1, 2),
    ("R36", "non_compliance_count"): ("XA1", 2, None),
    ("R37", "electronic_document_rate"): ("XA1", 45, 50),
    ("R37", "digital_signature_rate"): ("XA1", 40, 50),
    ("R38", "dialogue_count"): ("XA1", 2, None),  # the half-year
    ("R39", "apology_rate"): ("XA1", 1, 2),
    ("R40", "late_publication_count"): ("XA1", 2, None),
    ("R40", "late_publication_days"): ("XA1", 14, None),  # 4 until published, 10 until the month's end
    ("R41", "head_reform_score"): ("XA1", 8.5, None),
    ("R42", "complaint_open_count"): ("XA1", 1, None),
    ("R42", "complaint_resolved_rate"): ("XA1", 1, 2),
    ("R43", "feedback_in_term_rate"): ("XA1", 1, 2),  # due 10/06 and 05/06; the third is not due yet
    ("R44", "post_rate"): ("XA1", 1, 4),
    ("R44", "joint_case_rate"): ("XA1", 1, 6),
    ("R45", "inspection_count"): ("XA1", 2, None),
    ("R45", "surprise_inspection_count"): ("XA1", 1, None),
    ("R45", "reward_count"): ("XA1", 2, None),
    ("R45", "handling_count"): ("XA1", 1, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, models: Models, no_exports_folder: None
) -> Iterator[dict[str, list[Row]]]:
    """The site's marts of duties, built once."""
    site = make_site(tmp_path_factory.mktemp("duties"))
    with site.warehouse(models) as connection:
        yield {
            name: query(connection, f"select * from mart.{name}")
            for name in ("mart_duty_status", "mart_obligations")
        } | {"rejected": query(connection, "select * from quality.rejected_rows")}


@pytest.fixture(scope="module")
def june(built: dict[str, list[Row]]) -> dict[tuple[str, str, str], Row]:
    """Rows of June by duty, measure and unit."""
    rows = [row for row in built["mart_duty_status"] if row["period"] == JUNE]
    return {(row["duty_code"], row["measure_code"], row["unit_code"]): row for row in rows}


def _duties() -> list[dict[str, str]]:
    with SEED.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_duty_has_its_expected_figures() -> None:
    wanted = {(d["duty_code"], m) for d in _duties() for m in d["measure_codes"].split(";")}
    assert wanted == set(EXPECTED)
    assert sorted({duty for duty, _ in wanted}) == [f"R{n:02d}" for n in range(1, 46)]


def test_every_row_of_the_site_was_accepted(built: dict[str, list[Row]]) -> None:
    assert built["rejected"] == []


@pytest.mark.parametrize(("duty", "measure"), EXPECTED, ids=map("-".join, EXPECTED))
def test_duty_has_the_figure_worked_out_by_hand(
    duty: str, measure: str, june: dict[tuple[str, str, str], Row]
) -> None:
    unit, numerator, denominator = EXPECTED[duty, measure]
    row = june[duty, measure, unit]
    exact = None if denominator is None else Decimal(str(denominator))
    assert (row["numerator"], row["denominator"]) == (Decimal(str(numerator)), exact)
    value = numerator if denominator is None else numerator / denominator
    assert row["measure_value"] == pytest.approx(value)
    assert row["status_text"] == "có số liệu"


@pytest.mark.parametrize("duty", [f"R{n:02d}" for n in range(1, 46)])
def test_duty_without_input_says_so(duty: str, june: dict[tuple[str, str, str], Row]) -> None:
    """In each unit that sent nothing, where the duty is in its level's scope."""
    (line,) = [d for d in _duties() if d["duty_code"] == duty]
    levels = {"XA0": "commune", "P0": "department", "H0": "district"}
    scope = line["unit_levels"].split(";") if line["unit_levels"] else list(levels.values())
    for unit, level in levels.items():
        for measure in line["measure_codes"].split(";"):
            row = june.get((duty, measure, unit))
            assert (row is not None) == (level in scope)
            if row:
                assert row["status_text"] == "chưa có số liệu"
                assert (row["numerator"], row["denominator"], row["measure_value"]) == (None,) * 3
                assert row["input"]
    assert set(levels) == set(EMPTY)


def test_trend_is_against_the_month_before(june: dict[tuple[str, str, str], Row]) -> None:
    """R10: one late case in May, three late or overdue in June; but one of one, then two of four."""
    found = {
        measure: (row["previous_value"], row["trend"])
        for measure in ("overdue_case_count", "late_rate")
        for row in (june["R10", measure, "XA1"],)
    }
    assert found == {"overdue_case_count": (1.0, "worse"), "late_rate": (1.0, "better")}


def test_an_empty_register_is_an_answer(june: dict[tuple[str, str, str], Row]) -> None:
    """P1 keeps registers and tells of no complaint or dialogue of its own: none arose, which is not "no data"."""
    rate = june["R43", "feedback_in_term_rate", "P1"]
    assert (rate["numerator"], rate["denominator"], rate["status_text"]) == (
        0,
        0,
        "không phát sinh",
    )
    count = june["R42", "complaint_open_count", "P1"]
    assert (count["numerator"], count["status_text"]) == (0, "có số liệu")
    assert june["R38", "dialogue_count", "P1"]["numerator"] == 0


def test_obligations_as_of_the_end_of_june(built: dict[str, list[Row]]) -> None:
    """Who owes what, since when, and how often reminded: lists R06, R09 and R36."""
    rows = {row["obligation_code"]: row for row in built["mart_obligations"]}
    assert {row["as_of_on"] for row in rows.values()} == {date(2024, 6, 30)}
    told = ("unit_code", "duty_code", "period", "is_received", "is_on_time", "is_overdue", "overdue_days",
            "reminder_count", "is_non_compliant", "is_repeat_violation")  # fmt: skip
    assert {code: tuple(row[name] for name in told) for code, row in rows.items()} == {
        "RL-06": ("XA1", "R05", JUNE, True, False, False, 2, 0, False, False),
        "PB-06": ("XA1", "R07", JUNE, True, True, False, 0, 0, False, False),
        "PT-1": ("XA1", "R08", "2024-11", False, None, False, 0, 0, False, False),
        "PT-2": ("XA1", "R08", "2024-05", True, True, False, 0, 0, False, False),
        "DR-1": ("XA1", "R11", JUNE, True, False, False, 2, 2, False, True),
        "DR-2": ("XA1", "R11", JUNE, True, True, False, 0, 0, False, False),
        "PR-06": ("XA1", "R24", JUNE, False, False, True, 5, 1, True, False),
        "RM-1": ("XA1", "R25", JUNE, True, True, False, 0, 3, True, True),
        "RV-1": ("XA1", "R28", JUNE, True, True, False, 0, 0, False, False),
        "UT-1": ("H1", "R35", JUNE, True, True, False, 0, 0, False, False),
        "UT-2": ("H1", "R35", JUNE, False, False, True, 15, 0, True, False),
    }  # fmt: skip
