"""What is published: tables, types, keys and comments, as a build and the dictionary say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import duckdb

from warehouse.dictionary import SCHEMAS as DESCRIBED
from warehouse.dictionary import Table as Described
from warehouse.dictionary import read_dictionary

ROOMS = (*sorted(DESCRIBED.values()), "closed", "meta")
"""The schemas of a build that readers get; anything else in the file stays there."""
APART = "_officials"
"""A table that `meta.access` restricts stands whole in the schema of this ending. The open schema has it
without the restricted columns, or not at all: a client that asks for every column of a table gets them."""
SCHEMAS = (*ROOMS, *(room + APART for room in ROOMS if room != "meta"))
LOADING = "__new"
"""Ending of a schema that is being loaded and that nobody may read yet."""

_PLAIN = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "VARCHAR": "text",
}
_VIETNAMESE = ("_name", "_text", "_label")
"""Endings of columns that hold Vietnamese words and are sorted as such. Codes keep the server's order."""
_FILTERS = (
    "period",
    "unit_code",
    "sector_code",
    "member_code",
    "month_no",
    "received_period",
    "completed_period",
    "closing_period",
)
"""Columns by which reports usually filter."""
_HELD = """
    select t.schema_name, t.table_name, t.comment, c.column_name, c.data_type, c.is_nullable, c.comment
    from duckdb_tables() as t
    inner join duckdb_columns() as c on t.table_oid = c.table_oid and t.database_oid = c.database_oid
    where t.database_name = current_database() order by 1, 2, c.column_index
"""
_FACTS = ("core", "mart", "quality")
"""Schemas whose tables refer to dimensions. What was signed may name a unit that is no more."""


@dataclass(frozen=True)
class Column:
    """One column; `type` in PostgreSQL's words; `required`: never empty."""

    name: str
    type: str
    required: bool
    said: str | None

    @property
    def is_vietnamese(self) -> bool:
        """Whether to sort it as Vietnamese words."""
        return self.type == "text" and self.name.endswith(_VIETNAMESE)


@dataclass(frozen=True)
class Table:
    """One table as readers get it. `room`: its schema in the build; `grain`: the columns that name a row."""

    schema: str
    room: str
    name: str
    said: str | None
    grain: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def place(self) -> str:
        """Schema and name, for messages."""
        return f"{self.schema}.{self.name}"

    @property
    def is_apart(self) -> bool:
        """Whether only those who may see officials get it."""
        return self.schema.endswith(APART)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its columns."""
        return frozenset(column.name for column in self.columns)

    @property
    def has_primary_key(self) -> bool:
        """Whether the grain can be the primary key: none of its columns is ever empty."""
        required = {column.name for column in self.columns if column.required}
        return bool(self.grain) and required.issuperset(self.grain)

    @property
    def filters(self) -> list[str]:
        """Columns to index besides the key, which serves its first one."""
        first = self.grain[:1]
        return [name for name in _FILTERS if name in self.names and name not in first]


@dataclass(frozen=True)
class Reference:
    """The foreign key from a table to the dimension whose key columns it carries."""

    child: Table
    parent: Table
    columns: tuple[str, ...]


def read_tables(build: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table to publish, by schema and name, from an open build (its default database)."""
    described = _described()
    restricted: defaultdict[str, set[str | None]] = defaultdict(set)
    for name, column in build.execute("select table_name, column_name from meta.access").fetchall():
        restricted[name].add(column)
    found: defaultdict[tuple[str, str, str | None], list[Any]] = defaultdict(list)
    for room, name, said, *column in build.execute(_HELD).fetchall():
        if room in ROOMS:
            found[room, name, said].append(column)
    tables = []
    for (room, name, said), held in found.items():
        about = described.get(("mart", name) if room == "closed" else (room, name))
        columns = tuple(_columns(room, held, about))
        grain = _grain(room, about)
        hidden = restricted[name]
        if hidden:
            tables.append(Table(room + APART, room, name, said, grain, columns))
        if None not in hidden:
            open_columns = tuple(column for column in columns if column.name not in hidden)
            kept = grain if hidden.isdisjoint(grain) else ()
            tables.append(Table(room, room, name, said, kept, open_columns))
    return tables


@cache
def _described() -> dict[tuple[str, str], Described]:
    return {(table.schema, table.name): table for table in read_dictionary()}


def _grain(room: str, about: Described | None) -> tuple[str, ...]:
    if about is None or not about.grain:
        return ()
    return ("closing_period", "closing_version", *about.grain) if room == "closed" else about.grain


def _columns(room: str, held: Iterable[Any], about: Described | None) -> Iterator[Column]:
    # What was signed before a column was there has it empty, however it is described now.
    live = about.columns if about and room != "closed" else ()
    required = {column.name for column in live if column.required}
    for name, kind, is_nullable, said in held:
        yield Column(name, postgres_type(kind), name in required or not is_nullable, said)


def postgres_type(kind: str) -> str:
    """PostgreSQL's type for a type of the models. Raises KeyError for one that has none here."""
    if kind.startswith("DECIMAL("):
        return kind.replace("DECIMAL", "numeric")
    return _PLAIN[kind]


def references(build: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> list[Reference]:
    """Foreign keys of facts, marts and findings to dimensions and cases.

    A table refers to a dimension when it carries all columns of its key under their names, and in this
    build every value is there. `dim_unit` counts while each unit has one version.
    """
    known = list(tables)
    found = []
    for parent in known:
        key = _parent_key(build, parent)
        for child in known if key else ():
            if _may_refer(child, parent, key) and _all_there(build, child, parent, key):
                found.append(Reference(child, parent, key))
    return found


def _parent_key(build: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, ...]:
    if table.room != "core" or not (table.name.startswith("dim_") or table.name == "fct_case"):
        return ()
    if table.name == "dim_unit":
        return ("unit_code",) if is_unique(build, table, ("unit_code",)) else ()
    # A case stands in two schemas: others refer to the one that all may read.
    return (
        table.grain if table.has_primary_key and (table.schema, table.name) != _CASES_APART else ()
    )


_CASES_APART = ("core" + APART, "fct_case")


def is_unique(build: duckdb.DuckDBPyConnection, table: Table, columns: tuple[str, ...]) -> bool:
    """Whether these columns name a row of the table."""
    names = ", ".join(map(quoted, columns))
    again = build.execute(
        f"select 1 from {in_build(table)} group by {names} having count(*) > 1 limit 1"  # noqa: S608
    ).fetchone()
    return again is None


def _may_refer(child: Table, parent: Table, key: tuple[str, ...]) -> bool:
    is_itself = (child.room, child.name) == (parent.room, parent.name)
    # Nothing that all may read hangs on a table that they may not.
    return (
        not is_itself
        and child.room in _FACTS
        and (child.is_apart or not parent.is_apart)
        and child.names.issuperset(key)
    )


def _all_there(
    build: duckdb.DuckDBPyConnection, child: Table, parent: Table, key: tuple[str, ...]
) -> bool:
    names = ", ".join(map(quoted, key))
    filled = " and ".join(f"{quoted(name)} is not null" for name in key)
    missing = build.execute(
        f"select 1 from (select distinct {names} from {in_build(child)} where {filled}) as c "  # noqa: S608
        f"anti join {in_build(parent)} as p using ({names}) limit 1"
    ).fetchone()
    return missing is None


def in_build(table: Table) -> str:
    """The table in the build, as SQL names it."""
    return f"{quoted(table.room)}.{quoted(table.name)}"


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
