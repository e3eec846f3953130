"""The month's workbook of index scores: ranking of units, and each criterion with its three kinds of points."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from ingestion.messages import text
from ingestion.registers.definitions import load_registers
from ingestion.site import Site
from publishing.lined_table import Columns, TableLine, decimal_text, write_lines
from publishing.scale import authority_scale
from publishing.sheets import Book, open_book
from warehouse.served import rows

AREA = "index_report"
RANKING = Columns(
    AREA,
    {
        "rank": (6, "text_centre"),
        "unit": (32, "text"),
        "level": (14, "text"),
        "max": (9, "points"),
        "self": (10, "points"),
        "appraised": (10, "points"),
        "measured": (11, "points"),
        "result": (11, "points"),
        "unknown": (11, "points"),
        "band": (20, "text_centre"),
        "note": (30, "text"),
    },
)
_POINTS: dict[str, tuple[float, str]] = {
    "code": (7, "text_centre"),
    "criterion": (40, "text"),
    "max": (9, "points"),
    "self": (9, "points"),
    "appraised": (9, "points"),
    "numerator": (10, "count"),
    "denominator": (10, "count"),
    "value": (10, "rate"),
    "measured": (10, "points"),
    "gap": (12, "signed_points"),
    "result": (10, "points"),
    "note": (30, "text"),
}
TABLE = Columns(AREA, _POINTS)
UNIT_TABLE = Columns(AREA, {"unit": (26, "text"), **_POINTS})
# A row of a group or of the index has the weight of its kind; the rest of its cells look alike.
EMPHASIS = {"criterion": "", "group": "group", "index": "total"}


def write_index_book(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str, path: Path, created: datetime
) -> None:
    """Write `Bang-diem-chi-so-<period>.xlsx`: for each index the units ranked, and every criterion.

    Points without figures stand in a column of their own; a rating that they could change is
    given as a span.
    """
    scored = _read(connection, period)
    with open_book(path, created) as book:
        if not scored:
            heading = (site.authority.name, text("index_report.title_table", name=""), "")
            write_lines(book, text("index_report.column_note"), heading, TABLE, [])
        for index, members in groupby(scored, key=lambda row: row["index_code"]):
            _write_index(book, site, period, str(index), list(members))


def _read(connection: duckdb.DuckDBPyConnection, period: str) -> list[dict[str, Any]]:
    """All rows of the month, in the order of the sheets: codes by their numbers (1.2 before 1.10)."""
    return rows(
        connection,
        """
        select s.*, i.numerator, i.denominator, i.measure_value, i.source
        from mart.mart_cchc_scores as s
        left join mart.mart_cchc_inputs as i
            on s.row_kind = 'criterion' and s.period = i.period and s.index_code = i.index_code
            and s.scope = i.scope and s.unit_code is not distinct from i.unit_code
            and s.criterion_code = i.criterion_code
        where s.period = ?
        order by s.index_code, s.scope, s.member_name collate vi, s.unit_code,
            s.row_kind = 'index',
            list_transform(string_split(s.group_code, '.'), lambda part: lpad(part, 4, '0')),
            s.row_kind = 'criterion',
            list_transform(string_split(s.criterion_code, '.'), lambda part: lpad(part, 4, '0'))
        """,
        [period],
    )


def _write_index(
    book: Book, site: Site, period: str, index: str, scored: Sequence[dict[str, Any]]
) -> None:
    total = next(row for row in scored if row["row_kind"] == "index")
    year, month = period.split("-")
    plain = text("index_report.period_plain", month=month, year=year)
    name = str(total["criterion_name"]).upper()
    notes = [
        text("index_report.note_result"),
        text("index_report.note_source", source=total["legal_source"]),
    ]
    if not all(row["is_confirmed"] for row in scored):
        notes.append(text("index_report.note_unconfirmed"))
    title = text("index_report.title_table", name=name)
    by_scope = {
        key: [row for row in scored if row["scope"] == key] for key in ("unit", "authority")
    }
    units = by_scope["unit"]
    if units:
        heading = (
            site.authority.name,
            text("index_report.title_ranking", name=name),
            text("index_report.period", month=month, year=year),
        )
        lines = _ranking_lines(site, units)
        sheet = text("index_report.sheet_ranking", index=index)
        write_lines(book, sheet, heading, RANKING, lines, notes=notes[:2])
    for key, columns, sheet in (
        ("authority", TABLE, "sheet_authority"),
        ("unit", UNIT_TABLE, "sheet_units"),
    ):
        if by_scope[key]:
            lines = [_criterion_line(row) for row in by_scope[key]]
            place = text(f"index_report.{sheet}", index=index)
            heading = (site.authority.name, title, plain)
            write_lines(book, place, heading, columns, lines, notes=notes)


def _ranking_lines(site: Site, units: Sequence[dict[str, Any]]) -> list[TableLine]:
    scale = authority_scale(site)
    totals = [row for row in units if row["row_kind"] == "index"]
    above: dict[str, int] = {}
    for row in units:
        if row["row_kind"] == "criterion" and row["is_self_above_evidence"]:
            above[row["unit_code"]] = above.get(row["unit_code"], 0) + 1
    levels = ("department", "district", "commune")
    totals.sort(key=lambda row: (levels.index(row["unit_level"]), row["rank"] or len(units) + 1))
    return [
        TableLine(
            {
                **_points(row),
                "rank": row["rank"],
                "unit": row["member_name"],
                "level": text(f"report.level_{scale}_{row['unit_level']}"),
                "unknown": _number(row["unknown_max_score"]),
                "band": _band(row),
                "note": _ranking_note(row, above.get(row["unit_code"], 0)),
            }
        )
        for row in totals
    ]


def _points(row: Mapping[str, Any]) -> dict[str, object]:
    """The kinds of points, which both tables show."""
    names = {
        "max": "max_score",
        "self": "self_score",
        "appraised": "appraised_score",
        "measured": "measured_score",
        "gap": "gap",
        "result": "result_score",
    }
    return {key: _number(row[name]) for key, name in names.items()}


def _number(value: Any) -> float | None:
    """A point value for a cell; a missing one stays blank, it is no zero."""
    return None if value is None else float(value)


def _band(row: Mapping[str, Any]) -> str | None:
    """The rating, or the span it lies in while points are unknown."""
    low, high = row["band_low"], row["band_high"]
    if low is None or low == high:
        return str(low) if low else None
    return text("index_report.band_between", low=low, high=high)


def _ranking_note(row: Mapping[str, Any], above: int) -> str:
    told = text("index_report.note_count_above", count=above) if above else ""
    return "; ".join(filter(None, (_open_note(row), told)))


def _open_note(row: Mapping[str, Any]) -> str:
    """How much of an index rests on nothing yet."""
    if row["result_score"] is None:
        return text("index_report.note_no_data")
    if not row["unknown_max_score"]:
        return ""
    points = decimal_text(row["unknown_max_score"])
    return text("index_report.note_band_open", points=points)


def _criterion_line(row: Mapping[str, Any]) -> TableLine:
    kind = row["row_kind"]
    is_total = kind == "index"
    values: dict[str, object] = {
        **_points(row),
        "unit": row["member_name"],
        "code": None if is_total else row["criterion_code"],
        "criterion": text("index_report.total") if is_total else row["criterion_name"],
        "note": _criterion_note(row),
    }
    if not row["is_confirmed"] and kind == "criterion":
        values["criterion"] = f"{row['criterion_name']} *"
    styles = {}
    if kind == "criterion" and row["source"] != "declared":
        values |= {key: _number(row[key]) for key in ("numerator", "denominator")}
        values["value"] = row["measure_value"]
        if row["denominator"] is None:
            styles["value"] = "count"
    emphasis = EMPHASIS[kind]
    if emphasis:
        styles = dict.fromkeys(UNIT_TABLE.widths, f"{emphasis}_points")
        styles |= dict.fromkeys(("unit", "criterion", "note"), emphasis)
        styles["code"] = "group_centre" if kind == "group" else emphasis
    return TableLine(values, styles)


def _register_titles(source: str) -> str:
    """The registers that a figure comes from, by their titles: «obligation; inspection»."""
    titles = {register.name: register.title for register in load_registers().all}
    named = [titles[name] for name in source.split("; ") if name in titles]
    return text("index_report.source_register", titles=", ".join(named)) if named else ""


def _criterion_note(row: Mapping[str, Any]) -> str:
    if row["row_kind"] == "index":
        return "; ".join(filter(None, (_band(row), _open_note(row))))
    if row["row_kind"] == "group":
        return ""
    notes = [row["missing_text"] or ""]
    if row["missing_text"] is None and row["source"] == "declared":
        notes.append(text("index_report.source_declared"))
    elif row["missing_text"] is None and row["source"] != "cases":
        notes.append(_register_titles(str(row["source"])))
    if row["is_self_above_evidence"]:
        notes.append(text("index_report.note_above"))
    return "; ".join(filter(None, notes))
