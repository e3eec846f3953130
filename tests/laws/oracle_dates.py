"""Domain §6 read aloud: written dates, and days and months that were swapped (docs/decisions/0008).

Forms stand as `strptime` writes them, one after the other; nothing here is a pattern of the models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

BLANKS = frozenset({"-", "--", "NULL", "N/A", "00/00/0000", "01/01/0001 00:00:00", "01/01/1900"})
TEXT_FORMS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
TEXT_FORMS_SWAPPED = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y")
CELL_FORM, CELL_FORM_SWAPPED = "%Y-%m-%d", "%Y-%d-%m"
WORD_FORMS = ("ngày %d tháng %m năm %Y", "%d tháng %m, %Y", "%d-thg %m-%Y", "%d-%b-%Y")
CLOCKS = ("%H:%M:%S", "%H:%M", "%Hh%M", "%H giờ %M")
WEEKDAYS = (
    "Thứ hai, ",
    "Thứ ba, ",
    "Thứ tư, ",
    "Thứ năm, ",
    "Thứ sáu, ",
    "Thứ bảy, ",
    "Chủ nhật, ",
)


@dataclass(frozen=True)
class Moment:
    """A date, and a time of day where the cell carried one."""

    day: date
    at: time | None = None


@dataclass(frozen=True)
class Written:
    """What a cell may mean: as the layout reads it (day first), and with day and month swapped.

    `form`: "text" or "cell" (what Excel makes of a date) where a swap can have happened, else None.
    """

    read: Moment | None = None
    swapped: Moment | None = None
    form: str | None = None
    is_blank: bool = False


def read_written(text: str | None) -> Written:
    """§6: `dd/MM/yyyy` with `HH:mm[:ss]` before or after, ISO, `yyyyMMddHHmmss`, Excel serials, text
    dates; a marker of an empty cell is blank, whatever else cannot be read is unreadable."""
    if text is None or text in BLANKS:
        return Written(is_blank=True)
    if text.replace(".", "", 1).isdigit() and len(text.split(".")[0]) == 5:
        read = datetime(1899, 12, 30) + timedelta(seconds=round(float(text) * 86400))  # noqa: DTZ001
        other = _date(read.year, read.day, read.month)
        at = read.time() if "." in text else None
        return Written(Moment(read.date(), at), Moment(other, at) if other else None, "cell")
    if text.isdigit():
        form = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}.get(len(text), "?")
        return Written(_tried(text, (form,), has_clock=len(text) > 8))
    for weekday in WEEKDAYS:
        text = text.removeprefix(weekday)
    day_first, month_first = _with_clock(text, TEXT_FORMS), _with_clock(text, TEXT_FORMS_SWAPPED)
    if day_first or month_first:
        return Written(day_first, month_first, "text")
    cell, turned = _with_clock(text, (CELL_FORM,)), _with_clock(text, (CELL_FORM_SWAPPED,))
    if cell or turned:
        return Written(cell, turned, "cell")
    return Written(_with_clock(text, WORD_FORMS))


def _with_clock(text: str, days: Sequence[str]) -> Moment | None:
    """The text as one of these days, alone or with a time of day before or after it."""
    for day in days:
        found = _tried(text, (day,), has_clock=False)
        for clock in () if found else CLOCKS:
            found = found or _tried(
                text, (f"{day} {clock}", f"{clock} {day}", f"{clock} ngày {day}"), has_clock=True
            )
        if found:
            return found
    return None


def _tried(text: str, forms: Sequence[str], *, has_clock: bool) -> Moment | None:
    for form in forms:
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 - exports carry local time
        except ValueError:
            continue
        if 1990 <= read.year <= 2100:
            return Moment(read.date(), read.time() if has_clock else None)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Settled:
    """The dates of a row that count, the columns that were turned back, and whether any is in doubt."""

    dates: Mapping[str, Moment | None]
    unreadable: frozenset[str]
    swapped: frozenset[str] = frozenset()
    is_ambiguous: bool = False


def proof(code_day: date | None, received: Written) -> str | None:
    """The case code's date decides: the received date as read is right, or only its swap is."""
    if code_day is None:
        return None
    read = received.read.day if received.read else None
    other = received.swapped.day if received.swapped else None
    if read == code_day:
        return "right" if other != code_day else None
    return "swapped" if other == code_day else None


def settle_file(rows: Sequence[tuple[date | None, Mapping[str, Written]]]) -> list[Settled]:
    """US-swapped dates are repaired where the case code proves them, rejected where nothing does,
    never guessed. Each row: the day in its code, and what its date cells may mean."""
    proofs = [proof(code_day, cells["received_at"]) for code_day, cells in rows]
    said: dict[str | None, set[str]] = {}
    for (_, cells), proven in zip(rows, proofs, strict=True):
        if proven:
            said.setdefault(cells["received_at"].form, set()).add(proven)
    doubtful = {form for form, proven in said.items() if proven == {"swapped"}}
    return [
        _settle_row(cells, proven, doubtful)
        for (_, cells), proven in zip(rows, proofs, strict=True)
    ]


def _settle_row(
    cells: Mapping[str, Written], proven: str | None, doubtful: set[str | None]
) -> Settled:
    turned_form = cells["received_at"].form if proven == "swapped" else None
    # A date of the same form whose day is after the 12th was not swapped: the row contradicts itself.
    contradicted = any(
        w.form == turned_form and w.read and not w.swapped for w in cells.values() if turned_form
    )
    # Where a file proves only swaps of a form, nothing tells which way its other dates were written.
    in_doubt = any(
        w.form in doubtful
        and w.form != turned_form
        and w.read
        and w.swapped
        and w.read != w.swapped
        for w in cells.values()
        if w.form
    )
    is_ambiguous = contradicted or in_doubt
    turned = {
        name
        for name, w in cells.items()
        if turned_form and w.form == turned_form and not is_ambiguous and w.swapped
    }
    dates = {name: w.swapped if name in turned else w.read for name, w in cells.items()}
    return Settled(
        dates=dates,
        unreadable=frozenset(
            name for name, w in cells.items() if not w.is_blank and dates[name] is None
        ),
        swapped=frozenset(name for name in turned if cells[name].read != cells[name].swapped),
        is_ambiguous=is_ambiguous,
    )
