"""What was known at a moment: a build of its own, beside the served one (`motcua build --as-of`).

Receipts, decisions and closings are those up to the moment. Reference, layouts and code are today's: the
register says when a file came, nothing says when a line of the site's folder was written. A signed
month's own reference is used by `verify-closing`.
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.log import sync
from ingestion.messages import text
from ingestion.periods import PeriodError
from ingestion.progress import Progress, quiet
from ingestion.register import read_submissions
from ingestion.site import Site, places_of
from warehouse.closing_verify import build_whole
from warehouse.known_then import cut_at_moment, require_bytes
from warehouse.served import NothingServed, served_database

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AS_WRITTEN = re.compile(r"(?:(\d{1,2}:\d{2}(?::\d{2})?) )?(\d{2})/(\d{2})/(\d{4})")
"""A day, or a time and a day, as our tables and forms show them."""


@dataclass(frozen=True)
class AsOf:
    """A build of what was known at `moment` (UTC); `home`: where reports and explanations of it read."""

    moment: str
    home: Home
    database: Path


def parse_moment(value: str, zone: ZoneInfo) -> str:
    """A day (to its end) or a time, on the authority's clock unless it names its zone, as UTC text.

    Both as ISO or as our tables show them (`09:10:21 05/04/2024`). Raises PeriodError for anything else.
    """
    asked = value.strip()
    if written := _AS_WRITTEN.fullmatch(asked):
        clock, day, month, year = written.groups()
        asked = f"{year}-{month}-{day}" + (f"T{clock:0>5}" if clock else "")
    try:
        if _DAY.fullmatch(asked):
            moment = datetime.combine(date.fromisoformat(asked), time(23, 59, 59))
        else:
            moment = datetime.fromisoformat(asked)
    except ValueError:
        raise PeriodError(text("as_of.bad_moment", value=value)) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def as_of_home(home: Home, moment: str) -> Home:
    """Where the build of a moment lies, whether or not it was made."""
    return Home(home.root / "as-of" / moment.replace(":", ""))


def require_as_of(site: Site, home: Home, value: str) -> Home:
    """The home of a build that was made. Raises NothingServed when it was not, PeriodError."""
    found = as_of_home(home, parse_moment(value, site.zone))
    if not served_database(found).exists():
        places = places_of(site, home)
        raise NothingServed(text("as_of.not_built", value=shlex.quote(value), places=places))
    return found


def build_as_of(
    site: Site,
    home: Home,
    value: str,
    *,
    progress: Progress = quiet,
    rebuild: Callable[[Site, Home, Progress], Path] = build_whole,
) -> AsOf:
    """Build what was known at a day or time; the served file is not touched.

    Made again, it replaces the earlier one. Raises PeriodError, NothingServed when no file of cases was
    accepted by then, BytesGone, and what a build raises.
    """
    moment = parse_moment(value, site.zone)
    with TemporaryDirectory(prefix="as-of-", dir=home.root) as folder:
        then = cut_at_moment(home, Home(Path(folder) / "home"), moment)
        require_bytes(site, then)
        decode(site, then)
        if not any(
            s.status == "accepted" and s.feed == "cases" for s in read_submissions(site, then)
        ):
            raise NothingServed(text("as_of.nothing_known", value=value))
        target = as_of_home(home, moment).create()
        built = rebuild(site, then, progress)
        with duckdb.connect(str(built)) as connection:
            connection.execute("create table meta.as_of as select ?::varchar as moment", [moment])
            connection.execute("checkpoint")
        built.chmod(0o440)
        built.replace(served_database(target))
    sync(target.serving)
    return AsOf(moment, target, served_database(target))
