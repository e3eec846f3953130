"""What moved in a signed month since, and why: each closing laid beside a build (`mart_restatement`).

The reasoning is that of two builds (warehouse.change_causes): the frozen evidence stands as the
`old` one. Counts are followed case by case; measures (core.fct_measure) take the cause that moved the
unit's counts, another file of the unit (what is counted since January moves by files of earlier months),
the register that came, or what changed in the site's folder or the code.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion.messages import count, text
from ingestion.site import Site, site_files
from warehouse.build_comparison import MADE, find_changes
from warehouse.change_causes import OF_BUILD
from warehouse.closing_store import Closing, sha256_of
from warehouse.frozen_tables import EVIDENCE
from warehouse.served import Row, rows

RULE_FILES = frozenset(("reference/rules.csv", "reference/waivers.csv"))
_NEEDED = ("mart.mart_unit_sector_month", *EVIDENCE)
_WORKING = (*MADE, "measure_cell", "count_cause", "file_cause", "register_cause", "difference")

MEASURE_CELLS = """
    create table measure_cell as
    select
        coalesce(n.unit_code, o.unit_code) as unit_code,
        coalesce(n.measure_code, o.measure_code) as measure,
        coalesce(n.input, o.input) as input,
        o.measure_value as signed_value,
        n.measure_value as current_value
    from old.core.fct_measure as o
    full join (
        select * from new.core.fct_measure
        where calendar = 'calendar' and period_kind = 'month' and period = '{period}'
    ) as n on o.unit_code = n.unit_code and o.measure_code = n.measure_code
    where o.measure_value is distinct from n.measure_value
        or o.numerator is distinct from n.numerator or o.denominator is distinct from n.denominator
"""
# The file behind most of a unit's moved counts; null where the site's folder or the code is.
COUNT_CAUSE = """
    create table count_cause as
    select unit_code, arg_max(struct_pack(cause, submission_id), row(moved, cause, submission_id)) as found
    from (
        select unit_code, cause, submission_id, sum(abs(difference)) as moved from change group by all
    )
    group by unit_code
"""
# The file behind a measure whose unit's counts of this month stand: one of another month. An older
# release's evidence has no cases, so no such files are known.
FILE_CAUSE = """
    create table if not exists unit_file (
        cause_id varchar, cause varchar, unit_code varchar, cause_period varchar, receipt_seq bigint,
        nearness integer
    );
    create table file_cause as
    select unit_code, arg_min(
        struct_pack(cause, submission_id := cause_id),
        row(cause = 'newer_file', cause_period > '{period}', nearness, -receipt_seq, cause_id)
    ) as found
    from unit_file
    group by unit_code
"""
REGISTER_CAUSE = """
    create table register_cause as
    select s.unit_code, arg_max(
        struct_pack(cause := d.cause, submission_id := d.cause_id),
        row(d.unit_code = s.unit_code, d.period, d.receipt_seq, d.cause_id)
    ) as found
    from (select distinct unit_code from measure_cell) as s
    cross join (select distinct cause_id, cause, unit_code, period, receipt_seq from delta
        where feed = 'registers' and cause <> 'none') as d
    group by s.unit_code
"""
DIFFERENCE = """
    create table difference as
    with every as (
        select unit_code, sector_code, measure, old_value::DOUBLE as signed_value,
            new_value::DOUBLE as current_value, difference::DOUBLE as difference, cause, submission_id
        from change
        union all by name
        select m.unit_code, null as sector_code, m.measure, m.signed_value, m.current_value,
            m.current_value - m.signed_value as difference,
            coalesce(f.cause, {of_build}) as cause, f.submission_id
        from (
            select c.*, case when c.input like '%cases%' then coalesce(k.found, u.found) else r.found end as f
            from measure_cell as c
            left join count_cause as k on c.unit_code = k.unit_code
            left join file_cause as u on c.unit_code = u.unit_code
            left join register_cause as r on c.unit_code = r.unit_code
        ) as m
    )
    select
        '{period}' as period,
        {version}::INTEGER as closing_version,
        e.unit_code,
        e.sector_code,
        e.measure,
        e.signed_value,
        e.current_value,
        e.difference,
        case when e.cause = 'reference' and {is_rule} then 'rule' else e.cause end as cause,
        case when e.cause = 'reference' then nullif('{detail}', '') end as cause_detail,
        e.submission_id,
        s.unit_code as cause_unit_code,
        s.period as cause_period,
        s.file_name as cause_file_name
    from every as e
    left join submission as s on e.submission_id = s.submission_id
    order by all
