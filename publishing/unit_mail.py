"""The mail to a unit: cases overdue and due soon, what was refused, what it has not sent (R12, R14).

What a unit was last told is kept in `notices/units/<unit>.json`, and only `remember_mailed` writes it, after
the mail went out: a unit hears of the same thing once, and of nothing never. Figures are those served; the
attached workbooks name the cases, and none names an applicant.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.home import Home
from ingestion.messages import count, text
from ingestion.site import Site
from publishing.files import replaced
from publishing.notice_events import day_text, month_text
from publishing.notice_page import (
    LONGEST_LINE,
    LONGEST_NAME,
    render,
    shortened,
    subject_line,
)
from publishing.reminders import reminder_path
from publishing.unit_matters import Mailed, Matters, read_matters, state_path
from publishing.unit_packs import pack_path
from warehouse.served import Row

ATTACHED_BYTES = 10 * 1024 * 1024
"""What one mail carries: mail servers refuse much more, and base64 adds a third."""
LINES_SHOWN = 10
"""Months or files of one kind that a body names; the workbooks name the rest."""


@dataclass(frozen=True)
class UnitMail:
    """One mail, ready to be sent.

    html: the body. attachments: workbooks that are there and fit. fingerprint, cases,
    has_matters: what `remember_mailed` keeps.
    """

    unit_code: str
    unit_name: str
    to: tuple[str, ...]
    subject: str
    html: str
    attachments: tuple[Path, ...]
    day: date
    fingerprint: str
    cases: tuple[str, ...]
    has_matters: bool


def unit_mails(
    site: Site, home: Home, today: date, units: Sequence[str] | None = None
) -> Iterator[UnitMail]:
    """The mails to send: for each unit that has a mailbox and something it was not told yet.

    `units`: codes, all of `operations.mail.units` if None; one without a mailbox is passed over. A unit that
    was told of something and has nothing left is told that once. Before the first
    publication a unit hears only of what it has not sent. Raises NoticeStateError, ClosingTampered.
    """
    boxes = site.operations.mail.units
    wanted = [code for code in (boxes if units is None else units) if boxes.get(code)]
    if not wanted:
        return
    for matters, last in read_matters(site, home, today, wanted):
        is_told = last is not None and last.fingerprint == matters.fingerprint
        if is_told or (not matters and (last is None or not last.has_matters)):
            continue
        yield _mail(site, home, today, matters, last)


def remember_mailed(home: Home, mail: UnitMail) -> None:
    """Note that this mail went out: the unit is written to again when it has something else to do."""
    content = {
        "day": mail.day.isoformat(),
        "fingerprint": mail.fingerprint,
        "cases": list(mail.cases),
        "has_matters": mail.has_matters,
    }
    with replaced(state_path(home, mail.unit_code)) as temporary:
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _mail(site: Site, home: Home, today: date, matters: Matters, last: Mailed | None) -> UnitMail:
    attached, too_large = _attachments(home, matters)
    reminders = matters.reminders
    html = render(
        "unit_mail.html.j2",
        greeting=text("unit_mail.greeting", unit=shortened(matters.unit_name, LONGEST_NAME)),
        lead=text("unit_mail.lead", authority=site.authority.name),
        lines=_lines(matters, last),
        asks=_asks(matters),
        as_of=text("unit_mail.as_of", day=day_text(reminders.as_of)) if reminders else None,
        attached=_names("unit_mail.attached", attached),
        too_large=_names("unit_mail.too_large", too_large),
    )
    return UnitMail(
        unit_code=matters.unit_code,
        unit_name=matters.unit_name,
        to=site.operations.mail.units[matters.unit_code],
        subject=_subject(site, matters),
        html=html,
        attachments=tuple(attached),
        day=today,
        fingerprint=matters.fingerprint,
        cases=tuple(matters.cases),
        has_matters=bool(matters),
    )


def _subject(site: Site, matters: Matters) -> str:
    counts = {
        "overdue": len(matters.overdue),
        "due_soon": len(matters.due_soon),
        "refused": matters.refused,
        "not_sent": len(matters.not_sent),
    }
    parts = [
        text(f"unit_mail.subject_{name}", count=count(number))
        for name, number in counts.items()
        if number
    ]
    what = ", ".join(parts) or text("unit_mail.subject_done")
    said = text(
        "unit_mail.subject", authority=site.authority.name, unit=matters.unit_name, what=what
    )
    return subject_line(said)


def _lines(matters: Matters, last: Mailed | None) -> list[tuple[str, str, str]]:
    """The table of the mail: what, how many, a note. Only what there is."""
    new = None
    if last is not None:
        number = sum(row["case_key"] not in last.cases for row in matters.overdue)
        new = text("unit_mail.new_since", count=count(number), day=day_text(last.day))
    within = text("unit_mail.row_due_soon", within=matters.within)
    found = [
        (text("unit_mail.row_overdue"), len(matters.overdue), new or ""),
        (within, len(matters.due_soon), ""),
        (text("unit_mail.row_resolved"), matters.resolved, ""),
        *(
            (text("unit_mail.row_rejected_rows", month=month_text(row["period"])), row["rows"], "")
            for row in matters.refused_rows[:LINES_SHOWN]
        ),
        *(_file_line(row) for row in matters.refused_files[:LINES_SHOWN]),
    ]
    for kind in ("not_sent", "registers_not_sent"):
        months = [event.period or "" for event in matters.not_sent if event.kind == kind]
        shown = ", ".join(map(month_text, months[-LINES_SHOWN:]))
        if len(months) > LINES_SHOWN:
            shown = f"…, {shown}"
        note = text("unit_mail.months", months=shown)
        found.append((text(f"unit_mail.row_{kind}"), len(months), note))
    return [(what, count(number), note) for what, number, note in found if number]


def _file_line(row: Row) -> tuple[str, int, str]:
    reason = text("unit_mail.file_reason", file=row["file_name"], reason=row["message"] or "")
    what = text("unit_mail.row_rejected_file", month=month_text(row["period"]))
    return what, 1, shortened(reason, LONGEST_LINE)


def _asks(matters: Matters) -> list[str]:
    there = {
        "overdue": matters.overdue,
        "due_soon": matters.due_soon,
        "refused": matters.refused,
        "not_sent": matters.not_sent,
    }
    return [text(f"unit_mail.ask_{name}") for name, found in there.items() if found]


def _attachments(home: Home, matters: Matters) -> tuple[list[Path], list[Path]]:
    """Workbooks that are there: those that fit into one mail, and those that do not."""
    wanted = []
    if matters.period and matters.cases:
        wanted.append(reminder_path(home, matters.unit_code, matters.period))
    refused = {row["period"] for row in (*matters.refused_rows, *matters.refused_files)}
    wanted += [pack_path(home, matters.unit_code, p) for p in sorted(refused, reverse=True)]
    fitting, too_large, room = [], [], ATTACHED_BYTES
    for path in (path for path in wanted if path.exists()):
        size = path.stat().st_size
        if size <= room:
            fitting.append(path)
            room -= size
        else:
            too_large.append(path)
    return fitting, too_large


def _names(key: str, paths: Sequence[Path]) -> str | None:
    return text(key, files=", ".join(path.name for path in paths)) if paths else None
