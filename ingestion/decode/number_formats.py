"""What a workbook's number formats say of a number: a date, a duration, a code with zeros before."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from ingestion.decode.cells import Cell

Meaning = Literal["number", "date", "duration"]

# Ids that every workbook knows without saying what they are: ECMA-376 part 1, 18.8.30.
BUILT_IN_CODES: dict[int, str] = {
    **dict.fromkeys((14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47), "yyyy"),
    46: "[h]:mm:ss",
}
"""Number format id -> a code of the same meaning, where that is not plain."""
_LITERALS = re.compile(r'"[^"]*"|[\\_*].')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_DATE_LETTER = re.compile(r"[dmyhs]|a/p|am/pm", re.IGNORECASE)
_CODE_PART = re.compile(r'"([^"]*)"|\\(.)|_(.)|\[\$-[^\]]*\]|([0#?])|([-/(): ])')
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zone
_DAYS_1904 = 1462
_FIRST_MARCH_1900 = 60
"""Excel counts a 29 February 1900, so serials below stand for one day more."""
_DAY_MS = 86_400_000
_LAST_SERIAL = 2_958_466
"""The day after 31 December 9999."""
_WHOLE_LIMIT = 1e15


@lru_cache(maxsize=4096)
def meaning(code: str) -> Meaning:
    """Return what numbers of this format are; only its first section counts, as in Excel."""
    plain = _LITERALS.sub("", code).partition(";")[0]
    if _ELAPSED.search(plain):
        return "duration"
    return (
        "date" if _DATE_LETTER.search(_BRACKETS.sub("", plain).replace("General", "")) else "number"
    )


def moment(serial: float, is_duration: bool, date_system: int) -> Cell:
    """Return the date, moment, time of day or duration that Excel shows for a date-formatted number.

    A number that stands for none (negative, beyond the year 9999) is returned as it is.
    """
    if not 0 <= serial < _LAST_SERIAL:
        return serial
    if is_duration:
        return timedelta(milliseconds=round(serial * _DAY_MS))
    days = serial + _DAYS_1904 if date_system == 1904 else serial
    days = days if days >= _FIRST_MARCH_1900 else days + 1
    try:
        shown = _EPOCH + timedelta(milliseconds=round(days * _DAY_MS))
    except OverflowError:
        return serial
    if serial < 1:
        return shown.time()
    return shown.date() if float(serial).is_integer() else shown


@lru_cache(maxsize=4096)
def shows_code(code: str) -> bool:
    """Tell whether a format shows a whole number as a code: zeros before it, or text around it."""
    first = code.partition(";")[0]
    return _CODE_PART.sub("", first) == "" and len(re.findall("0", _LITERALS.sub("", first))) > 1


def as_code(value: float, code: str) -> str | None:
    """Return a number as its format ``code`` shows it, when `shows_code`; else None."""
    if not shows_code(code) or value < 0 or not float(value).is_integer() or value >= _WHOLE_LIMIT:
        return None
    parts = [match.groups() for match in _CODE_PART.finditer(code.partition(";")[0])]
    places = sum(part[3] is not None for part in parts)
    digits = str(int(value))
    shown = []
    for quoted, escaped, skipped, place, sign in parts:
        if place is None:
            shown.append(quoted or escaped or sign or (" " if skipped else ""))
            continue
        # Digits beyond the places stand at the first of them.
        cut = max(len(digits) - places + 1, 0)
        digit, digits, places = digits[:cut], digits[cut:], places - 1
        shown.append(digit or ("0" if place == "0" else ""))
    return "".join(shown).strip()


@dataclass
class Formats:
    """The number formats of one workbook; cells name an entry of ``by_style``.

    ``codes``: format id -> code as the file gives it. ``by_style``: style number -> format id.
    """

    codes: dict[int, str] = field(default_factory=dict)
    by_style: list[int] = field(default_factory=list)
    date_system: int = 1900

    def code(self, style: int) -> str:
        """Return the format code of a style; empty when the file does not give it."""
        number = self.by_style[style] if 0 <= style < len(self.by_style) else 0
        return self.codes.get(number) or BUILT_IN_CODES.get(number, "")

    def value(self, number: float, style: int) -> Cell:
        """Return a number as a person sees it: a date, a code with its zeros, or the number."""
        code = self.code(style)
        if not code:
            return number
        what = meaning(code)
        if what != "number":
            return moment(number, what == "duration", self.date_system)
        return as_code(number, code) or number
