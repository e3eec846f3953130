"""Opening zip archives (workbooks, archives of files) that may be meant to harm us."""

import errno
import struct
import weakref
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from ingestion.decode.opened import UnreadableFileError, broken, unreadable
from ingestion.messages import text

MAX_BYTES = 2 << 30
"""So much may come out of one archive, or one part of it."""
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 1 << 20
"""Below this size a high ratio harms nobody."""
_MAX_PART_BYTES = 16 << 20
_LOCAL_HEADER = 30
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Archive:
    """An archive whose directory was checked. ``parts``: name with ``/``, in lower case -> entry."""

    zip: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    kind: str

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading; raises `UnreadableFileError` when there is none."""
        if name.lower() not in self.parts:
            raise broken(self.kind)
        return self.zip.open(self.parts[name.lower()])

    def read(self, name: str) -> bytes:
        """Read a small part (a list of sheets, formats) whole."""
        with self.open(name) as handle:
            content = handle.read(_MAX_PART_BYTES + 1)
        if len(content) > _MAX_PART_BYTES:
            raise broken(self.kind)
        return content

    def xml(self, name: str) -> etree._Element:
        """Read a small part as XML; raises `UnreadableFileError` for one with a DOCTYPE."""
        return parse_xml(self.read(name), self.kind)

    def pieces(self, name: str, size: int) -> Iterator[bytes]:
        """Yield the content of a part; counts what really comes out."""
        total = 0
        with self.open(name) as handle:
            while piece := handle.read(size):
                total += len(piece)
                if total > MAX_BYTES:
                    raise too_large(self.kind, total)
                yield piece


def open_archive(path: Path, kind: str) -> Archive:
    """Open an archive after looking at its directory only.

    Raises `UnreadableFileError` for a damaged or encrypted one, and for one that would unpack to
    more than 2 GB or 200 times its size, whose entries overlap, or that holds a name twice (two
    readers would see two different files).
    """
    with damage_told(kind):
        archive = zipfile.ZipFile(path)
        weakref.finalize(archive, archive.fp.close if archive.fp else archive.close)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.flag_bits & _IS_ENCRYPTED for entry in entries):
            raise unreadable("encrypted")
        _check_sizes(entries, kind)
        _check_places(archive, entries, kind)
        parts = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
        if len(parts) < len(entries):
            raise broken(kind)
    return Archive(archive, parts, kind)


@contextmanager
def damage_told(kind: str, sheet: str | None = None) -> Generator[None]:
    """Turn what the reading of a damaged file raises into the message that it is damaged."""
    try:
        yield
    except UnreadableFileError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        struct.error,
        IndexError,
        ValueError,  # a number or a text that is none
        OverflowError,
        NotImplementedError,  # a way of packing that no office program uses
    ) as error:
        raise broken(kind, sheet=sheet) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's start, as damaged bytes say
            raise
        raise broken(kind, sheet=sheet) from error


def too_large(kind: str, size: int) -> UnreadableFileError:
    """Return the error for a file that unpacks to ``size`` bytes."""
    return unreadable("file_too_large", kind=text(f"intake.kind_{kind}"), size=size >> 20)


def parse_xml(content: bytes, kind: str) -> etree._Element:
    """Parse a small XML document without entities, DTD or network."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:  # or an unknown encoding
        raise broken(kind) from error
    if root.getroottree().docinfo.doctype:
        raise unreadable("xml_doctype")
    return root


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _check_sizes(entries: list[zipfile.ZipInfo], kind: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > _RATIO_FROM_BYTES and unpacked > _MAX_RATIO * max(packed, 1)
    if unpacked > MAX_BYTES or is_bomb:
        raise too_large(kind, unpacked)


def _check_places(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], kind: str) -> None:
    """Refuse entries that share their bytes, and ways of packing that nobody uses for files."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unreadable("zip_method") if kind == "zip" else broken(kind)
        if entry.header_offset < end:
            raise broken(kind)
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
    if end > archive.start_dir:
        raise broken(kind)
