"""Signs that a file is not what was asked for, so that a person must look (design §3)."""

import re

from ingestion.text import bare_key

_SUPPLEMENT = re.compile(r"\bbo[\s_.-]*sung")
_YEAR = r"((?:19|20)\d\d)"
_MONTH = r"(0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SEPARATOR = r"[-_./\s]"
_DATES = (
    # Whole dates in a file name tell when it was made, not which month it is about.
    re.compile(rf"(?<!\d){_YEAR}{_SEPARATOR}{_MONTH}{_SEPARATOR}{_DAY}(?!\d)"),
    re.compile(rf"(?<!\d){_DAY}{_SEPARATOR}{_MONTH}{_SEPARATOR}{_YEAR}(?!\d)"),
)
_YEAR_FIRST = re.compile(rf"(?<!\d){_YEAR}[-_.]{_MONTH}(?!\d)")
# A digit at the end of a word (unit "U2_2024-01") is no month.
_MONTH_FIRST = re.compile(rf"(?<![a-z\d]){_MONTH}[-_. ]{_YEAR}(?!\d)")
_IN_WORDS = re.compile(rf"thang[\s_.-]*{_MONTH}\s*(?:[-_./]|nam)\s*{_YEAR}")
_DATE_IN_WORDS = re.compile(rf"ngay\s*{_DAY}\s*thang\s*{_MONTH}\s*nam\s*{_YEAR}")
_RANGE_END = re.compile(
    rf"den\s*(?:het\s*)?(?:ngay\s*)?{_DAY}\s*(?:[-./]\s*{_MONTH}\s*[-./]\s*{_YEAR}"
    rf"|thang\s*{_MONTH}\s*nam\s*{_YEAR})"
)


def says_supplement(value: str) -> bool:
    """Tell whether a file name or title says that the file adds to an earlier one (bổ sung)."""
    return _SUPPLEMENT.search(bare_key(value).replace("_", " ")) is not None


def months_in_name(file_name: str) -> set[str]:
    """Return the months a file name names: ``2015-03``, ``03-2015``, ``thang03_2015``, …"""
    name = bare_key(file_name)
    for pattern in _DATES:
        name = pattern.sub(" ", name)
    found = {_period(year, month) for year, month in _YEAR_FIRST.findall(name)}
    name = _YEAR_FIRST.sub(" ", name)
    found |= {_period(year, month) for month, year in _MONTH_FIRST.findall(name)}
    return found | {_period(year, month) for month, year in _IN_WORDS.findall(name)}


def months_in_title(title: str) -> set[str]:
    """Return the months a title names: ``THÁNG 03/2015``, ``tháng 3 năm 2015``, a range's end.

    The date on which a report was made (``ngày 05 tháng 4 năm 2015``) names no month.
    """
    key = bare_key(title)
    found = set()
    for month, year, month_word, year_word in _RANGE_END.findall(key):
        found.add(_period(year or year_word, month or month_word))
    rest = _DATE_IN_WORDS.sub(" ", key)
    return found | {_period(year, month) for month, year in _IN_WORDS.findall(rest)}


def _period(year: str, month: str) -> str:
    return f"{year}-{int(month):02d}"
