"""How well a piece of text reads in each encoding, as a sum of penalties (0 is perfect)."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from ingestion.decode.legacy.codes import LEGACY, codes, is_foreign, read_as
from ingestion.decode.legacy.syllables import european_pairs, is_syllable

UNICODE = "unicode"
LOST = "\ufffd"
"""Stands where a letter was lost before the file came."""
# Symbols that legacy encodings use for letters, and signs of text that was read wrongly before.
_SYMBOLS = frozenset("¡¢£¤¥¦§¨©«¬\u00ad®µ¶·¸¹»¼½¾×÷")
_CONTROLS = frozenset(LOST + "".join(map(chr, range(0x80, 0xA0))))
_NO_LETTERS = _SYMBOLS | _CONTROLS
# A piece is a run of letters, marks and such symbols; all else (²°, digits, dashes) stands between.
_PIECE = re.compile(rf"(?:[^\W\d_º]|[\u0300-\u036f{''.join(sorted(_NO_LETTERS))}])+")
# Symbols that people write against a word in Unicode: quotes, units, footnotes.
_LEADING = "«¡±§©·"
_TRAILING = "»¹ª®©·"
_UNITS = frozenset(("µm", "µg", "µl", "µs"))
_LONGEST_SHORTHAND = 8

# Penalties are about natural logarithms of "so many times less likely than a good syllable".
_SHORTHAND = _LONE_SYMBOL = -1.0  # QĐ, a bullet
# Two words that could be European do not outweigh prior and margin of `deciding`; three do.
_FOREIGN = _AT_WORD = -3.5  # Müller, «Anh
_ODD_CASE = -6.0  # PHòng
_ODD_FOREIGN = _WRONG = _IMPOSSIBLE = -8.0  # Hoä; a letter that the encoding lacks
_NO_WORD = -10.0  # th¸ng
GOOD = -1.0
"""From this on a piece counts as read well."""


def pieces(values: Iterable[str]) -> set[str]:
    """Return the pieces of texts that are not plain ASCII; only those tell encodings apart."""
    return {
        piece
        for value in values
        if not value.isascii()
        for piece in _PIECE.findall(value)
        if not piece.isascii()
    }


@lru_cache(maxsize=65536)
def penalties(piece: str) -> Mapping[str, float]:
    """Return a piece's penalty in Unicode and in each legacy encoding."""
    in_unicode = _in_unicode(piece)
    return {
        UNICODE: in_unicode,
        **{name: _in_legacy(piece, name, in_unicode) for name in LEGACY},
    }


def _in_unicode(piece: str) -> float:
    if _CONTROLS.intersection(piece):
        return _NO_WORD
    if is_foreign(piece):
        return 0.0
    if _SYMBOLS.issuperset(piece):
        return _LONE_SYMBOL if len(piece) == 1 else _ODD_FOREIGN
    word = piece.lstrip(_LEADING).rstrip(_TRAILING)
    edge = 0.0 if word == piece else _AT_WORD
    return _LONE_SYMBOL if piece in _UNITS else edge + _as_word(word)


def _as_word(word: str) -> float:
    if word.isascii():
        return 0.0
    if _SYMBOLS.intersection(word):
        return _NO_WORD
    if is_syllable(word):
        return _case_penalty(word)
    return _as_european(word)


def _case_penalty(word: str) -> float:
    if _has_plain_case(word):
        return 0.0
    # A slip of the shift key gives PHòng, hardly ever an accented capital within a word.
    is_within = any(x.islower() and y.isupper() and not y.isascii() for x, y in pairwise(word))
    return _ODD_FOREIGN if is_within else _ODD_CASE


def _as_european(word: str) -> float:
    """Judge a word that is no Vietnamese syllable: French, German, Spanish names are written too."""
    if not _has_plain_case(word) or set("þÞðÐ") & set(word):
        return _NO_WORD
    folded = word.casefold()
    for first, second in pairwise(folded):
        is_pair = not second.isascii() and _is_vowel(first) and _is_vowel(second)
        if is_pair and first + second not in european_pairs():
            return _ODD_FOREIGN
    return _FOREIGN


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in "aeiouyæø"


def _in_legacy(piece: str, encoding: str, in_unicode: float) -> float:
    """Judge a piece read by a legacy encoding; what that leaves unchanged is judged as it stands."""
    if is_foreign(piece):
        return _IMPOSSIBLE
    word, unread = read_as(piece, encoding), codes()[encoding].unread(piece)
    if word == piece and _NO_LETTERS.issuperset(unread):
        return in_unicode
    if unread:
        return _IMPOSSIBLE
    if is_syllable(word):
        return 0.0 if _has_plain_case(word, has_small_capitals=encoding == "tcvn3") else _ODD_CASE
    return _SHORTHAND if _is_shorthand(word) else _WRONG


def _is_shorthand(word: str) -> bool:
    """Tell an abbreviation: capitals (QĐ, LĐTBXH) or an initial (đ)."""
    if len(word) == 1:
        return word.isalpha()
    return word.isalpha() and word.isupper() and len(word) <= _LONGEST_SHORTHAND


def _has_plain_case(word: str, *, has_small_capitals: bool = False) -> bool:
    """Tell whether a word is in small letters, in capitals, or capitalised.

    ``has_small_capitals``: accented small letters may stand for capitals (fonts of capitals).
    """
    plain = "".join(x for x in word if x.isascii())
    kept = plain if has_small_capitals and plain.isupper() else word
    return kept.islower() or kept.isupper() or (kept[:1].isupper() and kept[1:].islower())
