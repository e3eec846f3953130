"""Every model has its yml beside it; what is served is under contract and described in both languages."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
SERVED = ("core", "marts", "quality")
MODELS = sorted((PROJECT / "models").glob("*/*.sql"))
BLOCKS = dict(
    re.findall(
        r"{% docs (\w+) %}(.*?){% enddocs %}",
        "\n".join(
            page.read_text("utf-8") for page in (PROJECT / "models" / "columns").glob("*.md")
        ),
        re.DOTALL,
    )
)


def _yml(model: Path) -> dict[str, Any]:
    """The one model of the yml beside a model's SQL."""
    (described,) = yaml.safe_load(model.with_suffix(".yml").read_text("utf-8"))["models"]
    assert isinstance(described, dict)
    return described


@pytest.mark.unit
@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_model_is_described(model: Path) -> None:
    """Served models: contract, Vietnamese name, and a column text in both languages for each column."""
    described = _yml(model)
    assert described["name"] == model.stem
    assert described["description"]
    if model.parent.name not in SERVED:
        return
    assert described["config"]["contract"] == {"enforced": True}
    assert described["config"]["meta"]["vi"]
    for column in described["columns"]:
        named = re.fullmatch(r"{{ doc\('col_(\w+)'\) }}", column["description"])
        assert named, f"{model.stem}.{column['name']}: name a block of models/columns"
        assert BLOCKS[f"col_{named[1]}"].strip()
        assert BLOCKS[f"vi_{named[1]}"].strip()


@pytest.mark.unit
def test_every_column_text_is_used() -> None:
    """No text is left over from a column that is gone, and each has its other language."""
    used = {
        column["description"][len("{{ doc('col_") : -len("') }}")]
        for model in MODELS
        if model.parent.name in SERVED
        for column in _yml(model)["columns"]
    }
    assert {name.removeprefix("col_") for name in BLOCKS if name.startswith("col_")} == used
    assert {name.removeprefix("vi_") for name in BLOCKS if name.startswith("vi_")} == used


@pytest.mark.unit
def test_every_rule_has_a_unit_test_and_a_text() -> None:
    """Each rule of seeds/row_rule.csv is expected by a dbt unit test; each condition has its text."""
    seed = (PROJECT / "seeds" / "row_rule.csv").read_text("utf-8")
    rules = {line.split(",")[0] for line in seed.splitlines()[1:] if line.strip()}
    tests = "\n".join(
        path.read_text("utf-8") for path in (PROJECT / "models").glob("*/*_unit_tests.yml")
    )
    untested = {rule for rule in rules if f"rule_id: {rule}" not in tests}
    # A vanished case's finding is its row of int_vanished_case, tested there.
    assert untested <= {"vanished"}
    macro = (PROJECT / "macros" / "row_rules.sql").read_text("utf-8")
    assert set(re.findall(r"^\s+\('(\w+)',", macro, re.MULTILINE)) <= rules
