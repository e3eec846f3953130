"""Targets and index criteria of a site as inputs of the models, their measures checked against the list."""

import csv
from collections.abc import Sequence
from decimal import Decimal

import duckdb

from ingestion.index_reference import IndexCriterion, Target
from ingestion.layouts import Strict
from ingestion.messages import text
from ingestion.site import Site
from ingestion.site_checks import nearest
from ingestion.site_files import Problems, read_table
from warehouse.revision import CODE

SEEDS = CODE / "dbt_project" / "seeds"


def read_measures() -> set[str]:
    """The codes of the measures there are (seeds/measure.csv)."""
    with (SEEDS / "measure.csv").open(encoding="utf-8", newline="") as handle:
        return {line["measure_code"] for line in csv.DictReader(handle)}


def note_unknown_measures(problems: Problems) -> None:
    """Note every row of targets.csv and index_criteria.csv that names a measure there is none of."""
    known = read_measures()
    folder = problems.directory / "reference"
    models: tuple[tuple[str, type[Target | IndexCriterion]], ...] = (
        ("targets.csv", Target),
        ("index_criteria.csv", IndexCriterion),
    )
    for name, model in models:
        # The site was read before; what is wrong with the rows themselves was told then.
        for line, row in read_table(folder / name, model, Problems(problems.directory)):
            if row.measure_code and row.measure_code not in known:
                hint = nearest(row.measure_code, known)
                message = text("index.unknown_measure", code=row.measure_code, hint=hint)
                problems.add(folder / name, message, line=line, key="measure_code")


def write_index_inputs(connection: duckdb.DuckDBPyConnection, site: Site) -> None:
    """Write `raw.site_target` and `raw.site_index_criterion`, the rows that win over the shipped ones.

    All columns are text, as those of the seeds they stand beside.
    """
    tables: tuple[tuple[str, type[Strict], Sequence[Strict]], ...] = (
        ("site_target", Target, site.targets),
        ("site_index_criterion", IndexCriterion, site.index_criteria),
    )
    for name, model, rows in tables:
        columns = ", ".join(f"{column} varchar" for column in model.model_fields)
        marks = ", ".join("?" for _ in model.model_fields)
        connection.execute(f"create table raw.{name} ({columns})")
        for row in rows:
            values = [_text(value) for value in row.model_dump().values()]
            connection.execute(f"insert into raw.{name} values ({marks})", values)  # noqa: S608


def _text(value: object) -> str | None:
    """A value as a site writes it: a decimal never goes through a float."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
