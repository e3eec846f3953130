"""Pulling from a real SFTP server: logins, host keys, broken lines, thousands of files."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.connections import Connection
from tests.integration.mini_site import MiniSite
from tests.integration.pull_servers import (
    JAN,
    LOCALHOST,
    LOGIN,
    LONG_AGO,
    PASSWORD,
    KeyPair,
    Line,
    Puller,
    free_port,
    key_pair,
    line_to,
    noise,
    put,
    rclone,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
LOGIN_OPTIONS = ("--user", LOGIN, "--pass", PASSWORD)
SOURCE = 'unit: U1, uri: "sftp://{at}/gửi lên/{{period}}/{{unit}}.csv", connection: so'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are short here."""
    monkeypatch.setattr("ingestion.hosts.FIRST_PAUSE_SECONDS", 0.1)


@dataclass
class Sftp:
    """A server and what it takes to log in."""

    root: Path
    port: int
    host_key: KeyPair
    user_key: KeyPair
    locked_key: KeyPair

    @property
    def at(self) -> str:
        """Host and port."""
        return f"{LOCALHOST}:{self.port}"

    def connection(self, **fields: object) -> Connection:
        """A connection that works, with other fields put in."""
        good: dict[str, object] = {
            "name": "so",
            "login": LOGIN,
            "password": PASSWORD,
            "host_key": self.host_key.public,
        }
        return Connection.model_validate(good | fields)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sftp]:
    """A server with a password and keys."""
    folder = tmp_path_factory.mktemp("sftp")
    root = folder / "root"
    root.mkdir()
    host, user = key_pair(folder / "host"), key_pair(folder / "user")
    locked = key_pair(folder / "locked", "câu mật")
    allowed = folder / "authorized_keys"
    allowed.write_text(f"{user.public} u\n{locked.public} l\n")
    options = ["--key", str(host.path), "--authorized-keys", str(allowed)]
    with rclone("sftp", root, *options, *LOGIN_OPTIONS) as port:
        yield Sftp(root, port, host, user, locked)


@pytest.fixture
def puller(mini: MiniSite, sftp: Sftp) -> Puller:
    """A site that asks one unit at the server."""
    puller = Puller(mini, {"so": sftp.connection()})
    puller.sources(SOURCE.format(at=sftp.at))
    return puller


@pytest.fixture
def line(sftp: Sftp, puller: Puller) -> Iterator[Line]:
    """The same server over a line that can break."""
    with line_to(sftp.port) as line:
        puller.sources(SOURCE.format(at=f"{LOCALHOST}:{line.port}"))
        yield line


def test_new_unchanged_changed_missing(puller: Puller, sftp: Sftp, line: Line) -> None:
    content = noise(300_000)
    path = put(sftp.root, f"gửi lên/{JAN}/U1.csv", content)
    item = puller.one()
    assert (item.outcome, puller.landed()) == ("new", [content])
    assert item.uri == f"sftp://{LOCALHOST}:{line.port}/gửi lên/{JAN}/U1.csv"
    before = line.received
    assert puller.one().outcome == "unchanged"
    assert line.received - before < 20_000  # a login and a look, not the file
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", content + b"x", LONG_AGO + 60)
    assert puller.one().submission_id == f"{JAN}.U1.2"
    path.unlink()
    gone = puller.one()
    assert gone.outcome == "missing"
    assert f"/gửi lên/{JAN}/U1.csv" in (gone.message or "")
    assert not puller.leftovers()


def test_a_change_in_the_same_second_with_the_same_size_is_seen(puller: Puller, sftp: Sftp) -> None:
    now = time.time()
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", b"a" * 50, now)
    assert puller.one().outcome == "new"
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", b"b" * 50, now)
    assert puller.one().outcome == "new"
    assert sorted(puller.landed()) == [b"a" * 50, b"b" * 50]


def test_without_the_cache_everything_is_the_same_but_the_cost(
    puller: Puller, sftp: Sftp, line: Line
) -> None:
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", noise(200_000))
    first = puller.one()
    (puller.mini.home.landing / ".fingerprints.jsonl").unlink()
    before = line.received
    again = puller.one()
    assert (again.outcome, again.submission_id) == ("unchanged", first.submission_id)
    assert line.received - before > 200_000


