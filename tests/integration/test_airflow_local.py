"""`python -m dags.local`: the month through the DAG in one process, and its exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples.generate import generate

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
STEPS = [
    "Khởi động",
    "Nhận tệp",
    "Ghi nhận",
    "Đọc tệp",
    "Dựng kho",
    "Kiểm tra",
    "Công bố",
    "Lập báo cáo",
]


def run(site: Path, period: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the month as `make month-end` does."""
    command = [sys.executable, "-m", "dags.local", "--site", str(site), "--period", period]
    outer = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "MOTCUA"))}
    return subprocess.run(
        [*command, "--home", str(home)],
        cwd=ROOT,
        env=outer,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("local") / "site"
    generate(folder, folder / "exports", units=3, months=2, cases_per_unit_month=20, dirt=0.0)
    return folder


def test_a_month_runs_with_its_steps_shown_in_order(site: Path, tmp_path: Path) -> None:
    done = run(site, "2024-02", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    ended = [line[2:] for line in done.stdout.splitlines() if line.startswith("✓")]
    assert all(line.startswith(name) for line, name in zip(ended, STEPS, strict=True)), ended
    assert done.stderr == ""
    served = tmp_path / "serving" / "warehouse.duckdb"
    assert served.exists()

    before = served.stat().st_ino
    again = run(site, "2024-02", tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert served.stat().st_ino == before  # nothing new came: what is published stays

    export = next((site / "exports" / "2024-02").glob("DV00001*.csv"))
    export.unlink()
    export.mkdir()  # something is there that cannot be had
    partly = run(site, "2024-02", tmp_path)
    assert partly.returncode == 4
    assert "DV00001 2024-02" in partly.stderr

    nothing = run(site, "2024-05", tmp_path)
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("Chưa có tệp nào của kỳ 2024-05")
    assert "2024-05" in nothing.stderr.splitlines()[1]  # why, for the file that was looked for


@pytest.mark.parametrize(
    ("folder", "period", "said"),
    [
        ("nowhere", "2024-12", "nowhere"),
        ("demo", "12/2024", "12/2024"),
        ("demo", "2024-13", "2024-13"),
    ],
)
def test_a_wrong_question_is_answered_at_once(
    tmp_path: Path, folder: str, period: str, said: str
) -> None:
    done = run(ROOT / "sites" / folder, period, tmp_path / "home")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not (tmp_path / "home").exists()
