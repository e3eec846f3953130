"""Finding the table of a file without a layout: its header, its data rows, the rows that are none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

from ingestion.decode.cells import Cell, Row, is_blank, looks_like_date, to_text
from ingestion.decode.header import column_labels
from ingestion.decode.legacy import decode_title, label_readings
from ingestion.decode.opened import HEADER_DEPTH, NumberedRow, Sheet
from ingestion.decode.row_signs import is_column_numbers
from ingestion.decode.row_words import Level, RowWords, is_frame
from ingestion.suggest.labels import LabelBook
from ingestion.text import match_key

MAXIMUM_ROWS = 20_000
"""So many rows below the header are looked at."""
_MAXIMUM_HEADER = 3
_MINIMUM_LABEL = 0.6
_MINIMUM_SCORE = 1.5
_MINIMUM_SHARE = 0.4
_ENOUGH_BELOW = 40
_LONGEST_LABEL = 120
_DIGIT = re.compile(r"\d")
_MANY_DIGITS = re.compile(r"(?:\d\D?){6}|@")
_WORDS = RowWords((), ())
"""The words that are known without a layout."""


@dataclass(frozen=True)
class Table:
    """A header and what stands below it. ``number``: the header's first row, from 1.

    ``labels``: per column the ways its label can be read. ``groups``: words of rows that stand
    alone between the data. ``totals``, ``subtotals``: known words at row starts. ``frames``: number
    of rows of signatures and remarks.
    """

    sheet: Sheet
    number: int
    size: int
    labels: list[list[str]]
    score: float
    data: list[Row] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    totals: tuple[str, ...] = ()
    subtotals: tuple[str, ...] = ()
    frames: int = 0

    def cells(self, index: int) -> list[Cell]:
        """Return one column's cells of the data rows."""
        return [row[index] if index < len(row) else None for row in self.data]

    @property
    def key(self) -> tuple[str, ...]:
        """What two sheets of one kind of table have in common."""
        return tuple(match_key(ways[0]) if ways else "" for ways in self.labels)


@dataclass(frozen=True)
class _Head:
    position: int
    size: int
    labels: list[list[str]]
    score: float
    known_share: float = 1.0


def find_table(sheet: Sheet, book: LabelBook) -> Table | None:
    """Return the table of a sheet, or None where no row looks like a header.

    A header is the block of 1 to 3 rows whose cells come nearest to known labels; failing that, the
    first row of words above rows with dates. Raises `UnreadableFileError`.
    """
    top = list(islice(sheet.rows(), HEADER_DEPTH))
    head = _by_labels(top, book) or _by_place(top)
    if head is None:
        return None
    number = top[head.position][0]
    below = islice(sheet.rows(), head.position + head.size, None)
    body = _Body(head)
    body.sort(islice(below, MAXIMUM_ROWS))
    # A line of any text may hold two words that are labels elsewhere: below it stand no dates.
    dated = any(looks_like_date(cell) for row in body.data for cell in row)
    if body.data and not dated and head.known_share < _MINIMUM_SHARE:
        return None
    return Table(
        sheet,
        number,
        head.size,
        head.labels,
        head.score,
        body.data,
        body.groups,
        tuple(body.totals),
        tuple(body.subtotals),
        body.frames,
    )


def is_quotable(label: str) -> bool:
    """Tell whether a cell of the header may be shown: not where it holds a number, date or address."""
    return not (_MANY_DIGITS.search(label) or len(label) > _LONGEST_LABEL or looks_like_date(label))


def _by_labels(top: Sequence[NumberedRow], book: LabelBook) -> _Head | None:
    best: _Head | None = None
    for position in range(len(top)):
        if best is not None and position > best.position + _ENOUGH_BELOW:
            break
        for size in range(1, _MAXIMUM_HEADER + 1):
            block = [cells for _, cells in top[position : position + size]]
            if len(block) < size or not _may_be_header(block[-1], None if size == 1 else book):
                break
            labels = _readings(block)
            scores = [_label_score(ways, book) for ways in labels if ways]
            score = sum(scores)
            if best is None or score > best.score + 0.01:
                share = sum(map(bool, scores)) / len(scores)
                best = _Head(position, size, labels, score, share)
    return best if best is not None and best.score >= _MINIMUM_SCORE else None


