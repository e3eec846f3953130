"""From the cases of a unit to the rows of one file: selection, dirt, rendering, and the ledger."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from random import Random

from samples import calendar, service
from samples.cases import IGNORED_STATUSES, NEVER, Case, Seen
from samples.dirt import Row, Setting, decorate, make_row, spoil
from samples.plan import PlannedUnit
from samples.reference import SECTORS, STREETS, person
from samples.shape import Shape
from samples.truth import RowTruth

Cell = str | float
Line = list[Cell] | tuple[Cell, ...] | None
"""A data row, a row between them (group title, subtotal: a tuple), or a blank row."""
GROUP_TITLE = "Lĩnh vực: {name}"
SUBTOTAL = "Cộng"

_LEVELS = {"information": "Thông tin", "partial": "Một phần", "full": "Toàn trình"}


@dataclass(frozen=True)
class Target:
    """One file to be written: whose, in which shape, for which month."""

    unit: PlannedUnit
    shape: Shape
    month: int
    path: Path

    @property
    def file_name(self) -> str:
        """Name without folders."""
        return self.path.name

    @property
    def sheet(self) -> str:
        """Sheet that messages name: the shape's, or the file within an archive."""
        return f"{self.path.stem}.csv" if self.path.suffix == ".zip" else self.shape.sheet


@dataclass
class Sheet:
    """One file's lines below the header, and what the truth says of them."""

    lines: list[Line] = field(default_factory=list)
    data_rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    ignored: int = 0
    between: int = 0
    rejected: int = 0
    rejected_rows: list[RowTruth] = field(default_factory=list)
    warnings: list[RowTruth] = field(default_factory=list)


@dataclass(frozen=True)
class _Written:
    """One row of the export as rendered: itself, and the second row of a conflict."""

    row: Row
    cells: list[list[Cell]]

    @property
    def group(self) -> str:
        """Name of the sector as the row says it, "" when it says none."""
        return self.row.texts.get("sector", SECTORS.get(self.row.sector_code, ""))


def select(
    cases: list[Case], shape: Shape, window_start: int, month_end: int, export_day: int
) -> list[Row]:
    """Rows an export holds: what was received or closed since ``window_start``, and in a snapshot
    everything still open. Days are ordinals; states are those of the export day."""
    rows = []
    for case in cases:
        if case.received > month_end or case.vanishes <= month_end:
            continue
        state = case.state_on(export_day)
        if case.received < window_start:
            if state.status == "not_accepted":
                wanted = case.annulled >= window_start
            elif state.completed is not None:
                wanted = state.completed >= window_start
            elif shape.export_kind == "snapshot":
                wanted = True
            else:
                wanted = any(
                    window_start <= day <= export_day for day in (case.accepted, case.reopened)
                )
            if not wanted:
                continue
        rows.append(make_row(case, state, state.status in IGNORED_STATUSES))
    return rows


def build_sheet(target: Target, rows: list[Row], dirt: float, rng: Random) -> Sheet:
    """Spoil and render the rows of a file, note what the truth must know, and tell each case
    (``case.seen``) the state that an accepted row gives it for this month."""
    shape = target.shape
    setting = Setting(target.month, "unit" in shape.fields, shape.dates == "compact")
    render = renderer(target.unit, shape)
    written = []
    for row in rows:
        if not row.is_ignored and rng.random() < dirt:
            spoil(row, setting, rng)
        both = [row, _conflicting(row)] if "conflicting_rows" in row.rules else [row]
        written.append(_Written(row, [render(item) for item in both]))
        if not row.rules:
            _tell(row, target.month, shape)
    sheet = Sheet()
    for group, members in _groups(written) if shape.is_grouped else [("", written)]:
        if group:
            sheet.lines.append((GROUP_TITLE.format(name=group),))
        before = sheet.data_rows
        _add_all(sheet, members, target, before if shape.is_grouped else 0)
        if group:
            sheet.lines.append((SUBTOTAL, "", float(sheet.data_rows - before)))
            sheet.between += 2
    return sheet


def _groups(written: list[_Written]) -> list[tuple[str, list[_Written]]]:
    """Rows by sector; those without one stand first, above all group titles."""
    groups: dict[str, list[_Written]] = {}
    for item in written:
        groups.setdefault(item.group, []).append(item)
    return sorted(groups.items())


def _add_all(sheet: Sheet, members: list[_Written], target: Target, numbered_from: int) -> None:
    for item in members:
        # JSON has no blank rows.
        if item.row.look == "blank_row" and target.shape.kind != "json":
            sheet.lines.append(None)
        for cells in item.cells:
            _add(sheet, item.row, cells, target, numbered_from)
        for _ in range(item.row.copies):
            _add_copy(sheet, item.cells[-1], target.shape, numbered_from)


