"""What kind of file this is, by its content and never its name."""

import codecs
import errno
import re
import struct
import zipfile
from pathlib import Path

from ingestion.decode.archive import Archive, damage_told, open_archive
from ingestion.decode.ole import SIGNATURE as OLE
from ingestion.decode.ole import CompoundFile
from ingestion.decode.opened import UnreadableFileError, broken, unreadable
from ingestion.decode.xml_file import NAMESPACE as SPREADSHEET
from ingestion.decode.xml_stream import encoding_of
from ingestion.messages import text

_HEAD = 1 << 16
_OPENING = 2048
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "word"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"SQLite format 3\0", "database"),
    (b"\0\1\0\0Standard Jet DB", "database"),
    (b"\0\1\0\0Standard ACE DB", "database"),
    (b"PAR1", "database"),
)
_ARCHIVES: tuple[tuple[bytes, str], ...] = (
    (b"Rar!\x1a\x07", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"MSCF", "CAB"),
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")
"""Excel 2 to 5 without a container: rarely seen, and no program writes it today."""
_OLE_STREAMS = {
    "worddocument": "word",
    "powerpoint document": "slides",
    "__properties_version1.0": "mail",
    "visiodocument": "other",
}
_ODF = "application/vnd.oasis.opendocument."
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|meta|style|table|title|div|center|font|p|h[1-6])[\s>/]",
    re.IGNORECASE,
)
_JSON = re.compile(r"\{\s*[\"}]|\[\s*[\[{\"\]]")
_MIME = re.compile(r"(?:MIME-Version|Content-Type|From|Subject|X-[\w-]+):", re.IGNORECASE)
_MIME_BOUNDARY = re.compile(r"^Content-Type:\s*multipart/", re.IGNORECASE | re.MULTILINE)
_COMMENTS = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?!\s+html)[^\[>]*>)+", re.DOTALL)


def kind_of(path: Path) -> str:
    """Return the kind of a file, a key of `readers.READERS`.

    Raises `UnreadableFileError` naming what the file is when it is none that can hold a table.
    """
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise unreadable("empty_file")
    if head.startswith(_ZIP):
        return _zip_kind(path)
    if head.startswith(OLE):
        return _ole_kind(path)
    _refuse_known(head)
    return _text_kind(head)


def not_a_table(found: str) -> UnreadableFileError:
    """Return the error for a file that is no table; ``found`` names it (``intake.found_*``)."""
    return unreadable("not_a_table", found=text(f"intake.found_{found}"))


def _refuse_known(head: bytes) -> None:
    for mark, found in _MARKS:
        if head.startswith(mark) and (mark != b"BM" or b"\0" in head[:26]):
            raise not_a_table(found)
    if b"%PDF-" in head[:1024] and b"\0" in head:
        raise not_a_table("pdf")
    if head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif") or (
        head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    ):
        raise not_a_table("image")
    for mark, name in _ARCHIVES:
        if head.startswith(mark):
            raise unreadable("other_archive", found=name)
    if head[257:262] == b"ustar":
        raise unreadable("other_archive", found="tar")
    if head.startswith(_PROGRAMS) and b"\0" in head[:64]:
        raise unreadable("program_file")
    if head.startswith(_OLD_BIFF):
        raise unreadable("old_xls")


def _zip_kind(path: Path) -> str:
    """Tell workbooks and other documents, which are zip files too, from archives of files."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk's error; EINVAL is a place before the file's start
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
        is_workbook = any(mark in head for mark in (b"xl/", b"[Content_Types].xml", b"docProps/"))
        raise broken("xlsx" if is_workbook else "zip") from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and "content.xml" in names:
        return _odf_kind(open_archive(path, "ods"))
    if "[content_types].xml" in names:
        for folder, found in (("word/", "word"), ("ppt/", "slides"), ("visio/", "other")):
            if any(name.startswith(folder) for name in names):
                raise not_a_table(found)
        raise broken("xlsx")
    return "zip"


def _odf_kind(archive: Archive) -> str:
    with damage_told("ods"):
        meant = archive.read("mimetype").decode("ascii", "replace").strip()
    if meant.startswith(_ODF + "spreadsheet"):
        return "ods"
    found = {"text": "word", "presentation": "slides"}
    raise not_a_table(found.get(meant.removeprefix(_ODF).partition("-")[0], "other"))


def _ole_kind(path: Path) -> str:
    container = CompoundFile(path.read_bytes())
    names = container.entries.keys()
    if names & {"workbook", "book"}:
        return "xls"
    if "encryptedpackage" in names:
        raise unreadable("encrypted")
    for stream, found in _OLE_STREAMS.items():
        if stream in names:
            raise not_a_table(found)
    raise not_a_table("other")


def _text_kind(head: bytes) -> str:
    start = _decoded(head)
    if start.startswith("<"):
        return _markup_kind(start)
    if _JSON.match(start):
        return "json"
    if _MIME.match(start) and _MIME_BOUNDARY.search(start):
        return "mhtml"
    # A page may begin with words; a cell of a delimited file may hold a tag, but not so early.
    if all(re.search(rf"<{tag}[\s>]", start[:_OPENING], re.IGNORECASE) for tag in ("table", "tr")):
        return "html"
    return "csv"


def _markup_kind(start: str) -> str:
    rest = start[match.end() :] if (match := _COMMENTS.match(start)) else start
    if _HTML.match(rest):
        return "html"
    if SPREADSHEET in start and re.match(r"<(?:\w+:)?Workbook[\s>]", rest):
        return "xml"
    if re.match(r"<office:document[\s>]", rest):
        return "fods"
    if rest.startswith("<!DOCTYPE"):
        raise unreadable("xml_doctype")  # with declarations of its own, which are never read
    if re.match(r"<(?:\w+:)?(?:wordDocument|package)[\s>]", rest):
        raise not_a_table("word")
    if not start.startswith("<?xml") and re.search(r"<table[\s>]", start, re.IGNORECASE):
        return "html"  # another tag first, but a page all the same
    if re.match(r"<[\w:]+[\s>/]", rest):
        raise unreadable("xml_other")
    return "csv"


def _decoded(head: bytes) -> str:
    """Return the head as text: only ASCII matters for telling kinds apart."""
    encoding = encoding_of(head) if head.startswith(b"<") or b"\0" in head[:4] else ""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif not encoding.startswith("utf-16"):
        encoding = "latin-1"
        head = head.removeprefix(codecs.BOM_UTF8)
    return head.decode(encoding, "replace").lstrip("\ufeff \t\r\n\0")
