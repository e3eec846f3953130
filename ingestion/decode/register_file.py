"""Reading a register workbook: all its sheets, all findings at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa

from ingestion.decode.cells import is_blank, to_text
from ingestion.decode.opened import HEADER_DEPTH, Sheet, UnreadableFileError, unreadable
from ingestion.decode.readers import open_file
from ingestion.decode.register_sheet import SheetReading, nearest, read_sheet
from ingestion.holds import months_in_title, says_supplement
from ingestion.layouts import Header, Layout
from ingestion.manifest import Columns, Decoded, Message
from ingestion.messages import text
from ingestion.registers.definitions import Register, Registers
from ingestion.text import match_key

ROW_SCHEMA = pa.schema(
    [
        ("register", pa.string()),
        ("sheet", pa.string()),
        ("row_number", pa.int32()),
        ("cells", pa.map_(pa.string(), pa.string())),
    ]
)
"""Columns of ``<batch>.registers.parquet`` without the ids; ``cells``: column name -> text."""
_SHOWN_MESSAGES = 50
# How text files are read does not matter: workbooks say themselves what their cells hold.
_AS_STORED = Layout(
    name="registers", kind=("workbook",), header=Header(row=1), export_kind="snapshot", columns={}
)


@dataclass
class RegisterReading:
    """What a register workbook holds; ``columns`` by sheet and ``<register>.<column>``.

    ``title_units``: the codes of units that the guide sheet names as the sender.
    ``notes``: what the sender should know of a file that could be read all the same.
    """

    version: str
    tables: list[pa.Table] = field(default_factory=list)
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    columns: Columns = field(default_factory=dict)
    title_periods: set[str] = field(default_factory=set)
    title_units: set[str] = field(default_factory=set)
    is_title_supplement: bool = False
    notes: list[Message] = field(default_factory=list)

    def decoded(self, decode_id: str, submission_id: str) -> Decoded:
        """Return the manifest line of this reading (the batch is filled in when it is written)."""
        return Decoded(
            decode_id=decode_id,
            submission_id=submission_id,
            outcome="decoded",
            layout=f"registers/{self.version}",
            rows_read=self.rows_read,
            rows_ignored=self.rows_ignored,
            rows_data=self.rows_data,
            columns=self.columns,
            title_periods=tuple(sorted(self.title_periods)),
            title_units=tuple(sorted(self.title_units)),
            is_title_supplement=self.is_title_supplement,
            messages=tuple(self.notes),
        )


def read_registers(path: Path, registers: Registers) -> RegisterReading:
    """Read every register sheet of a workbook; a sheet that is missing holds nothing.

    Raises `UnreadableFileError` with everything that is wrong: a file that is no workbook, sheets
    and columns that are not the template's (with the nearest name), data outside the tables.
    """
    family, opened = open_file(path)
    if family != "workbook":
        wanted = text("register.workbook")
        raise unreadable("wrong_kind", found=text(f"intake.family_{family}"), wanted=wanted)
    reading = RegisterReading(registers.version, notes=list(opened.notes))
    messages: list[Message] = []
    markers: dict[str, str] = {}
    has_register = False
    for sheet in opened.sheets(_AS_STORED):
        register = registers.by_title.get(match_key(sheet.name or ""))
        if register is not None:
            has_register = True
            part = read_sheet(sheet, register)
            messages += part.messages
            _take_in(reading, part, sheet, register)
        elif match_key(sheet.name or "") == match_key(text("template.guide")):
            markers |= _markers(sheet)
        elif match_key(sheet.name or "") != match_key(text("template.lists")):
            messages += _unknown_sheet(sheet, registers)
    if not has_register:
        titles = ", ".join(f"«{register.title}»" for register in registers.all)
        messages.append(Message("no_register", text("register.no_register", titles=titles)))
    if messages:
        found = markers.get("version", registers.version)
        if found != registers.version:
            said = text("register.old_template", found=found, version=registers.version)
            messages.insert(0, Message("old_template", said))
        raise UnreadableFileError(*messages[:_SHOWN_MESSAGES])
    reading.title_periods |= months_in_title(markers.get("period", ""))
    reading.title_units |= {code for code in (markers.get("unit_code"),) if code}
    return reading


def _take_in(
    reading: RegisterReading, part: SheetReading, sheet: Sheet, register: Register
) -> None:
    """Add a sheet's rows, counts and the signs in its title."""
    reading.rows_read += part.rows_read
    reading.rows_ignored += part.rows_ignored
    reading.rows_data += len(part.data)
    reading.columns[sheet.name or ""] = part.columns
    for title in part.titles:
        # What a register is for is our own text, and the same in every workbook.
        if match_key(title) not in {match_key(register.title), match_key(register.purpose)}:
            reading.title_periods |= months_in_title(title)
            reading.is_title_supplement |= says_supplement(title)
    if part.data:
        count = len(part.data)
        columns = {
            "register": [register.name] * count,
            "sheet": [sheet.name or ""] * count,
            "row_number": [number for number, _ in part.data],
            "cells": [list(cells.items()) for _, cells in part.data],
        }
        reading.tables.append(pa.Table.from_pydict(columns, schema=ROW_SCHEMA))


def _markers(sheet: Sheet) -> dict[str, str]:
    """What the guide sheet says of the file: the cell after a label, by the label's name."""
    labels = {match_key(text(f"template.{x}")): x for x in ("unit_code", "period", "version")}
    found: dict[str, str] = {}
    for _, row in islice(sheet.rows(), HEADER_DEPTH):
        texts = [to_text(cell).strip() for cell in row if not is_blank(cell)]
        name = labels.get(match_key(texts[0])) if len(texts) > 1 else None
        if name and texts[1] != text("template.blank"):
            found[name] = texts[1]
    return found


def _unknown_sheet(sheet: Sheet, registers: Registers) -> Iterable[Message]:
    """A sheet that is no register of ours: its rows must not be lost in silence."""
    if all(is_blank(cell) for _, row in sheet.rows() for cell in row):
        return
    hint = nearest(sheet.name or "", [register.title for register in registers.all])
    key = "unknown_sheet" if sheet.is_visible else "hidden_sheet"
    said = text(f"register.{key}", sheet=sheet.name or "", hint=hint)
    yield Message("unknown_sheet", said, sheet.name)
