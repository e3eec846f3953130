"""Reads what the generator wrote, in the simplest way and without the product's readers."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import python_calamine

from samples.shape import Shape
from samples.tcvn3 import tcvn3_bytes

Rows = list[list[object]]
LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"


def rows_of(path: Path, shape: Shape) -> Rows:
    """All rows of a file, so that row n of the file is rows[n - 1]."""
    if shape.kind == "xlsx":
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return list(book.get_sheet_by_index(0).to_python(skip_empty_area=False))
    if shape.kind == "html":
        return _html(path.read_text(encoding="utf-8"))
    if shape.kind == "json":
        return _json(path.read_text(encoding="utf-8"), shape)
    return _csv(_content(path), shape)


def _content(path: Path) -> bytes:
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        return archive.read(name)


def _csv(content: bytes, shape: Shape) -> Rows:
    if shape.encoding == "tcvn3":
        known = {tcvn3_bytes(letter): letter for letter in LETTERS}
        text = "".join(known.get(bytes([code])) or chr(code) for code in content)
    else:
        text = content.decode(shape.encoding)
    return [[*row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=shape.delimiter)]


def _json(text: str, shape: Shape) -> Rows:
    """Row 1 are the names, as where a table would have its header."""
    objects = json.loads(text) if text.startswith("[") else map(json.loads, text.splitlines())
    return [
        list(shape.labels),
        *([_value(item, label) for label in shape.labels] for item in objects),
    ]


def _value(item: dict[str, object], label: str) -> object:
    outer, _, inner = label.partition(".")
    value = item[outer]
    found = value[0][inner] if inner and isinstance(value, list) else value
    return "" if found is None else found


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: Rows = []
        self._is_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._is_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._is_cell = self._is_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._is_cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]}{data}"


def _html(text: str) -> Rows:
    table = _Table()
    table.feed(text)
    return table.rows
