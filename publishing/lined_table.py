"""A titled table whose lines may each have styles of their own: groups and totals, rates beside counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.messages import text
from publishing.sheets import Book, print_setup, set_widths

FIRST_NOTE = 3


@dataclass(frozen=True)
class Columns:
    """The shape of a sheet: column key (heading `<area>.column_<key>`) to width and usual style."""

    area: str
    widths: Mapping[str, tuple[float, str]]


@dataclass(frozen=True)
class TableLine:
    """One line: a value per column (none: blank), and styles where they are not the usual ones."""

    values: Mapping[str, object]
    styles: Mapping[str, str] = field(default_factory=dict)


def write_lines(  # noqa: PLR0913 - a sheet is all of these
    book: Book,
    name: str,
    heading: Sequence[str],
    columns: Columns,
    lines: Sequence[TableLine],
    *,
    notes: Sequence[str] = (),
) -> None:
    """Write authority, title and period, notes, and the table with frozen, repeated, filterable header.

    heading: authority, title, period. Without lines a sentence (`<area>.empty`) stands in their place.
    """
    sheet = book.sheet(name)
    widths = [width for width, _ in columns.widths.values()]
    last = len(widths) - 1
    set_widths(sheet, widths)
    for row, (content, style) in enumerate(
        zip(heading, ("centre", "title", "centre_italic"), strict=True)
    ):
        book.merge_wrapped(sheet, (row, 0, row, last), content, style, sum(widths))
    sheet.set_row(1, 22)
    for row, note in enumerate(notes, start=FIRST_NOTE):
        book.merge_wrapped(sheet, (row, 0, row, last), note, "wrapped", sum(widths))
    header = FIRST_NOTE + len(notes) + 1
    print_setup(sheet, header_rows=(header, header))
    sheet.set_row(header, 48)
    heads = [text(f"{columns.area}.column_{key}") for key in columns.widths]
    book.put_row(sheet, header, heads, ["head"] * len(heads))
    sheet.freeze_panes(header + 1, 2)
    for row, line in enumerate(lines, start=header + 1):
        values = [line.values.get(key) for key in columns.widths]
        styles = [line.styles.get(key, usual) for key, (_, usual) in columns.widths.items()]
        book.put_wrapped_row(sheet, row, values, styles, widths)
    if lines:
        sheet.autofilter(header, 0, header + len(lines), last)
    else:
        empty = text(f"{columns.area}.empty")
        book.merge(sheet, (header + 1, 0, header + 1, last), empty, "text")


def decimal_text(number: object) -> str:
    """A number as Vietnamese readers write it, without zeros at its end: 12,5."""
    written = f"{number:.6f}".rstrip("0").rstrip(".") or "0"
    return written.replace(".", ",")
