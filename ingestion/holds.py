"""Signs that a file is not what was asked for, so that a person must look (design §3)."""

import re
from collections.abc import Callable, Iterable

from ingestion.text import bare_key

_SUPPLEMENT = re.compile(r"\bbo[\s_.-]*sung")
# Papers that a case waits for, and laws that were amended, add nothing to a file.
_NO_SUPPLEMENT = re.compile(r"\b(?:yeu cau|sua doi)[\s,]*(?:va )?bo sung|\bbo sung giay to")
_YEAR = r"((?:19|20)\d\d)"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SEPARATOR = r"[-_./\s]"
_STAMPS = (
    # Whole dates in a file name, and times after them, tell when it was made, not its month.
    re.compile(r"(?<!\d)\d{8}[-_ t.]?\d{4}(?:\d\d)?(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}{_SEPARATOR}{_MONTH}{_SEPARATOR}{_DAY}(?!\d)"),
    re.compile(rf"(?<!\d){_DAY}{_SEPARATOR}{_MONTH}{_SEPARATOR}{_YEAR}(?!\d)"),
)
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}[-_.]{_MONTH}(?!\d)")
# A digit at the end of a word (unit "U2_2024-01") is no month.
_MONTH_FIRST = re.compile(rf"(?<![a-z\d]){_MONTH}[-_. ]{_YEAR}(?!\d)")
_RUN_TOGETHER = (  # 202403 · 032024
    re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?!\d)"),
    re.compile(r"(?<!\d)(?P<month>0[1-9]|1[0-2])(?P<year>20\d\d)(?!\d)"),
)
_FIRST_WORDS = {
    "mot": 1,
    "gieng": 1,
    "hai": 2,
    "ba": 3,
    "tu": 4,
    "bon": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
}
_LAST_WORDS = {"tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12}
_MONTH_WORDS = _FIRST_WORDS | _LAST_WORDS
_WORD = "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
# Tháng 3/2024 · Tháng: 03, năm 2024 · tháng Ba năm 2024 · Kỳ báo cáo: 03-2024 · T3.2024 · năm 2024, tháng 3
_IN_WORDS = (
    re.compile(
        rf"(?:thang|\bky(?: bao cao)?)[\s_.:-]*(?P<month>{_MONTH}|{_WORD})\s*"
        rf"(?:[-_./,]|,?\s*(?:cua )?nam)\s*(?P<year>{_YEAR})(?!\d)"
    ),
    re.compile(rf"thang\s*(?P<month>{_MONTH})\s*/\s*(?P<year>[1-4]\d)(?!\d)"),
    re.compile(rf"(?<![a-z\d.])t\.?\s?(?P<month>{_MONTH})[-_./]\s?(?P<year>{_YEAR})(?!\d)"),
    re.compile(rf"\bnam\s*(?P<year>{_YEAR})[\s,;:-]*thang\s*(?P<month>{_MONTH})(?!\d)"),
)
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(
    rf"\bquy[\s_.:-]*(?P<quarter>{'|'.join(_QUARTERS)}|[1-4])\s*"
    rf"(?:[-_./,]|,?\s*(?:cua )?nam|\s)\s*(?P<year>{_YEAR})(?!\d)"
)
# The day of a place and date line may be left for a pen: «Nha Trang, ngày … tháng 3 năm 2024».
_DATE_IN_WORDS = re.compile(
    rf"ngay[\s._…]*{_DAY}?[\s._…,]*thang\s*{_MONTH}(?:,?\s*nam\s*{_YEAR})?(?!\d)"
)
_DATE = (
    rf"(?:{_DAY}\s*[-./]\s*(?P<month>{_MONTH})\s*[-./]\s*(?P<year>{_YEAR})"
    rf"|(?P<year_iso>{_YEAR})-(?P<month_iso>{_MONTH})-{_DAY}"
    rf"|{_DAY}\s*thang\s*(?P<month_word>{_MONTH})\s*,?\s*nam\s*(?P<year_word>{_YEAR}))"
)
_RANGE_ENDS = (
    re.compile(rf"\b(?:den|toi)\s*(?:het\s*)?(?:ngay\s*)?:?\s*{_DATE}"),
    # 01/02/2024 - 29/02/2024, with or without the time of day
    re.compile(
        rf"\d{{1,2}}[-./]\d{{1,2}}[-./]\d{{4}}(?:\s*\d{{1,2}}:\d\d(?::\d\d)?)?\s*(?:-|~|=>|->)+\s*{_DATE}"
    ),
)
_ALONE = re.compile(rf"thang[\s_.:-]*{_MONTH}(?!\d|\s*[-/,&]\s*\d|\s*ngay)")


def says_supplement(value: str) -> bool:
    """Tell whether a file name or title says that the file adds to an earlier one (bổ sung)."""
    key = _NO_SUPPLEMENT.sub(" ", bare_key(value).replace("_", " "))
    return _SUPPLEMENT.search(key) is not None


def names_period(months: Iterable[str], period: str) -> bool:
    """Tell whether named months (``2024-03``, or ``03`` of a year not named) hold the period."""
    return any(period == month or period[5:] == month for month in months)


def months_in_name(file_name: str) -> set[str]:
    """Return the months a file name names: ``2015-03``, ``03-2015``, ``T3.2015``, ``201503``, …

    A month whose year nothing tells (``thang 3.xlsx``) is named without it: ``03``.
    """
    name = bare_key(file_name)
    for pattern in _STAMPS:
        name = pattern.sub(" ", name)
    found: set[str] = set()

    def take(pattern: re.Pattern[str], month_of: Callable[[re.Match[str]], set[str]]) -> None:
        nonlocal name
        for match in pattern.finditer(name):
            found.update(month_of(match))
        name = pattern.sub(" ", name)

    take(_YEAR_FIRST, lambda match: {_period(match[1], match[2])})
    take(_MONTH_FIRST, lambda match: {_period(match[2], match[1])})
    for pattern in (*_IN_WORDS, *_RUN_TOGETHER):
        take(pattern, _named_month)
    take(_QUARTER, _quarter_months)
    return found or {f"{int(month):02d}" for month in _ALONE.findall(name)}


def months_in_title(title: str) -> set[str]:
    """Return the months a title names: ``THÁNG 03/2015``, ``Kỳ báo cáo: 3/2015``, a range's end.

    The months of a quarter; ``03`` for a month whose year nothing tells. The date on which a report
    was made (``ngày 05 tháng 4 năm 2015``) names no month.
    """
    key = bare_key(title)
    found = set()
    for pattern in _RANGE_ENDS:
        for match in pattern.finditer(key):
            found |= {
                _period(match[f"year{way}"], match[f"month{way}"])
                for way in ("", "_iso", "_word")
                if match[f"year{way}"]
            }
    rest = _DATE_IN_WORDS.sub(" ", key)
    for pattern in _IN_WORDS:
        for match in pattern.finditer(rest):
            found |= _named_month(match)
    for match in _QUARTER.finditer(rest):
        found |= _quarter_months(match)
    return found or {f"{int(month):02d}" for month in _ALONE.findall(rest)}


def _named_month(match: re.Match[str]) -> set[str]:
    year, month = match["year"], match["month"]
    return {_period(year if len(year) == 4 else f"20{year}", _MONTH_WORDS.get(month, month))}


def _quarter_months(match: re.Match[str]) -> set[str]:
    quarter = _QUARTERS.get(match["quarter"]) or int(match["quarter"])
    return {_period(match["year"], 3 * quarter - back) for back in (2, 1, 0)}


def _period(year: str, month: str | int) -> str:
    return f"{year}-{int(month):02d}"
