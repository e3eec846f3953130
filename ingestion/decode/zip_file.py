"""Reader of zip archives that hold one file per sector or month."""

import re
import struct
import tempfile
import unicodedata
import weakref
import zipfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO

from ingestion.decode.archive import Archive, damage_told, open_archive
from ingestion.decode.opened import (
    NumberedRow,
    OpenedFile,
    Opener,
    Sheet,
    UnreadableFileError,
    unreadable,
)
from ingestion.layouts import Layout
from ingestion.manifest import Message
from ingestion.masking import distinct_names
from ingestion.messages import text

_MAX_MEMBERS = 1000
_PIECE = 1 << 20
_JUNK = re.compile(
    r"(?:^|/)(?:__MACOSX/.*|\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini|~\$[^/]*|\.~lock\.[^/]*)$",
    re.IGNORECASE,
)
_ATTACHMENTS = frozenset(("not_a_table", "html_no_table", "xml_other", "program_file"))
"""Messages of files that are no tables at all: beside tables they are left alone."""
_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Member:
    """A file in the archive: its shown name, its content in a nameless file, its reading."""

    name: str
    family: str
    file: OpenedFile
    handle: IO[bytes]


@dataclass
class ZipFile(OpenedFile):
    """The files of an archive, all of one family, and what the unit should know of the others."""

    family: str
    members: list[Member]
    date_system: int = 1900
    notes: Sequence[Message] = field(default_factory=tuple)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the sheets of all members, named ``member`` or ``member › sheet``."""
        found = []
        for member in self.members:
            with _member_told(member.name):
                sheets = member.file.sheets(layout)
            for sheet in sheets:
                name = member.name if sheet.name is None else f"{member.name} › {sheet.name}"
                rows = partial(_rows, member, sheet)
                found.append(replace(sheet, name=name, rows=rows, member=member.name))
        return found


def open_zip(
    path: Path, kind_of: Callable[[Path], str], readers: Mapping[str, tuple[str, Opener]]
) -> ZipFile:
    """Open all tables of an archive.

    Nothing is written under the name of a member: contents go to files without a name, which are
    gone with the process. Raises `UnreadableFileError` naming the member that is broken, for an
    archive within the archive, and for members of several families.
    """
    archive = open_archive(path, "zip")
    entries = [entry for entry in archive.parts.values() if not _JUNK.search(entry.filename)]
    if not entries:
        raise unreadable("zip_empty")
    if len(entries) > _MAX_MEMBERS:
        raise unreadable("zip_many", count=len(entries), most=_MAX_MEMBERS)
    members, notes = [], []
    for name, entry in zip(shown_names(entries), entries, strict=True):
        try:
            members.append(_open_member(archive, entry, name, kind_of, readers))
        except UnreadableFileError as error:
            if not _ATTACHMENTS.issuperset(message.code for message in error.messages):
                raise
            said = text("intake.attachment_not_read", member=name)
            notes.append(Message("attachment_not_read", said, name))
    return _checked(members, notes)


def _checked(members: list[Member], notes: list[Message]) -> ZipFile:
    if not members:
        raise unreadable("zip_no_table")
    families: dict[str, str] = {}
    systems: dict[int, str] = {}
    for member in members:
        families.setdefault(member.family, member.name)
        systems.setdefault(member.file.date_system, member.name)
        notes = [*notes, *(_in_member(note, member.name) for note in member.file.notes)]
    if len(families) > 1 or len(systems) > 1:
        first, other = list(families.values() if len(families) > 1 else systems.values())[:2]
        raise unreadable(
            "zip_mixed" if len(families) > 1 else "zip_dates", first=first, other=other
        )
    return ZipFile(members[0].family, members, members[0].file.date_system, notes)


def shown_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names for people: the file's own name, with folders where it must be,
    and without the personal data that clerks write into names of files."""
    paths = ["".join(c if c.isprintable() else "\ufffd" for c in _path(entry)) for entry in entries]
    names = [path.rpartition("/")[2] or path for path in paths]
    count = Counter(names)
    shown = [name if count[name] == 1 else path for name, path in zip(names, paths, strict=True)]
    return distinct_names(shown)


def _path(entry: zipfile.ZipInfo) -> str:
    """Return a member's path; names without the UTF-8 mark are in the code page of the sender."""
    raw, name = b"", entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        extra = entry.extra
        while len(extra) >= 4:
            kind, size = struct.unpack_from("<HH", extra)
            if kind == _UNICODE_PATH and size > 5:
                return extra[9 : 4 + size].decode("utf-8", "replace").replace("\\", "/")
            extra = extra[4 + size :]
        for codec in ("utf-8", "cp1258"):
            try:
                name = raw.decode(codec)
                break
            except UnicodeDecodeError:
                continue  # the next code page; the last resort is the name as zip reads it
    return unicodedata.normalize("NFC", name).replace("\\", "/")


def _open_member(
    archive: Archive,
    entry: zipfile.ZipInfo,
    name: str,
    kind_of: Callable[[Path], str],
    readers: Mapping[str, tuple[str, Opener]],
) -> Member:
    handle = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the member
    try:
        with damage_told("zip"), _member_told(name):
            with archive.zip.open(entry) as source:
                while piece := source.read(_PIECE):
                    handle.write(piece)
            handle.flush()
            family, file = _opened(handle, kind_of, readers)
    except UnreadableFileError:
        handle.close()
        raise
    member = Member(name, family, file, handle)
    weakref.finalize(member, handle.close)
    return member


def _opened(
    handle: IO[bytes],
    kind_of: Callable[[Path], str],
    readers: Mapping[str, tuple[str, Opener]],
) -> tuple[str, OpenedFile]:
    # Readers open a path; this one leads to the nameless file.
    path = Path(f"/dev/fd/{handle.fileno()}")
    kind = kind_of(path)
    if kind == "zip":
        raise unreadable("zip_nested")
    if kind == "csv" and not _is_delimited(handle):
        raise unreadable("not_a_table", found=text("intake.found_note"))
    family, opener = readers[kind]
    return family, opener(path)


def _is_delimited(handle: IO[bytes]) -> bool:
    """Tell a table from a note: some line of a table has two delimiters of a kind."""
    handle.seek(0)
    head = handle.read(_PIECE).replace(b"\0", b"").decode("latin-1")
    return any(line.count(mark) >= 2 for line in head.splitlines() for mark in _DELIMITERS)


def _rows(member: Member, sheet: Sheet) -> Iterator[NumberedRow]:
    # Takes the member itself: its nameless file lasts as long as somebody may read from it.
    with _member_told(member.name):
        yield from sheet.rows()


@contextmanager
def _member_told(member: str) -> Generator[None]:
    """Say in which member of the archive a message arose."""
    try:
        yield
    except UnreadableFileError as error:
        told = (_in_member(message, member) for message in error.messages)
        raise UnreadableFileError(*told) from error


def _in_member(message: Message, member: str) -> Message:
    if message.sheet is not None and message.sheet.startswith(member):
        return message
    sheet = member if message.sheet is None else f"{member} › {message.sheet}"
    said = text("intake.at_member", member=member) + message.text
    return replace(message, text=said, sheet=sheet)
