"""The seed of duties: whole, its page current, and every measure, table, column and input it names is there."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from ingestion.layouts import CANONICAL_COLUMNS
from ingestion.registers.definitions import load_registers
from publishing.duty_page import PAGE, Duty, duty_table, page_with, read_duties

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
DUTIES = read_duties()
REGISTERS = {register.name: register for register in load_registers().all}
LEVELS = {"department", "district", "commune"}

pytestmark = pytest.mark.unit


@cache
def _models() -> dict[str, set[str]]:
    """Served models -> their columns."""
    return {
        model["name"]: {column["name"] for column in model.get("columns", ())}
        for room in ("core", "marts")
        for path in (PROJECT / "models" / room).glob("*.yml")
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", ())
    }


def _codes(seed: str, column: str) -> set[str]:
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as handle:
        return {row[column] for row in csv.DictReader(handle)}


def _missing_tables(duty: Duty) -> set[str]:
    """Tables and columns of the duty's detail that no model has."""
    models = _models()
    absent = {part.name for part in duty.detail if part.name not in models}
    return absent | {
        f"{part.name}.{column}"
        for part in duty.detail
        if part.name in models
        for column in part.columns
        if column not in models[part.name]
    }


def _missing_inputs(duty: Duty) -> set[str]:
    """Columns of exports and registers, and choices of these, that the duty's input names in vain."""
    missing = set()
    for part in duty.inputs:
        if part.name == "cases":
            missing |= set(part.columns) - set(CANONICAL_COLUMNS)
            continue
        columns = {column.name: column for column in REGISTERS[part.name].columns}
        for named in part.columns:
            column, _, choice = named.partition("=")
            if column not in columns or (choice and choice not in columns[column].options):
                missing.add(f"{part.name}.{named}")
    return missing


def test_all_forty_five_are_there() -> None:
    assert [duty.code for duty in DUTIES] == [f"R{number:02d}" for number in range(1, 46)]


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.code)
def test_duty_is_well_written(duty: Duty) -> None:
    """Items, measures, targets, levels, months and kinds are known; the register tells of the duty."""
    assert all(re.fullmatch(r"[A-E]\d{1,2}[ab]?", item) for item in duty.items)
    assert duty.items
    assert {item[0] for item in duty.items} <= _codes("founding_letter", "letter")
    assert duty.measures
    assert set(duty.measures) <= _codes("measure", "measure_code")
    assert set(duty.unit_levels) <= LEVELS
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", duty.from_period)
    assert re.fullmatch(r"(20\d\d-(0[1-9]|1[0-2]))?", duty.to_period)
    assert duty.period_kind in {"month", "ytd", "half"}
    assert duty.detail
    for part in duty.inputs:
        assert part.columns
        assert part.name == "cases" or duty.code in REGISTERS[part.name].duties
    if duty.obligation_kind:
        (kinds,) = [
            c.options for c in REGISTERS["obligation"].columns if c.name == "obligation_kind"
        ]
        assert duty.obligation_kind in kinds


def test_registers_name_their_duties() -> None:
    """The other way round: a register that says it serves a duty is among the duty's inputs."""
    told = {(part.name, duty.code) for duty in DUTIES for part in duty.inputs}
    said = {(register.name, code) for register in REGISTERS.values() for code in register.duties}
    # Satisfaction is an index criterion; its points reach R41 through the register of scores.
    # Steps refine what cases tell.
    assert said - told <= {("satisfaction", "R41"), ("case_step", "R03")}


def test_each_kind_of_obligation_belongs_to_one_duty() -> None:
    kinds = [duty.obligation_kind for duty in DUTIES if duty.obligation_kind]
    (choices,) = [c.options for c in REGISTERS["obligation"].columns if c.name == "obligation_kind"]
    assert sorted([*kinds, "other"]) == sorted(choices)


def test_every_table_and_column_is_there() -> None:
    """All missing ones at once."""
    missing = {name for duty in DUTIES for name in _missing_tables(duty)}
    assert missing == set()
    assert {name for duty in DUTIES for name in _missing_inputs(duty)} == set()


def test_every_target_is_there() -> None:
    """Duties and targets name each other: target R21-PHI belongs to R21."""
    seed = PROJECT / "seeds" / "target.csv"
    targets = _codes("target", "target_code") if seed.exists() else set()
    named = {code for duty in DUTIES for code in duty.target_codes}
    assert named - targets == set()
    held = {(duty.code, code) for duty in DUTIES for code in duty.target_codes}
    own = {(code[:3], code) for code in targets if re.match(r"R\d\d", code)}
    assert own <= held


def test_the_page_is_current() -> None:
    page = PAGE.read_text("utf-8")
    assert page == page_with(duty_table(), page)
    assert all(f"| {duty.code} |" in page for duty in DUTIES)


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        page_with(duty_table(), "# Duties\n")
