"""Hypothesis strategies that make small sites: units, months, case histories, dirt, resubmissions.

A `Plan` is plain data: what the authority wrote and what was sent, in order. `site_files` writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from tests.laws.oracle_rows import Reference, UnitFacts, first_day, last_day, shift

FIRST = "2024-11"
NATIONAL = "000.00.16.H32-{day:%y%m%d}-{number:04d}"
SECTORS = {"Đất đai": "LV-DAT", "LV-DAT": "LV-DAT", "Hộ tịch": "LV-HT", "Khai sinh": "LV-HT"}
STATUSES = {
    "Mới tạo": "registered",
    "Mới nhận": "accepted",
    "Từ chối tiếp nhận": "not_accepted",
    "Đang làm": "processing",
    "Chờ bổ sung": "supplement_requested",
    "Chờ nộp phí": "payment_requested",
    "Dân rút": "withdrawn",
    "Tạm dừng": "stopped",
    "Làm xong": "done",
    "Đã giao": "returned",
    "Từ chối giải quyết": "refused",
}
CHANNELS = {"Tại chỗ": "direct", "Qua mạng": "online", "Bưu điện": "post"}
LAYOUTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "day_du": ("snapshot", ()),
    "bien_dong": ("movements", ()),
    "khong_han": ("snapshot", ("due_at",)),
    "khong_trang_thai": ("snapshot", ("status",)),
    "khong_ket_thuc": ("snapshot", ("completed_at",)),
    "khong_linh_vuc": ("movements", ("sector", "channel")),
}
COLUMNS = {
    "case_code": "Mã hồ sơ",
    "unit": "Đơn vị",
    "sector": "Lĩnh vực",
    "channel": "Kênh",
    "received_at": "Ngày tiếp nhận",
    "due_at": "Ngày hẹn trả",
    "completed_at": "Ngày xong",
    "status": "Tình trạng",
}
Cells = dict[str, str | None]


@dataclass(frozen=True)
class Sending:
    """One file on its way: who sends it for which month, and its rows (mapped columns only)."""

    unit: str
    period: str
    mode: str
    layout: str
    rows: tuple[tuple[tuple[str, str | None], ...], ...]
    note: str
    accept_if_held: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The mapped columns that the file carries."""
        return tuple(c for c in COLUMNS if c not in LAYOUTS[self.layout][1])


@dataclass(frozen=True)
class Plan:
    """A site and what it is sent, in the order of sending."""

    reference: Reference
    layouts: tuple[tuple[str, str], ...]
    newest: str
    sendings: tuple[Sending, ...]

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """What Hypothesis shows: little. A failing site is shown by `smaller.explain`."""
        printer.text(f"<site of {len(self.reference.units)} units, {len(self.sendings)} files>")


@dataclass(frozen=True)
class History:
    """A case as it truly went: who held it first, when, and how it ended."""

    code: str
    unit: str
    received: date
    due: date | None
    completed: date | None
    moved_due: bool
    clock: str
    end_status: str
    open_status: str
    sector: str | None
    channel: str | None
    style: str


def _weighted(*pairs: tuple[int, str]) -> st.SearchStrategy[str]:
    """A choice; the first one is what Hypothesis shrinks to."""
    return st.sampled_from([name for times, name in pairs for _ in range(times)])


@st.composite
def references(draw: st.DrawFn) -> Reference:
    """Two or three units; sometimes a merger, a split or a renaming inside the months."""
    kind = draw(_weighted((3, "plain"), (2, "merger"), (2, "split"), (1, "renamed"), (1, "chain")))
    begins = shift(FIRST, draw(st.integers(1, 3)))
    ended = first_day(begins) - timedelta(days=1)
    spaces = {code: draw(st.sampled_from((None, "KHO-1", "KHO-2"))) for code in ("A", "B")}
    heirs = {"merger": ("S",), "split": ("S", "T"), "renamed": ("S",), "chain": ("S",)}.get(
        kind, ()
    )
    a = UnitFacts("A", ("Phường A", "P. A"), ended if heirs else None, heirs, spaces["A"])
    b = UnitFacts("B", ("Phường B",), None, (), spaces["B"])
    if kind == "merger":
        b = replace(b, ended_on=ended, successors=heirs)
    units = [a, b]
    inherited = {u.case_namespace for u in units if u.successors}
    inherits = len(inherited) == 1 and None not in inherited and draw(st.booleans())
    for heir in heirs:
        units.append(
            UnitFacts(heir, (f"Phường {heir}",), None, (), None if inherits else f"KHO-{heir}")
        )
    if kind == "chain":
        later = first_day(shift(begins, 1)) - timedelta(days=1)
        units[-1] = replace(
            units[-1], ended_on=later, successors=("T", "B"), case_namespace="KHO-S"
        )
        units.append(UnitFacts("T", ("Phường T",), None, (), "KHO-T"))
        units[1] = replace(b, case_namespace="KHO-B")
    # B is renamed and becomes a district after the first month, where it lasts beyond it: two versions
    # of one code.
    if units[1].ended_on is None or units[1].ended_on > last_day(FIRST):
        raised = (("", "commune"), (shift(FIRST, 1), "district"))
        units[1] = replace(units[1], levels=raised)
    return Reference("H32", tuple(units), SECTORS, STATUSES, CHANNELS)


