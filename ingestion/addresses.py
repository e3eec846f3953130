"""From what a site writes as a file's address to the server that holds it and the path there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingestion.connections import Connection
from ingestion.messages import text
from ingestion.places.place import Place, SourceFailedError, said_of

_ALIASES = {"ssh": "sftp", "s3a": "s3", "local": "file"}
_WITH_CONNECTION = ("sftp", "http", "https", "s3")


@dataclass(frozen=True, slots=True)
class Address:
    """One file at one server. ``server`` names it without secrets; ``make`` builds its place.

    ``folder`` and ``name`` are the path's two parts, as the place wants them; ``uri`` is as the site
    writes it, placeholders filled. ``name`` may hold ``*``.
    """

    uri: str
    server: str
    folder: str
    name: str
    make: Callable[[], Place]

    @property
    def path(self) -> str:
        """Where the file lies at the server."""
        return self.path_of(self.name)

    def path_of(self, name: str) -> str:
        """Where a file of this name lies, in the same folder."""
        return f"{self.folder}/{name}" if self.folder else name


def address_of(uri: str, connection: Connection | None, base: Path) -> Address:
    """Return the address of a file; raises `SourceFailedError` when it cannot be one.

    A relative path is below ``base``. The host may stand in the address, in the connection, or in
    both alike: credentials go to no host but their own.
    """
    scheme, rest = uri.split("://", 1) if "://" in uri else ("file", uri)
    scheme = _ALIASES.get(scheme, scheme)
    if connection and scheme not in _WITH_CONNECTION:
        raise SourceFailedError(text("pull.connection_scheme", uri=uri, scheme=scheme))
    if scheme == "file":
        return _local(uri, rest, base)
    if scheme == "sftp":
        return _sftp(uri, rest, connection or Connection())
    if scheme in {"http", "https"}:
        return _http(uri, connection or Connection())
    if scheme == "s3":
        return _s3(uri, rest, connection or Connection())
    return _other(uri, scheme, rest)


def local_address(path: Path) -> Address:
    """Return the address of exactly this file, whatever its name (a person chose it)."""
    absolute = path.resolve()
    return Address(path.name, "file", str(absolute.parent), absolute.name, _folder(None))


def _local(uri: str, rest: str, base: Path) -> Address:
    absolute = Path(rest) if Path(rest).is_absolute() else base.resolve() / rest
    return Address(uri, "file", str(absolute.parent), absolute.name, _folder(base))


def _folder(base: Path | None) -> Callable[[], Place]:
    def make() -> Place:
        from ingestion.places.folder import Folder

        return Folder(base)

    return make


def _sftp(uri: str, rest: str, connection: Connection) -> Address:
    # Not taken apart as a URL: # and ? and % are letters of a file name.
    login_host, _, path = rest.partition("/")
    login, _, host_port = login_host.rpartition("@")
    given = urlsplit(f"//{host_port}")
    host = _host(uri, given.hostname, connection)
    port = given.port or connection.port or 22

    def make() -> Place:
        from ingestion.places.sftp import Sftp

        return Sftp(host, port, login or None, connection)

    # /~/ is the folder where a login begins, as in other programs' addresses.
    full = path.removeprefix("~/") if path.startswith("~/") else f"/{path}"
    folder, _, name = full.rpartition("/")
    server = _server(
        f"sftp://{login}@{host}:{port}" if login else f"sftp://{host}:{port}", connection
    )
    return Address(uri, server, folder or ("/" if full.startswith("/") else "."), name, make)


def _http(uri: str, connection: Connection) -> Address:
    from yarl import URL

    try:
        named = (
            uri if urlsplit(uri).netloc else uri.replace("://", f"://{connection.host or ''}", 1)
        )
        # Encodes what a URL may not hold, such as spaces and Vietnamese letters.
        url = URL(named)
        host = _host(uri, url.raw_host, connection)
        port = connection.port if url.explicit_port is None and connection.port else url.port
        url = url.with_user(None).with_host(host).with_port(port)
    except ValueError as error:
        raise SourceFailedError(text("pull.failed", uri=uri, detail=error)) from error

    def make() -> Place:
        from ingestion.places.http import Http

        return Http(url.origin(), connection)

    # The whole URL is the path: what follows ? belongs to it.
    return Address(uri, _server(str(url.origin()), connection), "", str(url), make)


def _s3(uri: str, rest: str, connection: Connection) -> Address:
    def make() -> Place:
        from ingestion.places.s3 import S3

        return S3(connection)

    folder, _, name = rest.rpartition("/")
    server = _server(f"s3:{connection.endpoint_url or ''}", connection)
    return Address(uri, server, folder, name, make)


def _other(uri: str, scheme: str, rest: str) -> Address:
    host = rest.partition("/")[0].rpartition("@")[2]

    def make() -> Place:
        from ingestion.places.other import Other

        return Other(scheme, host)

    folder, _, name = uri.rpartition("/")
    return Address(uri, f"{scheme}://{host}", folder, name, make)


def _server(origin: str, connection: Connection) -> str:
    return f"{origin}#{connection.name}" if connection.name else origin


def _host(uri: str, written: str | None, connection: Connection) -> str:
    called = said_of(connection)
    host = written or connection.host
    if not host:
        raise SourceFailedError(text("pull.no_host", uri=uri, connection=called))
    if connection.host and connection.host.lower() != host.lower():
        raise SourceFailedError(
            text("pull.other_host", uri=uri, host=host, connection=called, known=connection.host)
        )
    return unquote(host)
