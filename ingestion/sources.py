"""Where each unit's export comes from: ``sources.yml`` of a site."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from fsspec.registry import known_implementations
from pydantic import Field, model_validator

from ingestion.layouts import Month, Name, Strict
from ingestion.messages import text
from ingestion.periods import last_day, period_of
from ingestion.reference import Unit

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS = ("unit", "period", "year", "month")
_LISTABLE = ("file", "local", "sftp", "ssh", "s3", "s3a", "memory")
_WITH_CONNECTION = ("sftp", "ssh", "http", "https", "s3", "s3a")
_SECRET_KEYS = re.compile(
    r"(?i)[?&](?:[\w-]*(?:token|passw(?:or)?d|secret|signature|credential)|pwd|sig|key|api[_-]?key)="
)


Feed = Literal["cases", "registers"]
"""What a file holds: exported cases, or the register workbook (what cases cannot tell)."""
FEEDS: tuple[Feed, ...] = ("cases", "registers")


class SourceDefaults(Strict):
    """What holds for every unit that does not say otherwise."""

    layouts: tuple[Name, ...] = ()
    due_day: int = Field(default=5, ge=1, le=28)
    connection: Name | None = None


class SourceEntry(Strict):
    """One entry as written."""

    unit: Name
    feed: Feed = "cases"
    uri: str = Field(min_length=1)
    layouts: tuple[Name, ...] | None = None
    due_day: int | None = Field(default=None, ge=1, le=28)
    connection: Name | None = None
    valid_from: Month | None = None
    valid_to: Month | None = None

    @model_validator(mode="after")
    def _uri_is_safe(self) -> "SourceEntry":
        problem = uri_problem(self.uri)
        if problem:
            raise ValueError(problem)
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(text("site.dates_swapped"))
        if self.connection and not is_remote(self.uri):
            raise ValueError(text("site.connection_without_server"))
        return self


class SourcesFile(Strict):
    """The whole file."""

    defaults: SourceDefaults = SourceDefaults()
    units: tuple[SourceEntry, ...]


class Source(Strict):
    """One entry with the defaults filled in; without own dates it lives as long as its unit."""

    unit: Name
    feed: Feed
    uri: str
    layouts: tuple[Name, ...]
    due_day: int
    connection: Name | None
    valid_from: Month | None
    valid_to: Month | None

    def covers(self, period: str) -> bool:
        """Tell whether files of this month are asked for here."""
        return (self.valid_from or period) <= period <= (self.valid_to or period)

    def due_on(self, period: str) -> date:
        """Return the day by which the month's file is expected: ``due_day`` of the next month."""
        return (last_day(period) + timedelta(days=1)).replace(day=self.due_day)

    def location(self, period: str) -> str:
        """Return the URI of one month's file, placeholders filled; it may still hold ``*``."""
        year, month = period.split("-")
        return self.uri.format(unit=self.unit, period=period, year=year, month=month)


def resolve(entry: SourceEntry, defaults: SourceDefaults, versions: Sequence[Unit]) -> Source:
    """Fill an entry's blanks from the defaults, and its dates from the unit's own versions."""
    starts = [unit.valid_from for unit in versions]
    ends = [unit.valid_to for unit in versions]
    first = min((day for day in starts if day), default=None) if None not in starts else None
    last = max((day for day in ends if day), default=None) if None not in ends else None
    return Source(
        unit=entry.unit,
        feed=entry.feed,
        uri=entry.uri,
        layouts=defaults.layouts if entry.layouts is None else entry.layouts,
        due_day=entry.due_day or defaults.due_day,
        connection=_connection(entry, defaults),
        valid_from=entry.valid_from or (period_of(first) if first else None),
        valid_to=entry.valid_to or (period_of(last) if last else None),
    )


def _connection(entry: SourceEntry, defaults: SourceDefaults) -> str | None:
    """Return the connection of an entry; ``connection: null`` says that it needs none."""
    if "connection" in entry.model_fields_set or not is_remote(entry.uri):
        return entry.connection
    return defaults.connection


def is_remote(uri: str) -> bool:
    """Tell whether a source lies at a server for which a connection can be named."""
    return uri.partition("://")[0] in _WITH_CONNECTION


def uri_problem(uri: str) -> str | None:
    """Return what makes a URI template unusable, in Vietnamese; None when it is fine.

    Refused: secrets, ``..``, unknown placeholders and schemes, ``*`` outside the last part, and
    ``*`` where files cannot be listed. The text never repeats the URI: it may hold a secret.
    """
    scheme, _, rest = uri.partition("://") if "://" in uri else ("file", "", uri)
    outside = _PLACEHOLDER.sub("", uri)
    unknown = [name for name in _PLACEHOLDER.findall(uri) if name not in _PLACEHOLDERS]
    checks = (
        # Only a URL's host part can hold user:password@.
        ("uri_secret", "://" in uri and ":" in rest.partition("/")[0].rpartition("@")[0]),
        ("uri_secret", bool(_SECRET_KEYS.search(uri))),
        ("uri_parent", ".." in re.split(r"[/\\]", uri)),
        ("uri_braces", "{" in outside or "}" in outside),
        ("uri_placeholder", bool(unknown)),
        ("uri_star", "*" in uri.rpartition("/")[0]),
        ("uri_scheme", scheme not in known_implementations),
        ("uri_star_scheme", "*" in uri and scheme not in _LISTABLE),
    )
    values = {"scheme": scheme, "name": next(iter(unknown), ""), "known": ", ".join(_PLACEHOLDERS)}
    return next((text(f"site.{key}", **values) for key, is_wrong in checks if is_wrong), None)
