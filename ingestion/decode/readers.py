"""Which reader opens which kind of file; a new kind is one more entry here."""

from pathlib import Path

from ingestion.decode.csv_file import open_csv
from ingestion.decode.opened import OpenedFile, Opener, unreadable
from ingestion.decode.xlsx_file import open_xlsx

READERS: dict[str, tuple[str, Opener]] = {
    "csv": ("text", open_csv),
    "xlsx": ("workbook", open_xlsx),
}
"""Kind of a file by its content -> its family (see `layouts.FAMILIES`) and how it is opened."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_HEAD = 4096


def kind_of(path: Path) -> str:
    """Return the kind of a file by its content, never its name.

    Raises `UnreadableFileError` for what no layout can be written for: an empty file, an encrypted
    workbook, an old .xls, a PDF, a web page saved as a table.
    """
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise unreadable("empty_file")
    if head.startswith(_ZIP):
        return "xlsx"
    if head.startswith(_OLE):
        raise unreadable("encrypted" if _ENCRYPTED_PACKAGE in path.read_bytes() else "old_xls")
    if head.startswith(b"%PDF"):
        raise unreadable("pdf")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        raise unreadable("web_page")
    return "csv"


def open_file(path: Path) -> tuple[str, OpenedFile]:
    """Open a file by the reader of its kind; return its family too. Raises `UnreadableFileError`."""
    family, opener = READERS[kind_of(path)]
    return family, opener(path)
