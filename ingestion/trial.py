"""Trying a file against a site's layouts without loading it (`motcua validate-site --file`)."""

from dataclasses import dataclass
from pathlib import Path

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.sandbox import Limits, Sandbox
from ingestion.messages import text
from ingestion.site import Site


@dataclass(frozen=True)
class Trial:
    """What reading the file would give. ``columns``: canonical column → label found in the file."""

    file: Path
    accepted: bool
    layout: str | None
    rows_read: int
    rows_data: int
    rows_ignored: int
    columns: dict[str, str]
    messages: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The result in Vietnamese: the layout, rows and columns found, or all that is wrong."""
        if not self.accepted:
            lines = [text("trial.refused", file=self.file.name), *self.messages]
            return "\n  ".join(lines)
        found = "\n".join(f"  {name} ← «{label}»" for name, label in self.columns.items())
        return text(
            "trial.fits",
            file=self.file.name,
            layout=self.layout,
            read=self.rows_read,
            data=self.rows_data,
            ignored=self.rows_ignored,
            columns=found,
        )


def try_file(
    site: Site, file: Path, unit_code: str | None = None, period: str | None = None
) -> Trial:
    """Read one file by the layouts of a unit, or by all of the site; nothing is stored.

    ``period`` matters where the month chooses the sheet; without it, the last month's sheet is read.
    Row rules need the reference and the month, so they are not tried here. Raises
    FileNotFoundError (Vietnamese) where there is no such file, or no such unit in sources.yml.
    """
    if not file.is_file():
        raise FileNotFoundError(text("trial.no_file", file=file))
    names = [s.layouts for s in site.sources if s.unit == unit_code]
    if unit_code is not None and not names:
        raise FileNotFoundError(text("trial.no_unit", unit=unit_code))
    # A layout just drafted is tried before any unit uses it.
    wanted = [n for some in names for n in some] if unit_code is not None else site.layouts
    layouts = [site.layouts[name] for name in dict.fromkeys(wanted)]
    try:
        with Sandbox(Limits(site.decode.memory_mb, site.decode.seconds)) as sandbox:
            reading = sandbox.call(read_file, file, layouts, period)
    except UnreadableFileError as error:
        said = tuple(message.text for message in error.messages)
        return Trial(file, False, None, 0, 0, 0, {}, said)
    columns = {
        name: found.label for places in reading.columns.values() for name, found in places.items()
    }
    counts = (reading.rows_read, reading.rows_data, reading.rows_ignored)
    return Trial(file, True, reading.layout.name, *counts, columns, ())
