"""What single cells and rows look like: codes, column numbers, counts, titles of groups."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ingestion.decode.cells import Cell, to_text
from ingestion.decode.row_words import any_word, is_title_of_other, title_label
from ingestion.text import match_key

_NUMBERED = re.compile(r"\(?\s*(\d{1,2})(?:[.,]\d{1,2}|[a-zđ])?\s*\)?\s*(?:=.*)?", re.IGNORECASE)
_LETTERED = re.compile(r"\(?\s*[A-ZĐ]\s*\)?")
_RUNNING = re.compile(r"\d{1,6}\.?")
_ENUMERATOR = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-ZĐa-zđ]|\d{1,3}(?:\.\d{1,3}){0,3})\s*[.)]?")
_WHOLE = re.compile(r"\(?\s*(\d{1,3}(?:[.,\s]\d{3})+|\d+)\s*\)?")
_LONGEST_CODE = 40
_CODE_WORDS = 3
_LONGEST_TITLE = 200
# Marks of Vietnamese letters; Đ has none, and codes do hold it.
_MARKED = re.compile(r"[\u0300-\u036f]")

# I. · II- · A) · 1. · 1.2/ · (1) before a word; "1.001193" and "1.000.00" are codes, not numbers.
_NUMBERING = re.compile(
    r"^(?:\(?(?:[IVXLC]{1,6}|[A-ZĐa-zđ]|\d{1,3})[.)]\s?)*"
    r"\(?(?:[IVXLC]{1,6}|[A-ZĐa-zđ]|\d{1,3})\s*[.)/:–-]+\s*(?=[^\W\d])"
)
# P. Lộc Thọ, X. Vĩnh Thái, Q. 1, H. Diên Khánh, T. Khánh Hòa: what units are, not their numbers.
_UNIT_ABBREVIATION = re.compile(r"^[PXQHT]\.", re.IGNORECASE)


def is_column_numbers(filled: Sequence[Cell]) -> bool:
    """Tell whether the filled cells count the columns: A, B, (1), (2), (3)=(1)+(2), 4.1, 4a, …

    Blank columns and merged cells leave gaps, so the numbers need only grow.
    """
    texts = [to_text(cell).strip() for cell in filled]
    counted = [int(match[1]) for match in map(_NUMBERED.fullmatch, texts) if match]
    lettered = sum(_LETTERED.fullmatch(shown) is not None for shown in texts)
    return (
        len(counted) >= 2
        and len(counted) + lettered == len(texts)
        and all(one <= two for one, two in pairwise(counted))
        and len(set(counted)) >= 0.5 * len(counted)
        and counted[0] <= 3
        and counted[-1] <= 3 * len(texts)
    )


def is_code_like(cell: Cell) -> bool:
    """Tell whether a cell may be a case code: a digit, no marked letters, few words."""
    if isinstance(cell, str):
        return _is_code_text(cell)
    return isinstance(cell, int | float) and not isinstance(cell, bool)


@lru_cache(maxsize=4096)
def _is_code_text(value: str) -> bool:
    shown = value.strip()
    if not any(letter.isdigit() for letter in shown) or len(shown) > _LONGEST_CODE:
        return False
    if len(shown.split()) > _CODE_WORDS or _MARKED.search(unicodedata.normalize("NFD", shown)):
        return False
    numbering = _NUMBERING.match(shown)
    rest = shown[numbering.end() :] if numbering else shown
    return any(letter.isdigit() for letter in rest)


def is_running_number(cell: Cell) -> bool:
    """Tell whether a cell of the numbering column numbers a case: 12, not II or A."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell).is_integer() and cell > 0
    return isinstance(cell, str) and _RUNNING.fullmatch(cell.strip()) is not None


def is_enumerator(cell: Cell) -> bool:
    """Tell whether a cell numbers a group: II, A, 1, 1.2, a)."""
    return _ENUMERATOR.fullmatch(to_text(cell).strip()) is not None