def _conflicting(row: Row) -> Row:
    other = copy.copy(row)
    start = row.received or 0
    other.due = row.due + 1 if row.due is not None else start + 5
    return other


def _add(sheet: Sheet, row: Row, cells: list[Cell], target: Target, numbered_from: int) -> None:
    shape, place = target.shape, (target.file_name, target.sheet)
    number = shape.first_row + len(sheet.lines)
    sheet.data_rows += 1
    _number(cells, shape, sheet.data_rows - numbered_from)
    sheet.lines.append(cells)
    if row.is_ignored:
        sheet.ignored += 1
        return
    if row.rules:
        sheet.rejected += 1
        for rule in row.rules:
            sheet.rejected_rows.append(RowTruth(*place, number, rule))
        return
    sheet.accepted += 1
    for rule in row.warnings:
        sheet.warnings.append(RowTruth(*place, number, rule))
    if row.case.code_differs:
        rule = "received_differs_from_code"
        sheet.warnings.append(RowTruth(*place, number, rule))


def _number(cells: list[Cell], shape: Shape, number: int) -> None:
    if "stt" in shape.fields:
        cells[0] = float(number) if shape.kind == "xlsx" else str(number)


def _add_copy(sheet: Sheet, original: list[Cell], shape: Shape, numbered_from: int) -> None:
    """An exact copy of a row; only its running number goes on."""
    cells = list(original)
    sheet.data_rows += 1
    sheet.duplicates += 1
    _number(cells, shape, sheet.data_rows - numbered_from)
    sheet.lines.append(cells)


def _tell(row: Row, month: int, shape: Shape) -> None:
    row.case.seen.append(
        Seen(
            month,
            row.received or 0,
            row.due,
            row.completed,
            row.status,
            row.sector_code,
            shape.field_set,
            "procedure" not in row.texts,
        )
    )


def renderer(unit: PlannedUnit, shape: Shape) -> Callable[[Row], list[Cell]]:
    """A function that turns a row into the cells of the shape, left to right."""
    unit_text = {"name": unit.name, "alias": unit.alias, "code": unit.code}[shape.unit_text]
    moment = _MOMENTS[shape.dates]
    pick = itemgetter(*shape.fields)
    statuses, channels = shape.statuses, shape.channels
    yes, no = shape.yes_no

    def render(row: Row) -> list[Cell]:
        case = row.case
        procedure = case.procedure
        cells: dict[str, Cell] = {
            "stt": "",
            "note": "",
            "supplements": "",
            "case_code": case.code,
            "unit": unit_text,
            "sector_code": row.sector_code,
            "sector": SECTORS.get(row.sector_code, ""),
            "procedure_code": procedure.code,
            "procedure": procedure.name,
            "applicant": person(case.person),
            "phone": f"0900{case.person:06d}",
            "address": f"{case.person % 200 + 1} {STREETS[case.person % 6]}",
            "official_code": case.official.code,
            "official": case.official.name,
            "channel": channels[case.channel],
            "service_level": _LEVELS[service.offered(case).level],
            "received_at": moment(row.received, case.received_minute),
            "due_at": moment(row.due, 1020),
            "completed_at": moment(row.completed, case.completed_minute),
            "returned_at": moment(row.returned, 1000),
            "status": statuses.get(row.status, ""),
            "fee": str(procedure.fee),
            "fee_name": "Lệ phí",
            "paid_online": yes if service.is_paid_online(case) else no,
            "digitised": yes if service.is_digitised(case) else no,
            "reused": yes if service.is_reused(case) else no,
            "joint": yes if service.is_joint(case) else no,
            "delivery": channels[service.delivery(case)],
            "result_digitised": (
                yes if service.is_result_digitised(case, row.completed, row.status) else no
            ),
        }
        if row.texts:
            cells.update(row.texts)
        if row.look:
            decorate(cells, row.look, case.received_minute)
        return list(pick(cells))

    return render


def _dmy_moment(day: int | None, minute: int) -> str:
    return "" if day is None else f"{calendar.dmy(day)} {calendar.clock(minute)}"


def _compact_moment(day: int | None, minute: int) -> str:
    if day is None:
        return ""
    return f"{calendar.compact(day)}{minute // 60:02d}{minute % 60:02d}00"


def _excel_moment(day: int | None, minute: int) -> Cell:
    return "" if day is None else day - calendar.EXCEL_EPOCH + minute / 1440


_MOMENTS: dict[str, Callable[[int | None, int], Cell]] = {
    "dmy": _dmy_moment,
    "compact": _compact_moment,
    "excel": _excel_moment,
}


def drop_ended(cases: list[Case], window_start: int) -> tuple[list[Case], list[Case]]:
    """Split into (still exportable, over): a case over ended before the next export's window."""
    live: list[Case] = []
    over: list[Case] = []
    for case in cases:
        ends = case.ends
        (over if ends < window_start and ends != NEVER else live).append(case)
    return live, over
