"""Index scores and targets in the small build, by hand, in the columns that the models promise."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
Line = Mapping[str, Any]

# unit -> points of criterion 1 (a rate) and 6.2 (feedback): part, whole, measured, self, appraised
_ENTRIES: Mapping[str | None, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "NT-LOC-THO": ((9, 10, 18, 20, None), (0, 0, 6, 6, None)),
    "NT-TU-PHAP": ((23, 25, 18.4, 18, 17), (None, None, None, 3, None)),
    "NT-VINH-HAI": ((None, None, None, 15, None), (None, None, None, None, None)),
    None: ((32, 35, 18.285714, None, None), (1, 2, 3, None, None)),
}
_NAMES = {None: ("UBND thành phố Nha Trang", "authority")}
_CRITERIA = (
    ("2", "Tiến độ giải quyết", "2.1", "Hồ sơ đúng hạn, trong hạn", 20, "cases", True),
    ("6", "Mức độ hài lòng", "6.2", "Phản ánh xử lý đúng hạn", 6, "feedback", False),
)
# unit, target, kind of period, comparator, threshold, kind, part, whole, verdict, reason, previous, trend
_TARGETS: tuple[tuple[Any, ...], ...] = (
    ("NT-LOC-THO", "R27", "month", "<=", 10, "rate", 3, 13, "not_met", None, 0.2, "worse"),
    ("NT-TU-PHAP", "R27", "month", "<=", 10, "rate", 1, 10, "met", None, 0.1, "same"),
    ("NT-VINH-HAI", "R27", "month", "<=", 10, "rate", None, None, "no_data", "not_reported", None, None),
    (None, "R27", "month", "<=", 10, "rate", 4, 23, "not_met", None, None, None),
    ("NT-LOC-THO", "R10", "month", "falls", None, "count", 3, None, "met", None, 5.0, "better"),
    ("NT-LOC-THO", "R18", "ytd", ">=", None, "rate", 1, 2, "no_data", "no_threshold", None, None),
    ("commune", "R18", "ytd", ">=", None, "rate", 1, 2, "no_data", "no_threshold", None, None),
)  # fmt: skip
_TARGET_NAMES = {
    "R27": "Trễ hạn trong tháng không trên 10 %",
    "R10": "Giảm hồ sơ trễ hẹn",
    "R18": "Trực tuyến đạt mức tối thiểu",
}
_REASONS = {
    "not_reported": "chưa có số liệu: đơn vị không có báo cáo hồ sơ trong kỳ",
    "no_threshold": "chưa giao mức phải đạt",
    "no_data": "chưa có số liệu",
}


def create(
    connection: duckdb.DuckDBPyConnection, units: Mapping[str, tuple[str, str]], period: str
) -> None:
    """Write mart_cchc_scores, mart_cchc_inputs and mart_target_attainment of one month."""
    scored = [line for unit in _ENTRIES for line in _scores(unit, units, period)]
    _rank(scored)
    _fill(connection, "mart_cchc_scores", scored)
    inputs = [line for unit in _ENTRIES for line in _inputs(unit, units, period)]
    _fill(connection, "mart_cchc_inputs", inputs)
    targets = [_target(row, units, period) for row in _TARGETS]
    _fill(connection, "mart_target_attainment", targets)


def _fill(connection: duckdb.DuckDBPyConnection, table: str, lines: Iterable[Line]) -> None:
    """Create a mart with the columns of its contract and insert lines; what a line leaves out is NULL."""
    (model,) = yaml.safe_load((MARTS / f"{table}.yml").read_text("utf-8"))["models"]
    types = {column["name"]: column["data_type"] for column in model["columns"]}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection.execute(f"create table mart.{table} ({columns})")
    marks = ", ".join("?" for _ in types)
    for line in lines:
        assert line.keys() <= types.keys()
        connection.execute(
            f"insert into mart.{table} values ({marks})", [line.get(n) for n in types]
        )


def _who(unit: str | None, units: Mapping[str, tuple[str, str]], period: str) -> dict[str, Any]:
    name, level = _NAMES[None] if unit is None else units[unit]
    scope = "authority" if unit is None else "unit"
    return {"period": period, "score_year": 2024, "index_code": "QD766", "scope": scope,
            "unit_code": unit, "member_name": name, "unit_level": level,
            "maturity": "provisional"}  # fmt: skip


def _scores(
    unit: str | None, units: Mapping[str, tuple[str, str]], period: str
) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for (group, group_name, code, name, top, _, sure), (_, _, measured, own, appraised) in zip(
        _CRITERIA, _ENTRIES[unit], strict=True
    ):
        result = measured if appraised is None else appraised
        gap = None if measured is None or own is None else own - measured
        line = {
            **_who(unit, units, period), "row_kind": "criterion", "group_code": group,
            "criterion_code": code, "criterion_name": name, "rule": "linear", "max_score": top,
            "measured_score": measured, "self_score": own, "appraised_score": appraised,
            "result_score": result, "known_max_score": 0 if result is None else top,
            "unknown_max_score": top if result is None else 0, "is_complete": result is not None,
            "gap": gap, "is_self_above_evidence": None if gap is None else gap > 0,
            "is_confirmed": sure, "legal_source": "QĐ 766/QĐ-TTg",
        }  # fmt: skip
        if result is None:
            line["missing_reason"] = "not_reported" if code == "2.1" else "no_data"
            line["missing_text"] = _REASONS[str(line["missing_reason"])]
        lines.append(line)
        lines.append({**line, "row_kind": "group", "criterion_code": group,
                      "criterion_name": group_name, "missing_reason": None,
                      "missing_text": None})  # fmt: skip
    criteria = [line for line in lines if line["row_kind"] == "criterion"]
    total = {**criteria[0], "row_kind": "index", "group_code": None, "criterion_code": "TONG",
             "criterion_name": "Bộ chỉ số phục vụ", "missing_reason": None, "missing_text": None,
             "is_confirmed": False}  # fmt: skip
    for name in ("max_score", "measured_score", "self_score", "appraised_score", "result_score",
                 "known_max_score", "unknown_max_score", "gap"):  # fmt: skip
        known = [line[name] for line in criteria if line[name] is not None]
        total[name] = round(sum(known), 6) if known else None
    total["is_complete"] = total["unknown_max_score"] == 0
    total["is_self_above_evidence"] = any(line["is_self_above_evidence"] for line in criteria)
    if total["result_score"] is not None:
        total["band_low"] = "Tốt" if total["result_score"] > 20 else "Khá"
        total["band_high"] = "Tốt"
    return [*lines, total]


def _rank(lines: list[dict[str, Any]]) -> None:
    """Each unit is the only one of its level that has points, but for Lộc Thọ and Vĩnh Hải."""
    for line in lines:
        if line["row_kind"] == "index" and line["result_score"] is not None:
            line["rank"] = 1


def _inputs(
    unit: str | None, units: Mapping[str, tuple[str, str]], period: str
) -> list[dict[str, Any]]:
    lines = []
    for (group, _, code, name, _, source, _), (part, whole, *_) in zip(
        _CRITERIA, _ENTRIES[unit], strict=True
    ):
        lines.append({
            **_who(unit, units, period), "group_code": group, "criterion_code": code,
            "criterion_name": name, "numerator": part, "denominator": whole,
            "measure_value": part / whole if whole else None, "source": source,
        })  # fmt: skip
    return lines


def _target(
    row: tuple[Any, ...], units: Mapping[str, tuple[str, str]], period: str
) -> dict[str, Any]:
    unit, code, kind_of_period, comparator, threshold, kind, part, whole, *judged = row
    verdict, reason, before, trend = judged
    scope = "authority" if unit is None else "unit" if unit in units else "unit_level"
    name, level = (
        units[unit] if unit in units else (unit or _NAMES[None][0], None if unit is None else unit)
    )
    value = None if part is None else part / whole if whole else float(part)
    factor = 100 if kind == "rate" else 1
    required = threshold if comparator != "falls" else before * factor
    has_distance = value is not None and required is not None
    return {
        "calendar": "calendar", "period_kind": kind_of_period, "period": period, "target_code": code,
        "target_name": _TARGET_NAMES[code], "scope": scope, "member_code": unit or "H32.NT",
        "member_name": name, "unit_code": unit if scope == "unit" else None, "unit_level": level,
        "target_scope": "authority", "measure_code": "late_rate", "measure_name": "Tỷ lệ",
        "kind": kind, "comparator": comparator, "threshold": threshold,
        "legal_basis": "10784/UBND", "is_confirmed": code != "R18", "numerator": part,
        "denominator": whole, "measure_value": value, "attainment": verdict,
        "missing_reason": reason, "missing_text": _REASONS[reason] if reason else None,
        "distance": value * factor - required if has_distance and value is not None else None,
        "previous_value": before, "trend": trend, "unit_count": 1, "measured_unit_count": 1,
        "maturity": "provisional",
    }  # fmt: skip
