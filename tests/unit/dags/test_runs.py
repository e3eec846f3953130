"""What a run was asked for."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dags.runs import day_of, home_directory, month_before, site_directory

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2025, 1, 4, 19, 0, tzinfo=UTC), "2024-12"),  # the 5th, 02:00 in Vietnam
        (
            datetime(2024, 12, 31, 16, 59, tzinfo=UTC),
            "2024-11",
        ),  # a minute to the new year
        (datetime(2024, 12, 31, 17, 0, tzinfo=UTC), "2024-12"),
        (datetime(2024, 3, 31, 1, 0, tzinfo=UTC), "2024-02"),
    ],
)
def test_the_month_before_is_counted_in_local_time(moment: datetime, expected: str) -> None:
    assert month_before(day_of(moment, ZoneInfo("Asia/Ho_Chi_Minh"))) == expected


def test_relative_folders_start_at_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOTCUA_HOME", raising=False)
    assert site_directory("sites/demo") == project / "sites" / "demo"
    assert site_directory(str(tmp_path)) == tmp_path
    assert home_directory() == project / "var"
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "home"))
    assert home_directory() == tmp_path / "home"