@st.composite
def histories(draw: st.DrawFn, number: int, newest: str) -> History:
    """One case. Its number may collide with another unit's number, its code may be national."""
    span = (last_day(newest) - first_day(FIRST)).days
    received = first_day(FIRST) + timedelta(days=draw(st.integers(-40, span)))
    # Days that fall on the ends of both calendars' periods are where rules break: prefer them.
    edge = draw(_weighted((3, "any"), (1, "first"), (1, "last"), (1, "mid")))
    received = _to_edge(received, edge)
    term = draw(st.sampled_from((10, 0, 5, 20, 30, 45, None)))
    lasted = draw(st.sampled_from((None, 3, 10, 0, 20, 30, 31, 45, 70)))
    due = None if term is None else received + timedelta(days=term)
    if due and draw(st.integers(0, 4)) == 4:
        due = max(received, last_day(f"{due:%Y-%m}"))
    unit = draw(_weighted((3, "A"), (2, "B")))
    kind = draw(_weighted((2, "national"), (2, "local"), (1, "shared")))
    code = {
        "national": NATIONAL.format(day=received, number=number),
        "local": f"{number:03d}/{unit}",
        "shared": f"{number // 2:03d}",
    }[kind]
    return History(
        code=code,
        unit=unit,
        received=received,
        due=due,
        completed=None if lasted is None else received + timedelta(days=lasted),
        moved_due=draw(st.integers(0, 5)) == 5,
        clock=draw(_weighted((3, "none"), (1, "both"), (1, "due"))),
        end_status=draw(
            st.sampled_from(
                (
                    "Làm xong",
                    "Đã giao",
                    "Làm xong",
                    "Dân rút",
                    "Từ chối giải quyết",
                    "Đang làm",
                    "Lạ",
                )
            )
        ),
        open_status=draw(
            st.sampled_from(("Đang làm", "Mới nhận", "Đang làm", "Chờ bổ sung", "Tạm dừng", "Lạ"))
        ),
        sector=draw(st.sampled_from(("Đất đai", "Hộ tịch", "LV-DAT", "Khai sinh", None, "Lạ"))),
        channel=draw(st.sampled_from(("Tại chỗ", "Qua mạng", "Bưu điện", None, "Lạ"))),
        style=draw(st.sampled_from(("plain",) * (2 * len(STYLES)) + tuple(STYLES))),
    )


def _to_edge(day: date, edge: str) -> date:
    if edge == "first":
        return day.replace(day=1)
    if edge == "last":
        return last_day(f"{day:%Y-%m}")
    return day.replace(day=14 + day.toordinal() % 2) if edge == "mid" else day


def _holder(reference: Reference, unit: str, period: str, number: int) -> str:
    """Who would send the case: its unit, or the heir after a merger (on a split, one of them)."""
    facts = reference.unit(unit)
    while facts.ended_on and facts.ended_on < first_day(period):
        facts = reference.unit(facts.successors[number % len(facts.successors)])
    return facts.code


def _row(case: History, period: str) -> Cells:
    """What an honest export says of a case at the end of a month."""
    done = case.completed is not None and case.completed <= last_day(period)
    late = case.due is not None and case.due < last_day(period)
    due = case.due + timedelta(days=15) if case.due and case.moved_due and late else case.due

    def write(day: date | None, at: str) -> str | None:
        return None if day is None else STYLES[case.style](day, at).strip()

    return {
        "case_code": case.code,
        "unit": None,
        "sector": case.sector,
        "channel": case.channel,
        "received_at": write(case.received, "08:30:00" if case.clock == "both" else ""),
        "due_at": write(due, {"none": "", "both": "16:00", "due": "17:00:00"}[case.clock]),
        "completed_at": write(
            case.completed if done else None,
            f"{9 + case.received.day % 9:02d}:15:00" if case.clock == "both" else "",
        ),
        "status": case.end_status if done else case.open_status,
    }


def _written(day: date | None, at: str) -> str | None:
    return None if day is None else f"{day:%d/%m/%Y} {at}".strip()


def _plain(day: date, at: str) -> str:
    return f"{day:%d/%m/%Y} {at}"


def _in_words(day: date, at: str) -> str:
    clock = at[:5].replace(":", "h")
    return f"{clock} ngày {day.day} tháng {day.month} năm {day.year}"


def _digits(day: date, at: str) -> str:
    clock = at.replace(":", "").ljust(6, "0") if at else ""
    return f"{day:%Y%m%d}{clock}"


def _serial(day: date, at: str) -> str:
    hour = int(at[:2]) if at else 0
    return f"{(day - date(1899, 12, 30)).days + hour / 24:.9g}"


def _by_excel(day: date, at: str) -> str:
    """A day that American Excel takes for a month becomes a date cell, swapped; other text stays text."""
    return f"{day:%Y-%d-%m} {at}" if day.day <= 12 else _plain(day, at)


STYLES: dict[str, Callable[[date, str], str]] = {
    "plain": _plain,
    "dots": lambda day, at: f"{day.day}.{day.month}.{day.year} {at}",
    "clock first": lambda day, at: f"{at} {day:%d-%m-%Y}",
    "iso": lambda day, at: f"{day:%Y-%m-%d} {at}",
    "words": _in_words,
    "weekday": lambda day, at: f"Thứ hai, {day:%d/%m/%Y} {at}",
    "digits": _digits,
    "serial": _serial,
    "american": lambda day, at: f"{day:%m/%d/%Y} {at}",
    "american excel": _by_excel,
}
"""How the one who types a case's rows writes its dates; the last two swap day and month."""


def _is_listed(case: History, period: str, kind: str) -> bool:
    """Snapshots hold what is open or was closed in the month; movements what was received or closed."""
    first, last = first_day(period), last_day(period)
    received = first <= case.received <= last
    closed = case.completed is not None and first <= case.completed <= last
    is_open = case.received <= last and (case.completed is None or case.completed > last)
    return received or closed or (is_open and kind == "snapshot")


Change = Callable[[Cells, str], list[Cells]]


def _set(**cells: str | None) -> Change:
    return lambda row, period: [{**row, **cells}]


def _day(column: str, days: int) -> Change:
    """The column's date, so many days after the end of the period (before, when negative)."""
    return lambda row, period: [
        {**row, column: _written(last_day(period) + timedelta(days=days), "")}
    ]


def _swapped(text: str | None) -> str | None:
    """dd/MM/yyyy as MM/dd/yyyy, where the text is one."""
    parts = (text or "").split("/", 2)
    return "/".join((parts[1], parts[0], parts[2])) if len(parts) == 3 else text


CHANGES: dict[str, Change] = {
    "plain": lambda row, period: [row],
    "left_out": lambda row, period: [],
    "twice": lambda row, period: [row, row],
    "differing": lambda row, period: [row, {**row, "sector": "Khai sinh", "due_at": None}],
    "differing_rejected": lambda row, period: [row, {**row, "received_at": None}],
    "no_code": _set(case_code=None),
    "unknown_unit": _set(unit="Phường Không Có"),
    "named_b": _set(unit="Phường B"),
    "named_a": _set(unit="P. A"),
    "no_received": _set(received_at=None),
    "bad_received": _set(received_at="31/02/2025"),
    "bad_due": _set(due_at="hôm qua"),
    "bad_completed": _set(completed_at="32/01/2025"),
    "dash_completed": _set(completed_at="-"),
    "null_received": _set(received_at="NULL"),
    "zero_due": _set(due_at="00/00/0000"),
    "due_after_12th": _set(due_at="25/12/2026"),
    "swapped_received": lambda row, period: [{**row, "received_at": _swapped(row["received_at"])}],
    "early_due": _set(due_at="01/01/2020"),
    "early_completed": _set(completed_at="01/01/2020"),
    "late_received": _day("received_at", 3),
    "done_blank": _set(status="Làm xong", completed_at=None),
    "withdrawn_blank": _set(status="Dân rút", completed_at=None),
    "registered": _set(status="Mới tạo"),
    "registered_blank": _set(status="Mới tạo", received_at=None),
    "not_accepted": _set(status="Từ chối tiếp nhận"),
    "suspended": _set(status="Chờ nộp phí"),
    "suspended_open": _set(status="Tạm dừng", completed_at=None),
    "withdrawn": lambda row, period: [
        {**row, "status": "Dân rút", "completed_at": _written(last_day(period), "")}
    ],
    "refused": lambda row, period: [
        {**row, "status": "Từ chối giải quyết", "completed_at": _written(last_day(period), "")}
    ],
    "future_done": lambda row, period: [
        {**row, "status": "Làm xong", "completed_at": _written(last_day(period) + timedelta(9), "")}
    ],
    "reopened": _set(status="Đang làm", completed_at=None),
    "due_last_day": _day("due_at", 0),
    "due_day_before": _day("due_at", -1),
    "due_later": _day("due_at", 20),
    "due_blank": _set(due_at=None),
    "sector_blank": _set(sector=None),
    "sector_moved": _set(sector="Hộ tịch"),
}
_CHANGE = st.sampled_from(["plain"] * (2 * len(CHANGES)) + list(CHANGES))


@st.composite
def _file_rows(
    draw: st.DrawFn, cases: list[History], period: str, layout: str
) -> tuple[tuple[tuple[str, str | None], ...], ...]:
    """The rows of one file: honest ones, each perhaps changed."""
    kind, absent = LAYOUTS[layout]
    rows: list[Cells] = []
    for case in cases:
        if not _is_listed(case, period, kind):
            continue
        rows += CHANGES[draw(_CHANGE)](_row(case, period), period)
    return tuple(
        tuple((column, row[column]) for column in COLUMNS if column not in absent) for row in rows
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A whole small site and two to four months of what it is sent."""
    reference = draw(references())
    length = draw(st.integers(2, 4))
    newest = shift(FIRST, length - 1)
    cases = [
        draw(histories(number, newest))
        for number in range(draw(st.sampled_from((6, 4, 8, 10, 12, 2, 1))))
    ]
    # Most sites use the full layout.
    usual = st.sampled_from(["day_du"] * 3 + list(LAYOUTS))
    layouts = {u.code: draw(usual) for u in reference.units}
    changed_unit, changed_to = draw(st.sampled_from(("", "A", "B"))), draw(usual)
    sendings: list[Sending] = []
    for index in range(length):
        period = shift(FIRST, index)
        # From its second month on, a unit may have another layout (an entry of its own in sources).
        chosen = layouts | ({changed_unit: changed_to} if changed_unit and index else {})
        for unit in reference.units:
            own = [
                case
                for number, case in enumerate(cases)
                if _holder(reference, case.unit, period, number) == unit.code
            ]
            sendings += draw(_month_of_unit(unit, period, chosen[unit.code], own, cases))
    late = draw(st.integers(0, max(len(sendings) - 1, 0)))
    if draw(st.integers(0, 3)) == 3:
        sendings.append(sendings.pop(late)) if sendings else None
    entries = [(code, layout) for code, layout in layouts.items() if code != changed_unit]
    if changed_unit:
        entries += [(f"{changed_unit}<", layouts[changed_unit]), (f"{changed_unit}>", changed_to)]
    return Plan(reference, tuple(entries), newest, tuple(sendings))


@st.composite
def _month_of_unit(
    draw: st.DrawFn,
    unit: UnitFacts,
    period: str,
    layout: str,
    own: list[History],
    everyone: list[History],
) -> list[Sending]:
    """What one unit sends for one month: usually one file."""
    ended = unit.ended_on is not None and unit.ended_on < first_day(period)
    unborn = not ended and unit.code in {"S", "T"} and not own
    choice = draw(
        _weighted(
            (8, "once"),
            (2, "missing"),
            (2, "replaced"),
            (2, "supplement"),
            (1, "supplement_alone"),
            (1, "empty"),
            (1, "empty_later"),
            (1, "repeated"),
            (1, "others_too"),
            (1, "three"),
        )
    )
    if choice == "missing" or unborn:
        return []
    if ended:
        # A late system that still sends under the old name, now and then.
        layout = "day_du"
        if draw(st.integers(0, 4)) < 4:
            return []
        own = everyone[:2]
    if choice == "others_too":
        own = everyone[:4]
    held = draw(st.integers(0, 4)) < 4

    def sending(mode: str, note: str, cases: list[History]) -> Sending:
        rows = draw(_file_rows(cases, period, layout))
        return Sending(unit.code, period, mode, layout, rows, f"{period} {note}", held)

    first = sending("supplement" if choice == "supplement_alone" else "replace", "1", own)
    later: dict[str, Callable[[], list[Sending]]] = {
        "replaced": lambda: [sending("replace", "2", own)],
        "supplement": lambda: [sending("supplement", "2", everyone[-3:])],
        "empty_later": lambda: [replace(first, rows=(), note=f"{period} 2")],
        "repeated": lambda: [first],
        "three": lambda: [
            sending("supplement", "2", everyone[:2]),
            sending("replace", "3", own[: len(own) - 1]),
        ],
    }
    if choice == "empty":
        return [replace(first, rows=())]
    return [first, *later.get(choice, list)()]
