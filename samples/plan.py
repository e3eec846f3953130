"""What a site folder asks the generator for: its units, and each unit's file per month."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import yaml

from samples import calendar
from samples.shape import Shape
from samples.shapes import SHAPES


@dataclass(frozen=True)
class Source:
    """One entry of sources.yml: months are month numbers, both ends inclusive."""

    uri: str
    shape: Shape
    valid_from: int
    valid_to: int


@dataclass(frozen=True)
class PlannedUnit:
    """One unit of the site."""

    code: str
    name: str
    alias: str
    level: str
    case_namespace: str
    sources: tuple[Source, ...]

    def source_in(self, month: int) -> Source:
        """The entry valid in a month. Raises ValueError when there is none."""
        for source in self.sources:
            if source.valid_from <= month <= source.valid_to:
                return source
        raise ValueError(f"unit {self.code} has no source for {calendar.month_text(month)}")


@dataclass(frozen=True)
class Faults:
    """Whole files that go wrong: (unit position, month), or None."""

    missing: tuple[int, int] | None = None
    rejected: tuple[int, int] | None = None
    header_only: tuple[int, int] | None = None


def read_plan(site: Path) -> list[PlannedUnit]:
    """Units of a site folder in the order of units.csv.

    Raises ValueError for a layout the generator has no shape for, and for a unit without source.
    """
    settings = yaml.safe_load((site / "sources.yml").read_text(encoding="utf-8"))
    default = settings.get("defaults", {}).get("layouts", [])
    sources: dict[str, list[Source]] = {}
    for entry in settings["units"]:
        layout = entry.get("layouts", default)[0]
        if layout not in SHAPES:
            raise ValueError(f"{site / 'sources.yml'}: no sample shape for layout {layout!r}")
        first = calendar.parse_month(str(entry.get("valid_from", "0001-01")))
        last = calendar.parse_month(str(entry.get("valid_to", "9998-12")))
        source = Source(entry["uri"], SHAPES[layout], first, last)
        sources.setdefault(entry["unit"], []).append(source)
    units = []
    with (site / "reference" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"] not in sources:
                raise ValueError(f"{site / 'sources.yml'}: unit {row['code']} has no source")
            alias = row["aliases"].split(";")[0] or row["name"]
            namespace = row["case_namespace"] or ""
            entries = tuple(sources[row["code"]])
            units.append(
                PlannedUnit(row["code"], row["name"], alias, row["level"], namespace, entries)
            )
    return units


def plan_faults(units: list[PlannedUnit], first: int, last: int, dirt: float) -> Faults:
    """Choose the files that go wrong; none when there is no dirt or the site is too small.

    The first and the last month stay whole: every unit begins in the first, and the last is
    the one a reader looks at.
    """
    if dirt <= 0 or len(units) < 4 or last - first < 3:
        return Faults()
    count = len(units)
    movements = [
        position
        for position, unit in enumerate(units)
        if unit.source_in(first + 1).shape.export_kind == "movements"
    ]
    header_only = movements[-1] if movements else count - 1
    free = [position for position in range(count) if position != header_only]
    return Faults(
        missing=(free[len(free) // 3], last - 1),
        rejected=(free[len(free) // 2], first + (last - first) // 2),
        header_only=(header_only, first + 1),
    )


def file_path(source: Source, unit: str, month: int) -> str:
    """The path of a unit's file below the exports folder; ``*`` becomes a clerk's addition."""
    text = calendar.month_text(month)
    path = source.uri.format(unit=unit, period=text, year=text[:4], month=text[5:])
    return path.replace("*", " (gui lai)" if month % 3 == 0 else "")
