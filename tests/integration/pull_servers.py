"""Servers on this machine for the tests of pulling: SFTP and S3 by rclone, HTTP and a bad line by hand."""

import hashlib
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from ingestion.connections import Connection, ConnectionFault, Connections
from ingestion.pull import PullItem, pull
from tests.integration.mini_site import MiniSite

LOCALHOST = "127.0.0.1"
LOGIN, PASSWORD = "mot-cua", "mật khẩu@/?#"
ACCESS_KEY, SECRET = "KHOA-TRUY-CAP", "bi-mat-cua-kho"
JAN = "2024-01"
LONG_AGO = 1_700_000_000
RCLONE = str(Path(sys.executable).with_name("rclone"))
SECONDS_TO_START = 15


@dataclass(frozen=True)
class KeyPair:
    """An SSH key: the private half in a file, the public one as OpenSSH writes it."""

    path: Path
    public: str


def key_pair(path: Path, passphrase: str = "") -> KeyPair:
    """Make a key of our own."""
    key = Ed25519PrivateKey.generate()
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        lock = serialization.BestAvailableEncryption(passphrase.encode())
    form = serialization.PrivateFormat.OpenSSH
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, lock))
    path.chmod(0o600)
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return KeyPair(path, public.decode())


@dataclass(frozen=True)
class Certificate:
    """A certificate for this machine, signed by itself, and its key."""

    path: Path
    key: Path


def certificate(folder: Path) -> Certificate:
    """Make one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "may-chu")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOCALHOST))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "cert.pem", folder / "cert.key")
    pem = serialization.Encoding.PEM
    made.path.write_bytes(signed.public_bytes(pem))
    form, lock = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(pem, form, lock))
    return made


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def rclone(kind: str, root: Path, *options: str, cache: str = "0s") -> Iterator[int]:
    """Serve a folder and yield the port; ``cache``: how long the server trusts what it has listed."""
    port = free_port()
    command = [RCLONE, "serve", kind, str(root), "--addr", f"{LOCALHOST}:{port}"]
    command += ["--dir-cache-time", cache, "--poll-interval", "0", *options]
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "RCLONE_CONFIG": os.devnull}
    log = root.parent / f"rclone-{kind}-{port}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(port, server, log)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection((LOCALHOST, port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def put(root: Path, name: str, content: bytes, modified: float = LONG_AGO) -> Path:
    """Put a file into a served folder, as old as told."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified, modified))
    return path


