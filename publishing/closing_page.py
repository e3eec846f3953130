"""What a person reads before signing a month: Markdown, for the approval page of Airflow."""

from ingestion.messages import count, markdown_row, percent, text
from ingestion.periods import previous_period
from warehouse.closing_summary import ClosingSummary
from warehouse.restatement import moved_text

_COUNTS = (
    "units",
    "units_reported",
    "opening_count",
    "received_count",
    "received_online_count",
    "resolved_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "pending_count",
    "pending_overdue_count",
)


def closing_page(summary: ClosingSummary) -> str:
    """Figures beside those of the month before, the gates, who is missing, and what else moved."""
    below = previous_period(summary.period)
    said = [text("approval.gates_passed", count=summary.gates_passed)]
    said += [text("approval.gate_failed", check=check) for check in summary.gates_failed]
    said.append(_missing(summary))
    key = "approval.changed" if summary.changed else "approval.unchanged"
    said.append(text(key, count=count(summary.changed)))
    said += [moved_text(month) for month in summary.restated]
    return "\n".join(
        [
            text("approval.intro", build_id=summary.build_id),
            "",
            markdown_row(text("approval.columns", period=summary.period, below=below).split("|")),
            "|---|--:|--:|--:|",
            *_figures(summary),
            "",
            *(f"* {line}" for line in said),
        ]
    )


def _figures(summary: ClosingSummary) -> list[str]:
    lines = []
    has_before = summary.previous_totals["units"] > 0  # the first month has none
    for name in _COUNTS:
        now = summary.totals[name]
        before = summary.previous_totals[name] if has_before else None
        difference = "–" if before is None else f"{now - before:+d}"
        lines.append(
            markdown_row([text(f"approval.{name}"), count(now), count(before), difference])
        )
    late = summary.late
    rates = [
        late[f"{which}numerator"] / late[f"{which}denominator"]
        if late[f"{which}denominator"]
        else None
        for which in ("", "previous_")
    ]
    label = text("approval.late_rate", policy=late["policy_name"])
    return [*lines, markdown_row([label, percent(rates[0]), percent(rates[1]), ""])]


def _missing(summary: ClosingSummary) -> str:
    if not summary.missing:
        return text("approval.all_reported")
    names = "; ".join(f"{row['unit_name']} ({row['unit_code']})" for row in summary.missing)
    codes = ",".join(row["unit_code"] for row in summary.missing)
    return text("approval.missing", units=names, codes=codes)
