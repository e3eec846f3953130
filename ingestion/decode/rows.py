"""Telling data rows from titles, column numbers, groups, totals and signatures; losing none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingestion.decode.cells import DATE_TEXT, Cell, Row, is_blank, looks_like_date, to_text
from ingestion.decode.header import Mapping
from ingestion.decode.opened import NumberedRow
from ingestion.layouts import Layout
from ingestion.text import match_key

_COLUMN_NUMBER = re.compile(r"\(?\s*(\d{1,2})\s*\)?(?:\s*=.*)?")
_COLUMN_LETTER = re.compile(r"\(?\s*[A-ZĐ]\s*\)?")
_NUMBER = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+(?!\d)|\d+")


@dataclass
class RowSorter:
    """Sorts the rows below one header; `data` and `numbers` grow in the order of the file.

    A row that has a case code and a received date is data wherever it stands. Below a footer label
    other rows are ignored, unless data follow: then the label was a subtotal and the rows between
    are judged like any others, so that a row with a blank cell is not lost.
    """

    layout: Layout
    mapping: Mapping
    data: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows_read: int = 0
    rows_ignored: int = 0
    stated_total: int | None = None
    _is_below_footer: bool = False
    _is_below_header: bool = True
    _doubtful: list[NumberedRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._code = self.mapping.columns["case_code"]
        self._received = self.mapping.columns["received_at"]
        self._mapped = sorted(self.mapping.columns.values())
        self._head = tuple(
            match_key(self.mapping.labels[name]) for name in ("case_code", "received_at")
        )
        total = [self.layout.total_label] if self.layout.total_label else []
        self._totals = tuple(match_key(label) for label in total)
        self._footers = (*self._totals, *(match_key(label) for label in self.layout.footer))

    def sort(self, rows: Iterable[NumberedRow]) -> None:
        """Take in the rows of a block."""
        code_at, received_at = self._code, self._received
        needed = max(code_at, received_at)
        data, numbers, has_date = self.data, self.numbers, DATE_TEXT.search
        for number, row in rows:
            # Most rows leave here: a code and something like a date are data in any place.
            if len(row) > needed and not self._is_below_header and not self._doubtful:
                code, received = row[code_at], row[received_at]
                is_dated = (
                    has_date(received) if isinstance(received, str) else looks_like_date(received)
                )
                # A plain test for the plain case; a text of spaces only is blank as well.
                if is_dated and (
                    not code.isspace() if code and type(code) is str else not is_blank(code)
                ):
                    self._is_below_footer = False
                    self.rows_read += 1
                    data.append(row)
                    numbers.append(number)
                    continue
            self._judge(number, row)

    def finish(self) -> None:
        """Count the rows below the last footer as ignored."""
        self.rows_ignored += len(self._doubtful)
        self._doubtful = []

    def _take(self, number: int, row: Row) -> None:
        if self._doubtful:
            between, self._doubtful = self._doubtful, []
            for earlier_number, earlier in between:
                self._judge_plain(earlier_number, earlier)
        self._is_below_footer = False
        self.rows_read += 1
        self.data.append(row)
        self.numbers.append(number)

    def _judge(self, number: int, row: Row) -> None:
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            return
        is_below_header, self._is_below_header = self._is_below_header, False
        if is_below_header and _is_column_numbers(filled):
            self._ignore()
        elif self._is_header(row):
            self._ignore()
            self._is_below_header = True
        elif self._has_date(row):
            self._take(number, row)
        elif self._is_footer(filled):
            self._ignore()
            self._is_below_footer = True
        elif self._is_below_footer and not self._has_signs_of_data(row):
            self.rows_read += 1
            self._doubtful.append((number, row))
        elif self._is_below_footer:
            self._take(number, row)
        else:
            self.rows_read += 1
            self._judge_plain(number, row)

    def _judge_plain(self, number: int, row: Row) -> None:
        """Judge a counted row by itself: a group title is ignored, all else is data."""
        if self._is_group(row):
            self.rows_ignored += 1
        else:
            self.data.append(row)
            self.numbers.append(number)

    def _ignore(self) -> None:
        self.rows_read += 1
        self.rows_ignored += 1

    def _key_cells(self, row: Row) -> tuple[Cell, Cell]:
        width = len(row)
        code = row[self._code] if self._code < width else None
        return code, row[self._received] if self._received < width else None

    def _has_date(self, row: Row) -> bool:
        code, received = self._key_cells(row)
        return not is_blank(code) and looks_like_date(received)

    def _has_signs_of_data(self, row: Row) -> bool:
        """A code and a date cell, one of them with a digit: names below signatures have none."""
        code, received = self._key_cells(row)
        if is_blank(code) or is_blank(received):
            return False
        return any(letter.isdigit() for letter in to_text(code) + to_text(received))

    def _is_header(self, row: Row) -> bool:
        """The header once more, as on every printed page."""
        return tuple(match_key(to_text(cell)) for cell in self._key_cells(row)) == self._head

    def _is_footer(self, filled: list[Cell]) -> bool:
        first = match_key(to_text(filled[0]))
        if not any(_starts_with(first, label) for label in self._footers):
            return False
        if any(_starts_with(first, label) for label in self._totals):
            total = _first_number(filled)
            self.stated_total = self.stated_total if total is None else total
        return True

    def _is_group(self, row: Row) -> bool:
        """Only one of the mapped columns is filled, with words: the title of a group of rows."""
        filled = [row[i] for i in self._mapped if i < len(row) and not is_blank(row[i])]
        code, received = self._key_cells(row)
        if len(filled) > 1 or not is_blank(received):
            return False
        return is_blank(code) or not any(letter.isdigit() for letter in to_text(code))


def _starts_with(key: str, label: str) -> bool:
    return key.startswith(label) and not key[len(label) : len(label) + 1].isalnum()


def _is_column_numbers(filled: list[Cell]) -> bool:
    """Tell whether the cells count the columns: ``(1) (2) (3)=(1)+(2)``, perhaps after A, B."""
    texts = [to_text(cell).strip() for cell in filled]
    counted = [match for match in map(_COLUMN_NUMBER.fullmatch, texts) if match]
    lettered = sum(_COLUMN_LETTER.fullmatch(shown) is not None for shown in texts)
    numbers = [int(match[1]) for match in counted]
    return (
        len(numbers) >= 2
        and len(numbers) + lettered == len(texts)
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 3
    )


def _first_number(filled: list[Cell]) -> int | None:
    """Return the first whole number of a total row, also when it stands within the label's cell."""
    for cell in filled:
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            return int(cell)
        match = _NUMBER.search(cell) if isinstance(cell, str) else None
        if match:
            return int(re.sub(r"\D", "", match[0]))
    return None
