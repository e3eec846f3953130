"""Values by which a column is known: the national seeds' labels, and what a site has of its own."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingestion.site import Site
from ingestion.suggest.labels import DROP, IGNORE, LabelBook, known_labels
from ingestion.text import match_key

_SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
_FILE = Path(__file__).with_name("known_labels.yml")


@dataclass(frozen=True)
class ValueReading:
    """How one of the site's layouts reads a value."""

    target: str
    layout: str


@dataclass(frozen=True)
class Vocabulary:
    """What is known before a file is opened. ``values``: canonical column → `match_key` of values.

    ``readings``: column and `match_key` of a value that only the site's own layouts know.
    Plain data, so that it can be handed to the process that opens the file.
    """

    book: LabelBook
    values: dict[str, frozenset[str]]
    family_names: frozenset[str]
    address_words: frozenset[str]
    readings: dict[tuple[str, str], ValueReading] = field(default_factory=dict)

    def reading(self, column: str, value: str) -> ValueReading | None:
        """Return how another layout of the site reads a value, if one does."""
        return self.readings.get((column, match_key(value)))

    def knows(self, column: str, value: str) -> bool:
        """Tell whether the value is one of the column's known ones."""
        return match_key(value) in self.values.get(column, ())


def vocabulary(site: Site | None = None) -> Vocabulary:
    """Return the shipped vocabulary, with the site's labels, units, sectors and procedures first."""
    words: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    sectors, served = _rows("national_sector"), _rows("service_label")
    values = {
        "status": [row["label"] for row in _rows("status_label")],
        "channel": [row["label"] for row in _rows("channel_label")],
        "sector_code": [row["sector_code"] for row in sectors],
        "sector": [name for row in sectors for name in _names(row["sector_name"], row["aliases"])],
        "service_level": [r["label"] for r in served if r["column_name"] == "service_level"],
    }
    own: list[tuple[str, str]] = []
    if site is not None:
        own = _site_labels(site)
        for column, found in _site_values(site).items():
            values[column] = [*values.get(column, ()), *found]
    return Vocabulary(
        known_labels(own),
        {column: frozenset(map(match_key, found)) for column, found in values.items()},
        frozenset(words["family_names"]),
        frozenset(words["address_words"]),
        _site_readings(site) if site is not None else {},
    )


def _rows(seed: str) -> list[dict[str, str]]:
    """Rows of a national list, read as the data it is: there is no second copy of it."""
    with (_SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _names(name: str, aliases: str) -> list[str]:
    return [name, *filter(None, aliases.split(";"))]


def _site_labels(site: Site) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for layout in site.layouts.values():
        pairs += [(column, label) for column, labels in layout.columns.items() for label in labels]
        pairs += [(DROP, label) for label in layout.drop]
        pairs += [(IGNORE, label) for label in layout.ignore]
    return pairs


def _site_readings(site: Site) -> dict[tuple[str, str], ValueReading]:
    return {
        (column, match_key(value)): ValueReading(target, layout.name)
        for layout in site.layouts.values()
        for column, mapping in layout.values.items()
        for value, target in mapping.items()
    }


def _site_values(site: Site) -> dict[str, list[str]]:
    def named(rows: Iterable[Any]) -> list[str]:
        return [name for row in rows for name in (row.name, *row.aliases)]

    return {
        "unit": [*named(site.units), *(unit.code for unit in site.units)],
        "sector": named(site.sectors),
        "sector_code": [sector.code for sector in site.sectors],
        "procedure": named(site.procedures),
        "procedure_code": [procedure.code for procedure in site.procedures],
    }
