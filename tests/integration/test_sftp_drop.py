"""The SFTP drop of docker-compose.yml, run outside a container with its own command and settings.

What the container adds (user, read-only image, limits) is not shown here.
"""

import os
import socket
import stat
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import Any

import paramiko
import pytest
import yaml

from deploy.make_secrets import make_secrets
from deploy.sftp_drop import Settings, serve
from ingestion.connections import Connection
from tests.integration.mini_site import Case, MiniSite, csv_bytes, table
from tests.integration.pull_servers import (
    JAN,
    LOCALHOST,
    RCLONE,
    KeyPair,
    Line,
    Puller,
    free_port,
    key_pair,
    line_to,
    noise,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))[
    "services"
]["sftp"]
SECONDS = 120  # what hangs, not a slow machine
CASES = (Case(1, completed="18/01/2024"), Case(2))


@dataclass
class Drop:
    """A running drop: where its files are, and accounts `u1` (a key), `u2` (a password)."""

    folder: Path
    port: int
    key: KeyPair
    password: str

    @property
    def exports(self) -> Path:
        """What the pull reads."""
        return self.folder / "exports"

    @property
    def accounts(self) -> Path:
        """The accounts file."""
        return self.folder / "secrets" / "sftp_accounts.yml"

    @property
    def log(self) -> str:
        """What the service has said so far."""
        return (self.folder / "sftp.log").read_text("utf-8")

    def connect(
        self, login: str = "u1", key: KeyPair | None = None, password: str = "", port: int = 0
    ) -> paramiko.SSHClient:
        """Log in as a unit does: with `u1`'s key unless told otherwise."""
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        given = (key or self.key) if not password else None
        client.connect(
            LOCALHOST,
            port or self.port,
            login,
            password or None,
            key_filename=str(given.path) if given else None,
            allow_agent=False,
            look_for_keys=False,
        )
        return client

    @contextmanager
    def sftp(self, login: str = "u1", **options: Any) -> Iterator[paramiko.SFTPClient]:
        """A session, closed at the end."""
        with closing(self.connect(login, **options)) as client, client.open_sftp() as sftp:
            yield sftp

    def waits_for(self, words: str) -> str:
        """The log once it says so."""
        deadline = time.monotonic() + SECONDS
        while words not in self.log:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)
        return self.log


