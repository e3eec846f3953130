"""Every check holds on the sound build, and fails when what it guards is broken."""
# ruff: noqa: E501 - one fault a line

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.checks import GateResult
from expectations.runner import GATES, run_gates
from ingestion.messages import text
from ingestion.site import Site

pytestmark = pytest.mark.unit
Broken = Callable[[str, str], GateResult]

LEDGER = "update quality.load_ledger set"
CASE = "update core.fct_case set"
MONTH = "update core.fct_case_month set"
UNIT = "update mart.mart_unit_month set"
SECTOR = "update mart.mart_unit_sector_month set"
RANK = "update mart.mart_late_rate_ranking set"
OFFICIAL = "update mart.mart_official_year set"
FORM = "update mart.mart_form_06a set"
TARGET = "update mart.mart_target_attainment set"
SCORE = "update mart.mart_cchc_scores set"
LOC_THO = "where unit_code = 'NT-LOC-THO' and period = '2024-12'"
LOC_THO_1 = "where submission_id = '2024-12.NT-LOC-THO.1'"


def _twice(table: str) -> str:
    return f"insert into {table} select * from {table} limit 1"


# What is done to the sound build, for each check. One entry per check: a test keeps it so.
FAULTS = {
    "submission_unique": _twice("quality.load_ledger"),
    "submission_status_known": f"{LEDGER} status = 'lost' {LOC_THO_1}",
    "accepted_has_rows_read": f"{LEDGER} rows_read = null {LOC_THO_1}",
    "ledger_adds_up": f"{LEDGER} rows_ignored = 0 {LOC_THO_1}",
    "submission_unit_known": f"{LEDGER} unit_code = 'NOWHERE' {LOC_THO_1}",
    "rejected_rows_counted": f"{LEDGER} rows_rejected = 5 where submission_id like '%THO.2'",
    "rejected_row_has_reason": "update quality.rejected_rows set message = null",
    "stated_total_agrees": "update quality.findings set rule_id = 'stated_total_differs'",
    "rejected_share_small": f"{LEDGER} rows_rejected = 90 where submission_id like '%THO.2'",
    "nothing_held_or_refused": "update meta.build set newest_period = '2024-12'",
    "newest_month_reported": "update core.fct_unit_report set is_reported = unit_code like '%THO'",
    "every_unit_reported": "update core.fct_unit_report set is_reported = false",
    "case_key_present": f"{CASE} case_key = null where resolution = 'late'",
    "case_key_unique": _twice("core.fct_case"),
    "case_received_present": f"{CASE} received_on = null where resolution = 'late'",
    "case_completed_after_received": f"{CASE} received_on = '2024-12-04' where resolution = 'late'",
    "case_due_after_received": f"{CASE} due_on = '2024-10-01' where resolution = 'late'",
    "case_outcome_known": f"{CASE} outcome = 'gone' where resolution = 'late'",
    "case_resolution_known": f"{CASE} resolution = 'tardy' where resolution = 'late'",
    "case_channel_known": f"{CASE} channel = 'fax' where resolution = 'late'",
    "case_resolved_when_completed": f"{CASE} resolution = null where resolution = 'late'",
    "case_verdict_follows_dates": f"{CASE} resolution = 'on_time' where resolution = 'late'",
    "case_unit_known": f"{CASE} unit_code = 'NOWHERE' where resolution = 'late'",
    "case_sector_known": f"{CASE} sector_code = null where resolution = 'late'",
    "case_procedure_known": f"{CASE} procedure_code = '9.999999' where resolution = 'late'",
    "case_official_known": f"{CASE} official_key = 'nobody' where resolution = 'late'",
    "case_file_in_ledger": f"{CASE} submission_id = 'unknown' where resolution = 'late'",
    "case_month_unique": _twice("core.fct_case_month"),
    "case_month_case_known": f"{MONTH} case_key = 'unknown' where is_resolved",
    "case_month_unit_known": f"{MONTH} unit_code = 'NOWHERE' where is_resolved",
    "case_month_sector_known": f"{MONTH} sector_code = 'G99' where is_resolved",
    "case_month_period_known": f"{MONTH} period = '2031-01' where is_resolved",
    "case_month_resolution_known": f"{MONTH} resolution = 'tardy' where is_resolved",
    "case_month_pending_known": f"{MONTH} pending_state = 'asleep' where not is_resolved",
    "case_month_resolved_once": f"{MONTH} is_resolved = true",
    "case_month_resolved_or_pending": f"{MONTH} pending_state = 'in_time' where is_resolved",
    "case_month_overdue_by_month_end": f"{MONTH} due_on = '2024-12-30' where pending_state = 'in_time'",
    "unit_key_unique": _twice("core.dim_unit"),
    "unit_versions_apart": "insert into core.dim_unit values"
    " ('NT-LOC-THO@2020-01-01', 'NT-LOC-THO', 'x', 'commune', '2020-01-01', '9999-12-31')",
    "sector_unique": _twice("core.dim_sector"),
    "official_unique": _twice("core.dim_official"),
    "newest_month_built": "update meta.build set newest_period = '2025-01'",
    "unit_month_unique": _twice("mart.mart_unit_month"),
    "unit_sector_month_unique": _twice("mart.mart_unit_sector_month"),
    "unit_counts_not_negative": f"{UNIT} refused_count = -1 {LOC_THO}",
    "sector_counts_not_negative": f"{SECTOR} refused_count = -1 {LOC_THO}",
    "unit_balance": f"{UNIT} received_count = received_count + 1 {LOC_THO}",
    "sector_balance": f"{SECTOR} withdrawn_count = 1 {LOC_THO}",
    "sectors_sum_to_unit": f"delete from mart.mart_unit_sector_month {LOC_THO}",
    "transfers_cancel_out": f"{UNIT} transferred_in_count = 1 {LOC_THO}",
    "unit_closing_is_next_opening": f"{UNIT} opening_count = opening_count + 1 {LOC_THO}",
    "sector_closing_is_next_opening": f"{SECTOR} opening_count = 9 {LOC_THO} and sector_code = '(trống)'",
    "unit_late_not_above_denominator": f"{UNIT} late_numerator = 99 {LOC_THO}",
    "unit_late_rate_in_range": f"{UNIT} late_rate = 1.01 {LOC_THO}",
    "unreported_unit_has_no_rate": f"{UNIT} is_reported = false {LOC_THO}",
    "ranking_unique": _twice("mart.mart_late_rate_ranking"),
    "ranking_period_kind_known": f"{RANK} period_kind = 'week' where scope = 'sector'",
    "ranking_rate_in_range": f"{RANK} rate = -0.1 where rank = 1",
    "ranking_numerator_not_above_denominator": f"{RANK} numerator = 999 where rank = 1",
    "ranking_rate_is_quotient": f"{RANK} rate = rate + 0.001 where rank = 1",
    "ranking_rank_needs_rate": f"{RANK} rank = null where rank = 1",
    "ranking_starts_at_one": f"{RANK} rank = rank + 1",
    "ranking_is_competition_rank": f"{RANK} rank = 3 where rank = 2",
    "ranking_small_n_marked": f"{RANK} small_n = not small_n",
    "official_year_unique": _twice("mart.mart_official_year"),
    "official_rate_in_range": f"{OFFICIAL} rate = 1.5",
    "official_evidence_is_listed": "delete from mart.mart_official_case where period = '2024-11'",
    "backlog_is_every_open_case": "delete from mart.mart_backlog_case where unit_code like '%PHAP'",
    "official_limit_is_ten_percent": f"{OFFICIAL} exceeds_limit = numerator * 10 >= denominator",
    "form_unique": _twice("mart.mart_form_06a"),
    "form_3_is_4_5_6": f"{FORM} received_online_count = received_online_count + 1 {LOC_THO}",
    "form_7_is_8_9_10": f"{FORM} resolved_early_count = resolved_early_count + 1 {LOC_THO}",
    "form_11_is_12_13": f"{FORM} pending_overdue_count = pending_overdue_count + 1 {LOC_THO}",
    "form_3_is_7_11": f"{FORM} received_total_count = received_total_count + 1 {LOC_THO}",
    "form_not_negative": f"{FORM} resolved_late_count = -1 {LOC_THO}",
    "form_total_is_sum": f"delete from mart.mart_form_06a {LOC_THO} and sector_code = '(trống)'",
    "duty_status_unique": _twice("mart.mart_duty_status"),
    "every_duty_followed": f"delete from mart.mart_duty_status {LOC_THO} and duty_code = 'R24'",
    "duty_without_figure_says_so": "update mart.mart_duty_status set duty_status = 'measured'",
    "obligation_unique": _twice("mart.mart_obligations"),
    "obligation_listed_was_due": "update mart.mart_obligations set is_non_compliant = true where duty_code = 'R08'",
    "target_without_figure_is_no_data": f"{TARGET} missing_reason = null where target_code = 'R18'",
    "target_verdict_follows_figures": f"{TARGET} attainment = 'met' where attainment = 'not_met'",
    "index_points_add_up": f"{SCORE} max_score = 25, known_max_score = 25, unknown_max_score = 0 where row_kind = 'index'",
    "index_points_within_maximum": f"{SCORE} unknown_max_score = 0, is_complete = true where unit_code = 'NT-VINH-HAI'",
    "index_result_is_appraised_or_measured": f"{SCORE} result_score = self_score where row_kind = 'criterion'",
    "declared_points_within_maximum": f"{SCORE} self_score = 27 where row_kind = 'index'",
    "form_agrees_with_month": f"{UNIT} resolved_late_count = resolved_late_count + 1 {LOC_THO}",
}  # fmt: skip


