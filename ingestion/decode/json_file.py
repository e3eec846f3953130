"""Reader of JSON and JSON Lines: the payload of the national synchronisation, a table of objects."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.decode.cells import Cell, to_text
from ingestion.decode.grid import MAX_CELL_LETTERS, MAX_COLUMNS, sheet_rows, sheet_too_large
from ingestion.decode.header import best_label_count
from ingestion.decode.json_scan import JsonObject, JsonText, ObjectList
from ingestion.decode.opened import OpenedFile, Sheet, unreadable
from ingestion.layouts import Layout
from ingestion.messages import text

_MAX_BYTES = 512 << 20
_MAX_DEPTH = 32
_SAMPLE = 20
_UNSAFE_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")

Scalar = str | bool | None


class _ObjectError(ValueError):
    """An object that makes no row; ``code`` and ``key`` are those of the message."""

    def __init__(self, code: str, key: str = "") -> None:
        super().__init__(code)
        self.code, self.key = code, key


@dataclass
class JsonFile(OpenedFile):
    """The text of a file of objects, each one a row."""

    source: JsonText
    _columns: dict[ObjectList, dict[str, int]] = field(default_factory=dict)

    def sheets(self, layout: Layout) -> list[Sheet]:
        """Return the one sheet: keys in row 1, then one object a row.

        Where the file holds several lists of objects, it is the one with most labels of the layout.
        """
        chosen = self._choose(layout)
        return [Sheet(None, lambda: sheet_rows(self._rows(chosen), None))]

    def _choose(self, layout: Layout) -> ObjectList:
        lists = [found for found in self.source.lists if found.path is not None]
        top = [found for found in self.source.lists if found.path is None]
        scores = {found: self._score(found, layout) for found in (*lists, *top)}
        best = max(scores, key=lambda found: scores[found])  # of equals the first, so a list
        rivals = [found for found in lists if scores[found] == scores[best]]
        if best.path is not None and len(rivals) > 1:
            paths = ", ".join(f"«{found.path}»" for found in rivals)
            raise unreadable("json_many_lists", paths=paths)
        return best

    def _score(self, found: ObjectList, layout: Layout) -> int:
        """Return how many of the layout's labels the first objects have."""
        if found.path is None and self.source.keys:
            return best_label_count([(1, self.source.keys)], layout)
        keys: dict[str, Scalar] = {}
        for number, cells in self._flat_objects(found):
            keys |= cells
            if number >= _SAMPLE:
                break
        return best_label_count([(1, list(keys))], layout)

    def _rows(self, chosen: ObjectList) -> Iterator[tuple[int, dict[int, Cell]]]:
        if chosen not in self._columns:
            self._columns[chosen] = self._find_columns(chosen)
        columns = self._columns[chosen]
        yield 1, {place: key for key, place in columns.items()}
        for number, cells in self._flat_objects(chosen):
            yield number + 1, {columns[key]: x for key, x in cells.items() if x not in (None, "")}

    def _find_columns(self, chosen: ObjectList) -> dict[str, int]:
        """Return column -> place, in the order in which the file first shows them."""
        is_filled: dict[str, bool] = {}
        for number, cells in self._flat_objects(chosen):
            for key, value in cells.items():
                is_filled[key] = is_filled.get(key, False) or value not in (None, "")
            if len(is_filled) > MAX_COLUMNS:
                raise sheet_too_large(None, len(is_filled), number + 1)
        if not is_filled:
            raise unreadable("json_empty")
        # A part that is null in some objects is no column besides those of its own parts.
        parents = {key[: dot.start()] for key in is_filled for dot in re.finditer(r"\.", key)}
        kept = [key for key, filled in is_filled.items() if filled or key not in parents]
        return {key: place for place, key in enumerate(kept)}

    def _flat_objects(self, found: ObjectList) -> Iterator[tuple[int, dict[str, Scalar]]]:
        """Yield ordinal and values by path of the objects of a list."""
        is_unsafe = _UNSAFE_ESCAPE.search(self.source.content) is not None
        for number, place, item in self.source.objects(found):
            try:
                cells = _flat(item)
            except _ObjectError as error:
                line = self.source.line(place)
                raise unreadable(error.code, line=line, key=error.key) from error
            if is_unsafe:
                cells = {
                    _safe(key): _safe(x) if isinstance(x, str) else x for key, x in cells.items()
                }
            yield number, cells


def open_json(path: Path) -> JsonFile:
    """Open a JSON or JSON Lines file.

    Raises `UnreadableFileError` naming the line where it is no JSON, or repeats a key.
    """
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise unreadable("file_too_large", kind=text("intake.kind_json"), size=size >> 20)
    return JsonFile(JsonText(_decode(path.read_bytes())))


def _decode(content: bytes) -> str:
    wide = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encoding = "utf-16" if content.startswith(wide) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        shown = encoding.removesuffix("-sig")
        raise unreadable("csv_encoding", line=line, encoding=shown) from error


def _flat(item: JsonObject) -> dict[str, Scalar]:
    """Return an object's values by path: ``A.b`` for nested ones, lists joined by ``; ``."""
    cells: dict[str, Scalar] = {}
    listed: dict[str, list[str]] = {}
    for path, value, is_listed in _paths(item, "", is_listed=False, depth=0):
        if path in cells and not (is_listed and path in listed):
            raise _ObjectError("json_repeated_key", path)
        if not is_listed:
            cells[path] = value
        else:
            cells[path] = None  # keeps the order of the file
            listed.setdefault(path, []).extend([] if value is None else [to_text(value)])
    cells |= {path: "; ".join(values) or None for path, values in listed.items()}
    if any(isinstance(x, str) and len(x) > MAX_CELL_LETTERS for x in cells.values()):
        raise _ObjectError("json_value_too_large")
    return cells


def _paths(
    value: object, path: str, *, is_listed: bool, depth: int
) -> Iterator[tuple[str, Scalar, bool]]:
    """Yield path, value and whether it stands within a list, for all values within a value."""
    if depth > _MAX_DEPTH:
        raise _ObjectError("json_too_deep")
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            yield from _paths(inner, below, is_listed=is_listed, depth=depth + 1)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _paths(inner, path, is_listed=True, depth=depth + 1)
    elif path:
        yield path, value if isinstance(value, str | bool) else None, is_listed


def _safe(value: str) -> str:
    """Replace half letters and NUL, which JSON may escape but no text may hold."""
    whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")
