"""Pulling from a real S3-compatible server."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingestion.connections import Connection
from tests.integration.mini_site import MiniSite
from tests.integration.pull_servers import (
    ACCESS_KEY,
    JAN,
    LOCALHOST,
    LONG_AGO,
    SECRET,
    Line,
    Puller,
    certificate,
    free_port,
    line_to,
    noise,
    put,
    rclone,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SOURCE = 'unit: U1, uri: "s3://kho/{period}/{unit}.csv", connection: kho'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are short here."""
    monkeypatch.setattr("ingestion.hosts.FIRST_PAUSE_SECONDS", 0.1)


@dataclass
class S3:
    """A server and its folder: buckets are the folders in it."""

    root: Path
    port: int


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server with one pair of keys."""
    root = tmp_path_factory.mktemp("s3") / "root"
    (root / "kho").mkdir(parents=True)
    with rclone("s3", root, "--auth-key", f"{ACCESS_KEY},{SECRET}") as port:
        yield S3(root, port)


@pytest.fixture
def line(s3: S3) -> Iterator[Line]:
    """A line to it that can break."""
    with line_to(s3.port) as line:
        yield line


@pytest.fixture
def puller(mini: MiniSite, s3: S3, line: Line) -> Puller:
    """A site that asks one unit at the server."""
    for path in (s3.root / "kho").iterdir():
        shutil.rmtree(path)
    puller = Puller(mini, {"kho": connection(line.port)})
    puller.sources(SOURCE)
    return puller


def connection(port: int, **fields: object) -> Connection:
    """A connection that works, with other fields put in."""
    good: dict[str, object] = {
        "name": "kho",
        "endpoint_url": f"http://{LOCALHOST}:{port}",
        "region": "us-east-1",
        "key": ACCESS_KEY,
        "secret": SECRET,
    }
    return Connection.model_validate(good | fields)


def test_new_unchanged_changed_missing(puller: Puller, s3: S3, line: Line) -> None:
    content = noise(2_000_000)
    path = put(s3.root, f"kho/{JAN}/U1.csv", content)
    assert puller.one().outcome == "new"
    assert puller.landed() == [content]
    before = line.received
    assert puller.one().outcome == "unchanged"
    assert line.received - before < 1_000_000
    put(s3.root, f"kho/{JAN}/U1.csv", b"khac", LONG_AGO + 9)
    assert puller.one().submission_id == f"{JAN}.U1.2"
    path.unlink()
    assert puller.one().outcome == "missing"
    assert not puller.leftovers()


@pytest.mark.parametrize("wrong", [{"secret": "sai"}, {"key": "KHONG-CO"}])
def test_wrong_keys_are_told(puller: Puller, s3: S3, line: Line, wrong: dict[str, object]) -> None:
    put(s3.root, f"kho/{JAN}/U1.csv", b"1")
    puller.connections["kho"] = connection(line.port, **wrong)
    item = puller.one()
    assert item.outcome == "failed"
    assert "kết nối «kho»" in (item.message or "")
    assert SECRET not in (item.message or "")
    assert line.connections == 1


def test_a_broken_transfer_goes_on_where_it_stopped(puller: Puller, s3: S3, line: Line) -> None:
    content = noise(6_000_000)
    put(s3.root, f"kho/{JAN}/U1.csv", content)
    line.cut_after.append(4_000_000)
    assert puller.one().outcome == "new"
    assert puller.landed() == [content]
    assert line.connections == 2
    assert line.received < 7_500_000


def test_an_object_that_changed_during_the_break_starts_again(
    puller: Puller, s3: S3, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.hosts import Host

    put(s3.root, f"kho/{JAN}/U1.csv", noise(3_000_000))
    line.cut_after.append(1_500_000)
    other, real = noise(3_000_000, "khác"), Host._pause

    def change_meanwhile(host: Host, *arguments: object) -> float:
        put(s3.root, f"kho/{JAN}/U1.csv", other, LONG_AGO + 5)
        return real(host, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Host, "_pause", change_meanwhile)
    assert puller.one().outcome == "new"
    assert puller.landed() == [other]


def test_a_server_that_is_down_is_told(puller: Puller) -> None:
    puller.connections["kho"] = connection(free_port())
    item = puller.one()
    assert item.outcome == "failed"
    assert "không có trả lời từ máy chủ" in (item.message or "")


def test_certificates_are_checked(puller: Puller, s3: S3, tmp_path: Path) -> None:
    identity = certificate(tmp_path)
    put(s3.root, f"kho/{JAN}/U1.csv", b"1")
    options = ["--cert", str(identity.path), "--key", str(identity.key)]
    options += ["--auth-key", f"{ACCESS_KEY},{SECRET}"]
    with rclone("s3", s3.root, *options) as port:
        secure = {"endpoint_url": f"https://{LOCALHOST}:{port}"}
        puller.connections["kho"] = connection(port, **secure)
        assert "ca_file" in (puller.one().message or "")
        puller.connections["kho"] = connection(port, **secure, ca_file=str(identity.path))
        assert puller.one().outcome == "new"


def test_the_largest_size_is_enforced_before_reading(puller: Puller, s3: S3, line: Line) -> None:
    settings = puller.mini.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {max_file_mb: 1}\n", "utf-8")
    put(s3.root, f"kho/{JAN}/U1.csv", noise(20_000_000))
    item = puller.one()
    assert (item.outcome, "1 MB" in (item.message or "")) == ("failed", True)
    assert line.received < 5_000_000


def test_a_star_and_names_with_spaces_and_vietnamese_letters(puller: Puller, s3: S3) -> None:
    puller.sources('unit: U1, uri: "s3://kho/Tháng {month}/Báo cáo {unit}*.csv", connection: kho')
    assert puller.one().outcome == "missing"
    put(s3.root, "kho/Tháng 01/Báo cáo U1 + #1 100%.csv", b"1")
    put(s3.root, "kho/Tháng 01/sâu/Báo cáo U1 2.csv", b"1")
    assert puller.one().outcome == "new"
    assert puller.names() == ["Báo cáo U1 + #1 100%.csv"]
    assert puller.one().outcome == "unchanged"


def test_many_small_objects_are_found_by_one_listing(mini: MiniSite, s3: S3, line: Line) -> None:
    units = tuple(f"D{n:03d}" for n in range(300))
    mini = MiniSite(mini.root / "many", csv_units=units)
    for unit in units[:-1]:
        put(s3.root, f"kho/{JAN}/{unit}.csv", unit.encode())
    puller = Puller(mini, {"kho": connection(line.port)})
    puller.sources(*(SOURCE.replace("U1", unit) for unit in units))
    assert [item.outcome for item in puller.pull().values()] == ["new"] * 299 + ["missing"]
    before = line.received
    assert [item.outcome for item in puller.pull().values()] == ["unchanged"] * 299 + ["missing"]
    assert line.received - before < 200_000
    assert line.connections <= 10