def whole_number(cell: Cell) -> int | None:
    """Return the whole number that a cell is, also as text: 12, ``1.250``, ``(12)``, ``12 hồ sơ``."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) if float(cell).is_integer() and cell >= 0 else None
    if not isinstance(cell, str):
        return None
    match = _WHOLE.fullmatch(_without_unit(match_key(cell)))
    return int(re.sub(r"\D", "", match[1])) if match else None


def _without_unit(key: str) -> str:
    units = any_word("count_units").pattern
    return re.sub(rf"(?<=\d)\s*{units}\s*(?=\)?$)", "", key)


@dataclass(frozen=True)
class Title:
    """The title of a group. ``value``: without number, label and count.

    ``styles``: how it may be numbered (``C.`` is a letter or Roman). ``is_labelled``: says what it is
    («Lĩnh vực: …»); ``is_other``: says that it is about another column. ``stated``: the number of
    cases it says, if any.
    """

    value: str
    styles: frozenset[str] = frozenset()
    is_labelled: bool = False
    is_other: bool = False
    stated: int | None = None

    @property
    def is_strong(self) -> bool:
        """Numbered or labelled, so no line of a page's heading."""
        return bool(self.styles) or self.is_labelled


def read_title(shown: str, column: str | None) -> Title | None:
    """Return a text as the title of a group, or None where it cannot be one.

    ``column``: the canonical column that titles fill. Numbers (``I.``, ``1)``), words of the column
    before the name (``Lĩnh vực:``) and a count at the end (``(12 hồ sơ)``, ``: 12``) are cut.
    """
    shown = shown.strip()
    if not shown or len(shown) > _LONGEST_TITLE or not any(map(str.isalpha, shown)):
        return None
    name, stated = _split_count(shown)
    name, number = _without_numbering(name, column)
    value, is_labelled = _without_label(name, column)
    if is_labelled:
        value, _ = _without_numbering(value, column)
    value = value.strip(" \t\n:;,.-–")
    # «Mã TTHC: 1.001193» is a title; 1.001193 alone may be a case without a date.
    if not value or (_is_code_text(value) and not is_labelled):
        return None
    is_other = column is not None and is_title_of_other(match_key(name), column)
    return Title(value, numbering_styles(number), is_labelled, is_other, stated)


def held_value(name: str, column: str) -> str:
    """Return the value that a sheet's name gives: without number, label and count."""
    title = read_title(name, column)
    return title.value if title else name.strip()


def numbering_styles(number: str) -> frozenset[str]:
    """Return how a group is numbered: digits, letter, Roman, or several where it may be either."""
    last = re.split(r"[\s.)(/:–-]+", number.strip(" .)(/:–-"))[-1]
    styles = {
        "digits": last.isdigit(),
        "roman": re.fullmatch(r"[IVXLC]+", last) is not None,
        "letter": len(last) == 1 and last.isalpha(),
    }
    return frozenset(style for style, is_so in styles.items() if is_so)


def _without_numbering(shown: str, column: str | None) -> tuple[str, str]:
    """Return the text without its number, and the number."""
    match = _NUMBERING.match(shown)
    if match is None or (column == "unit" and _UNIT_ABBREVIATION.match(shown)):
        return shown, ""
    return shown[match.end() :], match[0]


def _without_label(shown: str, column: str | None) -> tuple[str, bool]:
    """Cut a word of the column before the name; without a name behind it, it is the name."""
    key = match_key(shown)
    label = title_label(key, column) if column else None
    if label is None or not key[len(label) :].strip(" :-–."):
        return shown, False
    # A key and its text have the same words, but not always as many letters.
    others = len(label.split()) - 1
    return re.sub(rf"^\s*(?:\S+\s+){{{others}}}[^\s:–-]+\s*[:–-]*\s*", "", shown), True


@lru_cache(maxsize=1)
def _count_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Counts at a title's end: with what is counted, which is a statement; and a bare number."""
    units = any_word("count_units").pattern
    lead = r"(?:tổng số|tổng cộng|tổng|số lượng|số hồ sơ|có|gồm|sl)?\s*:?\s*"
    number = r"(\d{1,3}(?:[.,]\d{3})+|\d+)"
    said = rf"\s*[-–:,;(\[]*\s*{lead}{number}\s*{units}\s*[)\]]?\s*\.?$"
    bare = rf"\s*(?:[(\[]\s*{number}\s*[)\]]|:\s*{number})\s*\.?$"
    return re.compile(said, re.IGNORECASE), re.compile(bare, re.IGNORECASE)


def _split_count(shown: str) -> tuple[str, int | None]:
    normal = unicodedata.normalize("NFC", shown)
    said, bare = _count_patterns()
    match = said.search(normal)
    if match and match.start() > 0:
        return normal[: match.start()], int(re.sub(r"\D", "", match[1]))
    match = bare.search(normal)
    # A bare number may be anything; it is no part of the name, and states nothing.
    return (normal[: match.start()], None) if match and match.start() > 0 else (normal, None)
