"""What the models read as a date, or as blank, leaves the reader unmasked: two lists that must agree."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.decode.personal import masked_date

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
TESTS = yaml.safe_load(
    (PROJECT / "models" / "staging" / "stg_date_text_unit_tests.yml").read_text("utf-8")
)["unit_tests"]


def _readable() -> list[str]:
    """The texts of the dbt unit tests that are read as a date."""
    rows: list[dict[str, Any]] = [row for test in TESTS for row in test["expect"]["rows"]]
    return sorted({row["date_text"] for row in rows if row["read_at"] is not None})


def _blank() -> list[str]:
    with (PROJECT / "seeds" / "date_blank.csv").open(encoding="utf-8", newline="") as file:
        markers = [line["marker"] for line in csv.DictReader(file)]
    # The list is compared with folded text; written, this one word has its mark.
    return [marker.replace("trong", "trống") for marker in markers]


@pytest.mark.unit
@pytest.mark.parametrize("value", [*_readable(), *_blank()])
def test_a_text_that_is_understood_is_not_masked(value: str) -> None:
    assert masked_date(value) == value