@pytest.mark.parametrize("key", ["user_key", "locked_key"])
def test_a_key_opens_the_door(puller: Puller, sftp: Sftp, key: str) -> None:
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", b"1")
    pair: KeyPair = getattr(sftp, key)
    secret = "câu mật" if key == "locked_key" else None
    puller.connections["so"] = sftp.connection(password=None, key_file=pair.path, passphrase=secret)
    assert puller.one().outcome in {"new", "unchanged"}


def test_a_wrong_passphrase_is_told_without_asking_the_server(
    puller: Puller, sftp: Sftp, line: Line
) -> None:
    puller.connections["so"] = sftp.connection(
        password=None, key_file=sftp.locked_key.path, passphrase="sai"
    )
    item = puller.one()
    assert "passphrase" in (item.message or "")
    assert line.received == 0


def test_a_wrong_password_is_tried_once_for_all_units(mini: MiniSite, sftp: Sftp) -> None:
    with line_to(sftp.port) as line:
        puller = Puller(mini, {"so": sftp.connection(password="sai bét")})
        at = f"{LOCALHOST}:{line.port}"
        puller.sources(*(SOURCE.format(at=at).replace("U1", unit) for unit in ("U1", "U2")))
        items = puller.pull()
        assert line.connections == 1  # a second try could lock the account
    assert {item.outcome for item in items.values()} == {"failed"}
    message = items["U1", JAN].message or ""
    assert "kết nối «so»" in message
    assert "sai bét" not in message


def test_an_unknown_host_key_is_refused_with_its_fingerprint(
    puller: Puller, sftp: Sftp, tmp_path: Path
) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    puller.connections["so"] = sftp.connection(host_key=None, known_hosts=empty)
    item = puller.one()
    assert item.outcome == "failed"
    assert "ssh-ed25519 SHA256:" in (item.message or "")
    empty.write_text(f"[{LOCALHOST}]:{sftp.port} {sftp.host_key.public}\n")
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", b"1")
    assert puller.one().outcome == "new"


def test_another_host_key_than_the_known_one_is_refused(puller: Puller, sftp: Sftp) -> None:
    puller.connections["so"] = sftp.connection(host_key=sftp.user_key.public)
    item = puller.one()
    assert item.outcome == "failed"
    assert "kẻ đứng giữa" in (item.message or "")


def test_a_broken_transfer_goes_on_where_it_stopped(puller: Puller, sftp: Sftp, line: Line) -> None:
    content = noise(6_000_000)
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", content)
    line.cut_after.extend([2_500_000, 2_500_000])
    item = puller.one()
    assert (item.outcome, puller.landed()) == ("new", [content])
    assert line.connections == 3
    assert line.received < 8_500_000  # from the start again it were eleven million
    assert not puller.leftovers()


