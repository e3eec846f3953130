"""Large XML read piece by piece: no tree, no entities, no DTD, no network, bounded memory."""

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Generic, TypeVar
from xml.parsers import expat

from ingestion.decode.grid import MAX_CELL_LETTERS
from ingestion.decode.opened import UnreadableFileError, broken, unreadable
from ingestion.messages import text

_PIECE = 1 << 18
_HEAD = 1 << 16
_DECLARATION = re.compile(r"\s*<\?xml[^>]*?\?>")
_ENCODING = re.compile(r"""<\?xml[^>]*?\bencoding\s*=\s*["']([\w.-]+)["']""")
_PLAIN = frozenset(("utf-8", "utf8", "us-ascii", "ascii"))

Found = TypeVar("Found")
OpenSource = Callable[[], IO[bytes]]
"""Opens the UTF-8 bytes of a document anew, at their beginning."""


@dataclass(frozen=True)
class Span:
    """A part of a document to be read by itself, and the root's tag with its namespaces."""

    root: bytes
    start: int
    end: int


@dataclass
class Events(Generic[Found]):
    """Takes what the parser meets; ``done`` holds what is ready to be handed on.

    Names come as ``namespace local``. ``letters`` collects text while it is a list.
    """

    kind: str
    sheet: str | None = None
    done: deque[Found] = field(default_factory=deque)
    letters: list[str] | None = None
    parser: expat.XMLParserType = field(default_factory=lambda: expat.ParserCreate(None, " "))
    _size: int = 0

    def __post_init__(self) -> None:
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.data
        self.parser.StartDoctypeDeclHandler = self._refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Meet the start of an element."""

    def end(self, name: str) -> None:
        """Meet the end of an element."""

    def data(self, letters: str) -> None:
        """Collect text; raises `UnreadableFileError` for more than a cell can hold."""
        if self.letters is None:
            return
        self._size += len(letters)
        if self._size > MAX_CELL_LETTERS:
            raise self.cell_too_large()
        self.letters.append(letters)

    def collect(self) -> None:
        """Begin to collect text."""
        self.letters, self._size = [], 0

    def collected(self) -> str:
        """Return the collected text and stop collecting."""
        found, self.letters = "".join(self.letters or ()), None
        return found

    def cell_too_large(self) -> UnreadableFileError:
        """Return the error for a cell that holds megabytes."""
        place = text("intake.at_sheet", sheet=self.sheet) if self.sheet else ""
        return unreadable("cell_too_large", sheet=self.sheet, place=place)

    def _refuse(self, *_: object) -> None:
        raise unreadable("xml_doctype")


def read(source: IO[bytes], events: Events[Found], span: Span | None = None) -> Iterator[Found]:
    """Parse a document, or one span of it, and yield what ``events`` hands on.

    Raises `UnreadableFileError` for text that is not well-formed XML.
    """
    try:
        if span is None:
            rest = None
        else:
            events.parser.Parse(span.root, False)
            source.seek(span.start)
            rest = span.end - span.start
        while rest is None or rest > 0:
            piece = source.read(_PIECE if rest is None else min(_PIECE, rest))
            if not piece:
                break
            rest = None if rest is None else rest - len(piece)
            events.parser.Parse(piece, False)
            while events.done:
                yield events.done.popleft()
        if span is None:
            events.parser.Parse(b"", True)
            yield from events.done
    except (expat.ExpatError, LookupError) as error:
        raise broken(events.kind, sheet=events.sheet) from error


def root_tag(head: bytes, kind: str) -> bytes:
    """Return the start tag of a document's root, which names its namespaces."""
    for match in re.finditer(rb"<[A-Za-z_](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", head):
        tag = match[0]
        return tag[:-2] + b">" if tag.endswith(b"/>") else tag
    raise broken(kind)


def utf8_source(path: Path, kind: str) -> OpenSource:
    """Return how to open an XML file as UTF-8; another encoding is turned over in memory."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    encoding = encoding_of(head)
    if encoding in _PLAIN:
        return lambda: path.open("rb")
    try:
        content = path.read_bytes().decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise broken(kind) from error
    turned = _DECLARATION.sub("", content.lstrip("\ufeff"), count=1).encode("utf-8", "replace")
    return lambda: BytesIO(turned)


def encoding_of(head: bytes) -> str:
    """Return the encoding of an XML file by its mark, its first bytes or its declaration."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[:4] in (b"<\0?\0", b"<\0h\0", b"<\0t\0", b"<\0!\0"):
        return "utf-16-le"
    if head[:4] in (b"\0<\0?", b"\0<\0h", b"\0<\0t", b"\0<\0!"):
        return "utf-16-be"
    named = _ENCODING.search(head[:1024].decode("latin-1"))
    return named[1].lower() if named else "utf-8"
