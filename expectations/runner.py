"""Runs the gates over a build file with Great Expectations and gives back what it found.

Great Expectations queries DuckDB through SQLAlchemy (docs/decisions/0004). It is imported when a
gate runs, not before: the import takes about six seconds.
"""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

import math
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from expectations import core, marts, submission
from expectations.checks import Check, GateResult, Source
from ingestion.messages import text
from ingestion.site import Site

SAMPLE_SIZE = 20
Gate = tuple[str, Callable[[Site], tuple[Check, ...]]]
GATES: tuple[Gate, ...] = (
    ("submission", submission.checks),
    ("core", core.checks),
    ("marts", marts.checks),
)

# A result is read after Great Expectations has given its connection back. Giving back must
# therefore not roll back, or DuckDB drops the result: every check would end in an IndexError.
ENGINE_OPTIONS: Mapping[str, Any] = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "pool_reset_on_return": None,
    "connect_args": {"read_only": True},
}


def run_gates(database: Path, site: Site, gates: tuple[Gate, ...] = GATES) -> list[GateResult]:
    """Run every check of the gates on the build file, read-only.

    Returns one result per check, in the order of the lists. A check that cannot run (say, a table
    is missing) is a result that did not pass, with its `error`. Raises FileNotFoundError without
    a file: DuckDB would else report a confusing catalog error per check.
    """
    if not database.is_file():
        raise FileNotFoundError(database)
    context, datasource = _connect(database)
    try:
        results = []
        for gate, list_checks in gates:
            results += _run_gate(context, datasource, gate, list_checks(site))
        return results
    finally:
        # DuckDB allows one configuration per file and process: let go before anyone writes.
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def _connect(database: Path) -> tuple[Any, Any]:
    """An ephemeral context (nothing on disk, no telemetry) and the build file as its source."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource = context.data_sources.add_sql(
        name="build",
        connection_string=f"duckdb:///{database}",
        create_temp_table=False,
        kwargs=dict(ENGINE_OPTIONS),
    )
    return context, datasource


def _run_gate(
    context: Any, datasource: Any, gate: str, checks: Iterable[Check]
) -> list[GateResult]:
    """All checks of one gate, one suite per source; results in the order of the checks."""
    ordered = list(checks)
    found: dict[str, GateResult] = {}
    by_source = sorted(ordered, key=lambda check: check.source.name)
    for source, members in groupby(by_source, key=lambda check: check.source):
        found.update(_run_suite(context, datasource, gate, source, list(members)))
    return [found[check.check_id] for check in ordered]


def _run_suite(
    context: Any, datasource: Any, gate: str, source: Source, checks: list[Check]
) -> dict[str, GateResult]:
    """Validate one source against its checks."""
    import great_expectations as gx

    definition = _batch_definition(datasource, gate, source)
    suite = gx.ExpectationSuite(
        name=f"{gate}.{source.name}", expectations=[_expectation(check) for check in checks]
    )
    validation = gx.ValidationDefinition(
        name=f"{gate}.{source.name}", data=definition, suite=context.suites.add(suite)
    )
    outcome = context.validation_definitions.add(validation).run(
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": list(source.keys),
            "partial_unexpected_count": SAMPLE_SIZE,
        }
    )
    by_id = {r.expectation_config.meta["check_id"]: r for r in outcome.results}
    return {c.check_id: _result(gate, c, by_id[c.check_id]) for c in checks}


def _batch_definition(datasource: Any, gate: str, source: Source) -> Any:
    """A source is a query: table assets know one schema per connection, the build has four."""
    query = source.query or f"select * from {source.name}"
    asset = datasource.add_query_asset(name=f"{gate}.{source.name}", query=query)
    return asset.add_batch_definition_whole_table("all")


def _expectation(check: Check) -> Any:
    """The Great Expectations object. The check's id travels in `meta`: results come unordered."""
    import great_expectations.expectations as gxe

    factory = getattr(gxe, check.rule.expectation)
    return factory(
        **check.rule.arguments, severity=check.severity, meta={"check_id": check.check_id}
    )


def _result(gate: str, check: Check, outcome: Any) -> GateResult:
    """One Great Expectations result in our words."""
    error = _error(outcome.exception_info)
    if error is not None:
        return _not_run(gate, check, error)
    found = outcome.result
    observed: dict[str, int | float | str | None] = {}
    unexpected: int | None = None
    if check.rule.expectation == "UnexpectedRowsExpectation":
        unexpected = int(found["observed_value"])
        sample = found.get("details", {}).get("unexpected_rows") or []
    elif "unexpected_count" in found:
        # The sum over no rows is NULL in SQL, and so is the count then.
        unexpected = int(found["unexpected_count"] or 0)
        observed["rows"] = _plain(found.get("element_count"))
        sample = found.get("partial_unexpected_index_list") or []
    else:
        observed["value"] = _plain(found.get("observed_value"))
        sample = []
    if unexpected is not None:
        observed["unexpected"] = unexpected
    return GateResult(
        gate=gate,
        check_id=check.check_id,
        severity=check.severity,
        success=bool(outcome.success),
        text=text(f"gate.{check.check_id}"),
        observed=observed,
        unexpected_count=unexpected,
        sample=[{k: _plain(v) for k, v in row.items()} for row in sample[:SAMPLE_SIZE]],
    )


def _not_run(gate: str, check: Check, error: str) -> GateResult:
    """A check that could not run has not passed, and stops publication whatever its severity."""
    return GateResult(
        gate=gate,
        check_id=check.check_id,
        severity="critical",
        success=False,
        text=text(f"gate.{check.check_id}"),
        error=error,
    )


def _error(exception_info: Mapping[str, Any]) -> str | None:
    """The message of the exception, if any: flat, or one entry per metric that failed."""
    is_flat = "raised_exception" in exception_info
    entries = [exception_info] if is_flat else list(exception_info.values())
    messages = [str(e["exception_message"]) for e in entries if e.get("raised_exception")]
    return "; ".join(dict.fromkeys(messages)) or None


def _plain(value: Any) -> Any:
    """A value that JSON can hold: dates as ISO text, decimals as numbers, NaN as nothing."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
