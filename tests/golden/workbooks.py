"""One of the month's workbooks, by its name."""

from pathlib import Path


def named(reports: list[Path], start: str) -> Path:
    """The one workbook whose file name starts so."""
    (path,) = [path for path in reports if path.name.startswith(start)]
    return path
