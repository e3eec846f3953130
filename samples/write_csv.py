"""One delimited export: header in row 1, blank rows as rows of empty cells."""

from __future__ import annotations

import csv
import io

from samples.export import Line
from samples.shape import Shape
from samples.tcvn3 import tcvn3_bytes


def csv_bytes(shape: Shape, labels: tuple[str, ...], lines: list[Line]) -> bytes:
    """Bytes in the shape's encoding (``utf-16`` means little endian with its mark)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.delimiter, lineterminator=shape.newline)
    writer.writerow(labels)
    blank = [""] * len(labels)
    writer.writerows(blank if line is None else line for line in lines)
    content = text.getvalue()
    if shape.encoding == "utf-16":
        # Python's own "utf-16" follows the machine's byte order; the bytes must not.
        return b"\xff\xfe" + content.encode("utf-16-le")
    if shape.encoding == "tcvn3":
        return tcvn3_bytes(content)
    return content.encode(shape.encoding)
