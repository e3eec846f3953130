"""Writes a `Plan` as real files: a site folder (YAML and CSV) and the exports."""

import csv
from pathlib import Path

import yaml

from tests.laws.oracle_rows import UnitFacts, first_day, last_day, shift
from tests.laws.site_strategy import (
    CHANNELS,
    COLUMNS,
    FIRST,
    LAYOUTS,
    SECTORS,
    STATUSES,
    Plan,
    Sending,
)

FIRST_DATA_ROW = 2
"""The header is row 1 of every export."""


def write_site(plan: Plan, directory: Path) -> Path:
    """Write the site folder; returns it."""
    (directory / "reference").mkdir(parents=True)
    (directory / "layouts").mkdir()
    settings = {
        "authority": {"code": "H32.XX", "name": "UBND thành phố Thử", "namespace": "H32"},
        "first_period": FIRST,
        "unlisted": {"sector": "blank", "procedure": "blank"},
    }
    _write_yaml(directory / "site.yml", settings)
    _write_yaml(directory / "sources.yml", _sources(plan))
    for name in LAYOUTS:
        _write_yaml(directory / "layouts" / f"{name}.yml", _layout(name))
    _write_units(plan, directory / "reference" / "units.csv")
    with (directory / "reference" / "sectors.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("code", "name", "aliases"))
        for code in sorted(set(SECTORS.values())):
            names = [label for label, target in SECTORS.items() if target == code != label]
            writer.writerow((code, names[0], ";".join(names[1:])))
    return directory


def write_export(sending: Sending, path: Path) -> Path:
    """Write one export as a CSV; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["STT", *(COLUMNS[c] for c in sending.columns), "Ghi chú"])
        for number, row in enumerate(sending.rows, 1):
            # The note makes files of two months differ even where their rows do not.
            writer.writerow([number, *(value or "" for _, value in row), sending.note])
        if not sending.rows:
            writer.writerow(["", *("" for _ in sending.columns), ""])
    return path


def _sources(plan: Plan) -> dict[str, object]:
    entries = []
    for code, layout in plan.layouts:
        entry = {"unit": code.rstrip("<>"), "uri": "{period}/{unit}.csv", "layouts": [layout]}
        if code.endswith("<"):
            entry["valid_to"] = FIRST
        if code.endswith(">"):
            entry["valid_from"] = shift(FIRST, 1)
        entries.append(entry)
    return {"defaults": {"layouts": ["day_du"], "due_day": 5}, "units": entries}


def _layout(name: str) -> dict[str, object]:
    kind, absent = LAYOUTS[name]
    columns = {c: [label] for c, label in COLUMNS.items() if c not in absent}
    values = {"status": STATUSES, "channel": CHANNELS}
    return {
        "name": name,
        "kind": "csv",
        "header": {"labels": ["Mã hồ sơ", "Ngày tiếp nhận"]},
        "export_kind": kind,
        "columns": columns,
        "absent": list(absent),
        "ignore": ["STT", "Ghi chú"],
        "dates": {"orders": ["dmy"]},
        "values": {column: labels for column, labels in values.items() if column in columns},
    }


def _write_units(plan: Plan, path: Path) -> None:
    begins = {
        heir: first_day(shift(f"{unit.ended_on:%Y-%m}", 1)).isoformat()
        for unit in plan.reference.units
        for heir in unit.successors
        if unit.ended_on and heir in {"S", "T"}
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        header = "code,name,aliases,level,parent,valid_from,valid_to,successor,case_namespace"
        writer.writerow(header.split(","))
        for unit in plan.reference.units:
            writer.writerows(_unit_versions(unit, begins.get(unit.code, "")))


def _unit_versions(unit: UnitFacts, start: str) -> list[list[str]]:
    """The unit's lines. One that changes its level takes a new name with it: two versions of one code."""
    name, *aliases = unit.names
    end = unit.ended_on.isoformat() if unit.ended_on else ""
    last = [end, ";".join(unit.successors), unit.case_namespace or ""]
    (_, level), *later = unit.levels
    if not later:
        return [[unit.code, name, ";".join(aliases), level, "", start, *last]]
    ((since, raised),) = later
    before = [last_day(shift(since, -1)).isoformat(), "", unit.case_namespace or ""]
    return [
        [unit.code, name, "", level, "", start, *before],
        [unit.code, f"{name} mới", name, raised, "", first_day(since).isoformat(), *last],
    ]


def _write_yaml(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
