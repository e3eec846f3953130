"""From the bytes of a text file to its text: told by the bytes, whatever a layout says."""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

from ingestion.decode.legacy.codes import as_seen
from ingestion.decode.opened import UnreadableFileError, unreadable
from ingestion.manifest import Message
from ingestion.messages import text

Found = Literal["ascii", "utf-8", "utf-16", "one-byte"]
_LINE_END = re.compile(r"\r\n|\r|\n")
_CHUNK = 1 << 20
_HEAD = 1 << 16
_SHOWN_LINES = 20
_NUL_SHARE = 0.2
"""Text of Latin letters in UTF-16 has a zero in far more of its byte pairs than this."""
# What an encoding named by a layout can be found as.
_FITS: dict[str, tuple[Found, ...]] = {
    "utf-8": ("ascii", "utf-8"),
    "utf-8-sig": ("ascii", "utf-8"),
    "utf-16": ("utf-16",),
    **dict.fromkeys(("windows-1258", "tcvn3", "vni"), ("ascii", "one-byte")),
}


@dataclass(frozen=True)
class Text:
    """A file's text as UTF-8 without mark, and how its bytes were written.

    ``one-byte``: an encoding older than Unicode, still to be told (`legacy.recode`); each byte is
    given as the windows-1252 letter as which it is seen.
    """

    utf8: bytes
    found: Found


def read_text(content: bytes) -> Text:
    """Return the text of a file; raises `UnreadableFileError` naming the lines that are wrong.

    UTF-8 with or without mark, UTF-16 with or without mark, or one byte a letter. Bytes that are
    UTF-8 but for some are a damaged file, not an older encoding.
    """
    wide = _wide_codec(content)
    if wide is not None:
        whole = Text(_decoded(content, wide).encode(), "utf-16")
    elif _is_utf8(content):
        found: Found = "ascii" if content.isascii() else "utf-8"
        whole = Text(content.removeprefix(codecs.BOM_UTF8), found)
    elif content.startswith(codecs.BOM_UTF8) or _is_damaged_utf8(content):
        raise _damaged(content)
    else:
        whole = Text(as_seen(content).encode(), "one-byte")
    # Old programs end a text with Ctrl-Z.
    body = whole.utf8.removesuffix(b"\x1a")
    nul = body.find(b"\0")
    if nul >= 0:
        raise unreadable("csv_nul", line=_line_of(body, nul))
    return Text(body, whole.found)


def encoding_note(found: Found, named: str) -> Message | None:
    """Return what to tell of a file that is plainly not in the encoding its layout names."""
    if named == "auto" or found in _FITS[named]:
        return None
    shown = text(f"intake.found_{found.replace('-', '_')}")
    return Message("encoding_differs", text("intake.encoding_differs", found=shown, named=named))


def _wide_codec(content: bytes) -> str | None:
    """Return the codec of text that takes two bytes a letter; raises for four bytes a letter."""
    head = content[:_HEAD]
    zeros = [head[place::4].count(0) for place in range(4)]
    enough = max(_NUL_SHARE * len(head) / 4, 1)
    is_wider = sum(zero > enough for zero in zeros) == 3 or (
        # The mark of UTF-32 is that of UTF-16 and a zero letter, which no text begins with.
        head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
    )
    if is_wider:
        raise unreadable("csv_utf32")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if odd > 2 * enough and even * 10 < odd:
        return "utf-16-le"
    if even > 2 * enough and odd * 10 < even:
        return "utf-16-be"
    return None


def _decoded(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(codec, errors="ignore")
        line = len(_LINE_END.findall(before)) + 1
        raise unreadable("csv_encoding", line=line, encoding="UTF-16") from error


def _is_utf8(content: bytes) -> bool:
    """Check piece by piece: the whole text at once would need several times the room."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK], start + _CHUNK >= len(content))
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf8(content: bytes) -> bool:
    """Tell whether more letters are good UTF-8 than are not: other encodings hardly ever are.

    Looks at some text around the first wrong byte.
    """
    try:
        content.decode()
    except UnicodeDecodeError as error:
        near = content[max(0, error.start - _CHUNK) : error.start + _CHUNK]
        letters = near.decode(errors="replace")
        wrong = letters.count("\ufffd")
        good = sum(not letter.isascii() for letter in letters) - wrong
        return good > wrong
    return False


def _damaged(content: bytes) -> UnreadableFileError:
    messages = []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            said = text("intake.csv_encoding", line=number, encoding="UTF-8")
            messages.append(Message("csv_encoding", said))
            if len(messages) == _SHOWN_LINES:
                break
    return UnreadableFileError(*messages)


def _line_of(content: bytes, position: int) -> int:
    before = content[:position]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1
