"""Trying a file against a site's layouts without loading it (`motcua validate-site --file`)."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ingestion.decode import read_file
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import Reading
from ingestion.decode.register_file import RegisterReading, read_registers
from ingestion.decode.sandbox import Limits, Sandbox
from ingestion.layouts import Layout
from ingestion.messages import text
from ingestion.registers.definitions import load_registers
from ingestion.site import Site
from ingestion.suggest.findings import unlisted
from ingestion.suggest.vocabulary import vocabulary
from ingestion.text import match_key


@dataclass(frozen=True)
class Trial:
    """What reading the file would give. ``columns``: canonical column → label found in the file.

    ``unlisted``: statuses and channels that neither the national lists nor the layout's ``values``
    know, and how many more there are that are not quoted (seen once, or like a name).
    """

    file: Path
    accepted: bool
    layout: str | None
    rows_read: int
    rows_data: int
    rows_ignored: int
    columns: dict[str, str]
    messages: tuple[str, ...]
    unlisted: dict[str, tuple[list[str], int]] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The result in Vietnamese: the layout, rows and columns found, or all that is wrong."""
        if not self.accepted:
            lines = [text("trial.refused", file=self.file.name), *self.messages]
            return "\n  ".join(lines)
        found = "\n".join(f"  {name} ← «{label}»" for name, label in self.columns.items())
        fits = text(
            "trial.fits",
            file=self.file.name,
            layout=self.layout,
            read=self.rows_read,
            data=self.rows_data,
            ignored=self.rows_ignored,
            columns=found,
        )
        lines = [
            text(
                "trial.unlisted",
                column=column,
                values=", ".join(f"«{value}»" for value in values),
                more=more,
            )
            for column, (values, more) in self.unlisted.items()
        ]
        return "\n".join([fits, *lines])


def try_file(
    site: Site, file: Path, unit_code: str | None = None, period: str | None = None
) -> Trial:
    """Read one file by the layouts of a unit, or by all of the site; nothing is stored.

    A workbook with sheets of the registers is read as such where the unit sends one, or no unit is
    named. ``period`` matters where the month chooses the sheet; without it, the last month's sheet
    is read. Row rules need the reference and the month, so they are not tried here. Raises
    FileNotFoundError (Vietnamese) where there is no such file, or no such unit in sources.yml.
    """
    if not file.is_file():
        raise FileNotFoundError(text("trial.no_file", file=file))
    sources = [s for s in site.sources if unit_code in (None, s.unit)]
    if unit_code is not None and not sources:
        raise FileNotFoundError(text("trial.no_unit", unit=unit_code))
    # A layout just drafted is tried before any unit uses it.
    wanted = [n for s in sources for n in s.layouts] if unit_code is not None else site.layouts
    layouts = [site.layouts[name] for name in dict.fromkeys(wanted)]
    takes_registers = unit_code is None or any(s.feed == "registers" for s in sources)
    limits = Limits(site.decode.memory_mb, site.decode.seconds)
    try:
        with Sandbox(limits) as sandbox:
            request = (file, layouts, period, site.units_like_people)
            reading = _read(sandbox, request, takes_registers=takes_registers)
    except UnreadableFileError as error:
        said = tuple(message.text for message in error.messages)
        return Trial(file, False, None, 0, 0, 0, {}, said)
    columns = {
        column: found.label
        for places in reading.columns.values()
        for column, found in places.items()
    }
    counts = (reading.rows_read, reading.rows_data, reading.rows_ignored)
    if isinstance(reading, RegisterReading):
        return Trial(file, True, f"registers/{reading.version}", *counts, columns, ())
    name = reading.layout.name
    return Trial(file, True, name, *counts, columns, (), _unlisted(reading))


def _unlisted(reading: Reading) -> dict[str, tuple[list[str], int]]:
    """Return the statuses and channels that would only be warned of when the file is loaded."""
    known, found = vocabulary(), {}
    for column in ("status", "channel"):
        own = {match_key(value) for value in reading.layout.values.get(column, ())}
        cells = chain.from_iterable(table[column].to_pylist() for table in reading.tables)
        counts = Counter(cell.strip() for cell in cells if cell and match_key(cell) not in own)
        values, more = unlisted(column, counts, known)
        if values or more:
            found[column] = (values, more)
    return found


def _read(
    sandbox: Sandbox,
    request: tuple[Path, list[Layout], str | None, frozenset[str]],
    *,
    takes_registers: bool,
) -> Reading | RegisterReading:
    """Read by a layout, else as registers; raises what is wrong with it as what it looks like."""
    file, layouts, *_ = request
    refused: UnreadableFileError | None = None
    if layouts or not takes_registers:
        try:
            return sandbox.call(read_file, *request)
        except UnreadableFileError as error:
            refused = error
    if refused is not None and not takes_registers:
        raise refused
    try:
        return sandbox.call(read_registers, file, load_registers())
    except UnreadableFileError as error:
        is_register = not {m.code for m in error.messages} & {"no_register", "wrong_kind"}
        raise error if is_register or refused is None else refused from None
