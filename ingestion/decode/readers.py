"""Which reader opens which kind of file; a new kind is one more entry here."""

from pathlib import Path

from ingestion.decode.csv_file import open_csv
from ingestion.decode.html_file import open_html, open_mhtml
from ingestion.decode.json_file import open_json
from ingestion.decode.kinds import kind_of
from ingestion.decode.ods_file import open_flat_ods, open_ods
from ingestion.decode.opened import OpenedFile, Opener
from ingestion.decode.workbook_file import open_workbook
from ingestion.decode.xls_file import open_xls
from ingestion.decode.xlsb_file import open_xlsb
from ingestion.decode.xml_file import open_xml
from ingestion.decode.zip_file import open_zip

__all__ = ["READERS", "kind_of", "open_file"]

READERS: dict[str, tuple[str, Opener]] = {
    "csv": ("text", open_csv),
    "xlsx": ("workbook", open_workbook),
    "xls": ("workbook", open_xls),
    "xlsb": ("workbook", open_xlsb),
    "ods": ("workbook", open_ods),
    "fods": ("workbook", open_flat_ods),
    "html": ("workbook", open_html),
    "mhtml": ("workbook", open_mhtml),
    "xml": ("workbook", open_xml),
    "json": ("json", open_json),
}
"""Kind of a file by its content -> its family (see `layouts.FAMILIES`) and how it is opened.

A ``zip`` is of the family of the files in it.
"""


def open_file(path: Path) -> tuple[str, OpenedFile]:
    """Open a file by the reader of its kind; return its family too. Raises `UnreadableFileError`."""
    kind = kind_of(path)
    if kind == "zip":
        archive = open_zip(path, kind_of, READERS)
        return archive.family, archive
    family, opener = READERS[kind]
    return family, opener(path)
