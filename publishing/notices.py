"""The daily digest: what is past its day or waits for a person, against the last digest that was sent.

What was sent is kept in `notices/sent.json`, and only `remember_sent` writes it, after the mail went out.
A crash between the two sends the same digest again: at least once, never lost.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ingestion.home import Home
from ingestion.messages import text
from ingestion.site import Site
from publishing.files import replaced
from publishing.notice_events import (
    Event,
    Standing,
    open_events,
    read_situation,
    what_became,
)

REPEATED_ON = 0
"""Monday: what is only still open is told again once a week. Daily, nobody would read it any more."""
_SENT = "sent.json"


class NoticeStateError(Exception):
    """What was told last cannot be read; the Vietnamese text names the file and what to do."""


@dataclass(frozen=True)
class Digest:
    """What there is to tell on a day, by cause, unit and month.

    events: open ones (`new`, `still_open`) and those of the last digest sent that are no longer there
    (`resolved`). sent_before: the day of that digest, None before the first.
    """

    authority: str
    day: date
    events: tuple[Event, ...]
    sent_before: date | None

    def count(self, standing: Standing) -> int:
        """How many events are new, still open or resolved."""
        return sum(event.standing == standing for event in self.events)

    @property
    def is_worth_sending(self) -> bool:
        """Whether something is new or resolved; else, whether what is still open has to be told again.

        The weekly repetition is not lost where no run falls on its day: the next run makes up for it.
        """
        if self.count("new") or self.count("resolved"):
            return True
        if not self.events or self.sent_before is None:
            return False
        back = (self.day.weekday() - REPEATED_ON) % 7
        return self.sent_before < self.day - timedelta(days=back)


def read_digest(site: Site, home: Home, today: date) -> Digest:
    """What to tell on `today` (a day of the authority's clock); changes nothing.

    Raises NoticeStateError, ClosingTampered.
    """
    now = read_situation(site, home, today)
    events = open_events(now)
    return compare(
        home, site.authority.name, today, events, became=lambda event: what_became(now, event)
    )


def compare(
    home: Home,
    authority: str,
    today: date,
    found: Sequence[Event],
    *,
    became: Callable[[Event], str],
) -> Digest:
    """Lay what is found now beside what the last digest sent told.

    `became`: why an event is no longer there. Raises NoticeStateError.
    """
    last = _last_sent(home)
    told = {event.key: event for event in last.events} if last else {}
    events = [
        replace(event, standing="still_open", since=told[event.key].since)
        if event.key in told
        else replace(event, standing="new", since=today)
        for event in found
    ]
    there = {event.key for event in found}
    events += [
        replace(event, standing="resolved", detail=became(event), todo="")
        for event in told.values()
        if event.key not in there
    ]
    ordered = tuple(sorted(events, key=lambda event: event.place))
    return Digest(authority, today, ordered, last.day if last else None)


def remember_sent(home: Home, digest: Digest) -> None:
    """Note that this digest went out: the next one is compared with it.

    A digest older than the last one noted (a task run again later) changes nothing.
    """
    last = _last_sent(home)
    if last and last.day > digest.day:
        return
    still_there = tuple(event for event in digest.events if event.standing != "resolved")
    _write(home.notices / _SENT, replace(digest, events=still_there))


def keep_digest(home: Home, digest: Digest) -> Path:
    """Write the digest to `notices/<day>/digest.json`, for the step that sends it; return the path."""
    path = folder_of(home, digest.day) / "digest.json"
    _write(path, digest)
    return path


def kept_digest(path: Path) -> Digest:
    """The digest that `keep_digest` wrote. Raises NoticeStateError."""
    try:
        return _digest(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise NoticeStateError(text("notice.state_broken", path=path)) from problem


def folder_of(home: Home, day: date) -> Path:
    """Where the files of a day's digest lie."""
    return home.notices / day.isoformat()


def _last_sent(home: Home) -> Digest | None:
    path = home.notices / _SENT
    return kept_digest(path) if path.exists() else None


def _write(path: Path, digest: Digest) -> None:
    content = json.dumps(asdict(digest), ensure_ascii=False, default=date.isoformat)
    with replaced(path) as temporary:
        temporary.write_text(content + "\n", encoding="utf-8")


def _digest(content: dict[str, Any]) -> Digest:
    before = content["sent_before"]
    return Digest(
        authority=content["authority"],
        day=date.fromisoformat(content["day"]),
        events=tuple(
            Event(**{**event, "since": date.fromisoformat(event["since"])})
            for event in content["events"]
        ),
        sent_before=date.fromisoformat(before) if before else None,
    )