def test_a_file_that_changed_during_the_break_starts_again(
    puller: Puller, sftp: Sftp, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", noise(3_000_000))
    line.cut_after.append(1_500_000)
    other = noise(3_000_000, "khác")
    from ingestion.hosts import Host

    real = Host._pause

    def change_meanwhile(host: Host, *arguments: object) -> float:
        put(sftp.root, f"gửi lên/{JAN}/U1.csv", other, LONG_AGO + 5)
        return real(host, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Host, "_pause", change_meanwhile)
    assert puller.one().outcome == "new"
    assert puller.landed() == [other]


def test_a_dead_server_fails_fast_and_blocks_nobody(mini: MiniSite, sftp: Sftp) -> None:
    mini = MiniSite(mini.root / "many", csv_units=tuple(f"U{n}" for n in range(1, 41)))
    put(sftp.root, f"gửi lên/{JAN}/U40.csv", b"1")
    with line_to(sftp.port) as dead:
        dead.is_dead = True
        slow = sftp.connection(name="chet", connect_seconds=0.5)
        puller = Puller(mini, {"so": sftp.connection(), "chet": slow})
        at = f"{LOCALHOST}:{dead.port}"
        silent = f'unit: U1, uri: "sftp://{at}/{{unit}}/{{period}}.csv", connection: chet'
        puller.sources(
            *(silent.replace("U1", f"U{n}") for n in range(1, 40)),
            SOURCE.format(at=sftp.at).replace("U1", "U40"),
        )
        began = time.monotonic()
        items = puller.pull()
        assert time.monotonic() - began < 10
    assert items["U40", JAN].outcome == "new"
    assert [key[0] for key in items] == [f"U{n}" for n in range(1, 41)]
    failed = [items[f"U{n}", JAN] for n in range(1, 40)]
    assert {item.outcome for item in failed} == {"failed"}
    assert "không có trả lời" in (failed[0].message or "")
    assert "đã nhiều lần không trả lời" in (failed[-1].message or "")
    assert "sftp://" in (failed[-1].message or "")


def test_a_server_that_is_down_is_told(puller: Puller) -> None:
    puller.sources(SOURCE.format(at=f"{LOCALHOST}:{free_port()}"))
    item = puller.one()
    assert item.outcome == "failed"
    assert "không có trả lời từ máy chủ" in (item.message or "")


def test_the_largest_size_is_enforced_before_reading(
    puller: Puller, sftp: Sftp, line: Line
) -> None:
    settings = puller.mini.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {max_file_mb: 1}\n", "utf-8")
    put(sftp.root, f"gửi lên/{JAN}/U1.csv", noise((1 << 20) + 1))
    item = puller.one()
    assert (item.outcome, item.message is not None and "1 MB" in item.message) == ("failed", True)
    assert line.received < 100_000


def test_a_star_and_names_with_spaces_and_vietnamese_letters(puller: Puller, sftp: Sftp) -> None:
    folder = "sao/Tháng 01"
    source = (
        'unit: U1, uri: "sftp://{at}/sao/Tháng {{month}}/Báo cáo {{unit}}*.csv", connection: so'
    )
    puller.sources(source.format(at=sftp.at))
    put(sftp.root, f"{folder}/~$Báo cáo U1 (1).csv", b"x")
    for ending in ("filepart", "partial"):
        put(sftp.root, f"{folder}/Báo cáo U1 #1 100%.csv.{ending}", b"x")
    assert puller.one().outcome == "missing"
    put(sftp.root, f"{folder}/Báo cáo U1 #1 100%.csv", b"1")
    assert puller.one().outcome == "new"
    assert puller.names() == ["Báo cáo U1 #1 100%.csv"]
    put(sftp.root, f"{folder}/Báo cáo U1 #2.csv", b"2")
    item = puller.one()
    assert item.outcome == "failed"
    assert "Báo cáo U1 #1 100%.csv, Báo cáo U1 #2.csv" in (item.message or "")


def test_a_file_that_is_being_written_waits(puller: Puller, sftp: Sftp) -> None:
    path = put(sftp.root, f"gửi lên/{JAN}/U1.csv", b"x" * 100, time.time())
    import threading

    def grow() -> None:
        time.sleep(0.4)
        with path.open("ab") as handle:
            handle.write(b"y" * 100)

    writer = threading.Thread(target=grow)
    writer.start()
    item = puller.one()
    writer.join()
    assert item.outcome == "missing"
    assert "đang được ghi" in (item.message or "")
    assert puller.one().outcome == "new"
    assert puller.landed() == [b"x" * 100 + b"y" * 100]


def test_two_thousand_small_files_over_one_connection(
    mini: MiniSite, sftp: Sftp, tmp_path: Path
) -> None:
    units = tuple(f"D{n:04d}" for n in range(2000))
    mini = MiniSite(mini.root / "many", csv_units=units)
    for unit in units:
        put(tmp_path / "served", f"nhiều/{JAN}/{unit}.csv", unit.encode())
    options = ["--key", str(sftp.host_key.path), *LOGIN_OPTIONS]
    with (
        rclone("sftp", tmp_path / "served", *options, cache="1h") as port,
        line_to(port) as line,
    ):
        puller = Puller(mini, {"so": sftp.connection()})
        at = f"{LOCALHOST}:{line.port}"
        puller.sources(
            *(f'unit: {u}, uri: "sftp://{at}/nhiều/{{period}}/{{unit}}.csv"' for u in units),
            defaults="layouts: [bang], connection: so",
        )
        items = puller.pull()
        assert {item.outcome for item in items.values()} == {"new"}
        assert [unit for unit, _ in items] == list(units)
        before = line.received
        assert {item.outcome for item in puller.pull().values()} == {"unchanged"}
        assert line.received - before < 1_000_000  # one listing
        assert line.connections == 2
    log = (mini.home.register / f"{JAN}.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(entry)["unit"] for entry in log] == list(units)