def noise(size: int, seed: str = "") -> bytes:
    """Bytes that do not repeat."""
    blocks = (hashlib.sha256(f"{seed}{n}".encode()).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def known(connections: Mapping[str, Connection]) -> Connections:
    """A resolver that knows these connections."""

    def resolve(name: str) -> Connection:
        if name not in connections:
            raise ConnectionFault(name)
        return connections[name]

    return resolve


@dataclass
class Puller:
    """A site whose sources are written by the test, and its pulls."""

    mini: MiniSite
    connections: dict[str, Connection] = field(default_factory=dict)

    def sources(self, *entries: str, defaults: str = "layouts: [bang]") -> None:
        """Write sources.yml: an entry is what stands behind the dash."""
        lines = [f"  - {{{entry}}}" for entry in entries]
        self.mini.edit("sources.yml", f"defaults: {{{defaults}}}", "units:", *lines)

    def pull(self, period: str = JAN) -> dict[tuple[str, str], PullItem]:
        """Pull and return the items by unit and period."""
        report = pull(self.mini.site, self.mini.home, period, connections=known(self.connections))
        return {(item.unit, item.period): item for item in report.items}

    def one(self, unit: str = "U1") -> PullItem:
        """Pull and return what came of one unit's January."""
        return self.pull()[unit, JAN]

    def landed(self, unit: str = "U1") -> list[bytes]:
        """The files landed for a unit's January, in the order of their hashes."""
        paths = sorted(self.mini.home.landing.glob(f"{unit}/{JAN}/*/*"))
        contents = [path.read_bytes() for path in paths]
        hashes = [hashlib.sha256(content).hexdigest() for content in contents]
        assert [path.parent.name for path in paths] == hashes
        return contents

    def names(self, unit: str = "U1") -> list[str]:
        """Their names."""
        return sorted(path.name for path in self.mini.home.landing.glob(f"{unit}/{JAN}/*/*"))

    def leftovers(self) -> list[Path]:
        """What stands in the folder of files that are coming in."""
        return list((self.mini.home.landing / ".in").iterdir())


@dataclass
class Line:
    """A line to a server that can be cut, be slow or be dead; counts what came through."""

    port: int
    cut_after: deque[int] = field(default_factory=deque)
    """For the next connections, one each: break off after so many bytes of answers."""
    is_dead: bool = False
    """Accept and say nothing."""
    received: int = 0
    connections: int = 0


@contextmanager
def line_to(target: int) -> Iterator[Line]:
    """Forward connections to a port of this machine."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            line.connections += 1
            if line.is_dead:
                stopped.wait(30)
                return
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            limit = line.cut_after.popleft() if line.cut_after else None
            with socket.create_connection((LOCALHOST, target)) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                up = threading.Thread(target=_pour, args=(self.request, server), daemon=True)
                up.start()
                _pour(server, self.request, limit, lambda size: _count(line, size))
                with suppress(OSError):
                    self.request.shutdown(socket.SHUT_RDWR)

    stopped = threading.Event()
    with _threading_server(Handler) as port:
        line = Line(port)
        yield line
        stopped.set()


def _count(line: Line, size: int) -> None:
    line.received += size


def _pour(
    source: socket.socket,
    sink: socket.socket,
    limit: int | None = None,
    count: Callable[[int], None] = lambda _size: None,
) -> None:
    passed = 0
    with suppress(OSError):
        while limit is None or passed < limit:
            chunk = source.recv(65536)
            if not chunk:
                sink.shutdown(socket.SHUT_WR)
                return
            sink.sendall(chunk)
            passed += len(chunk)
            count(len(chunk))


@contextmanager
def _threading_server(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server((LOCALHOST, 0), handler) as server:
        yield from _serving(server)


def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()
        thread.join()


@dataclass
class Page:
    """A file of the HTTP server; None leaves a header out."""

    content: bytes
    etag: str | None = None
    modified: float | None = LONG_AGO
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What happens instead of a right answer, once."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut_after: int | None = None
    wait_seconds: float = 0


@dataclass
class Web:
    """An HTTP server and what it was asked."""

    port: int = 0
    scheme: str = "http"
    pages: dict[str, Page] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    always: Fault | None = None
    authorization: str | None = None
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    peak: int = 0
    ignores: frozenset[str] = frozenset()
    """Request headers it knows nothing of."""

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.scheme}://{LOCALHOST}:{self.port}{path}"


@contextmanager
def web_server(identity: Certificate | None = None) -> Iterator[Web]:
    """Serve the pages of a `Web`, with ranges, conditions and a fault now and then."""
    web, lock, running = Web(), threading.Lock(), [0]

    class Handler(_WebHandler):
        the_web = web

        def handle_one_request(self) -> None:
            with lock:
                running[0] += 1
                web.peak = max(web.peak, running[0])
            try:
                super().handle_one_request()
            finally:
                with lock:
                    running[0] -= 1

    with _WebServer((LOCALHOST, 0), Handler) as server:
        if identity:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(identity.path, identity.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            web.scheme = "https"
        for port in _serving(server):
            web.port = port
            yield web


class _WebServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away: that is what they are tested for."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _WebHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    the_web: Web

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Answer without the bytes."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer, or do what the next fault says."""
        web = self.the_web
        headers = {k: v for k, v in self.headers.items() if k not in web.ignores}
        web.asked.append((self.command, self.path, headers))
        fault = web.faults[self.path].popleft() if web.faults[self.path] else web.always
        fault = fault or Fault()
        time.sleep(fault.wait_seconds)
        page = web.pages.get(self.path)
        if fault.status != 200:
            self._say(fault.status, dict(fault.headers))
        elif web.authorization and headers.get("Authorization") != web.authorization:
            self._say(401, {"WWW-Authenticate": "Bearer"})
        elif page is None:
            self._say(404, {})
        else:
            self._send(page, headers, fault)

    def _send(self, page: Page, headers: dict[str, str], fault: Fault) -> None:
        about = dict(page.headers)
        if page.etag:
            about["ETag"] = page.etag
        if page.modified is not None:
            about["Last-Modified"] = formatdate(page.modified, usegmt=True)
        is_same = page.etag and headers.get("If-None-Match") == page.etag
        is_old = headers.get("If-Modified-Since") == about.get("Last-Modified", "-")
        if is_same or is_old:
            self._say(304, about)
            return
        start, status = 0, 200
        span, unless = headers.get("Range"), headers.get("If-Range")
        if span and unless in {None, page.etag, about.get("Last-Modified")}:
            start, status = int(span.removeprefix("bytes=").rstrip("-")), 206
            about["Content-Range"] = f"bytes {start}-{len(page.content) - 1}/{len(page.content)}"
        body = page.content[start:]
        about.setdefault("Content-Length", str(len(body)))
        self._say(status, about, body, fault.cut_after)

    def _say(
        self, status: int, headers: dict[str, str], body: bytes = b"", cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            if value and (status != 304 or name != "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut])
        told = headers.get("Content-Length") or len(body)
        if cut is not None or int(told) != len(body):
            self.close_connection = True
            self.wfile.flush()
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
