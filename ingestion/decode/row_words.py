"""Words by which totals, signatures, remarks and titles are known (`row_words.yml` and layouts)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.decode.legacy import matching_keys
from ingestion.layouts import Layout
from ingestion.text import match_key

_FILE = Path(__file__).with_name("row_words.yml")
_COUNTED_ONLY = re.compile(r"\s*[:=(]?\s*[\d.,]*\s*\)?")


class Level(Enum):
    """What a stated number is about, as its words say."""

    WHOLE = "whole"
    PART = "part"
    PAGE = "page"
    TITLE = "title"


@dataclass(frozen=True)
class TotalLabel:
    """The words by which a row was known as a total; ``is_own``: the layout's own words."""

    label: str
    level: Level
    is_own: bool


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=32)
def words(kind: str) -> tuple[str, ...]:
    """Return the `match_key` of each word of one list of the file, the longest first."""
    return tuple(sorted(map(match_key, _file()[kind]), key=len, reverse=True))


@lru_cache(maxsize=32)
def any_word(kind: str) -> re.Pattern[str]:
    """Return the pattern that finds any word of one list within a `match_key`."""
    listed = "|".join(map(re.escape, words(kind)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)")


@lru_cache(maxsize=64)
def _title_labels(kind: str, column: str) -> tuple[str, ...]:
    listed = _file()[kind].get(column, [])
    return tuple(sorted(map(match_key, listed), key=len, reverse=True))


def title_label(key: str, column: str) -> str | None:
    """Return the word of a column with which a title begins, to be cut before the name, or None."""
    marked = _first(key, _title_labels("title_labels", column))
    if marked and key[len(marked) :].lstrip()[:1] in (":", "-"):
        return marked
    return _first(key, _title_labels("bare_title_labels", column))


def is_title_of_other(key: str, column: str) -> bool:
    """Tell whether a title says that it is about another column («Thủ tục: …» among sectors)."""
    others = (other for other in _file()["title_labels"] if other != column)
    own = _title_labels("title_labels", column)
    return any(
        label not in own and key[len(label) :].lstrip().startswith(":")
        for other in others
        if (label := _first(key, _title_labels("title_labels", other)))
    )


def starts_with(key: str, label: str) -> bool:
    """Tell whether a `match_key` begins with the words of a label."""
    return key.startswith(label) and not key[len(label) : len(label) + 1].isalnum()


def _first(key: str, labels: Iterable[str]) -> str | None:
    return next((label for label in labels if starts_with(key, label)), None)


@dataclass(frozen=True)
class RowWords:
    """The shipped words and a layout's own."""

    own_totals: tuple[tuple[str, Level], ...]
    own_footers: tuple[str, ...]

    @classmethod
    def of(cls, layout: Layout) -> "RowWords":
        """Return the words that hold for files of a layout."""
        totals = [(match_key(layout.total_label), Level.WHOLE)] if layout.total_label else []
        totals += [(match_key(label), Level.PART) for label in layout.subtotal_labels]
        # «Tổng cộng nhóm» of the layout must win over its «Tổng cộng».
        totals.sort(key=lambda pair: len(pair[0]), reverse=True)
        return cls(tuple(totals), tuple(map(match_key, layout.footer)))

    def total_of(self, shown: str) -> TotalLabel | None:
        """Return the words by which a text begins like a total, or None."""
        for key in matching_keys(shown):
            for label, level in self.own_totals:
                if starts_with(key, label):
                    return TotalLabel(label, level, True)
            found = _shipped_total(key)
            if found is not None:
                return found
        return None

    def is_footer(self, shown: str) -> bool:
        """Tell whether a text begins with one of the layout's own footer labels."""
        return any(_first(key, self.own_footers) for key in matching_keys(shown))


def _shipped_total(key: str) -> TotalLabel | None:
    if _first(key, words("not_totals")):
        return None
    page = _first(key, words("page_totals"))
    if page:
        return TotalLabel(page, Level.PAGE, False)
    whole, part = _first(key, words("totals")), _first(key, words("subtotals"))
    label = max((label for label in (whole, part) if label), key=len, default=None)
    if label is None:
        bare = _first(key, words("bare_totals"))
        is_counted = bare is not None and _COUNTED_ONLY.fullmatch(key, len(bare)) is not None
        return TotalLabel(bare, Level.WHOLE, False) if bare and is_counted else None
    of_part = _first(key[len(label) :].lstrip(" :-"), words("parts"))
    return TotalLabel(label, Level.PART if part == label or of_part else Level.WHOLE, False)


def is_frame(shown: str) -> bool:
    """Tell whether a text begins like a signature, a remark, or what is printed around a table."""
    for key in matching_keys(shown):
        if _first(key, words("signatures")) or _DATE_LINE.search(key):
            return True
        note = _first(key, words("notes"))
        # «Trang 2/5» is printed on a page; a group may well be called «Trang trại».
        if note and (note != "trang" or _PAGE.fullmatch(key)):
            return True
    return False


_PAGE = re.compile(r"trang\s*(?:số)?\s*:?\s*\d+\s*(?:[/-]\s*\d+)?")
# "Nha Trang, ngày 05 tháng 4 năm 2024", also with dots to be filled in.
_DATE_LINE = re.compile(r"ngày\s*[\d.…_]*\s*tháng\s*[\d.…_]*\s*năm\s*[\d.…_]*\s*$")


def is_number_label(ways: Sequence[str]) -> bool:
    """Tell whether a column's label says that it numbers the rows (STT)."""
    return any(match_key(way) in words("number_columns") for way in ways)
