"""Which sheets of a file a layout reads."""

from collections.abc import Sequence
from itertools import islice

from ingestion.decode.header import find_header
from ingestion.decode.opened import HEADER_DEPTH, Sheet, unreadable
from ingestion.layouts import Layout


def choose_sheets(sheets: Sequence[Sheet], layout: Layout) -> list[Sheet]:
    """Return the sheets the layout names; hidden ones only when they are named.

    Raises `UnreadableFileError` when the named sheet is missing, and when only the first sheet would
    be read although another visible one holds such a table too.
    """
    visible = [sheet for sheet in sheets if sheet.is_visible]
    if layout.sheet not in ("first", "all") and any(sheet.name for sheet in sheets):
        named = [sheet for sheet in sheets if sheet.name == layout.sheet]
        if not named:
            names = ", ".join(f"«{sheet.name}»" for sheet in visible)
            raise unreadable("no_such_sheet", wanted=layout.sheet, names=names)
        return named
    if not visible:
        raise unreadable("no_visible_sheet")
    if layout.sheet == "all":
        filled = [sheet for sheet in visible if next(sheet.rows(), None) is not None]
        return filled or visible[:1]
    for sheet in visible[1:]:
        if find_header(list(islice(sheet.rows(), HEADER_DEPTH)), layout):
            raise unreadable("second_table", sheet=sheet.name, first=visible[0].name)
    return visible[:1]
