"""Which layout fits a file, and where its tables stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingestion.decode.header import Header, Mapping, find_header, map_columns, no_header
from ingestion.decode.opened import (
    NumberedRow,
    OpenedFile,
    Sheet,
    UnreadableFileError,
)
from ingestion.decode.sheet_choice import choose_sheets, first_case, first_rows
from ingestion.layouts import Layout
from ingestion.manifest import Message
from ingestion.masking import distinct_names
from ingestion.messages import text

_COLUMN_CODES = ("unknown_column", "missing_column", "repeated_column")


@dataclass(frozen=True)
class FittedSheet:
    """A sheet with its header found. ``top``: its first rows, the header among them."""

    sheet: Sheet
    top: list[NumberedRow]
    header: Header
    mapping: Mapping


@dataclass(frozen=True)
class FittedFile:
    """The layout, the sheets that hold its table, and those it reads that hold none.

    ``covers``: those of them that stand before the first table. ``hidden``: sheets that hold a table
    but are not read because they are hidden.
    """

    layout: Layout
    sheets: list[FittedSheet]
    without_table: list[Sheet]
    covers: list[Sheet]
    hidden: list[Sheet]


def choose_layout(
    opened: OpenedFile, candidates: Sequence[Layout], period: str | None
) -> FittedFile:
    """Return the first layout that fits; raises `UnreadableFileError` of the nearest when none does."""
    failures: list[UnreadableFileError] = []
    for layout in candidates:
        try:
            return _fit(opened, layout, period)
        except UnreadableFileError as error:
            failures.append(error)
    raise min(failures, key=_distance)


def _distance(error: UnreadableFileError) -> int:
    """A layout whose header was found is nearer than one that found nothing."""
    is_lost = any(message.code not in _COLUMN_CODES for message in error.messages)
    return len(error.messages) + (1000 if is_lost else 0)


def _fit(opened: OpenedFile, layout: Layout, period: str | None) -> FittedFile:
    """Find header and columns in every sheet the layout reads; all findings at once."""
    fitted: list[FittedSheet] = []
    lost: list[tuple[Sheet, list[NumberedRow]]] = []
    covers: list[Sheet] = []
    sheets = _without_people(opened.sheets(layout))
    for sheet in choose_sheets(sheets, layout, period):
        top = first_rows(sheet, layout)
        header = find_header(top, layout)
        if header is None:
            lost.append((sheet, top))
            covers += [] if fitted else [sheet]
        else:
            mapping = map_columns(header, layout, sheet.name, sheet.first_column)
            fitted.append(FittedSheet(sheet, top, header, mapping))
    messages = [message for part in fitted for message in part.mapping.messages]
    messages += _lost(lost, layout, has_table=bool(fitted))
    if messages:
        raise UnreadableFileError(*messages)
    return FittedFile(layout, fitted, [sheet for sheet, _ in lost], covers, _hidden(sheets, layout))


def _without_people(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets, none of them named after a person: their names go into rows and messages."""
    names = distinct_names([sheet.name or "" for sheet in sheets])
    return [
        sheet if sheet.name is None else replace(sheet, name=name)
        for sheet, name in zip(sheets, names, strict=True)
    ]


def _hidden(sheets: Sequence[Sheet], layout: Layout) -> list[Sheet]:
    if layout.sheet not in ("first", "all"):
        return []
    hidden = [sheet for sheet in sheets if not sheet.is_visible]
    return [sheet for sheet in hidden if find_header(first_rows(sheet, layout), layout)]


def _lost(
    lost: Sequence[tuple[Sheet, list[NumberedRow]]], layout: Layout, *, has_table: bool
) -> list[Message]:
    """Return what is wrong with sheets without header: all, or beside a table those that hold cases."""
    messages = []
    for sheet, top in lost:
        row = first_case(sheet.rows(), len(layout.columns))
        if row is not None and has_table:
            said = text("intake.sheet_without_header", sheet=sheet.name or "", row=row)
            messages.append(Message("sheet_without_header", said, sheet.name))
        elif row is not None or not has_table:
            messages.append(no_header(top, layout, sheet.name))
    return messages
