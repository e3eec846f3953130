"""Keys for comparing Vietnamese labels that are written in different ways."""

import re
import unicodedata
from functools import lru_cache

_TONES = {"a": "àáảãạ", "e": "èéẻẽẹ", "o": "òóỏõọ", "u": "ùúủũụ", "y": "ỳýỷỹỵ"}
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Zero-width and direction marks, joiners, the soft hyphen and variation selectors are invisible, so
# they cannot tell labels apart.
_INVISIBLE = dict.fromkeys(
    (
        *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    )
)
# Word processors put typographic dashes and quotes for the plain ones that were typed.
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63), "-")
_QUOTES = dict.fromkeys((0x2018, 0x2019, 0x201A, 0x201B, 0x2032), "'")
_DOUBLE_QUOTES = dict.fromkeys((0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0x00AB, 0x00BB), '"')
_PLAIN = _WIDTH | _INVISIBLE | _DASHES | _QUOTES | _DOUBLE_QUOTES
# Icelandic eth and African D look like Đ and are typed for it; casefold gives ð and ɖ. The two
# apostrophes can come out of folding other letters, so they are folded after it.
_LOOKALIKES = {0x00F0: "đ", 0x0256: "đ", 0x00B4: "'", 0x02BC: "'"}
_SPACE = re.compile(r"\s+")
_AROUND_SEPARATOR = re.compile(r"\s*([-./_])\s*")
# A tone can be typed before the mark of its vowel; both stand above, so Unicode keeps that order.
_SHAPES = "\u0302\u0306"
_MARKS_ABOVE = re.compile(f"[\u0300\u0301\u0303\u0309{_SHAPES}]{{2,}}")


def _moves(first: str, second: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the rewritings of a vowel pair: tone on the second vowel -> first, and back."""
    to_first, to_second = {}, {}
    for one, two in zip(_TONES[first], _TONES[second], strict=True):
        to_first[first + two] = one + second
        to_second[one + second] = first + two
    return to_first, to_second


_OPEN: dict[str, str] = {}  # hoà -> hòa: an open syllable carries the tone on the first vowel
_CLOSED: dict[str, str] = {}  # hòan -> hoàn: before a letter the second vowel carries it
for _first, _second in (("o", "a"), ("o", "e"), ("u", "y")):
    _to_first, _to_second = _moves(_first, _second)
    _OPEN |= _to_first
    _CLOSED |= _to_second
_AFTER_Q: dict[str, str] = {}  # qúy -> quý: after q the u belongs to the consonant
for _second in "aey":
    _AFTER_Q |= _moves("u", _second)[1]

_OPEN_PAIR = re.compile(rf"(?<!q)(?:{'|'.join(_OPEN)})(?![^\W\d_])")
_CLOSED_PAIR = re.compile(rf"(?<!q)(?:{'|'.join(_CLOSED)})(?=[^\W\d_])")
_Q_PAIR = re.compile(rf"(?<=q)(?:{'|'.join(_AFTER_Q)})")


@lru_cache(maxsize=65536)
def match_key(value: str) -> str:
    """Return the key under which two spellings of one label are equal.

    Folds Unicode form, letter case, width, white space (every Unicode space), invisible characters,
    typographic dashes and quotes, ligatures, the look-alikes of đ, and the old and new placement of
    tone marks (hoà = hòa, thuỷ = thủy; domain §6). Letters and tones stay distinct:
    ``match_key("phố") != match_key("phô")``, and so do i and y (``kĩ`` and ``kỹ`` are two spellings
    that names tell apart). Applying it twice changes nothing.
    """
    folded = _composed(value.translate(_PLAIN)).casefold().translate(_LOOKALIKES)
    folded = _composed(folded)
    folded = _SPACE.sub(" ", folded).strip()
    folded = _Q_PAIR.sub(lambda pair: _AFTER_Q[pair[0]], folded)
    folded = _OPEN_PAIR.sub(lambda pair: _OPEN[pair[0]], folded)
    folded = _CLOSED_PAIR.sub(lambda pair: _CLOSED[pair[0]], folded)
    # A letter that gave its tone away may take another mark that stands behind it.
    return unicodedata.normalize("NFC", folded)


def code_text(value: str) -> str:
    """Return a case code as it is compared: plain width and dashes, no space at its separators.

    ``H32.16‑240305 – 0001`` (non-breaking hyphen, dash, full-width digits, spaces inside) is the
    code ``H32.16-240305-0001``, and so is ``'H32.16-240305-0001``: the apostrophe by which a
    spreadsheet is told that a cell is text. Letters keep their case: systems that number freely may
    use it. Applying it twice changes nothing.
    """
    if value.isascii() and value.isprintable() and " " not in value and "'" not in value:
        return value
    folded = _SPACE.sub(" ", unicodedata.normalize("NFC", value.translate(_PLAIN))).strip()
    return _AROUND_SEPARATOR.sub(r"\1", folded.lstrip("' "))


def _composed(value: str) -> str:
    """Return NFC, also where a tone was typed before the circumflex or breve of its vowel."""
    composed = unicodedata.normalize("NFC", value)
    if not any(mark in composed for mark in _SHAPES):
        return composed
    parts = _MARKS_ABOVE.sub(
        lambda marks: "".join(sorted(marks[0], key=lambda mark: mark not in _SHAPES)),
        unicodedata.normalize("NFD", composed),
    )
    return unicodedata.normalize("NFC", parts)


def bare_key(value: str) -> str:
    """Return `match_key` without tone and vowel marks (``bổ sung`` -> ``bo sung``)."""
    parts = unicodedata.normalize("NFD", match_key(value))
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare.replace("đ", "d")
