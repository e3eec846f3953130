"""Pulling over real HTTP: conditions, ranges, waits, credentials that stay at home."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.connections import Connection
from tests.integration.mini_site import MiniSite
from tests.integration.pull_servers import (
    JAN,
    LONG_AGO,
    Fault,
    Page,
    Puller,
    Web,
    certificate,
    free_port,
    noise,
    web_server,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
PATH = f"/xuat/{JAN}/U1.csv"
TOKEN = "ma-truy-cap-bi-mat"
SOURCE = 'unit: U1, uri: "http://127.0.0.1:{port}/xuat/{{period}}/{{unit}}.csv"'


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are short here."""
    monkeypatch.setattr("ingestion.hosts.FIRST_PAUSE_SECONDS", 0.1)


@pytest.fixture
def web() -> Iterator[Web]:
    """A server without pages."""
    with web_server() as web:
        yield web


@pytest.fixture
def puller(mini: MiniSite, web: Web) -> Puller:
    """A site that asks one unit at the server, with a token."""
    token = Connection.model_validate({"name": "w", "token": TOKEN})
    puller = Puller(mini, {"w": token})
    puller.sources(SOURCE.format(port=web.port) + ", connection: w")
    return puller


def set_connection(puller: Puller, **fields: object) -> None:
    """Replace the connection."""
    puller.connections["w"] = Connection.model_validate({"name": "w", **fields})


def test_new_unchanged_changed_missing(puller: Puller, web: Web) -> None:
    web.authorization = f"Bearer {TOKEN}"
    web.pages[PATH] = Page(b"mot", etag='"1"')
    assert puller.one().outcome == "new"
    assert puller.one().outcome == "unchanged"
    assert [(method, headers.get("If-None-Match")) for method, _, headers in web.asked] == [
        ("GET", None),
        ("GET", '"1"'),
    ]
    web.pages[PATH] = Page(b"hai", etag='"2"')
    assert puller.one().submission_id == f"{JAN}.U1.2"
    del web.pages[PATH]
    assert puller.one().outcome == "missing"
    assert sorted(puller.landed()) == [b"hai", b"mot"]
    assert not puller.leftovers()


def test_time_and_size_serve_where_there_is_no_etag(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot")
    assert puller.one().outcome == "new"
    assert puller.one().outcome == "unchanged"
    assert "If-Modified-Since" in web.asked[-1][2]
    web.pages[PATH] = Page(b"hai", modified=LONG_AGO + 1)
    assert puller.one().outcome == "new"


def test_a_server_that_knows_no_conditions_is_left_after_its_headers(
    puller: Puller, web: Web
) -> None:
    web.ignores = frozenset({"If-None-Match"})
    web.pages[PATH] = Page(noise(20_000_000), etag='"1"')
    assert puller.one().outcome == "new"
    began = time.monotonic()
    assert puller.one().outcome == "unchanged"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("etag", ['W/"1"', None])
def test_a_weak_etag_or_none_without_a_time_proves_nothing(
    puller: Puller, web: Web, etag: str | None
) -> None:
    web.pages[PATH] = Page(b"mot", etag=etag, modified=None)
    assert puller.one().outcome == "new"
    web.pages[PATH] = Page(b"hai", etag=etag, modified=None)
    assert puller.one().outcome == "new"
    assert puller.one().outcome == "unchanged"


def test_a_change_in_the_same_second_is_seen(puller: Puller, web: Web) -> None:
    now = time.time()
    web.pages[PATH] = Page(b"mot", modified=now)
    assert puller.one().outcome == "new"
    web.pages[PATH] = Page(b"hai", modified=now)
    assert puller.one().outcome == "new"


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(503)],
        [Fault(429, (("Retry-After", "1"),))],
        [Fault(500), Fault(502)],
        [Fault(cut_after=0)],
    ],
)
def test_errors_that_pass_are_tried_again(puller: Puller, web: Web, faults: list[Fault]) -> None:
    web.pages[PATH] = Page(b"mot")
    web.faults[PATH].extend(faults)
    began = time.monotonic()
    assert puller.one().outcome == "new"
    if faults[0].status == 429:
        assert time.monotonic() - began >= 1


