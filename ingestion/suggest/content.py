"""What the cells of a column look like: kinds of values and their shares, never kept as text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.decode.cells import Cell, is_blank, to_text
from ingestion.decode.legacy import label_readings
from ingestion.suggest.dates import WrittenDate, read_written
from ingestion.suggest.vocabulary import Vocabulary
from ingestion.text import bare_key, match_key

VALUE_COLUMNS = (
    "status",
    "channel",
    "service_level",
    "unit",
    "sector",
    "sector_code",
    "procedure",
    "procedure_code",
)
_CASE_CODE = re.compile(r"(?:[.\dA-Z]+-)+(\d{6})-\d{3,7}", re.IGNORECASE)
_SECTOR_CODE = re.compile(r"G\d{2}-?[A-ZĐÐ]{2}\d{2}", re.IGNORECASE)
_PROCEDURE_CODE = re.compile(r"\d\.\d{6}(?:\..*)?")
_PHONE = re.compile(r"(?:\+?84|0)[ .-]?[235789](?:[ .-]?\d){8,9}")
_IDENTITY = re.compile(r"0\d{11}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,\s]\d{3})+(?:[.,]\d+)?|-?\d+(?:[.,]\d+)?")
_YES_NO = frozenset(("co", "khong", "x", "true", "false", "yes", "no", "0", "1"))
_NAME_WORDS = range(2, 7)
_LEAST_COUNTED = 4
"""A column of 1 and 2 in turn holds codes, it counts nothing."""


@dataclass
class Profile:
    """Shares are of the filled cells. ``dates``: per data row what the cell says as a date."""

    rows: int
    filled: int = 0
    distinct: int = 0
    shares: dict[str, float] = field(default_factory=dict)
    dates: list[WrittenDate | None] = field(default_factory=list)
    code_days: list[str | None] = field(default_factory=list)

    def share(self, kind: str) -> float:
        """Share of the filled cells that are of a kind (0 when none are filled)."""
        return self.shares.get(kind, 0.0)

    @property
    def fill(self) -> float:
        """Share of the rows in which the column is filled."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def variety(self) -> float:
        """Different values per filled cell: 1 for a key, near 0 for a list of choices."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def is_personal(self) -> bool:
        """Most cells are phone numbers, identity numbers or e-mail addresses."""
        return self.share("phone") + self.share("identity") + self.share("email") >= 0.5

    @property
    def is_running(self) -> bool:
        """The cells count the rows: 1, 2, 3, perhaps from 1 again in each group."""
        return self.share("step") >= 0.8 and self.distinct >= min(self.rows, _LEAST_COUNTED)


def profile(cells: Sequence[Cell], vocabulary: Vocabulary) -> Profile:
    """Describe a column by the cells of its data rows (blank ones included)."""
    found = Profile(len(cells))
    texts: list[str] = []
    for cell in cells:
        shown = "" if is_blank(cell) else to_text(cell).strip()
        texts.append(shown)
        found.dates.append(_written(cell, shown))
    counts = Counter(filter(None, texts))
    found.filled, found.distinct = counts.total(), len(counts)
    kinds: Counter[str] = Counter()
    for value, count in counts.items():
        for kind in _kinds(value, vocabulary):
            kinds[kind] += count
    kinds["date"] = sum(day is not None for day in found.dates)
    kinds["step"] = _steps(texts)
    if found.filled:
        found.shares = {kind: count / found.filled for kind, count in kinds.items()}
    found.code_days = [_day_in_code(value) for value in texts]
    return found


def _written(cell: Cell, shown: str) -> WrittenDate | None:
    if isinstance(cell, datetime | date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return WrittenDate("cell", (day.year, day.month, day.day))
    return read_written(shown) if shown and isinstance(cell, str) else None


def _day_in_code(value: str) -> str | None:
    match = _CASE_CODE.fullmatch(value)
    return match[1] if match else None


def _kinds(value: str, vocabulary: Vocabulary) -> Iterable[str]:
    if any(letter.isdigit() for letter in value):
        yield "digit"
    patterns = {
        "case_code": _CASE_CODE,
        "sector_code": _SECTOR_CODE,
        "procedure_code": _PROCEDURE_CODE,
        "phone": _PHONE,
        "identity": _IDENTITY,
        "email": _EMAIL,
        "number": _NUMBER,
    }
    yield from (kind for kind, pattern in patterns.items() if pattern.fullmatch(value))
    if not value.isdigit():  # a bare 1 or 2 is in every list of codes and tells nothing
        ways = label_readings(value)
        for column in VALUE_COLUMNS:
            if any(vocabulary.knows(column, way) for way in ways):
                yield f"known_{column}"
    words = bare_key(value).split()
    if " ".join(words) in _YES_NO:
        yield "yes_no"
    if is_name(value, vocabulary):
        yield "person"
    said = f" {' '.join(words)} "
    is_long = len(words) > 2 and any(letter.isdigit() for letter in value)
    if is_long and any(f" {word} " in said for word in vocabulary.address_words):
        yield "address"


# Without marks the family names Đặng and Hồ; with them the words by which many statuses begin.
_NO_NAMES = ("đang ", "hồ sơ ")


def is_name(value: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a text looks like a person's name: a family name first, words of letters only."""
    if match_key(value).startswith(_NO_NAMES):
        return False
    words = bare_key(value).split()
    is_short = len(words) in _NAME_WORDS and words[0] in vocabulary.family_names
    return is_short and value.strip()[0].isupper() and "".join(value.split()).isalpha()


def _steps(texts: Sequence[str]) -> int:
    """Count the cells that are one more than the cell before, or begin again at 1."""
    steps, before = 0, 0
    for value in texts:
        if value.isdecimal() and len(value) < 8:
            number = int(value)
            steps += number == before + 1 or (number == 1 < before)
            before = number
    return steps