def test_ids_are_unique_and_each_check_has_its_fault_and_text(site: Site) -> None:
    ids = [check.check_id for _, checks in GATES for check in checks(site)]
    assert len(ids) == len(set(ids))
    assert set(FAULTS) == set(ids)
    assert all(text(f"gate.{check_id}") for check_id in ids)


def test_sound_build_passes_and_warns_about_the_silent_unit(sound: list[GateResult]) -> None:
    assert [r.check_id for r in sound if r.error] == []
    failed = {r.check_id: r.severity for r in sound if not r.success}
    assert failed == {"nothing_held_or_refused": "warning", "every_unit_reported": "warning"}
    assert not any(r.stops_publication for r in sound)


def test_observed_numbers_come_from_great_expectations(sound: list[GateResult]) -> None:
    by_id = {r.check_id: r for r in sound}
    assert by_id["case_key_unique"].observed == {"rows": 4, "unexpected": 0}
    assert by_id["newest_month_reported"].observed == {"value": pytest.approx(2 / 3)}
    assert by_id["every_unit_reported"].sample == [
        {"unit_code": "NT-VINH-HAI", "period": "2024-12"}
    ]


@pytest.mark.parametrize("check_id", FAULTS)
def test_check_fails_when_broken(check_id: str, broken: Broken) -> None:
    result = broken(check_id, FAULTS[check_id])
    assert result.error is None
    assert not result.success
    if check_id != "newest_month_reported":
        assert result.unexpected_count is not None
        assert result.unexpected_count > 0
        assert 0 < len(result.sample) <= 20


