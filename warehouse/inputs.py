"""What the models start from: register, decoded rows and reference, written into the work file."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.decode.cells import column_letter
from ingestion.home import Home
from ingestion.layouts import CANONICAL_COLUMNS, Dates
from ingestion.periods import months_between
from ingestion.register import Submission, read_submissions
from ingestion.site import Site, Unit
from warehouse.calendar_inputs import write_calendar_inputs
from warehouse.closing_inputs import write_closing_inputs
from warehouse.closing_store import Closing, read_closings
from warehouse.index_inputs import write_index_inputs
from warehouse.register_inputs import REGISTER_BATCH, write_register_inputs
from warehouse.rules import check_rules

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_INT = pa.int64()
_DATE = pa.date32()

_SUBMISSION = {
    "submission_id": _TEXT,
    "receipt_seq": _INT,
    "unit_code": _TEXT,
    "feed": _TEXT,
    "period": _TEXT,
    "mode": _TEXT,
    "status": _TEXT,
    "uri": _TEXT,
    "file_name": _TEXT,
    "bytes": _INT,
    "sha256": _TEXT,
    "pulled_at": _TEXT,
    "layout": _TEXT,
    "decode_id": _TEXT,
    "rows_read": _INT,
    "rows_ignored": _INT,
    "stated_total": _INT,
    "export_kind": _TEXT,
    "date_orders": _TEXTS,
    "date_system": _INT,
    "two_digit_years": pa.bool_(),
    "absent": _TEXTS,
    "message": _TEXT,
}
_SUBMISSION_COLUMN = ("submission_id", "sheet", "canonical", "label", "column_letter")
_STATED_TOTAL = {
    "submission_id": _TEXT,
    "sheet": _TEXT,
    "row_number": pa.int32(),
    "cell": _TEXT,
    "label": _TEXT,
    "stated": _INT,
    "counted": _INT,
    "scope": _TEXT,
}
_FILE_MESSAGE = ("submission_id", "code", "sheet", "cell", "column_label", "value", "message")


def write_inputs(
    site: Site, home: Home, work: Path, closings: Sequence[Closing] | None = None
) -> list[Submission]:
    """Create schema `raw` in the new DuckDB file `work`, one table per input (see dbt_project/models/sources.yml).

    `raw.case_row` copies the batches that the manifests name, never a glob, so a repeated or
    half-written batch cannot add a row. Returns the submissions, in the order of their receipts.
    `closings`: those to be told of, where the caller has read them. Raises SiteError for a waiver or
    severity that cannot be given, ClosingTampered.
    """
    check_rules(site)
    submissions = read_submissions(site, home)
    with duckdb.connect(str(work)) as connection:
        connection.execute("create schema raw")
        _write_submissions(connection, site, submissions)
        _write_case_rows(connection, home, submissions)
        write_register_inputs(connection, home, submissions)
        _write_reference(connection, site)
        write_index_inputs(connection, site)
        write_closing_inputs(connection, read_closings(home) if closings is None else closings)
        accepted = [s for s in submissions if s.status == "accepted" and s.feed == "cases"]
        newest = max((s.period for s in accepted), default=None)
        _write_expected(connection, site, newest)
        write_calendar_inputs(connection, site, newest)
    return submissions


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, pa.DataType],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows as table `raw.<name>` with exactly these columns and types."""
    schema = pa.schema(list(columns.items()))
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    frame = pa.Table.from_pylist(records, schema=schema)
    connection.register("incoming", frame)
    connection.execute(f"create table raw.{name} as select * from incoming")  # noqa: S608 (ours)
    connection.unregister("incoming")


