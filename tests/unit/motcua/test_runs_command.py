"""`motcua runs` on a terminal: parts as one line, what failed by itself, times on the site's clock."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion.home import Home
from ingestion.run_log import RunOf, recorded, run_log
from motcua.cli import app
from samples.generate import generate

pytestmark = pytest.mark.unit
RUN = RunOf("scheduled__2024-02-05T02:00:00+07:00", "schedule", "pull_exports")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "site"
    generate(folder, folder / "exports", units=1, months=1, cases_per_unit_month=1)
    return folder


def shown(site: Path, home: Home, *options: str) -> list[str]:
    places = ["--site", str(site), "--home", str(home.root)]
    done = CliRunner().invoke(app, ["runs", *options, *places], terminal_width=300)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_parts_are_one_line_and_failures_stand_alone(site: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    for number in range(3):
        with recorded(home, RUN, "pull", "2024-01", part=f"U{number}") as record:
            record.counts["rows_read"] = 700
            record.counts["rows_rejected"] = 1
    for part in ("U8", "U9"):
        with pytest.raises(OSError, match="hỏng"), recorded(home, RUN, "pull", part=part):
            raise OSError("máy chủ hỏng")
    lines = shown(site, home)
    joined = [line for line in lines if "3 phần" in line]
    assert len(joined) == 1
    assert "│ 2.100 " in joined[0]
    assert "│ 3 " in joined[0]
    assert "pull_exports · theo lịch" in joined[0]
    for part in ("U8", "U9"):
        assert any(f"Nhận tệp · {part}" in line and "lỗi" in line for line in lines)
    assert lines[-1].endswith(": máy chủ hỏng")


def test_times_are_the_sites(site: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with recorded(home, RUN, "build"):
        pass
    (path,) = home.runs.glob("*.jsonl")
    (entry,) = run_log(home, path.stem).read()
    long = {"began_at": "2024-01-31T19:30:00.000+00:00", "seconds": 3725.0, "step": "later_step"}
    path.unlink()
    with run_log(home, "2024-01").locked():
        run_log(home, "2024-01").append({**entry, **long})
    (line,) = [line for line in shown(site, home) if "later_step" in line]
    assert "02:30:00 01/02/2024" in line
    assert "1 giờ 2 phút" in line
