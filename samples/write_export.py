"""Writes one export in the form its shape and its path ask for."""

from __future__ import annotations

import zipfile

from samples.export import Sheet, Target
from samples.write_csv import csv_bytes
from samples.write_html import html_bytes
from samples.write_json import json_bytes
from samples.write_xlsx import write_xlsx

_ZIPPED_AT = (2024, 1, 1, 0, 0, 0)


def write_export(target: Target, labels: tuple[str, ...], sheet: Sheet) -> None:
    """Write one file; a path that ends in ``.zip`` holds the text file of the same name."""
    path, kind = target.path, target.shape.kind
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "xlsx":
        write_xlsx(target, labels, sheet.lines, sheet.data_rows)
    elif kind == "html":
        path.write_bytes(html_bytes(target, labels, sheet.lines, sheet.data_rows))
    elif kind == "json":
        path.write_bytes(json_bytes(target, labels, sheet.lines))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            # The time in the archive is the only wall-clock value it would have.
            entry = zipfile.ZipInfo(f"{path.stem}.csv", _ZIPPED_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, csv_bytes(target.shape, labels, sheet.lines))
    else:
        path.write_bytes(csv_bytes(target.shape, labels, sheet.lines))
