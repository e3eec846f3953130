"""The dbt unit tests of every counting rule (dbt_project/models/**/*_unit_tests.yml), in one dbt process.

They bring their own rows; the database only lends the columns of what they mock. So the raw tables
are those of a site that has not sent anything yet.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.home import Home
from ingestion.site import load_site
from warehouse.inputs import write_inputs

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "dbt_project"

# Tests may be added; fewer would mean that some no longer run.
AT_LEAST = 175


def _run_unit_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the models from empty inputs; dbt runs each model's unit tests before it builds it."""
    work = folder / "work.duckdb"
    write_inputs(load_site(REPOSITORY / "sites" / "demo"), Home(folder / "home").create(), work)
    environment = os.environ | {
        "MOTCUA_BUILD_DB": str(folder / "build.duckdb"),
        "MOTCUA_WORK_DB": str(work),
        "MOTCUA_CODE": str(REPOSITORY),
        "PYTHONPATH": str(REPOSITORY),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "build"]
    command += ["--exclude-resource-type", "test"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "log")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.integration
def test_every_counting_rule(tmp_path: Path) -> None:
    """All unit tests pass; on failure dbt's own table of actual and expected rows is shown."""
    run = _run_unit_tests(tmp_path)
    assert run.returncode == 0, f"\n{run.stdout}\n{run.stderr}"
    results = json.loads((tmp_path / "target" / "run_results.json").read_text("utf-8"))["results"]
    ran = [r for r in results if r["unique_id"].startswith("unit_test.")]
    assert {r["status"] for r in ran} == {"pass"}
    assert len(ran) >= AT_LEAST