"""


def fill_restatement(site: Site, closings: Sequence[Closing], database: Path) -> None:
    """Write every closing's differences into `mart.mart_restatement` of a closed build file.

    Every version of every signed month is held against the build's present figures: unit (× sector) ×
    month × measure × closing × cause. Run again, it gives the same rows.
    """
    with _beside(database, read_only=False) as connection:
        connection.execute("delete from new.mart.mart_restatement")
        for closing in closings:
            with _differences(connection, closing, site):
                connection.execute("insert into new.mart.mart_restatement by name from difference")
        connection.execute("checkpoint new")


def moved_months(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """Signed months in force that say something else now, by an open build: period, closing_version,
    units and cells (unit × sector × measure). A file of an earlier release knows of none.
    """
    try:
        return rows(
            connection,
            """
            select
                r.period,
                r.closing_version,
                count(distinct r.unit_code) as units,
                count(distinct (r.unit_code, coalesce(r.sector_code, ''), r.measure)) as cells
            from mart.mart_restatement as r
            inner join core.dim_closing as c
                on r.period = c.period and r.closing_version = c.closing_version
            where c.closing_status = 'in_force'
            group by all
            order by all
            """,
        )
    except duckdb.CatalogException:
        return []


def moved_text(month: Row) -> str:
    """The sentence for a row of `moved_months`."""
    counted = {name: count(month[name]) for name in ("units", "cells")}
    return text("closing.moved", **{**month, **counted})


def write_differences(closing: Closing, database: Path, path: Path, site: Site) -> None:
    """Write what a build says otherwise than a closing as one Parquet file, in the same columns."""
    quoted = str(path).replace("'", "''")
    with _beside(database, read_only=True) as connection, _differences(connection, closing, site):
        connection.execute(f"copy difference to '{quoted}' (format parquet)")


def changed_site_files(closing: Closing, site: Site) -> list[str]:
    """Files of the site that are not as they were at the signing, by their path in the folder."""
    folder = f"site/{closing.lock['site']['name']}/"
    signed = {
        name.removeprefix(folder): digest
        for name, digest in closing.lock["files"].items()
        if name.startswith(folder)
    }
    there = {
        path.relative_to(site.directory).as_posix(): sha256_of(path)
        for path in site_files(site.directory)
    }
    return sorted(
        name for name in signed.keys() | there.keys() if signed.get(name) != there.get(name)
    )


@contextmanager
def _beside(database: Path, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory with the build attached as `new`."""
    quoted = str(database).replace("'", "''")
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{quoted}' as new{' (read_only)' if read_only else ''}")
        yield connection
        connection.execute("detach new")


@contextmanager
def _differences(
    connection: duckdb.DuckDBPyConnection, closing: Closing, site: Site
) -> Iterator[None]:
    """Make the table `difference` of one closing; the tables made on the way go with it."""
    connection.execute("attach ':memory:' as old")
    for table in _NEEDED:
        path = str(closing.table_path(table)).replace("'", "''")
        connection.execute(f"create schema if not exists old.{table.partition('.')[0]}")
        connection.execute(f"create view old.{table} as from read_parquet('{path}')")
    period = closing.period
    files = changed_site_files(closing, site)
    values = {
        "period": period,
        "version": closing.version,
        "of_build": OF_BUILD,
        "detail": "; ".join(files).replace("'", "''"),
        "is_rule": str(bool(files) and RULE_FILES.issuperset(files)).lower(),
    }
    find_changes(connection, f"= '{period}'")
    for statement in (MEASURE_CELLS, COUNT_CAUSE, FILE_CAUSE, REGISTER_CAUSE, DIFFERENCE):
        connection.execute(statement.format(**values))
    try:
        yield
    finally:
        for table in _WORKING:
            connection.execute(f"drop table if exists {table}")
        connection.execute("detach old")
