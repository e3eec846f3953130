"""A sheet that is one table: titles, a header that stays in view, rows, or a sentence if there are none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.messages import text
from publishing.sheets import Book, print_setup, set_widths

HEADER_ROW = 4


@dataclass(frozen=True)
class Table:
    """The shape of a sheet: column key (heading `<texts>.column_<key>`) to width and style."""

    columns: Mapping[str, tuple[float, str]]
    empty: str
    texts: str = "report"


def write_table(
    book: Book,
    name: str,
    heading: tuple[str, str, str],
    table: Table,
    lines: Sequence[Mapping[str, object]],
) -> None:
    """A titled table with frozen, repeated, filterable header; a sentence if there are no lines.

    heading: the title, the line below it, and the line above it.
    """
    sheet = book.sheet(name)
    widths, styles = zip(*table.columns.values(), strict=True)
    last = len(widths) - 1
    set_widths(sheet, widths)
    print_setup(sheet, header_rows=(HEADER_ROW, HEADER_ROW))
    title, below, above = heading
    book.merge(sheet, (0, 0, 0, last), above, "centre")
    book.merge(sheet, (1, 0, 1, last), title, "title")
    book.merge_wrapped(sheet, (2, 0, 2, last), below, "centre_italic", sum(widths))
    sheet.set_row(1, 22)
    sheet.set_row(HEADER_ROW, 48)
    heads = [text(f"{table.texts}.column_{column}") for column in table.columns]
    book.put_row(sheet, HEADER_ROW, heads, ["head"] * len(heads))
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    for number, line in enumerate(lines, start=HEADER_ROW + 1):
        values = [line[column] for column in table.columns]
        book.put_wrapped_row(sheet, number, values, styles, widths)
    if lines:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(lines), last)
    else:
        book.merge(sheet, (HEADER_ROW + 1, 0, HEADER_ROW + 1, last), text(table.empty), "text")
