"""Whatever tells of officials is marked, so that it stays out of the analysts' copy."""

from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
SERVED = ("core", "marts", "quality")

pytestmark = pytest.mark.unit


def _models() -> list[dict[str, Any]]:
    paths = (path for room in SERVED for path in (PROJECT / "models" / room).glob("*.yml"))
    read = (yaml.safe_load(path.read_text("utf-8")) for path in paths)
    return [model for content in read for model in content.get("models", ())]


def _access(described: dict[str, Any]) -> str | None:
    meta: dict[str, str] = described.get("config", {}).get("meta", {})
    return meta.get("access")


def test_every_column_about_officials_is_restricted() -> None:
    """By its name, or because it holds what a unit typed: a name can stand in any cell."""
    open_columns = [
        f"{model['name']}.{column['name']}"
        for model in _models()
        if _access(model) != "officials"
        for column in model["columns"]
        if (column["name"].startswith("official") or column["name"] == "value")
        and _access(column) != "officials"
    ]
    assert open_columns == []


def test_no_other_restriction_is_written() -> None:
    """A misspelt one would leave the column in."""
    written = {_access(x) for model in _models() for x in (model, *model["columns"])}
    assert written == {None, "officials"}
