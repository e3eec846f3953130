"""Writers of the two binary Excel formats, as small as the tests need them.

``.xls``: BIFF8 records ([MS-XLS]) in a compound file ([MS-CFB]). ``.xlsb``: BIFF12 records
([MS-XLSB]) in a zip. Cells are text, numbers, booleans, ``#N/A`` or (number, number format).
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence

Value = str | float | bool | None | tuple[float, str]
Grid = Mapping[tuple[int, int], Value]
"""(row, column), both from 0 -> value."""

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file with these streams in its root."""
    body = b""
    table: list[int] = []
    starts: dict[str, tuple[int, int]] = {}
    for name, content in streams.items():
        padded = content.ljust(max(-(-len(content) // _SECTOR) * _SECTOR, 4096), b"\0")
        starts[name] = (len(table), len(padded))
        count = len(padded) // _SECTOR
        table += [*range(len(table) + 1, len(table) + count), _END]
        body += padded
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for place, (name, (start, size)) in enumerate(starts.items(), 1):
        entries.append(_entry(name, 2, start, size, right=place + 1 if place < len(starts) else -1))
    directory = len(table)
    raw = b"".join(entries)
    raw = raw.ljust(-(-len(raw) // _SECTOR) * _SECTOR, b"\0")
    count = len(raw) // _SECTOR
    table += [*range(directory + 1, directory + count), _END]
    tables = 1
    while (len(table) + tables) * 4 > tables * _SECTOR:
        tables += 1
    places = range(len(table), len(table) + tables)
    table += [_TABLE] * tables
    packed = struct.pack(f"<{len(table)}I", *table).ljust(tables * _SECTOR, b"\xff")
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
                       0, tables, directory, 0, 4096, _END, 0, _END, 0)  # fmt: skip
    listed = [*places, *([_FREE] * (109 - tables))]
    return head + struct.pack("<109I", *listed) + body + raw + packed


def _entry(name: str, kind: int, start: int, size: int, child: int = -1, right: int = -1) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBiii16xI16xIII", wide, len(wide), kind, 1, -1, right, child, 0, start, size, 0
    )


def record(kind: int, data: bytes = b"") -> bytes:
    """Return one BIFF8 record."""
    return struct.pack("<HH", kind, len(data)) + data


def workbook_stream(
    sheets: Mapping[str, Grid],
    *,
    is_1904: bool = False,
    hidden: Iterable[str] = (),
    extra: bytes = b"",
    shared: Sequence[bytes] | None = None,
    merged: Iterable[tuple[int, int, int, int]] = (),
) -> bytes:
    """Return the stream of an .xls; ``extra`` goes into its head, ``shared`` is its string table,
    ``merged`` ranges of every sheet (first and last row, first and last column)."""
    formats = sorted(
        {v[1] for grid in sheets.values() for v in grid.values() if isinstance(v, tuple)}
    )
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + extra
    head += record(0x22, struct.pack("<H", int(is_1904)))
    for number, code in enumerate(formats):
        head += record(0x41E, struct.pack("<H", 164 + number) + _wide(code))
    for number in (0, *range(164, 164 + len(formats))):
        head += record(0xE0, struct.pack("<HH16x", 0, number))
    bodies = {name: _sheet(grid, formats, [*merged]) for name, grid in sheets.items()}
    strings = b"".join(shared or ())
    listed = {name: record(0x85, struct.pack("<IBB", 0, 0, 0) + _short(name)) for name in sheets}
    place = len(head) + sum(map(len, listed.values())) + len(strings) + 4
    for name, body in bodies.items():
        state = int(name in hidden)
        head += record(0x85, struct.pack("<IBB", place, state, 0) + _short(name))
        place += len(body)
    return head + strings + record(0x0A) + b"".join(bodies.values())


def xls(sheets: Mapping[str, Grid], **more: object) -> bytes:
    """Return an .xls file; see `workbook_stream`."""
    return compound_file({"Workbook": workbook_stream(sheets, **more)})  # type: ignore[arg-type]


def _sheet(
    grid: Grid, formats: Sequence[str], merged: Sequence[tuple[int, int, int, int]]
) -> bytes:
    body = bytearray(record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6)))
    for (row, column), value in grid.items():
        style = 1 + formats.index(value[1]) if isinstance(value, tuple) else 0
        place = struct.pack("<HHH", row, column, style)
        number = value[0] if isinstance(value, tuple) else value
        if value == "#N/A":
            body += record(0x205, place + b"\x2a\1")
        elif isinstance(number, bool):
            body += record(0x205, place + bytes([number, 0]))
        elif isinstance(number, str) and number.startswith(
            "formula:"
        ):  # a formula that gives this text
            body += record(0x06, place + b"\0\0\0\0\0\0\xff\xff" + bytes(8))
            body += record(0x207, _wide(number.removeprefix("formula:")))
        elif isinstance(number, str):
            body += record(0x204, place + _wide(number))
        elif number is not None:
            body += record(0x203, place + struct.pack("<d", number))
    ranges = b"".join(struct.pack("<HHHH", *place) for place in merged)
    body += record(0xE5, struct.pack("<H", len(merged)) + ranges)
    return bytes(body + record(0x0A))


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<HB", len(raw) // 2, 1) + raw


def _short(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<BB", len(raw) // 2, 1) + raw


def record12(kind: int, data: bytes = b"") -> bytes:
    """Return one BIFF12 record."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    length = b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + length + data


def xlsb(
    sheets: Mapping[str, Grid], *, is_1904: bool = False, hidden: Mapping[str, int] | None = None
) -> bytes:
    """Return an .xlsb file; texts are shared, numbers that fit are RK values."""
    strings: dict[str, int] = {}
    formats = sorted(
        {v[1] for grid in sheets.values() for v in grid.values() if isinstance(v, tuple)}
    )
    book = record12(131) + record12(153, struct.pack("<III", int(is_1904), 0, 0)) + record12(143)
    relations, parts = "", {}
    for number, (name, grid) in enumerate(sheets.items(), 1):
        state = (hidden or {}).get(name, 0)
        book += record12(156, struct.pack("<II", state, number) + _long(f"r{number}") + _long(name))
        target = f"worksheets/sheet{number}.bin"
        relations += _RELATION.format(number=number, target=target, kind="worksheet")
        parts[f"xl/worksheets/sheet{number}.bin"] = _sheet12(grid, formats, strings)
    codes = b"".join(
        record12(44, struct.pack("<H", 164 + number) + _long(code))
        for number, code in enumerate(formats)
    )
    numbers = (0, *range(164, 164 + len(formats)))
    styles = b"".join(record12(47, struct.pack("<HH12x", 0, number)) for number in numbers)
    count = struct.pack("<I", len(numbers))
    parts |= {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format(
            _RELATION.format(number=1, target="xl/workbook.bin", kind="officeDocument")
        ).encode(),
        "xl/workbook.bin": book + record12(144) + record12(132),
        "xl/_rels/workbook.bin.rels": _RELATIONS.format(
            relations
            + _RELATION.format(number=98, target="styles.bin", kind="styles")
            + _RELATION.format(number=99, target="sharedStrings.bin", kind="sharedStrings")
        ).encode(),
        "xl/styles.bin": record12(278)
        + record12(615, struct.pack("<I", len(formats)))
        + codes
        + record12(616)
        + record12(617, count)
        + styles
        + record12(618)
        + record12(279),
        "xl/sharedStrings.bin": record12(159, struct.pack("<II", len(strings), len(strings)))
        + b"".join(record12(19, b"\0" + _long(text)) for text in strings)
        + record12(160),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = '<Relationship Id="r{number}" Target="{target}" Type="' + _OFFICE + '/{kind}"/>'
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{}</Relationships>"
)
_TYPES = (
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="bin" ContentType="application/vnd.ms-excel.worksheet"/>'
    b'<Default Extension="rels"'
    b' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/xl/workbook.bin"'
    b' ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)


def _sheet12(grid: Grid, formats: Sequence[str], strings: dict[str, int]) -> bytes:
    last = [max((place[axis] for place in grid), default=0) for axis in (0, 1)]
    extent = record12(148, struct.pack("<IIII", 0, last[0], 0, last[1]))
    body, row = bytearray(record12(129) + extent + record12(145)), -1
    for (number, column), value in grid.items():
        if number != row:
            row = number
            body += record12(0, struct.pack("<IIHHI", row, 0, 300, 0, 0))
        style = 1 + formats.index(value[1]) if isinstance(value, tuple) else 0
        place = struct.pack("<II", column, style)
        plain = value[0] if isinstance(value, tuple) else value
        if plain == "#N/A":
            body += record12(3, place + b"\x2a")
        elif isinstance(plain, bool):
            body += record12(4, place + bytes([plain]))
        elif isinstance(plain, str) and plain.startswith("formula:"):
            body += record12(
                8, place + _long(plain.removeprefix("formula:")) + struct.pack("<HII", 0, 0, 0)
            )
        elif isinstance(plain, str):
            body += record12(7, place + struct.pack("<I", strings.setdefault(plain, len(strings))))
        elif plain is not None and float(plain).is_integer() and abs(plain) < 1 << 29:
            body += record12(2, place + struct.pack("<i", int(plain) << 2 | 2))
        elif plain is not None:
            body += record12(5, place + struct.pack("<d", plain))
    return bytes(body + record12(146) + record12(130))


def _long(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw
