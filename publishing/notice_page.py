"""The digest for people: subject, text, the body of the mail, and the workbook with all of it.

A body stays short however many units are late: per cause the first UNITS_SHOWN units, of each the first
EVENTS_SHOWN lines, long reasons cut; mail programs cut bodies above 100 kB. The workbook has everything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ingestion.home import Home
from ingestion.messages import count, text
from publishing.notice_events import KINDS, Event, Kind, Standing, day_text, month_text
from publishing.notices import Digest, folder_of
from publishing.sheets import open_book
from publishing.tables import Table, write_table

UNITS_SHOWN = 12
EVENTS_SHOWN = 3
LONGEST_LINE = 220
LONGEST_NAME = 100
_SUBJECT = 200
STANDINGS: tuple[Standing, ...] = ("new", "still_open", "resolved")
_URGENCY: dict[Standing, int] = {"new": 0, "resolved": 1, "still_open": 2}
"""News first: where lines are left out, they are of what was told before."""


@dataclass(frozen=True)
class Line:
    """One event in one line."""

    standing: Standing
    said: str


@dataclass(frozen=True)
class UnitLines:
    """The lines of one unit under one cause; `more`: a sentence on those left out."""

    name: str
    lines: list[Line]
    more: str | None


@dataclass(frozen=True)
class CauseBlock:
    """One cause: what it is called, its counts, what to do, and the units it is about."""

    kind: Kind
    title: str
    counts: dict[Standing, int]
    ask: str
    units: list[UnitLines]
    more: str | None


def digest_subject(digest: Digest) -> str:
    """One line, whatever the authority is called."""
    said = text(
        "notice.subject", authority=digest.authority, day=day_text(digest.day), **_counts(digest)
    )
    return subject_line(said)


def digest_text(digest: Digest) -> str:
    """The digest as Markdown, for the log, Airflow's pages and the command line."""
    heading = text("notice.heading", authority=digest.authority, day=day_text(digest.day))
    lines = [f"## {text('notice.title')}", "", _plain(heading), "", compared(digest), ""]
    for block in blocks(digest):
        said = {str(name): count(block.counts[name]) for name in STANDINGS}
        lines += [f"### {block.title}: {text('notice.counts', **said)}"]
        if block.ask:
            lines += [text("notice.to_do", what=block.ask)]
        lines += [""]
        for unit in block.units:
            lines.append(f"* {_plain(unit.name)}")
            lines += [
                f"    * {text('notice.standing_' + line.standing)}: {_plain(line.said)}"
                for line in unit.lines
            ]
            lines += [f"    * {unit.more}"] if unit.more else []
        lines += [f"* {block.more}", ""] if block.more else [""]
    if digest.events:
        lines.append(text("notice.book", file=book_path_name(digest.day)))
    return "\n".join(lines).rstrip() + "\n"


def digest_html(digest: Digest) -> str:
    """The body of the mail: tables with inline styles, as mail programs show them; all data escaped."""
    return render(
        "digest.html.j2",
        heading=text("notice.heading", authority=digest.authority, day=day_text(digest.day)),
        compared=compared(digest),
        blocks=blocks(digest),
        standings=STANDINGS,
        book=book_path_name(digest.day),
    )


def write_digest_book(home: Home, digest: Digest) -> Path:
    """Write the workbook that names every event, to be attached; return its path."""
    path = folder_of(home, digest.day) / book_path_name(digest.day)
    created = datetime.combine(digest.day, time())
    lines = [_book_line(number, event) for number, event in enumerate(digest.events, start=1)]
    about = (text("notice.sheet_title"), compared(digest), digest.authority)
    with open_book(path, created) as book:
        write_table(book, text("notice.sheet"), about, _TABLE, lines)
    return path


def book_path_name(day: date) -> str:
    """The file name of a day's workbook."""
    return f"Theo-doi-so-lieu-{day.isoformat()}.xlsx"


def compared(digest: Digest) -> str:
    """How many events are new, still open and resolved, and since when."""
    if not digest.events:
        return text("notice.nothing")
    if digest.sent_before is None:
        return text("notice.first", **_counts(digest))
    return text("notice.compared", before=day_text(digest.sent_before), **_counts(digest))


