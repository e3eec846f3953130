"""Judging one row by what stands in it: header, case, total, signature, title of a group."""

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from ingestion.decode.cells import Cell, Row, is_blank, looks_like_date, to_text
from ingestion.decode.header import Header, Mapping
from ingestion.decode.legacy import decode_title, matching_keys
from ingestion.decode.row_signs import (
    Title,
    is_code_like,
    is_enumerator,
    is_running_number,
    numbering_styles,
    read_title,
    whole_number,
)
from ingestion.decode.row_words import RowWords, TotalLabel, is_frame
from ingestion.layouts import Layout
from ingestion.text import match_key

_DATES = ("received_at", "due_at", "completed_at", "returned_at")
_THIN_SHARE = 0.3
"""A row without code, date and number, and with fewer of its cells filled, may be no case."""
_CASE_CELLS = 3


class Sign(IntEnum):
    """How much a row without code or received date looks like a case all the same."""

    NONE = 0
    THIN = 1
    FILLED = 2
    CLEAR = 3


class RowJudge:
    """Judges rows below one header. ``filled``: the columns of a row's cells that are not blank."""

    def __init__(self, layout: Layout, header: Header, mapping: Mapping) -> None:
        self.layout, self.mapping = layout, mapping
        self.words = RowWords.of(layout)
        self.code = mapping.columns["case_code"]
        self.received = mapping.columns["received_at"]
        self._header = header
        self._mapped = frozenset(mapping.columns.values())
        self._first = min(self._mapped)
        self._dates = tuple(mapping.columns[name] for name in _DATES if name in mapping.columns)
        self._thin = max(2.0, _THIN_SHARE * len(self._mapped))
        self._wanted = {match_key(label) for label in layout.header.labels}
        self._head_keys = {key for row in header.rows for key in row.values()}

    def _key_cells(self, row: Row) -> tuple[Cell, Cell]:
        width = len(row)
        code = row[self.code] if self.code < width else None
        return code, row[self.received] if self.received < width else None

    def has_date(self, row: Row) -> bool:
        """Tell whether a row has a code and something like a received date: a case in any place."""
        code, received = self._key_cells(row)
        return not is_blank(code) and looks_like_date(received)

    def is_surely_case(self, row: Row, filled: Sequence[int]) -> bool:
        """Below totals and signatures: a code or a date, in a row with more of a case than that."""
        code, received = self._key_cells(row)
        count = sum(index in self._mapped for index in filled)
        is_coded = not is_blank(code) and is_code_like(code)
        if is_coded and not is_blank(received):
            return True
        is_dated = any(letter.isdigit() for letter in to_text(received))
        return count >= _CASE_CELLS and (
            is_coded or looks_like_date(received) or (is_dated and not is_blank(code))
        )

    def sign(self, row: Row, filled: Sequence[int]) -> Sign:
        """Return how much a row that lacks the code or the received date looks like a case."""
        code, received = self._key_cells(row)
        if not is_blank(code) and is_code_like(code):
            return Sign.CLEAR
        is_dated = any(index < len(row) and looks_like_date(row[index]) for index in self._dates)
        if looks_like_date(received) or (is_dated and len(filled) > 1):
            return Sign.CLEAR
        if self.title(row, filled) or all(whole_number(row[i]) is not None for i in filled):
            return Sign.NONE
        is_numbered = any(i < len(row) and is_running_number(row[i]) for i in self.mapping.running)
        if is_numbered and len(filled) > 1:
            return Sign.CLEAR
        count = sum(index in self._mapped for index in filled)
        if count >= self._thin:
            return Sign.FILLED
        return Sign.THIN if count > 1 or len(filled) > 2 else Sign.NONE

    def is_header(self, row: Row, filled: Sequence[int]) -> bool:
        """Tell a row of the header that comes again, also when its columns stand elsewhere."""
        code, received = (match_key(to_text(cell)) for cell in self._key_cells(row))
        known = self.layout.label_keys
        if (known.get(code), known.get(received)) == ("case_code", "received_at"):
            return True
        if match_key(to_text(row[filled[0]])) not in self._head_keys:
            return False
        keys = {index: match_key(to_text(row[index])) for index in filled}
        for own in self._header.rows:
            same = all(own.get(index) == key for index, key in keys.items())
            if same and len(keys) >= 0.5 * len(own):
                return True
        return self.is_moved(row, filled)

    def is_moved(self, row: Row, filled: Sequence[int]) -> bool:
        """Tell the header again with its columns in other places: another table below the first."""
        keys = {key for index in filled for key in matching_keys(to_text(row[index]))}
        held = {self.layout.label_keys[key] for key in keys if key in self.layout.label_keys}
        if not self._wanted or not self._wanted <= keys or 2 * len(held) < len(self._mapped):
            return False
        places = {match_key(to_text(row[index])): index for index in filled}
        known = self.layout.label_keys
        return any(
            known.get(key) in self.mapping.columns and self.mapping.columns[known[key]] != index
            for key, index in places.items()
        )

    def first_text(self, row: Row, filled: Sequence[int]) -> int | None:
        """Return the column of the first cell with words."""
        running = self.mapping.running
        worded = (i for i in filled if _has_letter(row[i]))
        return next((i for i in worded if not (i in running and is_enumerator(row[i]))), None)

    def total(self, row: Row, filled: Sequence[int]) -> TotalLabel | None:
        """Return the words by which a row is a total; the shipped ones need a row of numbers."""
        at = self.first_text(row, filled)
        found = self.words.total_of(to_text(row[at])) if at is not None else None
        if found is None or found.is_own:
            return found
        # Some programs write the text of a merged cell into each of its cells.
        others = [row[index] for index in filled if at is None or row[index] != row[at]]
        worded = [cell for cell in others if _is_worded(cell)]
        if len(worded) > 1 or any(map(looks_like_date, others)):
            return None
        return found

    def is_frame(self, row: Row, filled: Sequence[int]) -> bool:
        """Tell a signature or remark: the layout's own words, or the shipped ones in a row of words."""
        at = self.first_text(row, filled)
        if at is None:
            return False
        shown = to_text(row[at])
        if self.words.is_footer(shown):
            return True
        # «Trang 1/3» may stand in the column of codes: there it would look like one.
        others = [index for index in filled if index != at]
        rest = ["" if index == at else cell for index, cell in enumerate(row)]
        return is_frame(shown) and (not others or self.sign(rest, others) < Sign.CLEAR)

    def title(self, row: Row, filled: Sequence[int]) -> tuple[int, Title] | None:
        """Return the column and the title of a group, where the row holds one text and no more."""
        texts = [
            index
            for index in filled
            if whole_number(row[index]) is None
            and not (index in self.mapping.running and is_enumerator(row[index]))
        ]
        if len({to_text(row[index]).strip() for index in texts}) != 1:
            return None
        at = texts[0]
        title = read_title(decode_title(to_text(row[at])), self.layout.group_holds)
        if title is None or not isinstance(row[at], str):
            return None
        numbers = [index for index in filled if index not in texts]
        is_first = at == filled[0] or filled[0] in self.mapping.running
        in_place = at <= self.code or at not in self._mapped
        is_counted = not any(index in self.mapping.uncounted for index in numbers)
        if numbers and not (is_first and in_place and is_counted):
            return None
        # Words alone further right (a remark that runs on, an applicant's name) are no group's title;
        # they must not become a value.
        is_left = at <= max(self.code, self._first) and (at not in self.mapping.dropped or at == 0)
        if not (is_left or title.is_strong):
            return None
        running = next((i for i in filled if i in self.mapping.running and i != at), None)
        if running is not None and not title.styles:
            title = replace(title, styles=numbering_styles(to_text(row[running])))
        return at, title


def _has_letter(cell: Cell) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))


def _is_worded(cell: Cell) -> bool:
    return _has_letter(cell) and whole_number(cell) is None