def test_a_server_that_wants_a_long_pause_is_not_waited_for(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot")
    web.faults[PATH].append(Fault(503, (("Retry-After", "3600"),)))
    item = puller.one()
    assert item.outcome == "failed"
    assert "3600 giây" in (item.message or "")


@pytest.mark.parametrize(("status", "words"), [(401, "token"), (403, "quyền"), (418, "418")])
def test_errors_that_stay_are_not_tried_again(
    puller: Puller, web: Web, status: int, words: str
) -> None:
    web.faults[PATH].extend([Fault(status)] * 3)
    item = puller.one()
    assert item.outcome == "failed"
    assert words in (item.message or "")
    assert TOKEN not in (item.message or "")
    assert len(web.asked) == 1


def test_a_refused_token_is_not_tried_for_every_unit(mini: MiniSite, web: Web) -> None:
    units = tuple(f"U{n}" for n in range(30))
    mini = MiniSite(mini.root / "many", csv_units=units)
    puller = Puller(mini)
    set_connection(puller, token="cu")
    web.always = Fault(401)
    source = SOURCE.format(port=web.port) + ", connection: w"
    puller.sources(*(source.replace("U1", unit) for unit in units))
    assert {item.outcome for item in puller.pull().values()} == {"failed"}
    assert len(web.asked) < 8


def test_login_and_password_go_as_basic(puller: Puller, web: Web) -> None:
    set_connection(puller, login="phường", password="bí mật")
    web.pages[PATH] = Page(b"mot")
    web.authorization = "Basic cGjGsOG7nW5nOmLDrSBt4bqtdA=="
    assert puller.one().outcome == "new"


def test_a_broken_transfer_goes_on_where_it_stopped(puller: Puller, web: Web) -> None:
    content = noise(3_000_000)
    web.pages[PATH] = Page(content, etag='"1"')
    web.faults[PATH].append(Fault(cut_after=2_000_000))
    assert puller.one().outcome == "new"
    assert puller.landed() == [content]
    headers = web.asked[-1][2]
    start = int(headers["Range"].removeprefix("bytes=").rstrip("-"))
    assert 0 < start <= 2_000_000
    assert headers["If-Range"] == '"1"'


def test_a_file_that_changed_during_the_break_starts_again(
    puller: Puller, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.hosts import Host

    web.pages[PATH] = Page(noise(3_000_000), etag='"1"')
    web.faults[PATH].append(Fault(cut_after=2_000_000))
    other = noise(3_000_000, "khác")
    real = Host._pause

    def change_meanwhile(host: Host, *arguments: object) -> float:
        web.pages[PATH] = Page(other, etag='"2"')
        return real(host, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Host, "_pause", change_meanwhile)
    assert puller.one().outcome == "new"
    assert puller.landed() == [other]


def test_a_server_without_ranges_is_read_from_the_start(puller: Puller, web: Web) -> None:
    content = noise(1_000_000)
    web.pages[PATH] = Page(content, etag='"1"')
    web.ignores = frozenset({"Range"})
    web.faults[PATH].append(Fault(cut_after=600_000))
    assert puller.one().outcome == "new"
    assert puller.landed() == [content]


def test_a_length_that_is_never_reached_is_a_truncated_file(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot", headers={"Content-Length": "10"})
    item = puller.one()
    assert item.outcome == "failed"
    assert not puller.landed()
    assert not puller.leftovers()


def test_credentials_do_not_follow_to_another_host(puller: Puller, web: Web) -> None:
    web.authorization = f"Bearer {TOKEN}"
    with web_server() as other:
        other.pages["/kho/1"] = Page(b"mot", headers={"X": "y"})
        web.faults[PATH].append(Fault(302, (("Location", other.url("/kho/1")),)))
        assert puller.one().outcome == "new"
        assert "Authorization" not in other.asked[0][2]
    web.faults[PATH].append(Fault(302, (("Location", "/moi.csv"),)))
    web.pages["/moi.csv"] = Page(b"hai")
    assert puller.one().outcome == "new"
    assert web.asked[-1][2]["Authorization"] == f"Bearer {TOKEN}"


def test_certificates_are_checked_and_https_stays_https(
    puller: Puller, web: Web, tmp_path: Path
) -> None:
    identity = certificate(tmp_path)
    with web_server(identity) as secure:
        secure.pages[PATH] = Page(b"mot")
        puller.sources(
            SOURCE.format(port=secure.port).replace("http:", "https:") + ", connection: w"
        )
        refused = puller.one()
        assert refused.outcome == "failed"
        assert "ca_file" in (refused.message or "")
        assert not secure.asked
        set_connection(puller, token=TOKEN, ca_file=str(identity.path))
        assert puller.one().outcome == "new"
        secure.faults[PATH].append(Fault(302, (("Location", web.url(PATH)),)))
        assert "https" in (puller.one().message or "")
        assert not web.asked


def test_going_round_in_circles_ends(puller: Puller, web: Web) -> None:
    web.always = Fault(302, (("Location", PATH),))
    assert puller.one().outcome == "failed"
    assert len(web.asked) == 6


def test_a_connection_of_another_host_is_not_used(puller: Puller, web: Web) -> None:
    set_connection(puller, token=TOKEN, host="may-chu-khac.example")
    assert "may-chu-khac.example" in (puller.one().message or "")
    assert not web.asked


@pytest.mark.parametrize("told", [True, False])
def test_the_largest_size_is_enforced_before_and_while_reading(
    puller: Puller, web: Web, told: bool
) -> None:
    settings = puller.mini.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {max_file_mb: 1}\n", "utf-8")
    content = noise((1 << 20) + 1)
    page = Page(content)
    if not told:
        chunked = f"{len(content):x}\r\n".encode() + content + b"\r\n0\r\n\r\n"
        page = Page(chunked, headers={"Transfer-Encoding": "chunked", "Content-Length": ""})
    web.pages[PATH] = page
    item = puller.one()
    assert (item.outcome, "1 MB" in (item.message or "")) == ("failed", True)
    assert not puller.leftovers()


def test_a_silent_and_a_slow_server_end_in_time(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot")
    web.always = Fault(wait_seconds=3)
    set_connection(puller, read_seconds=0.3, file_seconds=2)
    began = time.monotonic()
    item = puller.one()
    assert item.outcome == "failed"
    assert time.monotonic() - began < 4


def test_a_server_that_is_down_and_one_that_works(mini: MiniSite, web: Web) -> None:
    puller = Puller(mini)
    puller.sources(
        SOURCE.format(port=free_port()), SOURCE.format(port=web.port).replace("U1", "U2")
    )
    web.pages[f"/xuat/{JAN}/U2.csv"] = Page(b"mot")
    items = puller.pull()
    assert [item.outcome for item in items.values()] == ["failed", "new"]
    assert "không có trả lời" in (items["U1", JAN].message or "")


def test_names_with_spaces_and_vietnamese_letters(puller: Puller, web: Web) -> None:
    puller.sources(
        f'unit: U1, uri: "http://127.0.0.1:{web.port}/Báo cáo/{{unit}} 100%25.csv?kỳ={{period}}"'
    )
    path = f"/B%C3%A1o%20c%C3%A1o/U1%20100%25.csv?k%E1%BB%B3={JAN}"
    web.pages[path] = Page(b"mot")
    assert puller.one().outcome == "new"
    assert puller.names() == ["U1 100%.csv"]


def test_the_server_may_name_the_file_but_not_choose_its_place(puller: Puller, web: Web) -> None:
    named = "attachment; filename*=UTF-8''..%2F..%2FB%C3%A1o%20c%C3%A1o.csv"
    web.pages[PATH] = Page(b"mot", headers={"Content-Disposition": named})
    assert puller.one().outcome == "new"
    (name,) = puller.names()
    assert name.endswith("Báo cáo.csv")
    assert "/" not in name


def test_a_file_that_is_being_written_waits(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot", modified=time.time())

    def grow() -> None:
        web.pages[PATH] = Page(b"mot hai", modified=time.time())

    writer = threading.Timer(0.4, grow)
    writer.start()
    item = puller.one()
    writer.join()
    assert item.outcome == "missing"
    assert "đang được ghi" in (item.message or "")


def test_a_few_requests_at_once_and_results_in_order(mini: MiniSite, web: Web) -> None:
    units = tuple(f"U{n}" for n in range(24))
    mini = MiniSite(mini.root / "many", csv_units=units)
    puller = Puller(mini)
    puller.sources(*(SOURCE.format(port=web.port).replace("U1,", f"{unit},") for unit in units))
    for number, unit in enumerate(units):
        path = f"/xuat/{JAN}/{unit}.csv"
        web.pages[path] = Page(unit.encode())
        web.faults[path].append(Fault(wait_seconds=0.2 if number % 4 == 0 else 0.0))
    items = puller.pull()
    assert [unit for unit, _ in items] == list(units)
    assert {item.outcome for item in items.values()} == {"new"}
    assert 1 < web.peak <= 4


def test_no_secret_is_written_anywhere(puller: Puller, web: Web) -> None:
    web.pages[PATH] = Page(b"mot", etag='"1"')
    puller.one()
    written = [path for path in puller.mini.home.root.rglob("*") if path.is_file()]
    assert len(written) > 2
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]
