"""Pull: which months are asked, what is missing, what fails, and that one stops nobody."""

import hashlib
import os
from pathlib import Path
from typing import Any

import fsspec
import pytest

from ingestion.landing import Incoming
from ingestion.messages import text
from ingestion.places.folder import Folder
from ingestion.receipts import RegisterError
from tests.unit.ingestion.small_site import LABELS, SOURCES, SmallSite, case, csv_bytes

pytestmark = pytest.mark.unit

ROWS = [case(1)]
LONG_AGO = 1_700_000_000


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
    said = text("pull.too_large", uri="2024-01/U1.csv", limit=1)
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
    monkeypatch.setattr("ingestion.hosts.FIRST_PAUSE_SECONDS", 0.01)
    # Port 9 of this machine: refused at once, or no driver; either way a source that cannot be had.
    sources = SOURCES.replace('"{period}/{unit}*.csv"', '"ftp://127.0.0.1:9/{unit}.csv"')
    (small.directory / "sources.yml").write_text(sources, "utf-8")
    small.export("2024-01", "U1", ROWS)
    items = small.pull()
    assert items["U1", "2024-01"].outcome == "new"
    assert items["U2", "2024-01"].outcome == "failed"
    assert "ftp://127.0.0.1:9/U2.csv" in (items["U2", "2024-01"].message or "")


def old(path: Path) -> Path:
    """Make a file look as if it had been there for long."""
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_a_file_that_did_not_change_is_not_read_again(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old(small.export("2024-01", "U1", ROWS))
    first = small.pull()["U1", "2024-01"]
    opened: list[str] = []
    real = Folder.open

    def spy(folder: Folder, at: str, *rest: Any, **more: Any) -> Any:
        opened.append(at)
        return real(folder, at, *rest, **more)

    monkeypatch.setattr(Folder, "open", spy)
    again = small.pull()["U1", "2024-01"]
    assert (again.outcome, again.submission_id) == ("unchanged", first.submission_id)
    assert opened == []
    # The same size and the same time, as a copying tool leaves them: still another file.
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0001", b"0002"))
    old(path)
    assert small.pull()["U1", "2024-01"].outcome == "new"


def test_the_cache_alone_never_makes_a_file_known(small: SmallSite) -> None:
    old(small.export("2024-01", "U1", ROWS))
    assert small.pull()["U1", "2024-01"].outcome == "new"
    (small.home.register / "2024-01.jsonl").unlink()
    assert small.pull()["U1", "2024-01"].outcome == "new"


def test_links_out_of_the_folder_and_pipes_are_refused(small: SmallSite, tmp_path: Path) -> None:
    outside = tmp_path / "mat-khau.csv"
    outside.write_bytes(b"root:x")
    inside = small.export("2024-02", "U1", ROWS)
    folder = small.directory / "exports" / "2024-01"
    folder.mkdir()
    (folder / "U1.csv").symlink_to(outside)
    os.mkfifo(folder / "U2.csv")
    items = small.pull()
    assert "liên kết" in (items["U1", "2024-01"].message or "")
    assert items["U2", "2024-01"].outcome == "failed"
    (folder / "U1.csv").unlink()
    (folder / "U1.csv").symlink_to(inside)
    assert small.pull()["U1", "2024-01"].outcome == "new"
    assert not [x for x in small.home.landing.rglob("*.csv") if x.read_bytes() == b"root:x"]


def test_a_file_that_changes_while_it_is_read_waits(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small.export("2024-01", "U1", b"x" * 5_000_000)
    real = Incoming.write

    def write(incoming: Incoming, chunk: bytes) -> None:
        if incoming.size == 0:
            path.write_bytes(b"y" * 5_000_000)
        real(incoming, chunk)

    with monkeypatch.context() as patch:
        patch.setattr(Incoming, "write", write)
        item = small.pull()["U1", "2024-01"]
    said = text("pull.being_written", uri="2024-01/U1.csv")
    assert (item.outcome, item.message) == ("missing", said)
    assert not list(small.home.landing.glob("U1/*/*"))
    assert small.pull()["U1", "2024-01"].outcome == "new"
    (landed,) = small.home.landing.glob("U1/2024-01/*/*")
    assert landed.parent.name == hashlib.sha256(landed.read_bytes()).hexdigest()


def test_unfinished_and_hidden_files_are_not_taken(small: SmallSite) -> None:
    small.export("2024-01", "U2", ROWS, tail=".csv")
    folder = small.directory / "exports" / "2024-01"
    (folder / "U2.csv.csv").rename(folder / "U2.csv.part")
    (folder / ".U2.csv").touch()
    item = small.pull()["U2", "2024-01"]
    assert item.message == text("pull.being_written", uri="2024-01/U2*.csv")


def test_a_file_left_lying_does_not_displace_what_a_person_gave_since(small: SmallSite) -> None:
    path = small.export("2024-01", "U1", ROWS)
    small.pull()
    given = path.with_name("sua.txt")
    given.write_bytes(csv_bytes([LABELS, case(1), case(2)]))
    assert small.pull_file(given).submission_id == "2024-01.U1.2"
    assert small.pull()["U1", "2024-01"].outcome == "unchanged"
    path.write_bytes(csv_bytes([LABELS, case(3)]))
    assert small.pull()["U1", "2024-01"].submission_id == "2024-01.U1.3"
    path.write_bytes(csv_bytes([LABELS, *ROWS]))  # sent again on purpose
    assert small.pull()["U1", "2024-01"].submission_id == "2024-01.U1.4"


def test_what_a_killed_pull_left_is_swept_after_a_day(small: SmallSite) -> None:
    small.pull()
    left = small.home.landing / ".in" / "cu"
    fresh = small.home.landing / ".in" / "moi"
    for path in (left, fresh):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"1")
    old(left)
    small.pull()
    assert [path.name for path in left.parent.iterdir()] == ["moi"]


def test_a_missing_connection_names_its_variable_and_stops_nobody(small: SmallSite) -> None:
    sources = SOURCES.replace(
        '"{period}/{unit}*.csv"', '"sftp://may-chu.example/{unit}.csv", connection: so-1'
    )
    (small.directory / "sources.yml").write_text(sources, "utf-8")
    small.export("2024-01", "U1", ROWS)
    items = small.pull()
    assert items["U1", "2024-01"].outcome == "new"
    assert "MOTCUA_CONNECTION_SO_1" in (items["U2", "2024-01"].message or "")


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
