"""TCVN 5712:1993 (ABC fonts): one byte a letter, as programs of the nineties wrote Vietnamese."""

from __future__ import annotations

import unicodedata

# First code of each run of letters. Capitals with a tone have none: fonts drew them.
_RUNS = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_CODES = {
    letter: bytes([first + place])
    for first, letters in _RUNS.items()
    for place, letter in enumerate(letters)
}
# Typed for Đ, and white space that the old fonts did not know.
_CODES |= {"Ð": _CODES["Đ"], "\u00a0": b" "}


def tcvn3_bytes(text: str) -> bytes:
    """Bytes of a text. Raises KeyError for a letter that the encoding has not."""
    composed = unicodedata.normalize("NFC", text)
    return b"".join(letter.encode() if letter.isascii() else _CODES[letter] for letter in composed)
