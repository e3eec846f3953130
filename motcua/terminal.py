"""How results look on a terminal. Texts come from ingestion.messages, numbers from the warehouse."""

from collections.abc import Sequence
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ingestion.messages import count, has_text, percent, text
from ingestion.register import Submission
from warehouse.explain import Explanation
from warehouse.restatement import moved_text
from warehouse.served import Row
from warehouse.summary import MonthSummary


def table_of(columns_key: str, title_key: str | None = None) -> Table:
    """A table whose headings stand in the texts. A long word goes on below, it is never cut."""
    table = Table(title=text(title_key) if title_key else None, title_justify="left")
    for column in text(columns_key).split("|"):
        table.add_column(column, overflow="fold")
    return table


def print_month(out: Console, month: MonthSummary) -> None:
    """The ranking of units, the ledger of the month, and the paths of what was written."""
    title = text(
        "summary.title", period=month.period, authority=month.authority, policy=month.policy_name
    )
    columns = text("summary.columns").split("|")
    table = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        justify: Literal["left", "right"] = "left" if number in (1, len(columns) - 1) else "right"
        table.add_column(column, justify=justify, overflow="fold")
    for row in month.ranking:
        table.add_row(*_ranking_row(row))
    out.print(table)
    out.print(
        text(
            "summary.files",
            accepted=count(month.files_accepted),
            rejected=count(month.files_rejected),
            held=count(month.files_held),
            missing=count(len(month.missing)),
        ),
        highlight=False,
    )
    sums = {
        name: count(getattr(month, f"rows_{name}"))
        for name in ("read", "accepted", "rejected", "duplicate", "ignored")
    }
    if month.files_replaced:
        replaced = text("summary.replaced", replaced=count(month.files_replaced))
        out.print(replaced, highlight=False)
    out.print(text("summary.rows", **sums), highlight=False)
    for file in month.files:
        if file["is_open"]:
            line = text(
                f"summary.{file['status']}",
                unit=file["unit_name"],
                file=file["file_name"],
                why=file["message"],
            )
            out.print(escape(line), style="yellow", highlight=False, soft_wrap=True)
    if month.missing:
        out.print(
            text("summary.missing", units=", ".join(month.missing)), style="yellow", highlight=False
        )
    if month.changed_months:
        changed = {"months": count(month.changed_months), "cells": count(month.changed_cells)}
        out.print(text("summary.changed", **changed), style="yellow", highlight=False)
    print_restated(out, month.restated)
    for name, path in month.outputs.items():
        out.print(Text(f"{text(f'summary.{name}')} {path}"), soft_wrap=True)


def print_restated(out: Console, restated: list[Row]) -> None:
    """Signed months that say something else now, and what can be done: one line each, then the commands."""
    for month in restated:
        line = moved_text(month)
        out.print(line, style="yellow", highlight=False, markup=False, soft_wrap=True)
    if restated:
        out.print(text("closing.moved_next"), highlight=False, markup=False, soft_wrap=True)


def _ranking_row(row: Row) -> list[str]:
    notes = []
    if not row["is_reported"]:
        notes.append(text("summary.not_reported"))
    if row["small_n"]:
        notes.append(text("summary.small_n"))
    trend = text(f"summary.{row['trend']}") if row["trend"] else ""
    return [
        str(row["rank"] or "–"),
        escape(row["member_name"] or row["member_code"]),
        count(row["numerator"]),
        count(row["denominator"]),
        percent(row["rate"]),
        str(row["previous_rank"] or "–"),
        trend,
        "; ".join(notes),
    ]


