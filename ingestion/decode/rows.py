"""Telling data rows from titles, column numbers, groups, totals and signatures; losing none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ingestion.decode.cells import DATE_TEXT, Row, is_blank, looks_like_date, to_text
from ingestion.decode.groups import Groups
from ingestion.decode.legacy import decode_title
from ingestion.decode.opened import NumberedRow
from ingestion.decode.row_judge import RowJudge, Sign
from ingestion.decode.row_signs import is_column_numbers
from ingestion.decode.row_words import Level, TotalLabel
from ingestion.decode.totals import (
    SheetStatements,
    Statement,
    numbers_in_row,
    total_in_heading,
)
from ingestion.text import match_key


class _Below(IntEnum):
    """What stands above the row being judged, back to the last data row."""

    DATA = 0
    TOTAL = 1
    SIGNATURE = 2


@dataclass(frozen=True)
class _Waiting:
    """A row that is judged when the next data, header or end of the sheet is seen."""

    number: int
    row: Row
    below: _Below
    total: TotalLabel | None = None


@dataclass
class RowSorter:
    """Sorts the rows below one header; `data` and `numbers` grow in the order of the file.

    A row that has a case code and a received date is data wherever it stands. A row that lacks one
    of them is data within the table, so that its rule rejects it. What can be told only by what
    follows (below a total or a signature; two words in a wide table) waits: it is data where data
    follow, part of a page's heading where the header follows, and ignored at the end.
    ``moved``: rows that hold the header again with its columns in other places.
    """

    judge: RowJudge
    groups: Groups
    statements: SheetStatements
    data: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows_read: int = 0
    rows_ignored: int = 0
    moved: list[int] = field(default_factory=list)
    _flushed: int = 0
    _below: _Below = _Below.DATA
    _is_below_header: bool = True
    _waiting: list[_Waiting] = field(default_factory=list)

    def sort(self, rows: Iterable[NumberedRow]) -> None:
        """Take in the rows of a block."""
        code_at, received_at = self.judge.code, self.judge.received
        needed = max(code_at, received_at)
        data, numbers, has_date = self.data, self.numbers, DATE_TEXT.search
        for number, row in rows:
            # Most rows leave here: a code and something like a date are data in any place.
            if len(row) > needed and not self._is_below_header and not self._waiting:
                code, received = row[code_at], row[received_at]
                is_dated = (
                    has_date(received) if isinstance(received, str) else looks_like_date(received)
                )
                # A plain test for the plain case; a text of spaces only is blank as well.
                if is_dated and (
                    not code.isspace() if code and type(code) is str else not is_blank(code)
                ):
                    self._below = _Below.DATA
                    self.rows_read += 1
                    data.append(row)
                    numbers.append(number)
                    continue
            self._place(number, row)

    def above(self, rows: Iterable[NumberedRow]) -> None:
        """Take in the rows above the header: all but cases are ignored, what they state is kept."""
        titles = [(number, row) for number, row in rows if not all(map(is_blank, row))]
        for number, row in titles:
            self.rows_read += 1
            if self.judge.has_date(row):
                self._take(number, row)
                continue
            self.rows_ignored += 1
            self._read_heading(number, row)

    def take_out(self) -> tuple[list[Row], list[int]]:
        """Return the data rows since the last call and their numbers."""
        taken = self.data, self.numbers
        self._flushed += len(self.data)
        self.data, self.numbers = [], []
        return taken

    def finish(self) -> None:
        """Ignore what still waits: nothing that says that it is data came after it."""
        for waiting in self._waiting:
            self.rows_ignored += 1
            if waiting.total:
                self._state(waiting.number, waiting.row, waiting.total)
        self._waiting = []
        self.statements.rows = self._count

    @property
    def flushed(self) -> int:
        """Data rows that `take_out` has returned so far."""
        return self._flushed

    @property
    def _count(self) -> int:
        return self._flushed + len(self.data)

    def _place(self, number: int, row: Row) -> None:
        filled = [index for index, cell in enumerate(row) if not is_blank(cell)]
        if not filled:
            return
        self.rows_read += 1
        is_below_header, self._is_below_header = self._is_below_header, False
        if is_below_header and is_column_numbers([row[index] for index in filled]):
            self.rows_ignored += 1
            self._is_below_header = True  # numbers and letters may take two rows
        elif self.judge.is_header(row, filled):
            self._page(number, row, filled)
        elif self.judge.has_date(row):
            self._settle_as_data()
            self._take(number, row)
        else:
            self._place_incomplete(number, row, filled)

    def _place_incomplete(self, number: int, row: Row, filled: Sequence[int]) -> None:
        """Judge a row that lacks the code or the received date."""
        total = self.judge.total(row, filled)
        if total:
            self._wait_or_state(number, row, total)
            self._below = max(self._below, _Below.TOTAL)
        elif self.judge.is_frame(row, filled):
            self._below = _Below.SIGNATURE
            self._ignore(number, row)
        elif self._below and not self.judge.is_surely_case(row, filled):
            self._waiting.append(_Waiting(number, row, self._below))
        elif self._below or self.judge.sign(row, filled) >= Sign.FILLED:
            self._settle_as_data()
            self._take(number, row)
        elif self.judge.sign(row, filled) is Sign.THIN or self._waiting:
            self._waiting.append(_Waiting(number, row, self._below))
        else:
            self.rows_ignored += 1
            self._note_title(number, row, filled, may_be_weak=True)

    def _take(self, number: int, row: Row) -> None:
        self._below = _Below.DATA
        self.data.append(row)
        self.numbers.append(number)

    def _ignore(self, number: int, row: Row) -> None:
        """Ignore a row, in its turn: rows that wait before it may still become data."""
        if self._waiting:
            self._waiting.append(_Waiting(number, row, _Below.SIGNATURE))
        else:
            self.rows_ignored += 1

    def _wait_or_state(self, number: int, row: Row, total: TotalLabel) -> None:
        if self._waiting:
            self._waiting.append(_Waiting(number, row, self._below, total))
        else:
            self.rows_ignored += 1
            self._state(number, row, total)

    def _settle_as_data(self) -> None:
        """Judge what waits now that data follow: a total was a subtotal, two words a case."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            filled = [index for index, cell in enumerate(one.row) if not is_blank(cell)]
            least = Sign.CLEAR if one.below is _Below.SIGNATURE else Sign.THIN
            self._settle(one, filled, least)

    def _page(self, number: int, row: Row, filled: Sequence[int]) -> None:
        """The header again, as on every printed page: what waits is this page's heading."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            cells = [index for index, cell in enumerate(one.row) if not is_blank(cell)]
            self._settle(one, cells, Sign.CLEAR)
        self.rows_ignored += 1
        self.groups.at_header(self._count)
        self.statements.pages.add(self._count)
        self._below = _Below.DATA
        self._is_below_header = True
        if self.judge.is_moved(row, filled):
            self.moved.append(number)

    def _settle(self, one: _Waiting, filled: Sequence[int], least: Sign) -> None:
        if one.total:
            self.rows_ignored += 1
            self._state(one.number, one.row, one.total)
        elif self.judge.sign(one.row, filled) >= least:
            self._take(one.number, one.row)
        else:
            self.rows_ignored += 1
            is_loose = one.below is not _Below.SIGNATURE
            self._note_title(one.number, one.row, filled, may_be_weak=is_loose)

    def _state(self, number: int, row: Row, total: TotalLabel, shown: str | None = None) -> None:
        """Note what a total states and where it stands; a group ends with it, a page does not."""
        count = self._count
        cells = {index: cell for index, cell in enumerate(row) if not is_blank(cell)}
        first = self.judge.first_text(row, list(cells))
        at = min(cells) if first is None else first
        mapping = self.judge.mapping
        preferred = (self.judge.code, *mapping.running)
        shown = shown or decode_title(to_text(cells[at]))
        numbers = numbers_in_row(cells, at, shown, preferred, mapping.uncounted)
        if numbers:
            meant = tuple(value for _, value in numbers)
            label = total.label[:1].upper() + total.label[1:]
            opens = self.statements.title_at == count
            found = Statement(number, numbers[0][0], label, total.level, meant, count, opens)
            self.statements.statements.append(found)
        if total.level is Level.PAGE:
            self.statements.pages.add(count)
        else:
            self.statements.breaks.add(count)
            self.groups.at_total(count)

    def _note_title(
        self, number: int, row: Row, filled: Sequence[int], *, may_be_weak: bool
    ) -> None:
        found = self.judge.title(row, filled)
        if found is None or not (may_be_weak or found[1].is_strong):
            return
        at, title = found
        count = self._count
        self.statements.breaks.add(count)
        self.statements.title_at = count
        self.groups.at_title(title, count)
        if title.stated is not None:
            stated = Statement(number, at, None, Level.TITLE, (title.stated,), count)
            self.statements.statements.append(stated)

    def _read_heading(self, number: int, row: Row) -> None:
        """Read a line above the table: «Tổng số: 125 hồ sơ», or the title of the first group."""
        filled = [index for index, cell in enumerate(row) if not is_blank(cell)]
        at = self.judge.first_text(row, filled)
        if at is None:
            return
        shown = decode_title(to_text(row[at]))
        said = shown if self.judge.words.total_of(shown) else total_in_heading(shown)
        total = self.judge.words.total_of(said) if said else None
        if total is not None:
            self._state(number, row, total, said)
            return
        found = self.judge.title(row, filled)
        self.groups.at_heading(found[1] if found else None, match_key(shown))