def _readings(block: Sequence[Row]) -> list[list[str]]:
    """Return the ways to read each label, the best reading of an old encoding first."""
    labels = []
    for ways in column_labels(block):
        likely = [decode_title(way) for way in ways]
        possible = [reading for way in ways for reading in label_readings(way)]
        labels.append(list(dict.fromkeys([*likely, *possible])))
    return labels


def _may_be_header(row: Row, lower: LabelBook | None) -> bool:
    """Tell whether a row may be one of a header's. ``lower``: the book, for all rows but the first.

    A lower row is made of words of labels, in every cell: a thin row of data below the header must
    not pass for one, or its cells would be quoted.
    """
    filled = [cell for cell in row if not is_blank(cell)]
    if len(filled) < 2 or not all(isinstance(cell, str) and is_quotable(cell) for cell in filled):
        return False
    texts = [to_text(cell) for cell in filled]
    return lower is None or (not any(map(_DIGIT.search, texts)) and all(map(lower.has_word, texts)))


def _label_score(ways: Sequence[str], book: LabelBook) -> float:
    scores = [matches[0].score for way in ways if (matches := book.matches(way))]
    best = max(scores, default=0.0)
    return best if best >= _MINIMUM_LABEL else 0.0


def _by_place(top: Sequence[NumberedRow]) -> _Head | None:
    """A row of different words in most columns, with dates in the rows right below it."""
    width = max((sum(not is_blank(cell) for cell in row) for _, row in top), default=0)
    for position, (_, row) in enumerate(top):
        filled = [to_text(cell) for cell in row if not is_blank(cell)]
        is_wide = len(filled) >= max(3, 0.6 * width) and len(set(filled)) == len(filled)
        below = [cells for _, cells in top[position + 1 : position + 4]]
        dated = sum(any(map(looks_like_date, cells)) for cells in below)
        if is_wide and _may_be_header(row, None) and dated and dated >= len(below) - 1:
            return _Head(position, 1, _readings([row]), 0.0)
    return None


class _Body:
    """Sorts the rows below a header into data, groups and frame, well enough to look at columns."""

    def __init__(self, head: _Head) -> None:
        self.columns = [index for index, ways in enumerate(head.labels) if ways]
        self.head = {match_key(way) for ways in head.labels for way in ways}
        self.data: list[Row] = []
        self.groups: list[str] = []
        self.totals: dict[str, None] = {}
        self.subtotals: dict[str, None] = {}
        self.frames = 0

    def sort(self, rows: Iterator[NumberedRow]) -> None:
        """Take in all rows; what stands alone is a group's title if data follow."""
        kept = [(row, self._filled(row)) for _, row in rows]
        kept = [(row, filled) for row, filled in kept if filled]
        counts = [len(filled) for _, filled in kept if len(filled) > 1]
        least = max(2.0, 0.4 * median(counts)) if counts else 2.0
        alone: list[str] = []
        for position, (row, filled) in enumerate(kept):
            is_numbers = position == 0 and is_column_numbers(filled)
            if is_numbers or self._is_head(filled) or self._is_frame(row, filled):
                continue
            if len(filled) >= least and not _is_one(filled):
                self.groups += alone
                alone = []
                self.data.append(row)
            elif _is_one(filled):
                alone.append(to_text(filled[0]).strip())

    def _filled(self, row: Row) -> list[Cell]:
        inside = (row[index] for index in self.columns if index < len(row))
        return [cell for cell in inside if not is_blank(cell)]

    def _is_head(self, filled: Sequence[Cell]) -> bool:
        said = [match_key(to_text(cell)) for cell in filled]
        return len(said) > 1 and all(key in self.head for key in said)

    def _is_frame(self, row: Row, filled: Sequence[Cell]) -> bool:
        """Note a row that begins with words of totals or signatures and holds no date."""
        if any(map(looks_like_date, row)):
            return False
        total = _WORDS.total_of(to_text(filled[0]))
        if total is not None:
            seen = self.totals if total.level is Level.WHOLE else self.subtotals
            seen[total.label] = None
            return True
        is_framed = any(is_frame(to_text(cell)) for cell in filled)
        self.frames += is_framed
        return is_framed


def _is_one(filled: Sequence[Cell]) -> bool:
    """One text, perhaps repeated over a merged row: the title of a group."""
    texts = {to_text(cell).strip() for cell in filled}
    return len(texts) == 1 and not next(iter(texts)).isdigit()