def print_explanation(out: Console, found: Explanation) -> None:
    """One case: what it says, its rows, its months, the cells it counts in, and the findings."""
    out.print(Text(text("explain.title", key=found.case_key), style="bold"), soft_wrap=True)
    if found.case is None:
        out.print(text("explain.no_case"))
    else:
        _print_verdict(out, found.case, found.policy)
    _print_rows(out, found)
    if found.months:
        table = table_of("explain.month_columns", "explain.months")
        for m in found.months:
            verdict = m["resolution"] or f"pending_{m['pending_state']}"
            place = " · ".join(filter(None, (m["file_name"], m["sheet"], str(m["row_number"]))))
            due = f"{m['due_on']:%d/%m/%Y}" if m["due_on"] else "–"
            table.add_row(
                m["period"],
                m["unit_code"],
                due,
                text(f"verdict.{verdict}"),
                m["state_period"],
                escape(place),
            )
        out.print(table)
    _print_cells(out, found.cells)
    for f in found.findings:
        where = f"{f['file_name']} {f['cell'] or f['row_number']}"
        out.print(
            escape(f"{text('severity.' + f['severity'])}: {f['message']} ({where}) {f['fix']}"),
            soft_wrap=True,
        )


def _print_verdict(out: Console, case: Row, policy: Row) -> None:
    """The lines that say what the case is and why its verdict is what it is."""
    days = {
        name: f"{case[name]:%d/%m/%Y}" if case[name] else "–"
        for name in ("received_on", "due_on", "completed_on")
    }
    names = {
        name: case[name] or "–"
        for name in ("unit_name", "sector_name", "procedure_name", "official_name")
    }
    out.print(text("explain.case", **names, **days), highlight=False, markup=False)
    verdict = case["resolution"] or "pending"
    out.print(text(f"explain.why_{verdict}", **days), highlight=False, markup=False)
    out.print(
        text(
            "explain.policy",
            name=policy["policy_name"],
            numerator=_parts(policy["numerator"]),
            denominator=_parts(policy["denominator"]),
        ),
        highlight=False,
        markup=False,
    )


def _print_rows(out: Console, found: Explanation) -> None:
    table = table_of("explain.row_columns", "explain.rows")
    for r in found.rows:
        days = [
            f"{r[name]:%d/%m/%Y %H:%M}" if r[name] else "–"
            for name in ("received_at", "due_at", "completed_at")
        ]
        place = (r["submission_id"], r["file_name"], r["sheet"] or "", str(r["row_number"]))
        table.add_row(*map(escape, place), *days, text(f"standing.{r['standing']}"))
    out.print(table)


def _print_cells(out: Console, cells: list[Row]) -> None:
    """One line per row of a table: which row, and in which of its columns the case is one."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for cell in cells:
        name = cell["table_name"]
        if "calendar" in cell:
            name = f"{name}_{cell['calendar']}"
        is_total = cell.get("row_kind") == "total"
        member = cell.get("sector_code") or cell.get("official_key") or ""
        if is_total:
            member = text("explain.total_row")
        if cell.get("grain"):
            member += f" ({text('explain.grain_' + cell['grain'])})"
        row = (text(f"explain.table_{name}"), cell["period"], cell.get("unit_code", ""), member)
        column = f"({cell['form_column']})" if "form_column" in cell else _measure(cell["measure"])
        lines.setdefault(row, []).append(column)
    if not lines:
        return
    table = table_of("explain.cell_columns", "explain.cells")
    for place, measures in sorted(lines.items()):
        table.add_row(*map(escape, place), escape("; ".join(measures)))
    out.print(table)


def _parts(measures: str) -> str:
    """The counts that a policy adds up, in words."""
    return " + ".join(_measure(f"{name}_count") for name in measures.replace(" ", "").split("+"))


def _measure(column: str) -> str:
    """A column of the marts in words, as in the units' workbooks; its name where there are none."""
    for key in (f"outbox.figure_{column}", f"explain.measure_{column}"):
        if has_text(key):
            return text(key)
    return column


def print_problems(out: Console, submissions: Sequence[Submission]) -> None:
    """One block per submission that a person must look at."""
    for s in submissions:
        out.print(
            text(f"cli.submission_{s.status}", submission=s.submission_id, file=s.file_name),
            markup=False,
            highlight=False,
        )
        # Why a person must decide comes first; the rows themselves are judged when they count.
        said = [*s.hold_reasons, *(m.text for m in s.messages)]
        if s.status == "held":
            said.append(text("cli.held_rows", rows=s.rows_data))
        for line in said:
            out.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)
