"""Pull: which months are asked, what is missing, what fails, and that one stops nobody."""

from pathlib import Path

import fsspec
import pytest

from ingestion.messages import text
from ingestion.receipts import RegisterError
from tests.unit.ingestion.small_site import LABELS, SOURCES, SmallSite, case, csv_bytes

pytestmark = pytest.mark.unit

ROWS = [case(1)]


def test_late_files_of_earlier_months_come_in(small: SmallSite) -> None:
    small.export("2024-02", "U1", ROWS)
    first = small.pull("2024-02")
    assert {key: item.outcome for key, item in first.items()} == {
        ("U1", "2024-01"): "missing",
        ("U2", "2024-01"): "missing",
        ("U1", "2024-02"): "new",
        ("U2", "2024-02"): "missing",
    }
    small.export("2024-01", "U1", [case(2)])
    assert small.pull("2024-02")["U1", "2024-01"].outcome == "new"


def test_lookback_ends_at_its_limit(small: SmallSite) -> None:
    settings = small.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {lookback_months: 1}\n", "utf-8")
    assert {period for _, period in small.pull("2024-06")} == {"2024-05", "2024-06"}


def test_several_matching_files_fail_with_their_names_and_stop_nobody(small: SmallSite) -> None:
    small.export("2024-01", "U2", ROWS, tail=" a")
    small.export("2024-01", "U2", ROWS, tail=" b")
    small.export("2024-01", "U1", ROWS)
    items = small.pull()
    assert items["U1", "2024-01"].outcome == "new"
    failed = items["U2", "2024-01"]
    assert failed.outcome == "failed"
    assert "U2 a.csv, U2 b.csv" in (failed.message or "")


def test_a_file_over_the_limit_fails(small: SmallSite) -> None:
    settings = small.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {max_file_mb: 1}\n", "utf-8")
    small.export("2024-01", "U1", b"x" * ((1 << 20) + 1))
    item = small.pull()["U1", "2024-01"]
    said = text("intake.source_too_large", uri="2024-01/U1.csv", limit=1)
    assert (item.outcome, item.message) == ("failed", said)
    assert not list(small.home.landing.glob("U1*"))


def test_a_folder_in_place_of_a_file_fails(small: SmallSite) -> None:
    (small.directory / "exports" / "2024-01" / "U1.csv").mkdir(parents=True)
    assert small.pull()["U1", "2024-01"].outcome == "failed"


def test_a_missing_exports_folder_is_told(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOTCUA_EXPORTS", str(tmp_path / "nowhere"))
    item = small.pull()["U1", "2024-01"]
    assert item.outcome == "failed"
    assert "MOTCUA_EXPORTS" in (item.message or "")


def test_other_places_are_read_through_fsspec(small: SmallSite) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/inbox/U2 01.csv", csv_bytes([LABELS, *ROWS]))
    sources = SOURCES.replace('"{period}/{unit}*.csv"', '"memory://inbox/{unit} {month}*.csv"')
    (small.directory / "sources.yml").write_text(sources, "utf-8")
    try:
        assert small.pull()["U2", "2024-01"].outcome == "new"
        assert small.pull()["U2", "2024-01"].outcome == "unchanged"
    finally:
        memory.rm("/inbox", recursive=True)
    assert small.submissions()["2024-01.U2.1"].rows_data == 1


def test_an_unreachable_source_fails_after_tries_and_stops_nobody(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("ingestion.fetching.time.sleep", pauses.append)
    # Port 9 of this machine: refused at once, or no driver; either way a source that cannot be had.
    sources = SOURCES.replace('"{period}/{unit}*.csv"', '"ftp://127.0.0.1:9/{unit}.csv"')
    (small.directory / "sources.yml").write_text(sources, "utf-8")
    small.export("2024-01", "U1", ROWS)
    items = small.pull()
    assert items["U1", "2024-01"].outcome == "new"
    assert items["U2", "2024-01"].outcome == "failed"
    assert "ftp://127.0.0.1:9/U2.csv" in (items["U2", "2024-01"].message or "")
    assert pauses == [1.0, 3.0]


def test_progress_counts_every_source(small: SmallSite) -> None:
    from ingestion.pull import pull

    told: list[tuple[str, int, int]] = []
    pull(
        small.site,
        small.home,
        "2024-01",
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    what = text("intake.pulling", period="2024-01")
    assert told == [(what, 1, 2), (what, 2, 2)]


def test_pull_file_wants_a_known_unit_and_mode(small: SmallSite) -> None:
    path = small.export("2024-01", "U1", ROWS)
    with pytest.raises(RegisterError, match="U9"):
        small.pull_file(path, unit="U9")
    with pytest.raises(RegisterError):
        small.pull_file(path, mode="merge")
    assert small.pull_file(path.with_name("none.csv")).outcome == "missing"
