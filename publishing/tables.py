"""A titled table on a sheet of its own, as the ranking and the list of duties show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.messages import text
from publishing.sheets import Book, print_setup, set_widths

HEADER_ROW = 4


@dataclass(frozen=True)
class Table:
    """The shape of a sheet: column key (heading `<area>.column_<key>`) to width and style.

    empty: key of the sentence that stands in place of lines. area: where the headings stand.
    """

    columns: Mapping[str, tuple[float, str]]
    empty: str
    area: str = "report"


def write_table(
    book: Book,
    name: str,
    heading: tuple[str, str, str],
    table: Table,
    lines: Sequence[Mapping[str, object]],
) -> None:
    """A titled table with frozen, repeated, filterable header; a sentence if there are no lines.

    heading: title, period, authority. Each line holds a value for every column of the table.
    """
    sheet = book.sheet(name)
    widths, styles = zip(*table.columns.values(), strict=True)
    last = len(widths) - 1
    set_widths(sheet, widths)
    print_setup(sheet, header_rows=(HEADER_ROW, HEADER_ROW))
    title, period, authority = heading
    book.merge(sheet, (0, 0, 0, last), authority, "centre")
    book.merge(sheet, (1, 0, 1, last), title, "title")
    book.merge(sheet, (2, 0, 2, last), period, "centre_italic")
    sheet.set_row(1, 22)
    sheet.set_row(HEADER_ROW, 48)
    heads = [text(f"{table.area}.column_{column}") for column in table.columns]
    book.put_row(sheet, HEADER_ROW, heads, ["head"] * len(heads))
    sheet.freeze_panes(HEADER_ROW + 1, 2)
    for number, line in enumerate(lines, start=HEADER_ROW + 1):
        values = [line[column] for column in table.columns]
        book.put_wrapped_row(sheet, number, values, styles, widths)
    if lines:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(lines), last)
    else:
        book.merge(sheet, (HEADER_ROW + 1, 0, HEADER_ROW + 1, last), text(table.empty), "text")
