"""The parts of fetching: what two looks prove, the cache, names, patience and the crew."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import hosts
from ingestion.addresses import Address
from ingestion.crew import side_by_side
from ingestion.fetching import Fetcher
from ingestion.fingerprints import Fingerprints
from ingestion.home import Home
from ingestion.hosts import Host, StoppedError
from ingestion.landing import landing_name
from ingestion.places.place import Look, Opened, Place, SourceFailedError, TransientError

pytestmark = pytest.mark.unit

SEEN = Look("f", size=1, modified=100.0, etag='"e"', at=1000.0)


@pytest.mark.parametrize(
    ("one", "other", "surely"),
    [
        (SEEN, SEEN, True),
        (Look("f", etag='"e"'), Look("f", etag='"e"'), True),
        (Look("f", etag='W/"e"'), Look("f", etag='W/"e"'), False),
        (Look("f", 1, 100.0, 'W/"e"'), Look("f", 1, 100.0, 'W/"e"'), True),
        (Look("f", 1, 100.0), Look("f", 1, 100.0), True),
        (Look("f", 1), Look("f", 1), False),
        (Look("f", 1, 100.0), Look("f", 1, 101.0), False),
        (Look("f", 2, 100.0, '"e"'), SEEN, False),
        (Look("f", 1, 100.0), SEEN, False),
        (Look("f", 1, 100.0, '"other"'), SEEN, False),
    ],
)
def test_only_evidence_proves_the_same_bytes(one: Look, other: Look, surely: bool) -> None:
    assert one.is_surely(other) is surely
    assert other.is_surely(one) is surely


@given(age=st.floats(-10_000, 10_000))
def test_a_look_too_close_to_the_change_is_not_remembered(age: float) -> None:
    look = Look("f", size=1, modified=1e9, at=1e9 + age)
    assert look.is_racy == (look.age is not None and look.age < 5)


def test_the_cache_survives_a_torn_line_and_keeps_the_last(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    cache = Fingerprints(home)
    cache.remember("sftp://h /a", SEEN, "1" * 64)
    cache.remember("sftp://h /a", SEEN, "1" * 64)
    later = Look("f", 2, 200.0, '"f"', 2000.0)
    cache.remember("sftp://h /a", later, "2" * 64)
    cache.remember("sftp://h /b", Look("f", 1, 2000.0, at=2001.0), "3" * 64)  # racy
    cache.remember("sftp://h /c", Look("f", 1), "4" * 64)  # proves nothing
    (path,) = home.landing.glob(".fingerprints*")
    assert len(path.read_bytes().splitlines()) == 2
    with path.open("ab") as handle:
        handle.write(b'null\n{"at":"sftp://h /a","na')
    again = Fingerprints(home)
    found = again.get("sftp://h /a")
    assert found
    assert (found.sha256, found.look) == ("2" * 64, later)
    assert again.get("sftp://h /b") is None
    again.remember("sftp://h /d", SEEN, "5" * 64)
    assert Fingerprints(home).get("sftp://h /d")


@given(name=st.text(max_size=400))
def test_any_name_becomes_one_part_of_a_path(name: str) -> None:
    made = landing_name(name)
    assert made not in {"", ".", ".."}
    assert not made.startswith(".")
    assert "/" not in made
    assert "\0" not in made
    assert len(made.encode("utf-8", "replace")) <= 200
    assert landing_name(made) == made


def test_a_long_name_keeps_its_ending() -> None:
    assert landing_name("ề" * 300 + ".xlsx").endswith("ề.xlsx")


class _Place:
    host = "h"
    settle_seconds = 0.0


def _host(monkeypatch: pytest.MonkeyPatch, seconds: float = 60) -> Host:
    monkeypatch.setattr(hosts, "FIRST_PAUSE_SECONDS", 0.001)
    return Host(cast(Place, _Place()), threading.Event(), seconds)


def _fail(detail: str, is_silent: bool) -> int:
    raise TransientError(detail, is_silent=is_silent)


@pytest.mark.parametrize(("is_silent", "files"), [(True, 3), (False, 10)])
def test_a_server_is_given_up_after_some_files_in_a_row(
    monkeypatch: pytest.MonkeyPatch, is_silent: bool, files: int
) -> None:
    host, calls = _host(monkeypatch), 0

    def step() -> int:
        nonlocal calls
        calls += 1
        return _fail("ngắt", is_silent)

    for _ in range(files + 5):
        with pytest.raises(SourceFailedError, match="ngắt"):
            host.keep_trying("u", step, host.deadline())
    assert calls == files * hosts.ATTEMPTS


def test_progress_counts_attempts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    host, gained = _host(monkeypatch), 0

    def step() -> str:
        nonlocal gained
        gained += hosts.ENOUGH_BYTES
        if gained < 20 * hosts.ENOUGH_BYTES:
            _fail("ngắt", True)
        return "xong"

    assert host.keep_trying("u", step, host.deadline(), lambda: gained) == "xong"


def test_no_time_left_means_no_more_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    host = _host(monkeypatch, seconds=0)
    with pytest.raises(SourceFailedError):
        host.keep_trying("u", lambda: _fail("ngắt", True), host.deadline())


def test_stopping_ends_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    host = _host(monkeypatch)
    threading.Timer(0.1, host.stop.set).start()

    def step() -> int:
        raise TransientError("chờ", is_silent=False, after_seconds=30)

    began = time.monotonic()
    with pytest.raises(StoppedError):
        host.keep_trying("u", step, host.deadline())
    assert time.monotonic() - began < 5


class _Short(Opened):
    look = Look("f", size=10)

    def chunks(self) -> Iterator[bytes]:
        yield b"123"


class _ShortPlace(_Place):
    width = 1
    listing = "never"

    def look(self, path: str, uri: str) -> None:
        """Nothing."""

    @contextmanager
    def open(self, path: str, uri: str, **_: object) -> Iterator[Opened]:
        yield _Short()


def test_bytes_that_lack_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "FIRST_PAUSE_SECONDS", 0.001)
    fetcher = Fetcher(Home(tmp_path).create(), 100)
    address = Address("u", "s", "", "f", lambda: cast(Place, _ShortPlace()))
    fetcher.expect([(address, None)])
    with pytest.raises(SourceFailedError, match="nhận 3 trên 10 byte"):
        fetcher.fetch(address, ())
    assert not list((tmp_path / "landing" / ".in").iterdir())


@given(
    servers=st.lists(st.sampled_from("abcd"), max_size=40),
    widths=st.fixed_dictionaries({s: st.integers(1, 3) for s in "abcd"}),
)
def test_the_crew_keeps_order_and_widths(servers: list[str], widths: dict[str, int]) -> None:
    lock = threading.Lock()
    running, left = dict.fromkeys("abcd", 0), list[str]()
    too_many = list[tuple[int, str]]()

    def work(job: tuple[int, str]) -> int:
        number, server = job
        with lock:
            running[server] += 1
            if running[server] > widths[server]:
                too_many.append(job)
        time.sleep(0.0005)
        with lock:
            running[server] -= 1
        return number

    jobs = [(server, (number, server)) for number, server in enumerate(servers)]
    results = side_by_side(
        jobs, work, width=widths.__getitem__, leave=left.append, stop=threading.Event()
    )
    assert list(results) == list(range(len(servers)))
    assert not too_many
    assert sorted(left) == sorted(set(servers))


def test_an_error_in_the_crew_reaches_the_caller_and_stops_the_rest() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        if number == 2:
            raise ZeroDivisionError
        done.append(number)
        return number

    jobs = [("a", number) for number in range(50)]
    stop = threading.Event()
    results = side_by_side(jobs, work, width=lambda _: 1, leave=lambda _: None, stop=stop)
    with pytest.raises(ZeroDivisionError):
        list(results)
    assert stop.is_set()