def blocks(digest: Digest) -> list[CauseBlock]:
    """The digest by cause and unit, cut to what a mail can hold."""
    by_kind: dict[Kind, list[Event]] = {kind: [] for kind in KINDS}
    for event in digest.events:
        by_kind[event.kind].append(event)
    return [_block(kind, events) for kind, events in by_kind.items() if events]


def _block(kind: Kind, events: Sequence[Event]) -> CauseBlock:
    by_unit = [list(found) for _, found in groupby(events, key=lambda event: event.unit_code)]
    by_unit.sort(key=lambda found: min(_urgency(event) for event in found))
    shown, rest = by_unit[:UNITS_SHOWN], by_unit[UNITS_SHOWN:]
    left = {"count": count(len(rest)), "events": count(sum(map(len, rest)))}
    counts = {name: sum(event.standing == name for event in events) for name in STANDINGS}
    is_open = counts["new"] + counts["still_open"] > 0
    return CauseBlock(
        kind=kind,
        title=text(f"notice.kind_{kind}"),
        counts=counts,
        ask=text(f"notice.ask_{kind}") if is_open else "",
        units=[_unit(found) for found in shown],
        more=text("notice.more_units", **left) if rest else None,
    )


def _unit(events: Sequence[Event]) -> UnitLines:
    first = events[0]
    name = shortened(first.unit_name, LONGEST_NAME)
    if first.unit_code:
        name = text("notice.unit", name=name, code=shortened(first.unit_code, LONGEST_NAME))
    ordered = sorted(events, key=_urgency)
    left = len(ordered) - EVENTS_SHOWN
    return UnitLines(
        name=name,
        lines=[Line(event.standing, _said(event)) for event in ordered[:EVENTS_SHOWN]],
        more=text("notice.more_events", count=count(left)) if left > 0 else None,
    )


def _urgency(event: Event) -> int:
    return _URGENCY[event.standing]


def _said(event: Event) -> str:
    detail = shortened(event.detail, LONGEST_LINE)
    if event.period:
        detail = text("notice.line", month=month_text(event.period), detail=detail)
    # Where a due day is told, it says itself for how long.
    if event.standing == "still_open" and event.kind in ("rejected", "held", "behind"):
        detail = text("notice.since", line=detail, since=day_text(event.since))
    return detail


def _counts(digest: Digest) -> dict[str, str]:
    return {name: count(digest.count(name)) for name in STANDINGS}


def shortened(said: str, longest: int) -> str:
    """A text in one line, cut at a word where it is too long."""
    line = " ".join(said.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 2]
    return f"{cut.rpartition(' ')[0] or cut} …"


def subject_line(said: str) -> str:
    """A subject: one line, not too long, and no template, whatever a unit is called.

    Airflow's notifier fills subjects and bodies as Jinja templates, with its connections at hand.
    """
    line = shortened(said, _SUBJECT)
    return re.sub(r"\{(?=[{%#])", "{ ", line)


def _plain(said: str) -> str:
    """A text in which nothing is a mark of Markdown, whatever a unit or a file is called."""
    for mark in "\\`*[]<>#|":
        said = said.replace(mark, f"\\{mark}")
    return said


def render(template: str, **values: Any) -> str:
    """Fill a template of this folder; texts by `text("area.key")`, everything from data escaped.

    Braces too: Airflow's notifier fills the body as a Jinja template once more.
    """
    environment = Environment(
        loader=PackageLoader("publishing"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["text"] = text
    environment.filters["count"] = count
    return environment.get_template(template).render(**values).replace("{", "&#123;")


_TABLE = Table(
    {
        "number": (5, "text_centre"),
        "cause": (24, "text"),
        "unit_code": (18, "text"),
        "unit": (28, "text"),
        "period": (9, "text_centre"),
        "standing": (10, "text_centre"),
        "detail": (52, "text"),
        "todo": (44, "text"),
        "since": (12, "text_centre"),
        "submission": (22, "text"),
    },
    "notice.sheet_empty",
    "notice",
)


def _book_line(number: int, event: Event) -> dict[str, object]:
    return {
        "number": number,
        "cause": text(f"notice.kind_{event.kind}"),
        "unit_code": event.unit_code,
        "unit": event.unit_name,
        "period": month_text(event.period) if event.period else None,
        "standing": text(f"notice.standing_{event.standing}"),
        "detail": event.detail,
        "todo": event.todo,
        "since": day_text(event.since),
        "submission": event.submission_id,
    }