def test_offenders_are_named_by_key(broken: Broken) -> None:
    balance = broken("unit_balance", FAULTS["unit_balance"])
    assert [(row["unit_code"], row["period"]) for row in balance.sample] == [
        ("NT-LOC-THO", "2024-12")
    ]
    case = broken("case_outcome_known", FAULTS["case_outcome_known"])
    assert case.sample[0]["case_key"] == "H32|H32.16-241102-0002"


def test_many_offenders_are_counted_but_twenty_are_kept(broken: Broken) -> None:
    many = "insert into core.fct_case (case_key, received_on) select 'k' || i // 2, '2024-11-01' from range(1000) as t (i)"
    result = broken("case_key_unique", many)
    assert result.unexpected_count == 1000
    assert len(result.sample) == 20


def test_table_without_rows_passes(broken: Broken) -> None:
    result = broken("rejected_row_has_reason", "delete from quality.rejected_rows")
    assert (result.success, result.unexpected_count) == (True, 0)


def test_blank_official_is_never_over_the_limit(broken: Broken) -> None:
    blank = (
        f"{OFFICIAL} official_key = '(trống)', exceeds_limit = {{}} where official_code = 'CB01'"
    )
    assert broken("official_limit_is_ten_percent", blank.format("false")).success
    assert not broken("official_limit_is_ten_percent", blank.format("true")).success


def test_check_that_cannot_run_stops_publication(broken: Broken) -> None:
    dropped = broken("every_unit_reported", "drop table core.fct_unit_report")
    assert (dropped.success, dropped.severity) == (False, "critical")
    assert dropped.error is not None
    missing = broken("unit_balance", "alter table mart.mart_unit_month drop column refused_count")
    assert missing.stops_publication
    assert missing.error is not None
    absent = broken("form_unique", "drop table mart.mart_form_06a")
    assert absent.stops_publication


def test_build_can_be_written_after_the_gates(build: Path, sound: list[GateResult]) -> None:
    import duckdb

    with duckdb.connect(str(build)) as connection:
        connection.execute("checkpoint")


def test_missing_build_is_an_error(site: Site, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_gates(tmp_path / "none.duckdb", site)


def test_nothing_is_sent(sound: list[GateResult]) -> None:
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
