"""Trying a file against a site's layouts without loading it."""

from dataclasses import dataclass
from pathlib import Path

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.manifest import Message
from ingestion.messages import text
from ingestion.receipts import RegisterError
from ingestion.site import Layout, Site


@dataclass(frozen=True, slots=True)
class Trial:
    """What reading the file would give; ``summary`` is Vietnamese and complete."""

    accepted: bool
    summary: str
    layout: str | None = None
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    stated_total: int | None = None
    messages: tuple[Message, ...] = ()


def try_file(site: Site, path: Path, unit: str | None = None) -> Trial:
    """Read a file by the layouts of a unit (of any month), or by all layouts of the site.

    Raises `RegisterError` (Vietnamese) for a unit the site does not know or a file that is missing.
    """
    if not path.is_file():
        raise RegisterError(text("intake.source_missing", uri=path))
    try:
        reading = read_file(path, _layouts(site, unit))
    except UnreadableFileError as error:
        said = "\n".join(message.text for message in error.messages)
        return Trial(False, text("intake.trial_rejected", reasons=said), messages=error.messages)
    stated = reading.stated_total
    summary = text(
        "intake.trial_accepted",
        layout=reading.layout.name,
        read=reading.rows_read,
        data=reading.rows_data,
        ignored=reading.rows_ignored,
        columns=", ".join(f"{k} ← «{found.label}»" for k, found in reading.columns.items()),
    )
    if stated is not None and stated != reading.rows_data:
        summary += "\n" + text("intake.trial_total", stated=stated, data=reading.rows_data)
    return Trial(
        accepted=True,
        summary=summary,
        layout=reading.layout.name,
        rows_read=reading.rows_read,
        rows_ignored=reading.rows_ignored,
        rows_data=reading.rows_data,
        stated_total=stated,
    )


def _layouts(site: Site, unit: str | None) -> list[Layout]:
    if unit is None:
        return list(site.layouts.values())
    if all(row.code != unit for row in site.units):
        raise RegisterError(text("intake.unknown_unit", unit=unit))
    names = [name for source in site.sources if source.unit == unit for name in source.layouts]
    return [site.layouts[name] for name in dict.fromkeys(names or site.default_layouts)]