def _write_submissions(
    connection: duckdb.DuckDBPyConnection, site: Site, submissions: Sequence[Submission]
) -> None:
    """Write the register's submissions, where their columns stood, what they state and what was said."""
    rows, columns, totals, messages = [], [], [], []
    for s in submissions:
        layout = site.layouts[s.layout] if s.layout and s.feed == "cases" else None
        dates = layout.dates if layout else Dates()
        texts = [m.text for m in s.messages] + list(s.hold_reasons)
        rows.append(
            (
                s.submission_id,
                s.receipt_seq,
                s.unit_code,
                s.feed,
                s.period,
                s.mode,
                s.status,
                s.uri,
                s.file_name,
                s.bytes,
                s.sha256,
                s.pulled_at,
                s.layout,
                s.decode_id,
                s.rows_read,
                s.rows_ignored,
                s.stated_total,
                s.export_kind,
                list(dates.orders),
                s.date_system,
                dates.two_digit_years,
                # By the present list of columns: the file may have been read when we knew fewer.
                sorted(layout.absent_columns if layout else s.absent),
                " ".join(texts) if s.status != "accepted" else None,
            )
        )
        for sheet, places in s.columns.items():
            for canonical, found in places.items():
                letter = column_letter(found.index)
                columns.append((s.submission_id, sheet, canonical, found.label, letter))
        for t in s.stated_totals:
            place = (s.submission_id, t.sheet or "", t.row_number, t.cell)
            totals.append((*place, t.label, t.stated, t.counted, t.scope))
        for m in s.messages:
            messages.append((s.submission_id, m.code, m.sheet, m.cell, m.column, m.value, m.text))
        for reason in s.hold_reasons:
            messages.append((s.submission_id, "held", None, None, None, None, reason))
    _table(connection, "submission", _SUBMISSION, rows)
    _table(connection, "submission_column", dict.fromkeys(_SUBMISSION_COLUMN, _TEXT), columns)
    _table(connection, "stated_total", _STATED_TOTAL, totals)
    _table(connection, "file_message", dict.fromkeys(_FILE_MESSAGE, _TEXT), messages)


def _write_case_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, submissions: Sequence[Submission]
) -> None:
    """Copy the batches into `raw.case_row`; an empty table of the same shape where nothing was decoded yet."""
    paths = {str(home.root / s.batch_path) for s in submissions if s.batch_path}
    batches = sorted(path for path in paths if not path.endswith(REGISTER_BATCH))
    names = ("decode_id", "submission_id", "sheet", "row_number", *CANONICAL_COLUMNS)
    _table(connection, "case_row", dict.fromkeys(names, _TEXT) | {"row_number": pa.int32()}, [])
    if not batches:
        return
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in batches)
    # A copy, not a view: models that join right on the Parquet scan have crashed this DuckDB now and
    # then (docs/decisions/0003), and the work file then holds all that a build starts from. By name:
    # batches written before a column was known lack it.
    source = f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true)"
    connection.execute(f"insert into raw.case_row by name from {source}")


