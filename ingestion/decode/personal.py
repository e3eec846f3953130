"""Keeping applicants' personal data inside the reader (domain §6; NĐ 13/2023, law 91/2025/QH15).

Columns that a layout drops, ignores or does not know never become rows. What is left is the mapped
columns, where personal data can stand by mistake: a shifted row puts a name under a date, a clerk
writes a phone number into the status. Such text is masked before anything is written.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.layouts import Layout
from ingestion.masking import (
    is_stamp,
    masked_addresses,
    masked_code,
    masked_names,
    masked_numbers,
    masked_unit,
)
from ingestion.messages import text
from ingestion.text import match_key

KEY_VARIABLE = "MOTCUA_HASH_KEY"
_MINIMUM_KEY = 16

_DATE_COLUMNS = ("received_at", "due_at", "completed_at", "returned_at")
# Columns that name nobody; in that of the official, names stay.
_NAMELESS_COLUMNS = (
    "sector",
    "procedure",
    "channel",
    "service_level",
    "status",
    "paid_online",
    "digitised",
    "result_digitised",
    "reused",
    "delivery",
    "joint",
    "overdue_cause",
)
# Codes of lists. Codes of officials are long numbers by nature, as codes of cases can be.
_CODE_COLUMNS = ("sector_code", "procedure_code")
_PLAIN_DATE = (
    r"^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"
    r"([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,9})?)?( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?$"
)
# Words of dates in Vietnamese and English, and of cells that say "none".
_DATE_WORDS = frozenset(
    re.split(
        r"\s+",
        """ngày tháng thg năm giờ phút giây lúc h g p s am pm sa ch t z thứ hai ba tư sáu bảy bẩy chủ
        nhật cn jan feb mar apr may jun jul aug sep sept oct nov dec january february march april
        june july august september october november december mon tue wed thu fri sat sun utc gmt
        monday tuesday wednesday thursday friday saturday sunday tues thur thurs
        một giêng tám chín mười th vào hồi sáng chiều
        n a null none nan nat blank không có chưa trống hẹn hạn vô kỳ thời ref div value num name""",
    )
)
# What systems write for "no date" (dbt_project/seeds/date_blank.csv).
_NO_STAMP = frozenset(("00000000000000", "00010101000000", "19000101000000", "99991231235959"))
# An amount of money is a long number by nature; it begins with no 0, as phone and identity numbers do.
_AMOUNT = r"^([1-9][0-9]{0,10}|0)$"
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_DATE, _LONGEST_STAMP = 60, 14
_SHORT_NUMBER = 8
_MANY = 20_000
"""Of more different values than this, those that are plain are sorted out by the library first."""
_PLAIN_CODE = r"^\S*[0-9]\S*$"
# A letter and, after it, a space: words in a code.
_WORDED = re.compile(r"[^\W\d_].* ")


class HashKeyError(Exception):
    """A layout asks for hashed identities but no key is set; the message is Vietnamese."""


def protect(
    table: pa.Table, layout: Layout, known_units: AbstractSet[str] = frozenset()
) -> pa.Table:
    """Return a table of `table.to_table` in which no mapped cell shows personal data.

    Dates: text that can be no date is masked. Texts: phone and identity numbers, e-mail addresses and
    addresses are masked, and names of people where nobody's name belongs. Units: a person's name,
    unless the text is a unit's; ``known_units`` are the keys (`match_key`) of those that look like
    one. Case codes: words without a digit are masked. ``applicant_key``: a keyed hash
    (HMAC-SHA256). Raises `HashKeyError` where that needs a key and there is none.
    """
    table = _replaced(table, "case_code", _masked_case_code, _PLAIN_CODE)
    for column in _DATE_COLUMNS:
        table = _replaced(table, column, masked_date, _PLAIN_DATE)
    for column in _NAMELESS_COLUMNS:
        table = _replaced(table, column, _masked_words)
    table = _replaced(table, "official", _masked_official)
    table = _replaced(table, "fee", _masked_fee, _AMOUNT)
    for column in _CODE_COLUMNS:
        table = _replaced(table, column, masked_code)

    def strange_unit(value: str) -> str:
        return value if match_key(value) in known_units else masked_unit(value)

    table = _replaced(table, "unit", strange_unit)
    if "applicant_key" in layout.columns:
        table = _hashed(table)
    return table


def masked_date(value: str) -> str:
    """Return a date cell as it stands when it could be meant as a date, else a mask."""
    if re.match(_PLAIN_DATE, value):
        return value
    words = [match_key(word) for word in _WORD.findall(value)]
    digits = "".join(re.findall(r"\d", value))
    if len(value) > _LONGEST_DATE or any(word not in _DATE_WORDS for word in words):
        return _mask(value)
    if words or len(digits) <= _SHORT_NUMBER:
        return value
    if digits == value and (value in _NO_STAMP or is_stamp(value)):
        return value
    has_marks = "/" in value or ":" in value
    is_serial = re.fullmatch(r"\d{5}[.,]\d+", value) is not None
    return value if is_serial or (has_marks and len(digits) <= _LONGEST_STAMP) else _mask(value)


def hash_key() -> bytes:
    """Return the key of identity hashes from the environment; raises `HashKeyError`."""
    key = os.environ.get(KEY_VARIABLE, "").encode()
    if len(key) < _MINIMUM_KEY:
        raise HashKeyError(text("intake.hash_key", variable=KEY_VARIABLE, length=_MINIMUM_KEY))
    return key


def check_hash_key(layouts: Sequence[Layout]) -> None:
    """Raise `HashKeyError` before any file is read, where one of the layouts needs the key."""
    if any("applicant_key" in layout.columns for layout in layouts):
        hash_key()


def _masked_case_code(value: str) -> str:
    """Words without any digit are a name in the wrong column, not a code; so are those of a name."""
    if not re.search("[0-9]", value):
        return _mask(value) if len(_WORD.findall(value)) > 1 else value
    if not _WORDED.search(value) or masked_unit(value) == value:
        return value
    return _mask(value)


@lru_cache(maxsize=8192)
def _masked_words(value: str) -> str:
    return masked_names(_masked_official(value))


@lru_cache(maxsize=8192)
def _masked_official(value: str) -> str:
    return masked_addresses(masked_numbers(value))


def _masked_fee(value: str) -> str:
    # Words in a fee are seldom read as one, and then shown to the unit.
    return value if re.match(_AMOUNT, value) else _masked_words(value)


def _mask(value: str) -> str:
    return text("intake.masked", length=len(value))


def _replaced(
    table: pa.Table, column: str, replace: Callable[[str], str], plain: str | None = None
) -> pa.Table:
    """Replace cells by ``replace``. ``plain``: a pattern of values that it returns as they are."""
    cells = table[column]
    if cells.null_count == len(cells):
        return table
    distinct = pc.drop_null(pc.unique(cells))
    if plain is not None and len(distinct) > _MANY:  # else the pattern costs more than it saves
        distinct = distinct.filter(pc.invert(pc.match_substring_regex(distinct, plain)))
    changes = {old: new for old in distinct.to_pylist() if (new := replace(old)) != old}
    if not changes:
        return table
    olds = pa.array(list(changes), pa.string())
    news = pa.array(list(changes.values()), pa.string())
    found = pc.index_in(cells, olds)
    masked = pc.coalesce(pc.take(news, found), cells)
    return table.set_column(table.column_names.index(column), column, masked)


def _hashed(table: pa.Table) -> pa.Table:
    key = hash_key()
    cells = table["applicant_key"]
    digests = {
        value: hmac.new(key, match_key(value).encode(), hashlib.sha256).hexdigest()
        for value in pc.unique(cells).to_pylist()
        if value is not None
    }
    hashed = pa.array([digests.get(value) for value in cells.to_pylist()], pa.string())
    return table.set_column(table.column_names.index("applicant_key"), "applicant_key", hashed)
