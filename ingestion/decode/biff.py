"""Records of the binary Excel format BIFF5 and BIFF8 ([MS-XLS]) and the strings in them."""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingestion.decode.cells import Cell
from ingestion.decode.number_formats import Formats
from ingestion.decode.opened import unreadable

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
FORMULA, STRING, ARRAY, SHARED_FORMULA, TABLE = 0x0006, 0x0207, 0x0221, 0x04BC, 0x0236
NUMBER, RK, MULTIPLE_RK, BOOLEAN_OR_ERROR = 0x0203, 0x027E, 0x00BD, 0x0205
LABEL, RICH_LABEL, SHARED_LABEL = 0x0204, 0x00D6, 0x00FD
MERGED_CELLS = 0x00E5
CELL_RECORDS = frozenset(
    (FORMULA, NUMBER, RK, MULTIPLE_RK, BOOLEAN_OR_ERROR, LABEL, RICH_LABEL, SHARED_LABEL)
)
_FILE_PASS, _CODE_PAGE, _DATE_MODE, _FORMAT = 0x002F, 0x0042, 0x0022, 0x041E
_STYLE, _SHEET, _SHARED_STRINGS = 0x00E0, 0x0085, 0x00FC
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Error byte -> what Excel shows; [MS-XLS] 2.5.10, the same in [MS-XLSB] 2.5.97.2."""
_BIFF8 = 0x0600
_WIDE, _FAR_EAST, _RICH = 0x01, 0x04, 0x08
_CODE_PAGES = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 367: "ascii"}

Record = tuple[int, int, int]
"""Type, place of the data, length of the data."""


@dataclass(frozen=True)
class SheetPlace:
    """A sheet as the workbook lists it; ``kind`` 0 is a worksheet."""

    name: str
    place: int
    is_visible: bool
    kind: int


@dataclass
class Globals:
    """What the head of a workbook says for all its sheets."""

    stream: bytes
    is_biff8: bool = True
    code_page: str = "cp1252"
    formats: Formats = field(default_factory=Formats)
    strings: list[str] = field(default_factory=list)
    sheets: list[SheetPlace] = field(default_factory=list)

    def string(self, data: bytes, place: int, *, has_short_count: bool = False) -> str:
        """Return the string at ``place`` of a record that holds it whole."""
        if has_short_count:
            count, place = data[place], place + 1
        else:
            (count,) = struct.unpack_from("<H", data, place)
            place += 2
        if not self.is_biff8:
            return self._narrow(data[place : place + count])
        flags, place = data[place], place + 1
        place += 2 * bool(flags & _RICH) + 4 * bool(flags & _FAR_EAST)
        if flags & _WIDE:
            return data[place : place + 2 * count].decode("utf-16-le", "replace")
        return data[place : place + count].decode("latin-1")

    def _narrow(self, raw: bytes) -> str:
        # Windows-1258 writes tones apart from their letters.
        return unicodedata.normalize("NFC", raw.decode(self.code_page, "replace"))


def records(stream: bytes, place: int) -> Iterator[Record]:
    """Yield the records from a place on; a cut one ends the reading with `struct.error`."""
    unpack, size = struct.Struct("<HH").unpack_from, len(stream)
    while place < size:
        kind, length = unpack(stream, place)
        place += 4
        if place + length > size:
            raise struct.error("a record reaches beyond the stream")
        yield kind, place, length
        place += length


def read_globals(stream: bytes) -> Globals:
    """Read the head of the workbook stream.

    Raises `UnreadableFileError` for an encrypted workbook and one older than BIFF5, `struct.error`
    or `IndexError` for a damaged one.
    """
    found = Globals(stream)
    walk = records(stream, 0)
    pieces: list[bytes] = []
    is_in_strings = False
    for kind, place, length in walk:
        data = stream[place : place + length]
        if kind == CONTINUE and is_in_strings:
            pieces.append(data)
            continue
        is_in_strings = kind == _SHARED_STRINGS
        if kind == EOF:
            break
        if is_in_strings:
            pieces = [data]
        else:
            _read_global(found, kind, data)
    else:
        raise struct.error("the head of the workbook has no end")
    found.strings = shared_strings(pieces) if pieces else []
    return found


def _read_global(found: Globals, kind: int, data: bytes) -> None:
    if kind == BOF:
        found.is_biff8 = struct.unpack_from("<H", data)[0] >= _BIFF8
    elif kind == _FILE_PASS:
        raise unreadable("encrypted")
    elif kind == _CODE_PAGE:
        found.code_page = _codec(struct.unpack_from("<H", data)[0])
    elif kind == _DATE_MODE:
        found.formats.date_system = 1904 if data[:1] == b"\x01" else 1900
    elif kind == _FORMAT:
        code = found.string(data, 2, has_short_count=not found.is_biff8)
        found.formats.codes[struct.unpack_from("<H", data)[0]] = code
    elif kind == _STYLE:
        found.formats.by_style.append(struct.unpack_from("<HH", data)[1])
    elif kind == _SHEET:
        place, state, sheet = struct.unpack_from("<IBB", data)
        name = found.string(data, 6, has_short_count=True).replace("\0", "")
        found.sheets.append(SheetPlace(name, place, state & 0x3 == 0, sheet))


def _codec(page: int) -> str:
    codec = _CODE_PAGES.get(page, f"cp{page}")
    try:
        "".encode(codec)
    except LookupError:
        return "cp1252"
    return codec


def shared_strings(pieces: list[bytes]) -> list[str]:
    """Return the strings of the shared table, which runs over many records ([MS-XLS] 2.4.265).

    A string that is cut by the end of a record goes on in the next one after a byte that says anew
    whether its letters are one or two bytes wide.
    """
    source = _Pieces(pieces)
    source.take(4)
    (count,) = struct.unpack("<I", source.take(4))
    strings: list[str] = []
    while len(strings) < count and source.has_more():
        length, flags = struct.unpack("<HB", source.take(3))
        (runs,) = struct.unpack("<H", source.take(2)) if flags & _RICH else (0,)
        (extra,) = struct.unpack("<I", source.take(4)) if flags & _FAR_EAST else (0,)
        strings.append(source.letters(length, bool(flags & _WIDE)))
        source.skip(4 * runs + extra)
    return strings


@dataclass
class _Pieces:
    """Bytes that run over several records."""

    pieces: list[bytes]
    _piece: int = 0
    _place: int = 0

    def has_more(self) -> bool:
        self._next()
        return self._piece < len(self.pieces)

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            self._next()
            part = self.pieces[self._piece][self._place : self._place + count - len(taken)]
            self._place += len(part)
            taken += part
        return taken

    def skip(self, count: int) -> None:
        while count > 0:
            self._next()
            step = min(count, len(self.pieces[self._piece]) - self._place)
            self._place += step
            count -= step

    def letters(self, count: int, is_wide: bool) -> str:
        found = []
        while count > 0:
            if self._place >= len(self.pieces[self._piece]):
                self._next()
                is_wide = bool(self.take(1)[0] & _WIDE)
            width = 2 if is_wide else 1
            raw = self.pieces[self._piece][self._place : self._place + width * count]
            self._place += len(raw)
            # Half a letter at the end of a damaged record counts as one.
            count -= -(-len(raw) // width)
            found.append(raw if is_wide else raw.decode("latin-1").encode("utf-16-le"))
        return b"".join(found).decode("utf-16-le", "replace")

    def _next(self) -> None:
        while self._piece < len(self.pieces) and self._place >= len(self.pieces[self._piece]):
            self._piece, self._place = self._piece + 1, 0


def running_string(pieces: list[bytes]) -> str:
    """Return a string with a 16-bit count that runs over several records (BIFF8)."""
    source = _Pieces(pieces)
    count, flags = struct.unpack("<HB", source.take(3))
    return source.letters(count, bool(flags & _WIDE))


def rk_number(raw: int) -> float:
    """Return the number of an RK value: 30 bits of an integer or of a double, perhaps times 100."""
    if raw & 2:
        whole = raw >> 2
        number = float(whole - (1 << 30) if whole & (1 << 29) else whole)
    else:
        (number,) = struct.unpack("<d", struct.pack("<Q", (raw & 0xFFFFFFFC) << 32))
    return number / 100 if raw & 1 else number


def formula_result(raw: bytes) -> tuple[bool, Cell]:
    """Return whether a formula's result follows as a string, and else the result itself."""
    if raw[6:8] != b"\xff\xff":
        return False, float(struct.unpack("<d", raw)[0])
    match raw[0]:
        case 0:
            return True, None
        case 1:
            return False, bool(raw[2])
        case 2:
            return False, ERRORS.get(raw[2], "#N/A")
        case _:
            return False, None
