"""Putting received bytes into the landing folder in an order that survives a crash (design §3)."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingestion.home import Home, private_folder
from ingestion.log import sync


@dataclass(frozen=True)
class Arrived:
    """Bytes on their way in: written and synced below ``landing/.in``, not yet in their place."""

    path: Path
    sha256: str
    bytes: int

    def settle(self, home: Home, unit: str, period: str, file_name: str) -> Path:
        """Move it to ``landing/<unit>/<period>/<sha256>/<file name>`` and return that path."""
        folder = private_folder(home.landing / unit / period / self.sha256)
        target = folder / file_name
        self.path.replace(target)
        for changed in (folder, folder.parent, folder.parent.parent, home.landing):
            sync(changed)
        return target

    def discard(self) -> None:
        """Remove the bytes: they were already there."""
        self.path.unlink()


def take_in(home: Home, chunks: Iterable[bytes]) -> Arrived:
    """Write chunks to ``landing/.in/<uuid>``, synced; nothing stays there if reading fails."""
    path = private_folder(home.landing / ".in") / uuid.uuid4().hex
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                handle.write(chunk)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        path.unlink()
        raise
    return Arrived(path, digest.hexdigest(), size)


def hash_of(chunks: Iterable[bytes]) -> str:
    """Return the sha256 of chunks without keeping them."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
