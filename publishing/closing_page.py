"""What a person reads before signing a month: Markdown, for the approval page of Airflow."""

from ingestion.messages import count, percent, text
from ingestion.periods import previous_period
from warehouse.closing_summary import ClosingSummary

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
    for month in summary.restated:
        values = {**month, "units": count(month["units"]), "cells": count(month["cells"])}
        said.append(text("closing.moved", **values))
    return "\n".join(
        [
            text("approval.intro", build_id=summary.build_id),
            "",
            _line(text("approval.columns", period=summary.period, below=below).split("|")),
            "|---|--:|--:|--:|",
            *_figures(summary),
            "",
            *(f"* {line}" for line in said),
        ]
    )


def _figures(summary: ClosingSummary) -> list[str]:
    lines = []
    for name in _COUNTS:
        now, before = summary.totals[name], summary.previous_totals[name]
        cells = [text(f"approval.{name}"), count(now), count(before), f"{now - before:+d}"]
        lines.append(_line(cells))
    late = summary.late
    rates = [
        late[f"{which}numerator"] / late[f"{which}denominator"]
        if late[f"{which}denominator"]
        else None
        for which in ("", "previous_")
    ]
    label = text("approval.late_rate", policy=late["policy_name"])
    return [*lines, _line([label, percent(rates[0]), percent(rates[1]), ""])]


def _missing(summary: ClosingSummary) -> str:
    if not summary.missing:
        return text("approval.all_reported")
    names = "; ".join(f"{row['unit_name']} ({row['unit_code']})" for row in summary.missing)
    codes = ",".join(row["unit_code"] for row in summary.missing)
    return text("approval.missing", units=names, codes=codes)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
