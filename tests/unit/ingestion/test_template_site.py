"""The template shows every key there is, so that nobody needs to read code to configure a site."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from ingestion.index_reference import IndexCriterion, Target
from ingestion.layouts import CANONICAL_COLUMNS, FAMILIES, Dates, Encoding, Header, Layout
from ingestion.reference import Policy, Procedure, RuleSeverity, Sector, Unit, Waiver
from ingestion.settings import Authority, DecodeSettings, Gates, PullSettings, Settings, Unlisted
from ingestion.sources import SourceDefaults, SourceEntry

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "sites" / "template"
SETTINGS = (Settings, Authority, PullSettings, DecodeSettings, Unlisted, Gates)


def text(*paths: Path) -> str:
    """Files as one text."""
    return "\n".join(path.read_text("utf-8") for path in paths)


def names(*models: type[BaseModel]) -> list[str]:
    """Keys as they are written."""
    return [info.alias or key for model in models for key, info in model.model_fields.items()]


def unshown(words: list[str], shown: str) -> list[str]:
    """Words that stand nowhere in a text."""
    return [
        word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", shown)
    ]


def test_every_key_stands_in_the_template() -> None:
    assert unshown(names(*SETTINGS), text(TEMPLATE / "site.yml")) == []
    sources = text(TEMPLATE / "sources.yml")
    assert unshown(names(SourceDefaults, SourceEntry), sources) == []
    layouts = text(*(TEMPLATE / "layouts").glob("*.yml"))
    keys = [*names(Layout, Header, Dates), *FAMILIES, *get_args(Encoding), *CANONICAL_COLUMNS]
    assert unshown(keys, layouts) == []


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("units", Unit),
        ("sectors", Sector),
        ("procedures", Procedure),
        ("policies", Policy),
        ("waivers", Waiver),
        ("targets", Target),
        ("index_criteria", IndexCriterion),
        ("rules", RuleSeverity),
    ],
)
def test_reference_files_have_all_columns(file: str, model: type[BaseModel]) -> None:
    header = text(TEMPLATE / "reference" / f"{file}.csv").splitlines()[0]
    assert sorted(header.split(",")) == sorted(names(model))


def test_the_key_reference_is_complete() -> None:
    page = text(ROOT / "docs" / "layouts.md")
    keys = [*names(Layout, Header, Dates), *FAMILIES, *get_args(Encoding), *CANONICAL_COLUMNS]
    assert unshown(keys, page) == []
    runbook = text(ROOT / "docs" / "runbooks" / "add-a-unit.md")
    assert unshown(names(SourceDefaults, SourceEntry, *SETTINGS[1:]), runbook) == []
