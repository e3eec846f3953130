"""The month's workbook of targets: what was to be reached, who did, who did not, and of whom nothing is known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from ingestion.messages import has_text, text
from ingestion.site import Site
from publishing.lined_table import Columns, TableLine, decimal_text, write_lines
from publishing.scale import authority_scale
from publishing.sheets import open_book
from warehouse.served import rows

AREA = "target_report"
SUMMARY = Columns(
    AREA,
    {
        "code": (9, "text_centre"),
        "target": (38, "text"),
        "kind": (11, "text_centre"),
        "required": (15, "text_centre"),
        "judged": (17, "text_centre"),
        "met": (9, "count"),
        "not_met": (9, "count"),
        "no_data": (10, "count"),
        "value": (11, "rate"),
        "result": (13, "text_centre"),
        "trend": (10, "text_centre"),
        "basis": (36, "text"),
    },
)
UNITS = Columns(
    AREA,
    {
        "code": (9, "text_centre"),
        "unit": (28, "text"),
        "target": (34, "text"),
        "kind": (11, "text_centre"),
        "required": (15, "text_centre"),
        "numerator": (10, "count"),
        "denominator": (10, "count"),
        "value": (11, "rate"),
        "result": (13, "text_centre"),
        "distance": (16, "text_centre"),
        "previous": (11, "rate"),
        "trend": (10, "text_centre"),
        "note": (26, "text"),
    },
)
SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "="}


def write_target_book(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str, path: Path, created: datetime
) -> None:
    """Write `Thuc-hien-chi-tieu-<period>.xlsx`: the targets of every period that ends with the month.

    One line per target and kind of period with the numbers of units and the sum over them, then one
    line per unit: those that missed a target first.
    """
    judged = _read(connection, period)
    year, month = period.split("-")
    notes = [] if all(row["is_confirmed"] for row in judged) else [text(f"{AREA}.note_unconfirmed")]
    span = text(f"{AREA}.period", month=month, year=year)
    with open_book(path, created) as book:
        heading = (site.authority.name, text(f"{AREA}.title_summary"), span)
        lines = _summary_lines(site, judged)
        write_lines(book, text(f"{AREA}.sheet_summary"), heading, SUMMARY, lines, notes=notes)
        heading = (site.authority.name, text(f"{AREA}.title_units"), span)
        lines = [_unit_line(row) for row in judged if row["scope"] == "unit"]
        write_lines(book, text(f"{AREA}.sheet_units"), heading, UNITS, lines, notes=notes)


def _read(connection: duckdb.DuckDBPyConnection, period: str) -> list[dict[str, Any]]:
    return rows(
        connection,
        """
        select t.*
        from mart.mart_target_attainment as t
        inner join core.dim_reporting_period as p
            on t.calendar = p.calendar and t.period_kind = p.period_kind and t.period = p.period
        inner join core.dim_reporting_period as m
            on p.calendar = m.calendar and p.to_on = m.to_on
            and m.period_kind = 'month' and m.period = ?
        order by t.target_code, t.calendar, p.from_on desc, t.period_kind,
            t.scope = 'unit', t.scope, t.attainment = 'no_data', t.attainment = 'met',
            t.member_name collate vi, t.member_code
        """,
        [period],
    )


def _summary_lines(site: Site, judged: Sequence[dict[str, Any]]) -> list[TableLine]:
    """A line per target, kind of period and sum; where there is no sum, one for the units alone."""
    lines = []
    for _, group in groupby(
        judged, key=lambda r: (r["target_code"], r["calendar"], r["period_kind"])
    ):
        members = list(group)
        units = [row for row in members if row["scope"] == "unit"]
        sums = [row for row in members if row["scope"] != "unit"]
        for row in sums or units[:1]:
            held = [
                u
                for u in units
                if row["scope"] != "unit_level" or u["unit_level"] == row["unit_level"]
            ]
            lines.append(_summary_line(site, row, held))
    return lines


def _summary_line(
    site: Site, row: Mapping[str, Any], units: Sequence[Mapping[str, Any]]
) -> TableLine:
    counts = {
        key: sum(unit["attainment"] == key for unit in units)
        for key in ("met", "not_met", "no_data")
    }
    line = _shared(row)
    values: dict[str, object] = {
        **line.values,
        **counts,
        "judged": _judged(site, row),
        "basis": row["legal_basis"],
    }
    if row["scope"] == "unit":  # no sum is judged: its value would be that of one unit
        values |= {"value": None, "result": None, "trend": None}
    return TableLine(values, line.styles)


def _judged(site: Site, row: Mapping[str, Any]) -> str:
    if row["scope"] == "unit_level":
        return text(f"report.level_{authority_scale(site)}_{row['unit_level']}")
    return text(f"{AREA}.scope_authority" if row["scope"] == "authority" else f"{AREA}.scope_units")


def _unit_line(row: Mapping[str, Any]) -> TableLine:
    line = _shared(row)
    values = {
        **line.values,
        "unit": row["member_name"],
        "numerator": _number(row["numerator"]),
        "denominator": _number(row["denominator"]),
        "distance": _distance(row),
        "previous": row["previous_value"],
        "note": row["missing_text"],
    }
    return TableLine(values, line.styles)


def _shared(row: Mapping[str, Any]) -> TableLine:
    """What both sheets say of a target and of how it stands."""
    name = row["target_name"] if row["is_confirmed"] else f"{row['target_name']} *"
    values: dict[str, object] = {
        "code": row["target_code"],
        "target": name,
        "kind": _kind(row),
        "required": _required(row),
        "value": row["measure_value"],
        "result": _result(row),
        "trend": text(f"{AREA}.trend_{row['trend']}") if row["trend"] else None,
    }
    usual = "rate" if row["kind"] == "rate" else "count"
    styles = {"value": usual, "previous": usual}
    if row["attainment"] != "no_data":
        styles["result"] = "agrees" if row["attainment"] == "met" else "differs"
    return TableLine(values, styles)


def _result(row: Mapping[str, Any]) -> str:
    """Met, not met, or why it cannot be said in a word of its own."""
    key = f"{AREA}.attainment_{row['missing_reason']}"
    return text(key) if has_text(key) else text(f"{AREA}.attainment_{row['attainment']}")


def _kind(row: Mapping[str, Any]) -> str:
    key = f"{AREA}.kind_{row['period_kind']}"
    kind = text(key) if has_text(key) else str(row["period_kind"])
    return text(f"{AREA}.calendar_d15", kind=kind) if row["calendar"] == "d15" else kind


def _required(row: Mapping[str, Any]) -> str:
    if row["comparator"] not in SIGNS:
        return text(f"{AREA}.require_{row['comparator']}")
    if row["threshold"] is None:
        return text(f"{AREA}.require_open")
    unit = " %" if row["kind"] == "rate" else ""
    return f"{SIGNS[row['comparator']]} {decimal_text(row['threshold'])}{unit}"


def _distance(row: Mapping[str, Any]) -> str | None:
    """Signed, with its unit; the value is a text because rates and counts share the column."""
    if row["distance"] is None:
        return None
    sign = "+" if row["distance"] > 0 else "−" if row["distance"] < 0 else ""
    size = abs(row["distance"])
    number = sign + decimal_text(round(size, 2) or round(size, 6))
    return text(f"{AREA}.points_percent", value=number) if row["kind"] == "rate" else number


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
