"""The data dictionary: every served table and column in Vietnamese and English, from the models' own texts.

Written once, in `models/*/*.yml` (tables) and `models/columns/*.md` (columns); from here come the
comments in the database, the pages of `docs/dictionary` and the page of dbt docs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from warehouse.revision import CODE

MODELS = CODE / "dbt_project" / "models"
SCHEMAS = {"marts": "mart", "core": "core", "quality": "quality"}
"""Folder of served models -> schema that readers see."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader in C, ten times as fast as the one in Python, where the library has it."""
_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
_NAMED = re.compile(r"{{ doc\('col_(\w+)'\) }}")


@dataclass(frozen=True)
class Column:
    """One column; `required`: never empty."""

    name: str
    type: str
    required: bool
    vi: str
    en: str


@dataclass(frozen=True)
class Table:
    """One table that readers may rely on. `grain`: the columns that name a row."""

    schema: str
    name: str
    vi: str
    en: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]


class Comment(NamedTuple):
    """What is said of a table (`column` is None) or of one of its columns."""

    schema: str
    table: str
    column: str | None
    vi: str
    en: str


def read_dictionary(models: Path = MODELS) -> list[Table]:
    """Every served table, by schema and name. Raises KeyError where a text is missing in a language."""
    blocks: dict[str, str] = {}
    for page in sorted((models / "columns").glob("*.md")):
        blocks |= {name: body.strip() for name, body in _BLOCK.findall(page.read_text("utf-8"))}
    tables = []
    for folder, schema in SCHEMAS.items():
        for path in sorted((models / folder).glob("*.yml")):
            described = yaml.load(path.read_text("utf-8"), _LOADER)  # noqa: S506 (a safe one)
            tables += [_table(schema, model, blocks) for model in described.get("models", ())]
    return tables


def _table(schema: str, model: Mapping[str, Any], blocks: Mapping[str, str]) -> Table:
    keys = [
        test["unique_combination"]["arguments"]["columns"]
        for test in model.get("data_tests", ())
        if isinstance(test, dict) and "unique_combination" in test
    ]
    return Table(
        schema=schema,
        name=model["name"],
        vi=model["config"]["meta"]["vi"],
        en=" ".join(model["description"].split()),
        grain=tuple(keys[0]) if keys else (),
        columns=tuple(_column(column, blocks) for column in model["columns"]),
    )


def _column(column: Mapping[str, Any], blocks: Mapping[str, str]) -> Column:
    named = _NAMED.fullmatch(column["description"])
    if named is None:
        raise KeyError(column["name"])
    return Column(
        name=column["name"],
        type=column["data_type"],
        required={"type": "not_null"} in column.get("constraints", ()),
        vi=blocks[f"vi_{named[1]}"],
        en=blocks[f"col_{named[1]}"],
    )


def comments(tables: list[Table] | None = None) -> Iterator[Comment]:
    """What to say of each table and column, for any database that takes comments."""
    for table in read_dictionary() if tables is None else tables:
        yield Comment(table.schema, table.name, None, table.vi, table.en)
        for column in table.columns:
            yield Comment(table.schema, table.name, column.name, column.vi, column.en)


def write_comments(connection: duckdb.DuckDBPyConnection) -> int:
    """Put the dictionary into the database as comments, Vietnamese first; returns how many.

    Tables that this database does not have (a part of the models was built) are passed over.
    """
    held = set(
        connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
    )
    said = [comment for comment in comments() if comment[:2] in held]
    # One transaction: the file is synced once, not for each comment.
    connection.execute(";\n".join(["begin", *map(_statement, said), "commit"]))
    return len(said)


def _statement(comment: Comment) -> str:
    content = f"{comment.vi}\n{comment.en}".replace("'", "''")
    place = f'"{comment.schema}"."{comment.table}"'
    kind = "table" if comment.column is None else "column"
    if comment.column is not None:
        place += f'."{comment.column}"'
    return f"comment on {kind} {place} is '{content}'"
