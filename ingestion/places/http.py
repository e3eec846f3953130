"""Files of an HTTP(S) server, with a token or a password, by aiohttp.

One request a file: it asks for the file unless it is unchanged. fsspec's own driver asks for the
size first, follows redirects with the credentials, and cannot make a request depend on the etag.
"""

import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

import aiohttp
from yarl import URL

from ingestion.connections import Connection, ConnectionFault, shown
from ingestion.messages import text
from ingestion.places.loop import on_loop, run
from ingestion.places.place import (
    CHUNK_BYTES,
    HostFailedError,
    LoginRefusedError,
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    TransientError,
    resumed_at,
    said_of,
)

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_NO_HEAD = {404, 405, 501}


class Http:
    """One HTTP server. Paths are whole URLs; credentials are sent to their own origin only."""

    width = 4
    settle_seconds = 1.0
    listing: Literal["never", "star", "often"] = "never"

    def __init__(self, origin: URL, connection: Connection) -> None:
        self.host = origin.authority
        self._origin = origin
        self._connection = connection
        self._lock = threading.Lock()
        self._session: aiohttp.ClientSession | None = None

    def look(self, path: str, uri: str) -> None:
        """Nothing: the answer that brings the bytes tells all."""

    def names(self, folder: str, uri: str) -> list[Look]:
        """Not possible over HTTP: sites with a ``*`` are refused before."""
        raise SourceFailedError(text("site.uri_star_scheme", scheme=self._origin.scheme))

    @contextmanager
    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> Iterator[Opened]:
        """Ask for a file, the rest of it, or nothing if it is as known."""
        headers = _conditions(known, start, begun)
        with self._told(uri):
            response = self._get("GET", URL(path), headers)
        try:
            with self._told(uri):
                if "Range" in headers and not _is_rest(response, start, begun):
                    response.close()
                    response = self._get("GET", URL(path), {})
                self._judge(response, uri)
            yield _OpenFile(self, response, path, uri)
        finally:
            on_loop(response.close)  # a whole answer has given its connection back already

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            run(session.close(), self._connection.connect_seconds)

    def _get(self, method: str, url: URL, headers: dict[str, str]) -> aiohttp.ClientResponse:
        given = self._connection
        seconds = (given.connect_seconds + given.read_seconds) * (_MOST_REDIRECTS + 1)
        return run(self._follow(method, url, headers), seconds)

    async def _follow(
        self, method: str, url: URL, headers: dict[str, str]
    ) -> aiohttp.ClientResponse:
        """Ask, following redirects by hand: what is ours goes to our own origin only."""
        session = self._opened_session()
        for _ in range(_MOST_REDIRECTS + 1):
            own = self._credentials() if url.origin() == self._origin else {}
            sent = {"Accept-Encoding": "identity", **headers, **own}
            response = await session.request(method, url, headers=sent, allow_redirects=False)
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return response
            response.release()
            headers = {k: v for k, v in headers.items() if k != "If-Modified-Since"}
            before, url = url, url.join(URL(target))
            if (before.scheme, url.scheme) == ("https", "http"):
                raise SourceFailedError(text("pull.redirect_plain"))
        raise SourceFailedError(text("pull.redirect_many", count=_MOST_REDIRECTS))

    def _opened_session(self) -> aiohttp.ClientSession:
        with self._lock:
            if self._session is None:
                given = self._connection
                self._session = aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(limit=self.width, ssl=_trust(given)),
                    timeout=aiohttp.ClientTimeout(
                        total=None,
                        sock_connect=given.connect_seconds,
                        sock_read=given.read_seconds,
                    ),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    trust_env=True,  # an office's proxy
                )
            return self._session

    def _credentials(self) -> dict[str, str]:
        given, token = self._connection, shown(self._connection.token)
        if token and given.token_header:
            return {given.token_header: token}
        if token:
            return {"Authorization": f"Bearer {token}"}
        if given.login:
            pair = f"{given.login}:{given.login_password() or ''}"
            return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        return {}

    def _judge(self, response: aiohttp.ClientResponse, uri: str) -> None:
        """Raise what an answer without a file means."""
        status, called = response.status, said_of(self._connection)
        if status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED}:
            return
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise SourceMissingError(text("pull.missing", uri=uri))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}:
            said = text("pull.login_refused", host=self.host, connection=called)
            raise LoginRefusedError(said)
        if status == HTTPStatus.FORBIDDEN:
            raise SourceFailedError(text("pull.forbidden", uri=uri))
        detail = text("pull.status", status=status)
        if status in _TRANSIENT:
            seconds = _retry_after(response)
            if seconds is not None:
                detail = f"{detail}, {text('pull.later', seconds=round(seconds))}"
            raise TransientError(detail, is_silent=False, after_seconds=seconds)
        raise SourceFailedError(text("pull.failed", uri=uri, detail=detail))

    @contextmanager
    def _told(self, uri: str) -> Iterator[None]:
        """Turn the errors of the driver into ours."""
        given = self._connection
        try:
            yield
        except ConnectionFault as error:
            raise HostFailedError(str(error)) from error
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            detail = given.scrub(str(error.__cause__ or error))
            said = text(
                "pull.bad_certificate", host=self.host, detail=detail, connection=said_of(given)
            )
            raise HostFailedError(said) from error
        except (aiohttp.InvalidURL, ValueError) as error:
            detail = given.scrub(str(error))
            raise SourceFailedError(text("pull.failed", uri=uri, detail=detail)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            detail = given.scrub(str(error) or type(error).__name__)
            silent = text("pull.no_answer", detail=detail)
            raise TransientError(silent, is_silent=True) from error


class _OpenFile(Opened):
    def __init__(self, place: Http, response: aiohttp.ClientResponse, path: str, uri: str) -> None:
        self._place, self._response, self._path, self._uri = place, response, path, uri
        self.look = _look(response, URL(path))
        self.is_same = response.status == HTTPStatus.NOT_MODIFIED
        if response.status == HTTPStatus.PARTIAL_CONTENT:
            self.start = _first_byte(response) or 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come."""
        place, content = self._place, self._response.content
        seconds = place._connection.read_seconds
        with place._told(self._uri):
            while chunk := run(content.read(CHUNK_BYTES), seconds):
                yield chunk

    def after(self) -> Look | None:
        """Look again if the file changed just now: it may be in the middle of being copied there."""
        if not self.look.is_young:
            return None
        with self._place._told(self._uri):
            response = self._place._get("HEAD", URL(self._path), {})
            on_loop(response.close)
            if response.status in _NO_HEAD:
                return None
            self._place._judge(response, self._uri)
        now = _look(response, URL(self._path))
        # A program that makes the file when asked tells the time of asking: it says nothing here.
        return Look(now.name, now.size, None, now.etag)


def _trust(given: Connection) -> ssl.SSLContext:
    try:
        path = given.ca_file.expanduser() if given.ca_file else None
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise given.file_fault("ca_file", given.ca_file, error) from error


def _conditions(known: Look | None, start: int, begun: Look | None) -> dict[str, str]:
    """Return the headers that make a request give the rest only, or nothing if nothing changed."""
    if start and begun and begun.etag and not begun.is_weak:
        return {"Range": f"bytes={start}-", "If-Range": begun.etag}
    if start and begun and begun.etag is None and begun.modified and not begun.is_racy:
        return {"Range": f"bytes={start}-", "If-Range": formatdate(begun.modified, usegmt=True)}
    if known and known.etag and not known.is_weak:
        return {"If-None-Match": known.etag}
    if known and known.etag is None and known.modified:
        return {"If-Modified-Since": formatdate(known.modified, usegmt=True)}
    return {}  # a weak etag must not decide alone: the headers of the answer will, with size and time


def _look(response: aiohttp.ClientResponse, url: URL) -> Look:
    headers = response.headers
    modified, at = _seconds(headers.get("Last-Modified")), _seconds(headers.get("Date"))
    size = headers.get("Content-Length", "")
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        size = headers.get("Content-Range", "").rpartition("/")[2]
    if headers.get("Content-Encoding", "identity") != "identity":
        size = ""  # of the packed bytes; the driver checks them itself
    if response.url != url:
        modified = None  # of another file, perhaps, than the one we were sent to last time
    said = response.content_disposition.filename if response.content_disposition else None
    look = Look(
        name=said or url.name,
        size=int(size) if size.isdecimal() else None,
        modified=modified,
        etag=headers.get("ETag"),
    )
    if at is None:
        return look
    return Look(look.name, look.size, look.modified, look.etag, at)


def _is_rest(response: aiohttp.ClientResponse, start: int, begun: Look | None) -> bool:
    """Tell whether an answer goes on where we stopped, or is no such answer at all."""
    if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return False
    if response.status != HTTPStatus.PARTIAL_CONTENT:
        return True
    same = resumed_at(start, begun, _look(response, response.url)) == start
    return same and _first_byte(response) == start


def _first_byte(response: aiohttp.ClientResponse) -> int | None:
    span = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(span) if span.isdecimal() else None


def _seconds(date: str | None) -> float | None:
    """Return an HTTP date as seconds since 1970; None when there is none or it is no date."""
    if not date:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Return how long the server asks us to wait: it says seconds or a date."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    until, now = _seconds(said), _seconds(response.headers.get("Date"))
    if until is None:
        return None
    return max(0.0, until - (now if now is not None else Look("").at))
