"""Index scores and targets from figures given by hand: the shipped rows, the compiled models, nothing else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from ingestion.index_reference import IndexCriterion, Target
from tests.laws.models import Models, load_seed

# The models under test, in this order; all they read besides is made by hand below.
MODELS = ("stg_target", "stg_index_criterion", "dim_target", "dim_index_criterion",
          "mart_target_attainment", "mart_cchc_inputs", "mart_cchc_scores")  # fmt: skip
TABLES = {
    "dim_authority": "authority_code varchar, authority_name varchar",
    "dim_unit": "unit_code varchar, unit_name varchar, unit_level varchar, valid_from date,"
    " valid_to date",
    "dim_month": "period varchar, month_no integer, from_on date, to_on date, year_number integer,"
    " month_number integer",
    "dim_reporting_period": "calendar varchar, period_kind varchar, period varchar,"
    " first_month_no integer, last_month_no integer, from_on date, to_on date",
    "fct_unit_report": "unit_code varchar, month_no integer, is_reported boolean",
    "fct_measure": "calendar varchar, period_kind varchar, period varchar, unit_code varchar,"
    " measure_code varchar, numerator decimal(18, 4), denominator decimal(18, 4), input varchar",
    "fct_score": "period varchar, unit_code varchar, index_code varchar, score_year bigint,"
    " criterion_code varchar, score_kind varchar, score decimal(18, 4)",
}
Rows = Sequence[Sequence[Any]]


@contextmanager
def marts(models: Models, **tables: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts of targets and indices over the given rows of `core`, with the shipped rows of data."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("attach ':memory:' as new")
        connection.execute("attach ':memory:' as work")
        for database, schema in (*models.schemas, ("work", "raw")):
            connection.execute(f"create schema if not exists {database}.{schema}")
        for relation, path in models.seeds:
            if path.stem in ("measure", "target", "index_criterion"):
                load_seed(connection, relation, path)
        for name, model in (("site_target", Target), ("site_index_criterion", IndexCriterion)):
            columns = ", ".join(f"{column} varchar" for column in model.model_fields)
            connection.execute(f"create table work.raw.{name} ({columns})")
        connection.execute("use new")
        for name, columns in TABLES.items():
            connection.execute(f"create table core.{name} ({columns})")
            for row in tables.get(name, ()):
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into core.{name} values ({marks})", list(row))
        made = {relation.split(".")[-1].strip('"'): sql for relation, sql in models.statements}
        for name in MODELS:
            connection.execute(made[name])
        yield connection
