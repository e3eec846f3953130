"""Keys for comparing Vietnamese labels that are written in different ways."""

import re
import unicodedata
from functools import lru_cache

_TONES = {"a": "àáảãạ", "e": "èéẻẽẹ", "o": "òóỏõọ", "u": "ùúủũụ", "y": "ỳýỷỹỵ"}
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Zero-width characters and the soft hyphen are invisible, so they cannot tell labels apart.
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))
# Icelandic eth and African D look like Đ and are typed for it; casefold gives ð and ɖ.
_D_LOOKALIKES = {0x00F0: "đ", 0x0256: "đ"}
_SPACE = re.compile(r"\s+")


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

    Folds Unicode form, letter case, width, white space (also NBSP), the look-alikes of đ, and the
    old and new placement of tone marks (hoà = hòa, thuỷ = thủy; domain §6). Letters and tones stay
    distinct: ``match_key("phố") != match_key("phô")``. Applying it twice changes nothing.
    """
    folded = value.translate(_WIDTH).translate(_INVISIBLE)
    folded = unicodedata.normalize("NFC", folded).casefold().translate(_D_LOOKALIKES)
    folded = unicodedata.normalize("NFC", folded)
    folded = _SPACE.sub(" ", folded).strip()
    folded = _Q_PAIR.sub(lambda pair: _AFTER_Q[pair[0]], folded)
    folded = _OPEN_PAIR.sub(lambda pair: _OPEN[pair[0]], folded)
    return _CLOSED_PAIR.sub(lambda pair: _CLOSED[pair[0]], folded)


def bare_key(value: str) -> str:
    """Return `match_key` without tone and vowel marks (``bổ sung`` -> ``bo sung``)."""
    parts = unicodedata.normalize("NFD", match_key(value))
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare.replace("đ", "d")
