"""Which rows of a warehouse belong to a month, and a hash of their content."""
# ruff: noqa: S608 - SQL is put together from our own names; the month is checked

from typing import Any

import duckdb

from ingestion.periods import parse_period

NOT_SIGNED = frozenset(("mart_restatement",))
"""Marts that tell of closings themselves."""
_OF_CASES = (
    "case_key in (select m.case_key from core.fct_case_month as m where m.period = '{period}')"
)
EVIDENCE: dict[str, str] = {
    "core.dim_policy": "true",
    "core.dim_sector": "true",
    "core.dim_unit": "true",
    "core.fct_case": _OF_CASES,
    "core.fct_case_month": "period = '{period}'",
    "core.fct_case_month_d15": "period = '{period}'",
    "core.fct_measure": "calendar = 'calendar' and period_kind = 'month' and period = '{period}'",
    "core.fct_unit_report": "period = '{period}'",
    "meta.build": "true",
    "quality.file_messages": "code = 'refused'",
    "quality.load_ledger": "true",
    "quality.row_lineage": _OF_CASES,
}
"""What explains a signed month later: its cases with submission, sheet and row, and the ledger."""


def signed_marts(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> list[str]:
    """The marts that are signed: every table of schema `mart` that has `period`."""
    found = connection.execute(
        "select distinct table_name from duckdb_columns() where schema_name = 'mart'"
        " and column_name = 'period' and database_name = coalesce(?, current_database()) order by 1",
        [database],
    ).fetchall()
    return [name for (name,) in found if name not in NOT_SIGNED]


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Column names of `schema.table` of the current database, in their order."""
    schema, name = table.split(".")
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = current_database()"
        " and schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()
    return [column for (column,) in found]


def month_of_rows(columns: list[str]) -> str:
    """SQL: for a mart as `t`, the join that gives the calendar month its period ends with, as `ends.period`.

    A mart without `period_kind` is of calendar months; one without `calendar` of the ordinary calendar.
    """
    if "period_kind" not in columns:
        return "inner join core.dim_month as ends on t.period = ends.period"
    calendar = "t.calendar" if "calendar" in columns else "'calendar'"
    return f"""
        inner join core.dim_reporting_period as spans
            on {calendar} = spans.calendar and t.period_kind = spans.period_kind and t.period = spans.period
        inner join core.dim_month as ends on spans.last_month_no = ends.month_no
    """


def frozen_query(connection: duckdb.DuckDBPyConnection, table: str, period: str) -> str:
    """SQL for the rows of `schema.table` that are signed with the month, in a fixed order.

    A mart's `maturity` becomes `closed`: that is what signing makes of them.
    """
    month = parse_period(period)
    if table in EVIDENCE:
        return f"select * from {table} where {EVIDENCE[table].format(period=month)} order by all"
    columns = columns_of(connection, table)
    shown = [
        "'closed'::VARCHAR as maturity" if name == "maturity" else f't."{name}"' for name in columns
    ]
    return (
        f"select {', '.join(shown)} from {table} as t {month_of_rows(columns)}"
        f" where ends.period = '{month}' order by all"
    )


def content_hash(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    """Rows and a SHA-256 over the texts of all rows, whatever their order and that of the columns."""
    described = connection.execute(f"describe {query}").fetchall()
    names = sorted(row[0] for row in described)
    packed = ", ".join(f'"{name}" := c."{name}"' for name in names)
    (found,) = connection.execute(
        f"""
        select count(*), coalesce(sha256(string_agg(line, '' order by line)), '')
        from (select md5(to_json(struct_pack({packed}))::varchar) as line from ({query}) as c)
        """
    ).fetchall()
    return {"rows": found[0], "sha256": found[1], "columns": names}
