"""Checks on targets and index scores: verdicts follow their figures, points add up, nothing missing is a zero."""
# ruff: noqa: S608 - SQL is put together from our own names

from expectations.checks import Check, Source, no_rows

TARGET = Source(
    "mart.mart_target_attainment",
    keys=("calendar", "period_kind", "period", "target_code", "scope", "member_code"),
)
SCORE = Source(
    "mart.mart_cchc_scores",
    keys=("period", "index_code", "scope", "unit_code", "row_kind", "criterion_code"),
)
_SCORE_KEYS = "period, index_code, scope, unit_code, row_kind, criterion_code"


def checks() -> tuple[Check, ...]:
    """Part of gate 3."""
    return (
        Check(
            "target_without_figure_is_no_data",
            "critical",
            TARGET,
            no_rows("""
            select period, target_code, member_code, attainment, missing_reason
            from checked
            where (attainment = 'no_data') is distinct from (missing_reason is not null)
                or (attainment <> 'no_data' and measure_value is null)
        """),
        ),
        # Percent on both sides; the models compare without a division, so at a threshold itself
        # this rounded figure cannot judge them.
        Check(
            "target_verdict_follows_figures",
            "critical",
            TARGET,
            no_rows("""
            select period, target_code, member_code, measure_value, comparator, threshold, attainment
            from checked
            where attainment <> 'no_data' and threshold is not null and abs(distance) > 1e-9
                and (attainment = 'met') <> case
                    when comparator in ('<', '<=') then distance < 0
                    when comparator in ('>', '>=') then distance > 0
                    else false
                end
        """),
        ),
        Check(
            "index_points_add_up",
            "critical",
            SCORE,
            no_rows("""
            select t.period, t.index_code, t.unit_code, t.criterion_code, t.max_score,
                sum(c.max_score) as max_of_criteria, t.measured_score,
                sum(c.measured_score) as measured_of_criteria
            from checked as t
            inner join checked as c
                on t.period = c.period and t.index_code = c.index_code and t.scope = c.scope
                and t.unit_code is not distinct from c.unit_code and c.row_kind = 'criterion'
                and (t.row_kind = 'index' or t.group_code = c.group_code)
            where t.row_kind <> 'criterion'
            group by all
            having t.max_score <> sum(c.max_score)
                or t.measured_score is distinct from sum(c.measured_score)
        """),
        ),
        Check(
            "index_points_within_maximum",
            "critical",
            SCORE,
            no_rows(f"""
            select {_SCORE_KEYS}, max_score, measured_score, known_max_score, unknown_max_score
            from checked
            where measured_score < 0 or measured_score > max_score
                or known_max_score + unknown_max_score <> max_score
                or is_complete <> (unknown_max_score = 0)
        """),
        ),
        Check(
            "index_result_is_appraised_or_measured",
            "critical",
            SCORE,
            no_rows(f"""
            select {_SCORE_KEYS}, result_score, appraised_score, measured_score
            from checked
            where row_kind = 'criterion'
                and result_score is distinct from coalesce(appraised_score, measured_score)
        """),
        ),
        Check(
            "declared_points_within_maximum",
            "warning",
            SCORE,
            no_rows(f"""
            select {_SCORE_KEYS}, max_score, self_score, appraised_score
            from checked
            where self_score > max_score or appraised_score > max_score
        """),
        ),
    )