def _write_reference(connection: duckdb.DuckDBPyConnection, site: Site) -> None:
    """Write units, sectors, procedures, policies, waivers, value maps and the site's settings."""
    unit_columns = {
        "unit_code": _TEXT,
        "unit_name": _TEXT,
        "aliases": _TEXTS,
        "unit_level": _TEXT,
        "parent_code": _TEXT,
        "valid_from": _DATE,
        "valid_to": _DATE,
        "successors": _TEXTS,
        "case_namespace": _TEXT,
    }
    units = [
        (
            u.code,
            u.name,
            list(u.aliases),
            u.level,
            u.parent,
            u.valid_from,
            u.valid_to,
            list(u.successors),
            u.case_namespace,
        )
        for u in site.units
    ]
    _table(connection, "unit", unit_columns, units)
    spaces = effective_namespaces(site.units)
    namespace = {"unit_code": _TEXT, "case_namespace": _TEXT}
    _table(connection, "unit_namespace", namespace, spaces.items())
    sector = {"sector_code": _TEXT, "sector_name": _TEXT, "aliases": _TEXTS, "sector_group": _TEXT}
    sectors = [(s.code, s.name, list(s.aliases), s.group) for s in site.sectors]
    _table(connection, "sector", sector, sectors)
    cause = {"cause_code": _TEXT, "cause_name": _TEXT, "labels": _TEXTS}
    causes = [(c.code, c.name, list(c.aliases)) for c in site.overdue_causes]
    _table(connection, "overdue_cause", cause, causes)
    procedure = {
        "procedure_code": _TEXT,
        "procedure_name": _TEXT,
        "aliases": _TEXTS,
        "sector_code": _TEXT,
        "service_level": _TEXT,
        "has_fee": pa.bool_(),
        "is_payment_integrated": pa.bool_(),
        "is_joint": pa.bool_(),
        "term_days": _INT,
        "unit_levels": _TEXTS,
        "units": _TEXTS,
    }
    procedures = [
        (
            p.code,
            p.name,
            list(p.aliases),
            p.sector_code,
            p.service_level,
            p.has_fee,
            p.is_payment_integrated,
            p.is_joint,
            p.term_days,
            list(p.unit_levels),
            list(p.units),
        )
        for p in site.procedures
    ]
    _table(connection, "procedure", procedure, procedures)
    policy = ("policy_code", "policy_name", "grain", "numerator", "denominator")
    policies = [
        (p.policy_code, p.name, p.grain, "+".join(p.numerator), "+".join(p.denominator))
        for p in site.policies
    ]
    _table(connection, "policy", dict.fromkeys(policy, _TEXT), policies)
    rule = ("rule_id", "unit_code", "severity", "from_period")
    rules = [(r.rule_id, r.unit_code, r.severity, r.from_period) for r in site.rules]
    _table(connection, "rule", dict.fromkeys(rule, _TEXT), rules)
    waiver = ("rule_id", "unit_code", "from_period", "to_period", "reason", "approver")
    waivers = [
        (w.rule_id, w.unit_code, w.valid_from, w.valid_to, w.reason, w.approver)
        for w in site.waivers
    ]
    _table(connection, "waiver", dict.fromkeys(waiver, _TEXT), waivers)
    value = ("layout", "column_name", "label", "canonical")
    values = [
        (layout.name, column, label, canonical)
        for layout in site.layouts.values()
        for column, mapping in layout.values.items()
        for label, canonical in mapping.items()
    ]
    _table(connection, "layout_value", dict.fromkeys(value, _TEXT), values)
    setting = {
        "site": site.name,
        "authority_code": site.authority.code,
        "authority_name": site.authority.name,
        "namespace": site.authority.namespace,
        "time_zone": site.time_zone,
        "default_policy": site.default_policy,
        "reporting_calendar": site.reporting_calendar,
        "unlisted_sector": site.unlisted.sector,
        "unlisted_procedure": site.unlisted.procedure,
    }
    _table(connection, "site", dict.fromkeys(setting, _TEXT), [tuple(setting.values())])


def effective_namespaces(units: Sequence[Unit]) -> dict[str, str]:
    """The namespace of each unit's own case numbers (domain §2, identity).

    Its own; else the one that all its predecessors share; else its code.
    """
    own = {u.code: u.case_namespace for u in units if u.case_namespace}
    predecessors: dict[str, set[str]] = {}
    for u in units:
        for successor in u.successors:
            predecessors.setdefault(successor, set()).add(u.code)

    def namespace(code: str, seen: frozenset[str]) -> str:
        if code in own or code in seen or code not in predecessors:
            return own.get(code, code)
        inherited = {namespace(p, seen | {code}) for p in predecessors[code]}
        return inherited.pop() if len(inherited) == 1 else code

    return {u.code: namespace(u.code, frozenset()) for u in units}


def _write_expected(connection: duckdb.DuckDBPyConnection, site: Site, newest: str | None) -> None:
    """Write which unit is asked for an export in which month, up to the newest accepted one, and its due day."""
    rows = []
    if newest is not None and newest >= site.first_period:
        for period in months_between(site.first_period, newest):
            asked = (s for s in site.sources if s.feed == "cases")
            rows += [(s.unit, period, s.due_on(period)) for s in asked if s.covers(period)]
    columns = {"unit_code": _TEXT, "period": _TEXT, "due_on": _DATE}
    _table(connection, "expected_source", columns, rows)
