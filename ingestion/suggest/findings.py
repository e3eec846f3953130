"""What a file's sheets, columns, groups and values amount to, before it is written as a draft."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.decode.cells import is_blank, to_text
from ingestion.decode.legacy import decode_title, label_readings
from ingestion.decode.row_signs import held_value
from ingestion.decode.sheet_choice import months_of_sheet, own_name
from ingestion.suggest.content import Profile, is_name
from ingestion.suggest.dates import DateOrder
from ingestion.suggest.evidence import DATE_COLUMNS
from ingestion.suggest.files import Seen
from ingestion.suggest.matching import REVIEWED, ColumnGuess, guess_columns
from ingestion.suggest.relations import date_order
from ingestion.suggest.tables import Table
from ingestion.suggest.vocabulary import Vocabulary
from ingestion.text import match_key

_MAXIMUM_VALUES = 40
_HELD_SHARE = 0.6


@dataclass(frozen=True)
class Findings:
    """``same``: sheets with the table's columns, itself among them; ``sheet_holds`` and
    ``group_holds``: the canonical column their names fill, if known ones. ``values``: per column
    the repeated values nobody knows, and how many more were seen once. ``open_before``: cases not
    completed that were received before the file's newest month, None where that cannot be told.
    """

    table: Table
    columns: Sequence[ColumnGuess]
    same: tuple[Table, ...]
    sheet_is_month: bool
    sheet_holds: str | None
    group_holds: str | None
    order: DateOrder
    has_dates: bool
    open_before: int | None
    values: Mapping[str, tuple[list[str], int]]

    @property
    def places(self) -> dict[str, ColumnGuess]:
        """Canonical columns found, each with its column of the file."""
        return {
            guess.place: guess
            for guess in self.columns
            if guess.place and guess.place not in ("drop", "ignore")
        }


def find(seen: Seen, known: Vocabulary) -> Findings:
    """Choose the table to draft for and look at all that its layout must say."""
    visible = [table for table in seen.tables if table.sheet.is_visible] or list(seen.tables)
    table = max(visible, key=lambda one: (round(one.score, 1), len(one.data)))
    columns, profiles = guess_columns(table, known)
    same = tuple(one for one in visible if one.key == table.key)
    # Of an archive every file is read anyway.
    same = tuple(one for one in same if one.sheet.member == table.sheet.member)
    names = [own_name(one.sheet) for one in same]
    by_month = len(same) > 1 and all(map(months_of_sheet, names))
    mapped = {guess.place for guess in columns}
    return Findings(
        table=table,
        columns=columns,
        same=same,
        sheet_is_month=by_month,
        sheet_holds=_held(names, mapped, known) if len(same) > 1 and not by_month else None,
        group_holds=_held(table.groups, mapped, known),
        order=date_order({g.index: profiles[g.index] for g in columns if g.place in DATE_COLUMNS}),
        has_dates=any(profiles[g.index].filled for g in columns if g.place in DATE_COLUMNS),
        open_before=_open_before(columns, profiles),
        values=_unknown_values(table, columns, profiles, known),
    )


def _held(titles: Sequence[str], mapped: set[str | None], known: Vocabulary) -> str | None:
    """Return the column that most of the titles are values of, unless a column of the file is it."""
    for column in ("sector", "unit", "procedure"):
        names = [held_value(decode_title(title), column) for title in titles]
        count = sum(known.knows(column, name) for name in names)
        if titles and count >= _HELD_SHARE * len(titles) and column not in mapped:
            return column
    return None


def _open_before(columns: Sequence[ColumnGuess], profiles: Mapping[int, Profile]) -> int | None:
    """Count what a file of one month's movements would not hold."""
    at = {guess.place: guess.index for guess in columns}
    if "received_at" not in at or "completed_at" not in at:
        return None
    dates = {index: profiles[index] for index in (at["received_at"], at["completed_at"])}
    order = date_order(dates).orders[0]
    received = [day.day(order) if day else None for day in profiles[at["received_at"]].dates]
    months = [f"{day:%Y-%m}" if day else "" for day in received]
    newest = max(months, default="")
    completed = profiles[at["completed_at"]].dates
    pairs = zip(months, completed, strict=True)
    return sum(bool(month) and month < newest and done is None for month, done in pairs)


def _unknown_values(
    table: Table,
    columns: Sequence[ColumnGuess],
    profiles: Mapping[int, Profile],
    known: Vocabulary,
) -> dict[str, tuple[list[str], int]]:
    """Return repeated values of status and channel that no list knows.

    A value seen once, a long one, one with digits and one like a name may be a slip that shows who
    somebody is: it is counted, not quoted. So is everything in a column that is not surely a list.
    """
    found: dict[str, tuple[list[str], int]] = {}
    for guess in columns:
        if guess.place not in ("status", "channel") or guess.confidence < REVIEWED:
            continue
        column, shown = guess.place, profiles[guess.index]
        cells = (cell for cell in table.cells(guess.index) if not is_blank(cell))
        counts = Counter(to_text(cell).strip() for cell in cells)
        values, more = unlisted(column, counts, known, is_list=shown.distinct <= _MAXIMUM_VALUES)
        if values or more:
            found[column] = (values, more)
    return found


def unlisted(
    column: str, counts: Mapping[str, int], known: Vocabulary, *, is_list: bool = True
) -> tuple[list[str], int]:
    """Return the values that no list knows and that may be quoted, most frequent first, and how many may not.

    ``counts``: how often each value of the column was seen.
    """
    unknown = {
        value: count
        for value, count in counts.items()
        if not any(known.knows(column, way) for way in label_readings(value))
    }
    quoted = [v for v, count in unknown.items() if is_list and count > 1 and _is_word(v, known)]
    by_key = {match_key(value): value for value in sorted(quoted)}
    values = sorted(by_key.values(), key=lambda value: (-unknown[value], value))
    return values, len(unknown) - len(quoted)


def _is_word(value: str, known: Vocabulary) -> bool:
    is_plain = len(value) <= 60 and sum(letter.isdigit() for letter in value) < 3
    return is_plain and "@" not in value and not is_name(value, known)
