"""Publication: whole or not at all, at every point where it can break off."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from ingestion.home import Home
from ingestion.site import Site
from publishing import snapshot
from publishing.snapshot import PublishedNewer, PublishError, publish, readers_have
from tests.golden.small_warehouse import BUILD_ID
from warehouse.served import served_database

pytestmark = pytest.mark.unit
OTHER = "20250104T000000-def"


class Killed(BaseException):
    """Stands for a kill: not an Exception, so nothing may handle it."""


def _served_build(home: Home) -> str:
    with duckdb.connect(str(served_database(home)), read_only=True) as connection:
        found = connection.execute("select build_id from meta.build").fetchone()
    assert found is not None
    return str(found[0])


def _second_build(home: Home) -> None:
    path = home.build / f"{OTHER}.duckdb"
    shutil.copyfile(served_database(home), path)
    path.chmod(0o644)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update meta.build set build_id = ?", [OTHER])


def _temporary_files(home: Home) -> list[Path]:
    return [*home.serving.glob(".*duckdb*"), *home.publications.glob(".*.tmp")]


def test_served_file_is_read_only_and_recorded(site: Site, home: Home) -> None:
    publication = publish(site, home, BUILD_ID)
    assert publication.database == home.serving / "warehouse.duckdb"
    assert publication.database.stat().st_mode & 0o777 == 0o440
    assert publication.analysts.stat().st_mode & 0o777 == 0o444
    assert _served_build(home) == BUILD_ID
    record = json.loads((home.publications / f"{BUILD_ID}.json").read_text(encoding="utf-8"))
    assert record["build_id"] == BUILD_ID
    assert record["newest_period"] == "2024-12"
    assert record["database"] == "serving/warehouse.duckdb"
    assert record["bytes"] == publication.database.stat().st_size
    assert _temporary_files(home) == []


def test_an_older_build_never_takes_back_what_a_newer_one_published(site: Site, home: Home) -> None:
    """Two runs at once: each builds in turn, and the one that built first publishes last."""
    first, second = home.build / f"{BUILD_ID}.duckdb", home.build / f"{OTHER}.duckdb"
    assert BUILD_ID < OTHER
    shutil.copyfile(first, second)
    with duckdb.connect(str(second)) as connection:
        connection.execute("update meta.build set build_id = ?", [OTHER])
    assert not readers_have(home, BUILD_ID)
    publish(site, home, OTHER)
    assert list(home.build.glob("*.duckdb")) == []  # it can no longer be published
    assert readers_have(home, BUILD_ID)
    with pytest.raises(PublishedNewer, match=OTHER):
        publish(site, home, BUILD_ID)
    assert _served_build(home) == OTHER
    assert not (home.publications / f"{BUILD_ID}.json").exists()


def test_publishing_again_changes_nothing(site: Site, home: Home) -> None:
    first = publish(site, home, BUILD_ID)
    before = (first.database.stat().st_ino, (home.publications / f"{BUILD_ID}.json").read_bytes())
    assert publish(site, home, BUILD_ID) == first
    after = (first.database.stat().st_ino, (home.publications / f"{BUILD_ID}.json").read_bytes())
    assert after == before


def test_late_retry_of_an_old_build_does_not_bring_it_back(site: Site, home: Home) -> None:
    publish(site, home, BUILD_ID)
    _second_build(home)
    publish(site, home, OTHER)
    publish(site, home, BUILD_ID)
    assert _served_build(home) == OTHER


def test_readers_of_the_earlier_copy_go_on(site: Site, home: Home) -> None:
    publish(site, home, BUILD_ID)
    _second_build(home)
    with served_database(home).open("rb") as reader:
        publish(site, home, OTHER)
        assert len(reader.read()) > 0
    assert _served_build(home) == OTHER


@pytest.mark.parametrize(
    "point", ["changes", "copy", "before_analysts", "before_rename", "after_rename", "record"]
)
def test_killed_anywhere_then_retried(
    site: Site, home: Home, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, home, BUILD_ID)
    _second_build(home)
    replace = Path.replace

    def kill(*_: object) -> None:
        raise Killed

    def kill_at(source: Path, target: Path) -> Path:
        """Every file is put in place by a rename: the list of changes, the database, the record."""
        places = {
            f"{OTHER}.changes.parquet": "changes",
            "analysts.duckdb": "before_analysts",
            "warehouse.duckdb": "before_rename",
            f"{OTHER}.json": "record",
        }
        if places.get(target.name) == point:
            raise Killed
        replace(source, target)
        if target.name == "warehouse.duckdb" and point == "after_rename":
            raise Killed
        return target

    with monkeypatch.context() as broken:
        if point == "copy":
            broken.setattr(snapshot, "_copy", kill)
        else:
            broken.setattr(Path, "replace", kill_at)
        with pytest.raises(Killed):
            publish(site, home, OTHER)
    assert _served_build(home) == (OTHER if point in ("after_rename", "record") else BUILD_ID)
    assert not (home.publications / f"{OTHER}.json").exists()
    publish(site, home, OTHER)
    assert _served_build(home) == OTHER
    assert (home.publications / f"{OTHER}.json").exists()
    assert _temporary_files(home) == []


def test_leftover_of_a_killed_run_is_removed(site: Site, home: Home) -> None:
    leftover = home.serving / f".warehouse.duckdb.{OTHER}.tmp"
    leftover.write_bytes(b"half")
    publish(site, home, BUILD_ID)
    assert not leftover.exists()


def test_log_beside_the_served_file_refuses(site: Site, home: Home) -> None:
    publish(site, home, BUILD_ID)
    _second_build(home)
    (home.serving / "warehouse.duckdb.wal").write_bytes(b"foreign rows")
    with pytest.raises(PublishError, match=r"warehouse\.duckdb\.wal"):
        publish(site, home, OTHER)
    assert not (home.publications / f"{OTHER}.json").exists()


def test_build_with_a_live_log_refuses(site: Site, home: Home) -> None:
    (home.build / f"{BUILD_ID}.duckdb.wal").write_bytes(b"unsaved rows")
    with pytest.raises(PublishError, match="chưa đóng xong"):
        publish(site, home, BUILD_ID)


def test_missing_foreign_and_broken_builds_refuse(site: Site, home: Home) -> None:
    with pytest.raises(PublishError, match="Không thấy bản dựng"):
        publish(site, home, "nope")
    shutil.copyfile(home.build / f"{BUILD_ID}.duckdb", home.build / "renamed.duckdb")
    with pytest.raises(PublishError, match=BUILD_ID):
        publish(site, home, "renamed")
    (home.build / "broken.duckdb").write_bytes(b"no database")
    with pytest.raises(PublishError, match="Không đọc được"):
        publish(site, home, "broken")
    assert not served_database(home).exists()


def test_full_disk_is_told_and_leaves_the_earlier_copy(
    site: Site, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, home, BUILD_ID)
    _second_build(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(PublishError, match="No space left"):
            publish(site, home, OTHER)
    assert _served_build(home) == BUILD_ID
    assert _temporary_files(home) == []


def test_second_publisher_is_turned_away(site: Site, home: Home) -> None:
    with FileLock(home.serving / ".publish.lock"), pytest.raises(PublishError, match="đang chạy"):
        publish(site, home, BUILD_ID)
