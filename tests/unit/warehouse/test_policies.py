"""What ingestion lets a site write in policies.csv is what the models know how to add up."""

import csv
import re
from pathlib import Path

from ingestion.reference import MEASURES, SHIPPED_POLICIES

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"


def shipped() -> list[dict[str, str]]:
    with (PROJECT / "seeds" / "policy.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_site_may_choose_every_shipped_policy() -> None:
    assert {row["policy_code"] for row in shipped()} == SHIPPED_POLICIES


def test_shipped_policies_use_measures_that_a_site_may_use() -> None:
    used = {
        measure
        for row in shipped()
        for side in ("numerator", "denominator")
        for measure in re.split(r"\s*\+\s*", row[side])
    }
    assert used <= MEASURES


def test_every_measure_is_a_count_of_the_models() -> None:
    """An unknown measure would add nothing to a rate, silently."""
    macros = (PROJECT / "macros" / "counts.sql").read_text(encoding="utf-8")
    counted = set(re.findall(r"'([a-z_]+)'", macros.split("macro all_measures")[0]))
    assert counted >= MEASURES
