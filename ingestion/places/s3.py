"""Objects of an S3-compatible store, by s3fs: its session, credentials and signing.

Requests go through its client, not through its files: only so can they depend on the etag and be
read as they come.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Literal

import aiohttp
import botocore.exceptions as faults
from s3fs import S3FileSystem

from ingestion.connections import Connection, shown
from ingestion.messages import text
from ingestion.places.loop import on_loop, run
from ingestion.places.place import (
    CHUNK_BYTES,
    HostFailedError,
    Look,
    Opened,
    SourceFailedError,
    SourceMissingError,
    TransientError,
    resumed_at,
    said_of,
)

_MISSING = {"NoSuchKey", "NoSuchBucket", "NotFound", "404"}
_REFUSED = {
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}
_NO_LOGIN = (faults.NoCredentialsError, faults.PartialCredentialsError, faults.ProfileNotFound)
_CHANGED = {"412", "416", "PreconditionFailed", "InvalidRange"}
_SLOW_DOWN = {"SlowDown", "Throttling", "RequestLimitExceeded"}


class S3:
    """One S3 endpoint. Paths are ``bucket/key``; objects are always whole, so nothing must settle."""

    width = 8
    settle_seconds = 0.0
    listing: Literal["never", "star", "often"] = "often"

    def __init__(self, connection: Connection) -> None:
        self.host = connection.endpoint_url or "s3"
        self._connection = connection
        self._lock = threading.Lock()
        self._files: S3FileSystem | None = None

    def look(self, path: str, uri: str) -> None:
        """Nothing: the answer that brings the bytes tells all."""

    def names(self, folder: str, uri: str) -> list[Look]:
        """List the objects of a folder (a prefix up to the next ``/``)."""
        bucket, _, prefix = folder.partition("/")
        asked = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else "", "Delimiter": "/"}
        found: list[Look] = []
        with self._told(uri):
            while True:
                page = self._call("list_objects_v2", **asked)
                found += [_look(x["Key"], x.get("Size"), x) for x in page.get("Contents", ())]
                if not page.get("IsTruncated"):
                    break
                asked["ContinuationToken"] = page["NextContinuationToken"]
        return [look for look in found if look.name]

    @contextmanager
    def open(
        self, path: str, uri: str, *, known: Look | None, start: int, begun: Look | None
    ) -> Iterator[Opened]:
        """Ask for an object, the rest of it, or nothing if it is as known."""
        bucket, _, key = path.partition("/")
        asked = {"Bucket": bucket, "Key": key}
        conditions = _conditions(known, start, begun)
        with self._told(uri):
            answer = self._get(asked, conditions)
            opened = _OpenFile(self, answer, key, uri) if answer else None
            if opened and opened.start and resumed_at(start, begun, opened.look) != opened.start:
                # Not every store minds the condition: this is the rest of another object.
                opened.close()
                opened = _OpenFile(self, self._call("get_object", **asked), key, uri)
        try:
            yield opened or _Same(known)
        finally:
            if opened:
                opened.close()

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            files, self._files = self._files, None
        creator = getattr(files, "_s3creator", None)
        if creator is not None:
            run(creator.__aexit__(None, None, None), self._connection.connect_seconds)

    def _get(self, asked: dict[str, str], conditions: dict[str, str]) -> dict[str, Any] | None:
        """Ask; None when it is as known. Another object than the one begun is asked for whole."""
        try:
            return self._call("get_object", **asked, **conditions)
        except faults.ClientError as error:
            code, status = _code(error)
            if status == HTTPStatus.NOT_MODIFIED:
                return None
            if "Range" in conditions and code in _CHANGED:
                return self._call("get_object", **asked)
            raise

    def _call(self, method: str, **values: str) -> dict[str, Any]:
        given = self._connection

        async def call() -> dict[str, Any]:
            client = await self._opened().set_session()
            answer: dict[str, Any] = await getattr(client, method)(**values)
            return answer

        return run(call(), given.connect_seconds + given.read_seconds)

    def _opened(self) -> S3FileSystem:
        given = self._connection
        with self._lock:
            if self._files is None:
                more: dict[str, Any] = {"s3": {"addressing_style": "path"}}
                client: dict[str, Any] = {"region_name": given.region}
                if given.ca_file:
                    client["verify"] = str(given.ca_file.expanduser())
                self._files = S3FileSystem(
                    key=shown(given.key),
                    secret=shown(given.secret),
                    token=shown(given.token),
                    endpoint_url=given.endpoint_url,
                    client_kwargs={key: value for key, value in client.items() if value},
                    config_kwargs={
                        "connect_timeout": given.connect_seconds,
                        "read_timeout": given.read_seconds,
                        "retries": {"total_max_attempts": 1},  # trying again is ours
                        **(more if given.endpoint_url else {}),
                    },
                    skip_instance_cache=True,  # or its credentials would live on in a global
                )
            return self._files

    @contextmanager
    def _told(self, uri: str) -> Iterator[None]:
        """Turn the errors of the driver into ours."""
        given, called = self._connection, said_of(self._connection)
        refused = text("pull.login_refused", host=self.host, connection=called)
        try:
            yield
        except faults.ClientError as error:
            code, status = _code(error)
            detail = text("pull.status", status=given.scrub(f"{status} {code}"))
            if code in _MISSING or status == HTTPStatus.NOT_FOUND:
                raise SourceMissingError(text("pull.missing", uri=uri)) from error
            if code in _REFUSED or status == HTTPStatus.UNAUTHORIZED:
                raise HostFailedError(refused) from error
            if status == HTTPStatus.FORBIDDEN:
                raise SourceFailedError(text("pull.forbidden", uri=uri)) from error
            if status >= 500 or status == HTTPStatus.TOO_MANY_REQUESTS or code in _SLOW_DOWN:
                raise TransientError(detail, is_silent=False) from error
            raise SourceFailedError(text("pull.failed", uri=uri, detail=detail)) from error
        except _NO_LOGIN as error:
            raise HostFailedError(refused) from error
        except faults.SSLError as error:
            detail = given.scrub(str(error))
            said = text("pull.bad_certificate", host=self.host, detail=detail, connection=called)
            raise HostFailedError(said) from error
        except (faults.BotoCoreError, aiohttp.ClientError, TimeoutError, OSError) as error:
            detail = given.scrub(str(error) or type(error).__name__)
            silent = text("pull.no_answer", detail=detail)
            raise TransientError(silent, is_silent=True) from error


class _Same(Opened):
    is_same = True

    def __init__(self, known: Look | None) -> None:
        self.look = known or Look("")

    def chunks(self) -> Iterator[bytes]:
        """Nothing: it is as known."""
        return iter(())


class _OpenFile(Opened):
    def __init__(self, place: S3, answer: dict[str, Any], key: str, uri: str) -> None:
        self._place, self._body, self._uri = place, answer["Body"], uri
        span, size = answer.get("ContentRange", ""), answer.get("ContentLength")
        if span:  # bytes 5-9/10
            first, _, whole = span.removeprefix("bytes ").partition("/")
            self.start, size = int(first.partition("-")[0]), int(whole)
        self.look = _look(key, size, answer)

    def close(self) -> None:
        """Stop reading, and give the connection back if all was read."""
        on_loop(self._body.close)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come."""
        with self._place._told(self._uri):
            seconds = self._place._connection.read_seconds
            while chunk := run(self._body.read(CHUNK_BYTES), seconds):
                yield chunk


def _conditions(known: Look | None, start: int, begun: Look | None) -> dict[str, str]:
    if start and begun and begun.etag and not begun.is_weak:
        return {"Range": f"bytes={start}-", "IfMatch": begun.etag}
    return {"IfNoneMatch": known.etag} if known and known.etag else {}


def _look(key: str, size: int | None, said: dict[str, Any]) -> Look:
    """Return what an answer or a line of a listing tells; the etag alone is what can be compared.

    It changes with the object (though it is a checksum for some objects only); times are told to the
    second in one place and more exactly in another.
    """
    etag, modified = str(said.get("ETag") or "").strip('"'), said.get("LastModified")
    seconds = modified.timestamp() if modified and not etag else None
    # Some stores leave out the quotation marks in listings.
    return Look(key.rpartition("/")[2], size, seconds, f'"{etag}"' if etag else None)


def _code(error: faults.ClientError) -> tuple[str, int]:
    """Return the error's code and the HTTP status it came with."""
    answer = error.response
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return str(answer.get("Error", {}).get("Code", "")), int(status)
