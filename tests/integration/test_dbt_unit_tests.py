"""The dbt unit tests of every counting rule (dbt_project/models/**/*_unit_tests.yml), in one dbt process.

They bring their own rows; the database only lends the columns of what they mock. So the raw tables
are those of a site that has not sent anything yet.
"""

import json
from pathlib import Path

import pytest

from ingestion.home import Home
from ingestion.site import load_site
from warehouse.build import BuildError, run_dbt
from warehouse.inputs import write_inputs

DEMO = Path(__file__).resolve().parents[2] / "sites" / "demo"

# Tests may be added; fewer would mean that some no longer run.
AT_LEAST = 175


@pytest.mark.integration
def test_every_counting_rule(tmp_path: Path) -> None:
    """All unit tests pass; on failure dbt's own table of actual and expected rows is shown.

    dbt runs each model's unit tests before it builds the model.
    """
    home = Home(tmp_path).create()
    work = home.build / "work.duckdb"
    write_inputs(load_site(DEMO), home, work)
    try:
        run_dbt(["build", "--exclude-resource-type", "test"], home.build / "new.duckdb", work, home)
    except BuildError as error:
        log = (home.runs / "dbt" / "dbt.log").read_text("utf-8")
        pytest.fail(f"{error}\n{log}", pytrace=False)
    target = home.build / "target"
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    ran = [r for r in results if r["unique_id"].startswith("unit_test.")]
    assert {r["status"] for r in ran} == {"pass"}
    assert len(ran) >= AT_LEAST
