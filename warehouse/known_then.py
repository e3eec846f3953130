"""A home as it was known at another moment: the same files, the register cut (verify-closing, --as-of)."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ingestion.home import Home
from ingestion.log import Log
from ingestion.messages import text
from ingestion.receipts import read_register
from ingestion.register import read_submissions
from ingestion.site import Site
from warehouse.closing_store import ClosingTampered

Lines = list[bytes]


class BytesGone(Exception):
    """A file that must be read again is not in landing any more; the Vietnamese text names it."""


def cut_at_lines(home: Home, target: Home, positions: Mapping[str, dict[str, Any]]) -> Home:
    """Make `target` a home that knows the register's lines up to those positions, and no closing.

    Raises ClosingTampered when lines that were there are gone or were changed.
    """

    def keep(period: str, lines: Lines) -> Lines:
        position = positions.get(period, {"lines": 0, "sha256": hashlib.sha256(b"").hexdigest()})
        kept = lines[: position["lines"]]
        if hashlib.sha256(b"".join(kept)).hexdigest() != position["sha256"]:
            raise ClosingTampered(text("closing.verify_register", period=period))
        return kept

    for period in positions:
        if not (home.register / f"{period}.jsonl").exists():
            raise ClosingTampered(text("closing.verify_register", period=period))
    return _cut(home, target, keep)


def cut_at_moment(home: Home, target: Home, moment: str) -> Home:
    """Make `target` a home that knows receipts, decisions and closings up to a moment (UTC, ISO text)."""

    def keep(period: str, lines: Lines) -> Lines:
        entries = Log(home.register / f"{period}.jsonl").read()
        return [
            line
            for line, entry in zip(lines, entries, strict=True)
            if str(entry.get("pulled_at") or entry.get("decided_at") or "") <= moment
        ]

    _cut(home, target, keep)
    for folder in home.closings.glob("????-??"):
        _cut_closings(folder, target.closings / folder.name, moment)
    return target


def require_bytes(site: Site, home: Home) -> None:
    """Raise BytesGone when a file was not read yet by the site's layouts and its bytes are gone."""
    receipts = read_register(home).receipts
    for submission in read_submissions(site, home):
        name = submission.submission_id
        if submission.is_unread and not receipts[name].path(home).is_file():
            raise BytesGone(text("closing.bytes_gone", submission=name, file=submission.file_name))


def _cut(home: Home, target: Home, keep: Callable[[str, Lines], Lines]) -> Home:
    """Copy the logs of the register, as far as they are kept; link what was landed and decoded."""
    target.create()
    for log in home.register.glob("*.jsonl"):
        content = log.read_bytes()
        whole = content[: content.rfind(b"\n") + 1].splitlines(keepends=True)
        kept = keep(log.stem, whole)
        if kept:
            (target.register / log.name).write_bytes(b"".join(kept))
    target.landing.rmdir()
    target.landing.symlink_to(home.landing.resolve(), target_is_directory=True)
    for period in home.raw.glob("period=*"):
        _link_decoded(period, target.raw / period.name)
    return target


def _link_decoded(period: Path, target: Path) -> None:
    """Link the decoded batches that are there, with the manifest lines that name them or none."""
    target.mkdir(mode=0o700)
    there = {path.name for path in period.glob("*.parquet")}
    for name in there:
        (target / name).symlink_to((period / name).resolve())
    manifest = period / "manifest.jsonl"
    if not manifest.exists():
        return
    content = manifest.read_bytes()
    whole = content[: content.rfind(b"\n") + 1].splitlines(keepends=True)
    kept = [
        line
        for line, entry in zip(whole, Log(manifest).read(), strict=True)
        if not entry.get("batch") or entry["batch"] in there
    ]
    (target / manifest.name).write_bytes(b"".join(kept))


def _cut_closings(folder: Path, target: Path, moment: str) -> None:
    log = folder / "log.jsonl"
    entries = Log(log).read()
    lines = log.read_bytes().splitlines(keepends=True)[: len(entries)] if entries else []
    known = [(line, e) for line, e in zip(lines, entries, strict=True) if str(e["at"]) <= moment]
    versions = {e["version"] for _, e in known if e["kind"] == "closed"}
    if not versions:
        return
    target.mkdir(mode=0o700)
    (target / log.name).write_bytes(b"".join(line for line, _ in known))
    for version in versions:
        shutil.copytree(folder / f"v{version}", target / f"v{version}")
