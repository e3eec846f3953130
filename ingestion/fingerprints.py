"""What files looked like when their bytes were last taken: a cache that saves asking for them again.

Deleting it changes nothing but the cost of the next pull. A file whose time is too close to the
look is not remembered (git's "racy" rule): it could change and look the same.
"""

import json
import os
import threading
from dataclasses import dataclass

from ingestion.home import Home, private_folder
from ingestion.places.place import Look


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How a file looked, and the hash of the bytes it had."""

    look: Look
    sha256: str


class Fingerprints:
    """The cache of one home: ``landing/.fingerprints.jsonl``, append-only, the last line counts.

    May be used by several threads and processes: a line is written in one piece. A line that cannot
    be read is passed over, being worth one download.
    """

    def __init__(self, home: Home) -> None:
        self._path = private_folder(home.landing) / ".fingerprints.jsonl"
        self._lock = threading.Lock()
        content = self._path.read_bytes() if self._path.exists() else b""
        self._known = _read(content)
        self._is_torn = bool(content) and not content.endswith(b"\n")

    def get(self, at: str) -> Fingerprint | None:
        """Return what is known of the file at an address (with its server, without secrets)."""
        with self._lock:
            return self._known.get(at)

    def remember(self, at: str, look: Look, sha256: str) -> None:
        """Note how the file looked when bytes of this hash were read, if that can be relied on."""
        if look.is_racy or not look.is_surely(look):
            return
        entry = {
            "at": at,
            "name": look.name,
            "etag": look.etag,
            "size": look.size,
            "modified": look.modified,
            "looked": look.at,
            "sha256": sha256,
        }
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            known = self._known.get(at)
            if known and known.sha256 == sha256 and look.is_surely(known.look):
                return
            self._known[at] = Fingerprint(look, sha256)
            if self._is_torn:  # begin a line of our own
                line, self._is_torn = b"\n" + line, False
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as handle:
                handle.write(line)


def _read(content: bytes) -> dict[str, Fingerprint]:
    known: dict[str, Fingerprint] = {}
    for line in content.splitlines():
        try:
            entry = json.loads(line)
            look = Look(
                name=str(entry["name"]),
                size=entry["size"],
                modified=entry["modified"],
                etag=entry["etag"],
                at=float(entry["looked"]),
            )
            known[str(entry["at"])] = Fingerprint(look, str(entry["sha256"]))
        except (ValueError, KeyError, TypeError):  # torn by a crash: costs one download
            continue
    return known
