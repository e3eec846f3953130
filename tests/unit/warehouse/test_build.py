"""What a build says when dbt cannot finish."""

import os
from pathlib import Path

import pytest

from ingestion.home import Home
from ingestion.messages import text
from warehouse.build import BuildError, BuildTestFailed, run_dbt


def test_a_killed_dbt_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that dies by a signal leaves no results and no words."""
    dying = tmp_path / "dying"
    dying.write_text("#!/bin/sh\nkill -SEGV $$\n", encoding="utf-8")
    dying.chmod(0o755)
    monkeypatch.setattr("warehouse.build.sys.executable", str(dying))
    home = Home(tmp_path / "home")
    home.create()
    with pytest.raises(BuildError) as told:
        run_dbt(["build"], tmp_path / "new.duckdb", tmp_path / "work.duckdb", home)
    assert text("build.died", code=-11) in str(told.value)
    assert not isinstance(told.value, BuildTestFailed)
    assert os.environ.get("MOTCUA_BUILD_DB") is None
