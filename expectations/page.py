"""The results of the gates for people: results.json and one page that opens offline."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations.checks import GateResult
from ingestion.home import private_folder
from ingestion.messages import text

LOCAL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


def write_results(results: Sequence[GateResult], directory: Path, build_id: str) -> Path:
    """Write `results.json` and `index.html` into the directory; return the page's path.

    Both are written beside and renamed over, so that a reader never meets half a page.
    """
    private_folder(directory)
    checked_at = datetime.now(UTC)
    record = {
        "build_id": build_id,
        "checked_at": checked_at.isoformat(timespec="seconds"),
        "passed": not any(result.stops_publication for result in results),
        "results": [asdict(result) for result in results],
    }
    _replace(directory / "results.json", json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    page = directory / "index.html"
    _replace(page, render_page(results, build_id, checked_at))
    return page


def render_page(results: Sequence[GateResult], build_id: str, checked_at: datetime) -> str:
    """The page as HTML text. Everything from data is escaped by the template."""
    environment = Environment(
        loader=PackageLoader("expectations"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["text"] = text
    light = _light(results)
    failed = sum(result.stops_publication for result in results)
    warned = sum(not result.success for result in results) - failed
    return environment.get_template("gates.html.j2").render(
        build_id=build_id,
        checked_at=checked_at.astimezone(LOCAL_TIME).strftime("%H:%M:%S ngày %d/%m/%Y"),
        light=light,
        lead=text(f"page.lead_{light}", checks=len(results), failures=failed, warnings=warned),
        gates=[_gate(gate, list(members)) for gate, members in groupby(results, lambda r: r.gate)],
    )


def _light(results: Sequence[GateResult]) -> str:
    """Traffic light: failed (a critical check), warned (a warning), passed."""
    if any(result.stops_publication for result in results):
        return "failed"
    return "passed" if all(result.success for result in results) else "warned"


def _gate(gate: str, results: list[GateResult]) -> dict[str, Any]:
    """One gate for the template, what did not pass first."""
    order = {"failed": 0, "warned": 1, "passed": 2}
    rows = sorted((_row(result) for result in results), key=lambda row: order[row["light"]])
    return {
        "title": text(f"gate.{gate}"),
        "light": _light(results),
        "counts": text(
            "page.gate_counts", passed=sum(r.success for r in results), total=len(results)
        ),
        "rows": rows,
    }


def _row(result: GateResult) -> dict[str, Any]:
    light = _light([result])
    total = result.unexpected_count or 0
    return {
        "check_id": result.check_id,
        "text": result.text,
        "light": light,
        "severity": text(f"page.severity_{result.severity}"),
        "result": text("page.result_error" if result.error else f"page.result_{light}"),
        "observed": _observed(result),
        "error": text("page.error", error=result.error) if result.error else None,
        "sample_title": text("page.sample", shown=len(result.sample), total=_number(total)),
        "sample_columns": [_column(name) for name in result.sample[0]] if result.sample else [],
        "sample": [[_cell(value) for value in row.values()] for row in result.sample],
    }


def _observed(result: GateResult) -> str:
    """What was counted, in words: '3 dòng sai / 1.200 dòng'."""
    if result.error:
        return ""
    rows, wrong = result.observed.get("rows"), result.observed.get("unexpected")
    if wrong is None:
        return text("page.observed_value", value=_number(result.observed.get("value")))
    if rows is None:
        if not wrong:
            return text("page.observed_none")
        return text("page.observed_unexpected", unexpected=_number(wrong))
    if not wrong:
        return text("page.observed_rows", rows=_number(rows))
    return text("page.observed_rows_unexpected", unexpected=_number(wrong), rows=_number(rows))


def _column(name: str) -> str:
    """A column's Vietnamese heading; a technical one without a heading shows its own name."""
    try:
        return text(f"page.key_{name}")
    except KeyError:
        return name


def _number(value: int | float | str | None) -> str:
    """Vietnamese notation: 1.234 and 0,95."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    shown = f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    return shown.translate(str.maketrans(",.", ".,"))


def _cell(value: object) -> str:
    if value is None:
        return text("page.sample_blank")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return str(value)


def _replace(path: Path, content: str) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(content, encoding="utf-8")
    beside.replace(path)
