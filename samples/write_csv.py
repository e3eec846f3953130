"""Writes one delimited export: header in row 1, blank rows as rows of empty cells."""

from __future__ import annotations

import csv
import io

from samples.export import Line, Target


def write_csv(target: Target, labels: tuple[str, ...], lines: list[Line]) -> None:
    """Write the file in the shape's encoding (``utf-16`` means little endian with its mark)."""
    path, shape = target.path, target.shape
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shape.delimiter, lineterminator=shape.newline)
    writer.writerow(labels)
    blank = [""] * len(labels)
    writer.writerows(blank if line is None else line for line in lines)
    content = text.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    if shape.encoding == "utf-16":
        # Python's own "utf-16" follows the machine's byte order; the bytes must not.
        path.write_bytes(b"\xff\xfe" + content.encode("utf-16-le"))
    else:
        path.write_bytes(content.encode(shape.encoding))
