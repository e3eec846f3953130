"""Definitions, tables of facts, rules and the page of duties say the same of each register."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from ingestion.registers.definitions import load_registers

ROOT = Path(__file__).resolve().parents[3]
PROJECT = ROOT / "dbt_project"
REGISTERS = load_registers().all
TYPES = {"date": "DATE", "count": "BIGINT", "number": "DECIMAL(18,4)", "yes_no": "BOOLEAN"}
# The register's own columns stand after what every table of facts begins with.
SHARED = ("period", "unit_code", "sender_code", "is_latest_row", "submission_id", "sheet",
          "row_number")  # fmt: skip
ADDED = {
    "apology": {"case_key": "VARCHAR"},
    "case_step": {"case_key": "VARCHAR", "official_key": "VARCHAR"},
}
OTHER_TYPES = {"term_days": "INTEGER"}

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
def test_facts_have_the_columns_of_the_definition(register: object) -> None:
    """Same columns, types by the kind of column, not null where required, grain by the key."""
    (definition,) = [r for r in REGISTERS if r is register]
    path = PROJECT / "models" / "core" / f"{definition.table.removeprefix('core.')}.yml"
    (model,) = yaml.safe_load(path.read_text("utf-8"))["models"]
    columns = {column["name"]: column for column in model["columns"]}
    own = [column for column in definition.columns if column.name != "unit"]
    wanted = {c.name: OTHER_TYPES.get(c.name, TYPES.get(c.type, "VARCHAR")) for c in own}
    wanted |= ADDED.get(definition.name, {})
    found = {name: c["data_type"] for name, c in columns.items() if name not in SHARED}
    assert found == wanted
    assert tuple(columns)[: len(SHARED)] == SHARED
    for column in own:
        assert ("constraints" in columns[column.name]) == column.required
    grain = model["data_tests"][0]["unique_combination"]["arguments"]["columns"]
    assert set(grain) == {"period", "unit_code", *definition.key}


def test_every_rule_on_cells_has_condition_text_and_test() -> None:
    """As for row rules: seeds/register_rule.csv, macros/register_rules.sql and the unit tests agree."""
    with (PROJECT / "seeds" / "register_rule.csv").open(encoding="utf-8") as handle:
        rules = {row["rule_id"] for row in csv.DictReader(handle)}
    macro = (PROJECT / "macros" / "register_rules.sql").read_text("utf-8")
    assert set(re.findall(r"^\s+\('(\w+)',", macro, re.MULTILINE)) == rules
    tests = PROJECT / "models" / "intermediate" / "int_register_finding_unit_tests.yml"
    expected = tests.read_text("utf-8").partition("expect:")[2]
    assert {rule for rule in rules if f"rule_id: {rule}" not in expected} == set()


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
def test_the_page_of_duties_names_the_register(register: object) -> None:
    (definition,) = [r for r in REGISTERS if r is register]
    page = (ROOT / "docs" / "registers.md").read_text("utf-8")
    (line,) = [x for x in page.splitlines() if x.startswith(f"| `{definition.name}` ")]
    assert definition.title in line
    assert f"`{definition.table}`" in line
    assert set(re.findall(r"R\d\d", line)) >= set(definition.duties)


def test_every_duty_that_cases_cannot_answer_has_a_register() -> None:
    """Domain §5: these rows come from registers."""
    from_registers = {5, 6, 7, 8, 9, 11, 15, 21, 22, 24, 25, 28, 31, 32, *range(35, 46)}
    answered = {duty for register in REGISTERS for duty in register.duties}
    assert {f"R{number:02d}" for number in from_registers} <= answered