def environment(folder: Path, port: int) -> dict[str, str]:
    """The settings of the service, with paths of this machine."""
    local = {"/run/secrets": f"{folder}/secrets", "/srv/exports": f"{folder}/exports"}
    settings = {**SERVICE["environment"], "MOTCUA_SFTP_PORT": str(port)}
    for inside, outside in local.items():
        settings = {k: v.replace(inside, outside) for k, v in settings.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONUTF8": "1", **settings}


def run(folder: Path, port: int, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as in the service, to its end."""
    return subprocess.run(
        command,
        env=environment(folder, port),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def add_account(folder: Path, *options: str) -> str:
    """Add an account as the runbook says; return what was shown beside the entry."""
    command = [sys.executable, "-m", "deploy.sftp_accounts", *options]
    done = run(folder, 0, command)
    assert done.returncode == 0, done.stderr
    with (folder / "secrets" / "sftp_accounts.yml").open("a") as file:
        file.write(done.stdout)
    return done.stderr


@contextmanager
def running(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The service until the end of the block; its output is added to its log."""
    with (folder / "sftp.log").open("ab") as log:
        service = subprocess.Popen(
            SERVICE["command"], env=environment(folder, port), cwd=ROOT, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + SECONDS
        while run(folder, port, SERVICE["healthcheck"]["test"][1:]).returncode != 0:
            said = (folder / "sftp.log").read_text()
            assert service.poll() is None, said
            assert time.monotonic() < deadline, said
        yield service
    finally:
        service.terminate()
        service.wait(SECONDS)


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    """A drop with two accounts, set up by the commands that a person uses."""
    folder = tmp_path_factory.mktemp("drop")
    (folder / "exports").mkdir()
    make_secrets(folder / "secrets")
    key = key_pair(folder / "u1.key")
    add_account(folder, "u1", "--folder", "U1", "--key", key.public)
    told = add_account(folder, "u2", "--folder", "U2", "--password")
    port = free_port()
    with running(folder, port):
        yield Drop(folder, port, key, told.strip().rpartition(": ")[2])


@pytest.fixture
def line(drop: Drop) -> Iterator[Line]:
    """A line to the drop that can break."""
    with line_to(drop.port) as line:
        yield line


def test_what_a_unit_sends_is_pulled(
    drop: Drop, mini: MiniSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_EXPORTS", str(drop.exports))
    mini.edit(
        "sources.yml",
        "defaults: {layouts: [bang]}",
        "units:",
        '  - {unit: U1, uri: "{unit}/{period}/*.csv"}',
        '  - {unit: U2, uri: "{unit}/{period}.csv"}',
    )
    content = csv_bytes(table(CASES))
    with drop.sftp() as sftp:
        sftp.mkdir(JAN)
        with sftp.open(f"{JAN}/bao-cao.csv", "wb") as file:
            file.set_pipelined(True)
            file.write(content)
        assert sftp.stat(f"{JAN}/bao-cao.csv").st_size == len(content)
    with drop.sftp("u2", password=drop.password) as sftp:
        sftp.putfo(BytesIO(content), f"{JAN}.csv")
    taken = mini.take_in(JAN)
    found = {name: (s.status, s.rows_read - s.rows_ignored) for name, s in taken.items()}
    assert found == {f"{JAN}.U1.1": ("accepted", 2), f"{JAN}.U2.1": ("accepted", 2)}
    assert stat.S_IMODE((drop.exports / "U1" / JAN / "bao-cao.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "path",
    [
        "../U2/mat.csv",
        "/../U2/mat.csv",
        "/U2/mat.csv",
        "x/../../U2/mat.csv",
        "loi/mat.csv",
        "tat.csv",
        "/etc/passwd",
        "../../secrets/sftp_accounts.yml",
        "../.uploads/x",
    ],
)
def test_nobody_leaves_their_folder(drop: Drop, path: str) -> None:
    other = drop.exports / "U2" / "mat.csv"
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(b"bi mat")
    mine = drop.exports / "U1"
    mine.mkdir(exist_ok=True)
    # Not even over links that somebody made on the server.
    for name, target in (("loi", other.parent), ("tat.csv", other)):
        with suppress(FileExistsError):
            (mine / name).symlink_to(target)
    before = {p: p.read_bytes() for p in drop.folder.rglob("*") if p.is_file()}
    with drop.sftp() as sftp:
        for attempt in (
            lambda: sftp.open(path).read(),
            lambda: sftp.stat(path),
            lambda: sftp.posix_rename(path, "lay.csv"),
            lambda: sftp.remove(path),
            lambda: sftp.open(path, "wb").close() if "tat" in path else sftp.listdir(path),
            lambda: sftp.symlink("/etc", "lien-ket"),
        ):
            with pytest.raises(OSError, match=r"."):
                attempt()
        assert "mat.csv" not in sftp.listdir("/..")
    for file, content in before.items():
        if file.name != "sftp.log":
            assert file.read_bytes() == content


def test_writing_to_another_folder_stays_at_home(drop: Drop) -> None:
    with drop.sftp() as sftp:
        sftp.open("../ra-ngoai.csv", "wb").close()
        assert sftp.normalize("../../x") == "/x"
    assert not (drop.exports / "ra-ngoai.csv").exists()
    assert (drop.exports / "U1" / "ra-ngoai.csv").exists()


def test_who_is_not_known_does_not_get_in(drop: Drop, tmp_path: Path) -> None:
    stranger = key_pair(tmp_path / "key")
    tries: list[dict[str, Any]] = [
        {"key": stranger},
        {"login": "u2"},  # the key of another account
        {"login": "u2", "password": "sai"},
        {"login": "u1", "password": drop.password},
        {"login": "ai-do", "password": drop.password},
        {"login": "ai\ndo", "password": "sai"},
    ]
    for attempt in tries:
        with pytest.raises(paramiko.AuthenticationException):
            drop.connect(**attempt)
    log = drop.waits_for("'ai\\ndo'")
    assert "Không cho đăng nhập: 'u2' từ 127.0.0.1 (sai mật khẩu" in log
    assert "Không cho đăng nhập: 'ai-do' từ 127.0.0.1 (không có tài khoản này)" in log
    assert drop.password not in log


def test_files_only_no_shell_and_no_tunnel(drop: Drop) -> None:
    with closing(drop.connect()) as client:
        with pytest.raises(paramiko.SSHException):
            client.exec_command("id")
        transport = client.get_transport()
        assert transport is not None
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", (LOCALHOST, 22), (LOCALHOST, 1))
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("", 0)


def test_a_file_is_there_when_it_is_whole(drop: Drop) -> None:
    target = drop.exports / "U1" / "lon.csv"
    with drop.sftp() as sftp:
        with sftp.open("lon.csv", "wb") as file:
            file.write(noise(100_000))
            file.flush()
            assert file.stat().st_size == 100_000
            assert not target.exists()
            assert "lon.csv" not in sftp.listdir()
        assert target.read_bytes() == noise(100_000)
        with sftp.open("lon.csv", "wb") as file:  # the old one stays until the new one is whole
            file.write(b"moi")
            assert target.read_bytes() == noise(100_000)
        assert target.read_bytes() == b"moi"
    assert list((drop.exports / ".uploads").iterdir()) == []


@pytest.mark.parametrize("how", ["the line", "the program"])
def test_a_broken_upload_leaves_nothing(drop: Drop, line: Line, how: str) -> None:
    target = drop.exports / "U1" / "dut.csv"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(b"cu")
    said = drop.log.count("bị đứt giữa chừng")
    client = drop.connect(port=line.port)
    sftp = client.open_sftp()
    file = sftp.open("dut.csv", "wb")
    file.write(noise(200_000))
    if how == "the line":
        transport = client.get_transport()
        assert transport is not None
        transport.sock.close()
    else:
        sftp.get_channel().close()  # type: ignore[union-attr]
    deadline = time.monotonic() + SECONDS
    while drop.log.count("bị đứt giữa chừng") == said:
        assert time.monotonic() < deadline, drop.log
        time.sleep(0.05)
    assert target.read_bytes() == b"cu"
    assert list((drop.exports / ".uploads").iterdir()) == []
    target.unlink()


def test_a_killed_server_leaves_nothing(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    make_secrets(tmp_path / "secrets")
    add_account(tmp_path, "u1", "--folder", "U1", "--key", drop.key.public)
    port = free_port()
    uploads = tmp_path / "exports" / ".uploads"
    with running(tmp_path, port) as service:
        client = drop.connect(port=port)
        file = client.open_sftp().open("a.csv", "wb")
        file.write(b"x" * 50_000)
        assert len(list(uploads.iterdir())) == 1
        service.kill()
        service.wait()
    assert list((tmp_path / "exports" / "U1").iterdir()) == []
    with running(tmp_path, port):
        assert list(uploads.iterdir()) == []


def test_who_falls_silent_is_not_waited_for(
    drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, so that silence need not last ten minutes."""
    monkeypatch.setattr("deploy.sftp_drop.SECONDS_OF_SILENCE", 2.0)
    monkeypatch.setattr("deploy.sftp_drop.SECONDS_TO_LOG_IN", 8.0)
    (tmp_path / "exports").mkdir()
    make_secrets(tmp_path / "secrets")
    add_account(tmp_path, "u1", "--folder", "U1", "--key", drop.key.public)
    port = free_port()
    settings = Settings.of(environment(tmp_path, port))
    listener = socket.create_server((LOCALHOST, port))
    threading.Thread(target=serve, args=(settings, listener), daemon=True).start()
    client = drop.connect(port=port)
    stranger = paramiko.Transport((LOCALHOST, port))
    stranger.start_client()
    transport = client.get_transport()
    assert transport is not None
    slow = client.open_sftp().open("cham.csv", "wb")  # kept: paramiko closes what is forgotten
    slow.write(b"x")
    uploads = tmp_path / "exports" / ".uploads"
    assert len(list(uploads.iterdir())) == 1
    deadline = time.monotonic() + SECONDS
    while list(uploads.iterdir()) or transport.is_active() or stranger.is_active():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert list((tmp_path / "exports" / "U1").iterdir()) == []


def test_an_account_counts_at_once_and_until_it_is_deleted(drop: Drop, tmp_path: Path) -> None:
    key, before = key_pair(tmp_path / "key"), drop.accounts.read_text()
    with pytest.raises(paramiko.AuthenticationException):
        drop.connect("u3", key)
    add_account(drop.folder, "u3", "--folder", "U3", "--key", f"{key.public} may-cua-U3")
    with drop.sftp("u3", key=key) as sftp:
        assert sftp.listdir() == []
    drop.accounts.write_text(before)
    with pytest.raises(paramiko.AuthenticationException):
        drop.connect("u3", key)


def test_an_accounts_file_with_an_error_lets_nobody_in_and_says_where(drop: Drop) -> None:
    before = drop.accounts.read_text()
    try:
        drop.accounts.write_text(before + "u9: {folder: ../U1, password: lo-mat-khau}\n")
        with pytest.raises(paramiko.AuthenticationException):
            drop.connect()
        assert "lo-mat-khau" not in drop.waits_for("u9.folder")
        assert run(drop.folder, free_port(), SERVICE["command"]).returncode == 1
        drop.accounts.write_text(before + 'u9:\n  password: "lo-mat-khau\n')
        with pytest.raises(paramiko.AuthenticationException):
            drop.connect()
        assert "lo-mat-khau" not in drop.waits_for("dòng ")
    finally:
        drop.accounts.write_text(before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("../x", "--folder", "U1", "--password"), "../x: chỉ dùng chữ không dấu"),
        (("u", "--folder", "../U1", "--password"), "u.folder: chỉ dùng chữ không dấu"),
        (("u", "--folder", "U1"), "ít nhất một khóa"),
        (("u", "--folder", "U1", "--key", "ssh-ed25519 AAAA"), "không phải là khóa"),
        (("u", "--folder", "U1", "--key", "ssh-dss AAAA"), "không phải là khóa"),
    ],
)
def test_a_wrong_account_is_not_written(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    done = run(tmp_path, 0, [sys.executable, "-m", "deploy.sftp_accounts", *options])
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    for bits, code in ((1024, 2), (2048, 0)):
        key = paramiko.RSAKey.generate(bits)
        options = ["u", "--folder", "U", "--key", f"ssh-rsa {key.get_base64()}"]
        done = run(tmp_path, 0, [sys.executable, "-m", "deploy.sftp_accounts", *options])
        assert done.returncode == code, bits


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "exports").rmdir(), "Không có thư mục chứa tệp"),
        (lambda folder: (folder / "secrets" / "sftp_host_key").unlink(), "khóa của máy chủ"),
        (lambda folder: (folder / "secrets" / "sftp_accounts.yml").unlink(), "tài khoản"),
    ],
)
def test_what_is_missing_at_the_start_is_told(tmp_path: Path, spoil: Any, words: str) -> None:
    (tmp_path / "exports").mkdir()
    make_secrets(tmp_path / "secrets")
    spoil(tmp_path)
    done = run(tmp_path, free_port(), SERVICE["command"])
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_host_key_stays_and_is_told(drop: Drop) -> None:
    with closing(drop.connect()) as client:
        transport = client.get_transport()
        assert transport is not None
        key = transport.get_remote_server_key()
    assert f"{key.get_name()} {key.get_base64()} {key.fingerprint}" in drop.log


def test_the_client_of_openssh_and_rclone_can_use_it(drop: Drop, tmp_path: Path) -> None:
    """Two clients that others wrote; rclone sends under a name of its own and renames."""
    source = tmp_path / "gui.csv"
    source.write_bytes(noise(3_000_000))
    old = 1_700_000_000
    os.utime(source, (old, old))
    batch = tmp_path / "batch"
    batch.write_text(
        "put -p gui.csv a.csv\nrename a.csv b.csv\nls -l\nget b.csv ve.csv\nrm b.csv\n"
    )
    command = ["sftp", "-b", str(batch), "-P", str(drop.port), "-i", str(drop.key.path)]
    command += ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path}/hosts"]
    if which("sftp"):
        done = subprocess.run(
            [*command, f"u1@{LOCALHOST}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "ve.csv").read_bytes() == source.read_bytes()
    remote = f":sftp,host={LOCALHOST},port={drop.port},user=u1,key_file={drop.key.path}:tu-rclone"
    copied = subprocess.run(
        [RCLONE, "copy", str(source), remote],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RCLONE_CONFIG": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert copied.returncode == 0, copied.stderr
    (sent,) = (drop.exports / "U1" / "tu-rclone").iterdir()
    assert (sent.name, sent.stat().st_mtime) == ("gui.csv", old)
    assert sent.read_bytes() == source.read_bytes()


def test_a_person_who_goes_on_where_it_stopped(drop: Drop) -> None:
    with drop.sftp() as sftp:
        with sftp.open("noi.csv", "wb") as file:
            file.write(b"dau,")
        with sftp.open("noi.csv", "ab") as file:
            file.write(b"duoi")
        with sftp.open("noi.csv", "r+b") as file:
            file.seek(0)
            file.write(b"DAU")
        with sftp.open("noi.csv") as file:
            assert file.read() == b"DAU,duoi"
        with pytest.raises(OSError, match=r"."):
            sftp.open("noi.csv", "wx").close()
        with pytest.raises(OSError, match=r"."):
            sftp.open("khong-co.csv", "r+").close()


def test_a_mac_sends_other_code_points_for_the_same_letters(drop: Drop) -> None:
    name = "Báo cáo tháng 1.csv"
    with drop.sftp() as sftp:
        sftp.open(unicodedata.normalize("NFD", name), "wb").close()
    assert (drop.exports / "U1" / name).exists()


def test_too_many_strangers_do_not_shut_units_out_for_long(drop: Drop) -> None:
    knocking = [socket.create_connection((LOCALHOST, drop.port)) for _ in range(70)]
    drop.waits_for("đã có 64 kết nối cùng lúc")
    for one in knocking:
        one.close()
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with drop.sftp() as sftp:
                assert sftp.listdir() is not None
            return
        except (OSError, EOFError, paramiko.SSHException):
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_the_pull_of_another_server_finds_what_is_whole(
    drop: Drop, mini: MiniSite, tmp_path: Path
) -> None:
    """Our own client at our own server: an authority may read the drop from afar."""
    host = (drop.log.split("Khóa của máy chủ: ")[1]).split()[:2]
    connection = Connection.model_validate(
        {"name": "so", "login": "u1", "key_file": str(drop.key.path), "host_key": " ".join(host)}
    )
    puller = Puller(mini, {"so": connection})
    puller.sources(
        f'unit: U1, uri: "sftp://{LOCALHOST}:{drop.port}/xa/{{period}}.csv", connection: so'
    )
    with drop.sftp() as sftp:
        sftp.mkdir("xa")
        assert puller.one().outcome == "missing"
        with sftp.open(f"xa/{JAN}.csv", "wb") as file:
            file.write(b"x")
    item = puller.one()
    assert item.outcome == "new", item.message
    assert puller.landed() == [b"x"]
