"""The tables of the legacy encodings (``codes.yml``), and text read by one of them.

Legacy text is met as windows-1252 letters, whatever it came in. Bytes that windows-1252 leaves free
stand for themselves (C1 controls), so that nothing is lost.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

LEGACY = ("tcvn3", "vni", "windows-1258")
TWICE = "utf-8"
"""Unicode of which the bytes were once taken for windows-1252 (``Sá»Ÿ``): exact to undo."""
SEEN = "".join(
    chr(byte) if shown == "\ufffd" else shown
    for byte, shown in enumerate(bytes(range(256)).decode("cp1252", errors="replace"))
)
"""The letter as which each byte is seen."""
_SEEN_HIGH = frozenset(SEEN[128:])
_SEEN_FOR = {byte: seen for byte, seen in enumerate(SEEN) if ord(seen) != byte}
_BYTES = {seen: byte for byte, seen in enumerate(SEEN)}
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class Code:
    """One encoding. ``unread`` gives what of a text beyond ASCII it has no reading for."""

    read: Callable[[str], str]
    unread: Callable[[str], str]


def as_seen(content: bytes) -> str:
    """Return bytes of a one-byte encoding as the letters they are seen as; never fails."""
    return content.decode("latin-1").translate(_SEEN_FOR)


def is_foreign(text: str) -> bool:
    """Tell whether a text holds letters that no legacy text is seen with: it is Unicode."""
    return not text.isascii() and any(
        letter > "\x7f"
        and letter not in _SEEN_HIGH
        and (letter.isalpha() or unicodedata.combining(letter) > 0)
        for letter in text
    )


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Code]:
    """Return the encodings by name."""
    path = Path(__file__).with_name("codes.yml")
    tables = {
        name: {
            written: letter
            for row in rows
            for letter, written in zip(row["letters"].split(), row["written"].split(), strict=True)
        }
        for name, rows in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    }
    return {
        "tcvn3": _single(tables["tcvn3"]),
        "vni": _composite(_with_capitals(tables["vni"])),
        "windows-1258": _codec("cp1258"),
    }


def read_as(text: str, encoding: str) -> str:
    """Return a text read by one of `LEGACY` or `TWICE`.

    Letters that the table lacks stay as they are, and so does a whole text of Unicode letters.
    """
    if text.isascii() or is_foreign(text):
        return text
    return _undone(text) if encoding == TWICE else codes()[encoding].read(text)


def _undone(text: str) -> str:
    """Return a text whose UTF-8 bytes were taken for letters; another text as it is."""
    try:
        return bytes([_BYTES[seen] for seen in text]).decode()
    except (KeyError, UnicodeDecodeError):
        return text


def _single(table: Mapping[str, str]) -> Code:
    letters = str.maketrans(dict(table))
    return Code(lambda text: text.translate(letters), _unread_by(frozenset(table)))


def _unread_by(used: frozenset[str]) -> Callable[[str], str]:
    return lambda text: "".join(x for x in text if not x.isascii() and x not in used)


def _with_capitals(table: Mapping[str, str]) -> dict[str, str]:
    capitals = {}
    for written, letter in table.items():
        capitals[written.upper()] = letter.upper()
        if len(written) > 1:
            capitals[written[0].upper() + written[1:]] = letter.upper()
            capitals[written[0] + written[1:].upper()] = letter
    return {**capitals, **table}


def _composite(table: Mapping[str, str]) -> Code:
    longest_first = sorted(table, key=lambda written: (-len(written), written))
    pattern = re.compile("|".join(map(re.escape, longest_first)))

    def unread(text: str) -> str:
        # A mark without the letter it belongs to has no reading.
        return "".join(x for x in pattern.sub("", text) if not x.isascii())

    return Code(lambda text: pattern.sub(lambda match: table[match[0]], text), unread)


def _codec(name: str) -> Code:
    shown = bytes(range(256)).decode(name, errors="replace")
    table = {
        seen: letter
        for seen, letter in zip(SEEN, shown, strict=True)
        if letter != "\ufffd" and seen > "\x7f"
    }
    letters = str.maketrans(table)

    def read(text: str) -> str:
        # Only then: text without a code of its own must come back as it was.
        read_text = text.translate(letters)
        return text if read_text == text else unicodedata.normalize("NFC", read_text)

    used = frozenset(x for x in table if table[x].isalpha() or table[x] in _TONES)
    return Code(read, _unread_by(used))
