"""What a publication changed in figures that were published before, and why (issue 3, point 7)."""
# ruff: noqa: S608 - SQL is put together from our own names and paths

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingestion.home import Home
from publishing.files import replaced
from warehouse.build_comparison import can_compare, find_changes
from warehouse.served import Row, rows

_LISTED = """
    select
        (select build_id from new.meta.build) as publication_id,
        (select build_id from old.meta.build) as previous_id,
        c.period,
        c.unit_code,
        u.unit_name,
        c.sector_code,
        coalesce(x.sector_name, c.sector_code) as sector_name,
        c.measure,
        c.old_value,
        c.new_value,
        c.difference,
        c.cause,
        c.submission_id,
        s.unit_code as cause_unit_code,
        s.period as cause_period,
        s.file_name as cause_file_name,
        s.pulled_at as cause_pulled_at
    from change as c
    left join (
        select unit_code, arg_max(unit_name, valid_from) as unit_name from new.core.dim_unit group by 1
    ) as u on c.unit_code = u.unit_code
    left join new.core.dim_sector as x on c.sector_code = x.sector_code
    left join submission as s on c.submission_id = s.submission_id
    order by c.period, c.unit_code, c.sector_code nulls first, c.measure, c.submission_id nulls last
"""
_EMPTY = """
    select * from (values (
        null::varchar, null::varchar, null::varchar, null::varchar, null::varchar, null::varchar,
        null::varchar, null::varchar, null::bigint, null::bigint, null::bigint, null::varchar,
        null::varchar, null::varchar, null::varchar, null::varchar, null::varchar
    )) as t (
        publication_id, previous_id, period, unit_code, unit_name, sector_code, sector_name, measure,
        old_value, new_value, difference, cause, submission_id, cause_unit_code, cause_period,
        cause_file_name, cause_pulled_at
    )
    where false
"""


def changes_path(home: Home, publication_id: str) -> Path:
    """Where the changes of a publication are listed."""
    return home.publications / f"{publication_id}.changes.parquet"


def write_changes(home: Home, served: Path, build: Path, build_id: str) -> Path:
    """List what the build will change in the months that the served file already shows.

    `publications/<build_id>.changes.parquet`, one row per unit × sector × month × measure × cause:
    `old_value` and `new_value` of the cell, `difference` of the cause, the submission that caused it
    or none (warehouse.change_causes). Measures are the canonical count columns, and `is_reported`
    of a unit and month (`sector_code` null). Empty at the first publication and when nothing moved.
    A build that is served already keeps its list: there is nothing left to compare it with.
    """
    target = changes_path(home, build_id)
    with duckdb.connect(":memory:") as connection:
        _attach(connection, build, "new")
        query = _EMPTY
        if served.exists():
            _attach(connection, served, "old")
            if target.exists() and _build_of(connection, "old") == build_id:
                return target
            if can_compare(connection):
                find_changes(connection)
                query = _LISTED
        with replaced(target) as temporary:
            path = str(temporary).replace("'", "''")
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    return target


def read_changes(paths: Sequence[Path], *, most: int | None = None) -> list[Row]:
    """The rows of lists of changes, the newest publication first; at most so many."""
    limit = "" if most is None else f" limit {most}"
    return _read(
        paths,
        "select * from listed order by publication_id desc, period, unit_code,"
        f" sector_code nulls first, measure, submission_id nulls last{limit}",
    )


def read_changed_months(paths: Sequence[Path], *, most: int) -> list[Row]:
    """A row per publication, month and unit: what moved, summed over sectors, and every cause.

    `moved`: (measure, difference). `causes`: the cause's columns of a list. `lines`, `months`: how
    many rows the lists hold, and how many rows there are of these, of which at most `most` are given.
    """
    return _read(
        paths,
        f"""
        with summed as (
            select publication_id, period, unit_code, measure, any_value(unit_name) as unit_name,
                sum(difference)::bigint as difference, count(*) as lines
            from listed group by publication_id, period, unit_code, measure
        ),
        caused as (
            select publication_id, period, unit_code, list_sort(list(distinct struct_pack(
                cause, submission_id, cause_unit_code, cause_period, cause_file_name))) as causes
            from listed group by publication_id, period, unit_code
        )
        select s.publication_id, s.period, s.unit_code, any_value(s.unit_name) as unit_name,
            list((s.measure, s.difference) order by s.measure) as moved,
            any_value(c.causes) as causes,
            sum(sum(s.lines)) over ()::bigint as lines,
            count(*) over () as months
        from summed as s
        inner join caused as c using (publication_id, period, unit_code)
        group by s.publication_id, s.period, s.unit_code
        order by s.publication_id desc, s.period, s.unit_code
        limit {most}
        """,
    )


def _read(paths: Sequence[Path], query: str) -> list[Row]:
    """Query the lists as one relation `listed`."""
    if not paths:
        return []
    quoted = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create view listed as from read_parquet([{quoted}])")
        return rows(connection, query)


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    quoted = str(path).replace("'", "''")
    connection.execute(f"attach '{quoted}' as {name} (read_only)")


def _build_of(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    return str(connection.execute(f"select build_id from {name}.meta.build").fetchall()[0][0])
