"""Decoding of real exports: every file is accepted and gives exactly the rows it is known to have."""

import csv
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.register import read_submissions
from ingestion.site import load_site

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ROOT.parent / "shared" / "real_exports"
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not EXPORTS.is_dir(),
        reason="the real exports are not in the repository: ../shared/real_exports",
    ),
]


def test_every_real_file_gives_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_EXPORTS", str(EXPORTS / "files"))
    site, home = load_site(ROOT / "tests" / "sites" / "boston"), Home(tmp_path)
    with (EXPORTS / "manifest.csv").open(encoding="utf-8") as handle:
        expected = {row["file"]: row for row in csv.DictReader(handle)}
    pull(site, home, "2015-03")
    decode(site, home)
    submissions = {s.file_name: s for s in read_submissions(site, home)}
    assert {name: s.status for name, s in submissions.items()} == dict.fromkeys(
        expected, "accepted"
    )
    rows = {name: int(row["rows"]) for name, row in expected.items()}
    assert {name: s.rows_data for name, s in submissions.items()} == rows
    stated = {n: s.stated_total for n, s in submissions.items() if n.endswith(".xlsx")}
    assert stated == {name: rows[name] for name in stated}
    raw = ds.dataset([str(p) for p in home.raw.rglob("*.parquet")]).to_table(
        columns=["submission_id", "completed_at"]
    )
    finished: dict[str, int] = {}
    for row in raw.to_pylist():
        finished[row["submission_id"]] = finished.get(row["submission_id"], 0) + bool(
            row["completed_at"]
        )
    assert finished == {
        submissions[name].submission_id: int(row["rows_with_finish"])
        for name, row in expected.items()
    }
