"""Compound files (OLE2, [MS-CFB]): the container of .xls, .doc and of encrypted workbooks."""

import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.decode.opened import broken

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIII")
_ENTRY_BYTES = 128
_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks: end of a chain, free, part of the table itself."""
_MINI_BYTES = 64
_HEADER_FAT_ENTRIES = 109


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


@dataclass
class CompoundFile:
    """The directory of a compound file; streams are put together when asked for.

    Everything is checked against the true size of the file, and no chain may be longer than the
    table that holds it, so that a file cannot ask for more room than it takes itself. Raises
    `UnreadableFileError` for a damaged one.
    """

    content: bytes
    _sector: int = 512
    _fat: "array[int]" = field(default_factory=lambda: array("I"))
    _mini_fat: "array[int]" = field(default_factory=lambda: array("I"))
    _mini: bytes = b""
    _cutoff: int = 4096
    entries: dict[str, _Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.content) < 512 or not self.content.startswith(SIGNATURE):
            raise broken("xls")
        header = _HEADER.unpack_from(self.content)
        shift, mini_shift = header[4], header[5]
        # Fields: [6] directory sectors, [7] table sectors, [8] directory, [10] cutoff, [11] mini table
        directory, self._cutoff, mini_start, extra = header[8], header[10], header[11], header[13]
        if shift not in (9, 12) or mini_shift != 6:
            raise broken("xls")
        self._sector = 1 << shift
        self._fat = self._table(extra)
        listed = self._chain(directory)
        for place in range(0, len(listed) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            self._add_entry(listed[place : place + _ENTRY_BYTES])
        root = next((entry for entry in self.entries.values() if entry.kind == 5), None)
        if root is None:
            raise broken("xls")
        if mini_start < _FREE:
            self._mini_fat = _numbers(self._chain(mini_start))
            self._mini = self._chain(root.start)[: root.size] if root.size else b""

    def stream(self, *names: str) -> bytes | None:
        """Return the content of the first of these streams that there is; None for none."""
        for name in names:
            entry = self.entries.get(name.lower())
            if entry is not None and entry.kind == 2:
                is_small = entry.size < self._cutoff
                content = self._mini_chain(entry.start) if is_small else self._chain(entry.start)
                if len(content) < entry.size:
                    raise broken("xls")
                return content[: entry.size]
        return None

    def _table(self, extra: int) -> "array[int]":
        """Return the sector table: its sectors are listed in the header and in further sectors."""
        listed = list(struct.unpack_from(f"<{_HEADER_FAT_ENTRIES}I", self.content, 76))
        seen: set[int] = set()
        while extra < _FREE and extra not in seen:
            seen.add(extra)
            numbers = _numbers(self._piece(extra))
            if not numbers:
                raise broken("xls")
            extra = numbers.pop()
            listed.extend(numbers)
        places = [number for number in listed if number < _FREE]
        if len(places) > len(self.content) // self._sector + 1:
            raise broken("xls")
        return _numbers(b"".join(map(self._piece, places)))

    def _piece(self, number: int) -> bytes:
        # The header takes the room of one sector, whatever their size.
        start = (number + 1) * self._sector
        if start >= len(self.content):
            raise broken("xls")
        # The last sector may be cut short by writers that do not fill it.
        return self.content[start : start + self._sector]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._piece(number) for number in _follow(start, self._fat))

    def _mini_chain(self, start: int) -> bytes:
        pieces = []
        for number in _follow(start, self._mini_fat):
            pieces.append(self._mini[number * _MINI_BYTES : (number + 1) * _MINI_BYTES])
        return b"".join(pieces)

    def _add_entry(self, raw: bytes) -> None:
        (length,) = struct.unpack_from("<H", raw, 64)
        name = raw[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace").lower()
        start, size = struct.unpack_from("<II", raw, 116)
        if raw[66]:
            self.entries.setdefault(name, _Entry(name, raw[66], start, size))


def _numbers(content: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(content[: len(content) // 4 * 4])
    return numbers


def _follow(start: int, table: Sequence[int]) -> list[int]:
    """Return a chain of sectors; raises for one that runs in a circle or out of the table."""
    chain: list[int] = []
    number = start
    while number < _FREE:
        if number >= len(table) or len(chain) > len(table):
            raise broken("xls")
        chain.append(number)
        number = table[number]
    return chain
