"""Personal data in texts that may not hold any: numbers, e-mail addresses, names and addresses of people
(domain §6).

No list knows every name. What is found, by how Vietnamese names are made: a family name with the
middle name Thị or Văn; a family name behind a form of address; a text that is nothing but a family
name and two to four more capitalised words. Two words alone («Lê Lợi»), and what stands behind
«phường» or «đường», stay: places are called so too. An address is told by the number of a house before
a street, by words such as «thường trú tại», or by a village with its commune.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from ingestion.messages import text

_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+"
# Mobile and land lines (0… or +84…), with the separators people write; 9- and 12-digit identity numbers.
# Not within a code of dotted numbers: 1.001193.000.00.00.H32 is a procedure.
_PHONE = r"(?<![0-9][.-])(?:\+?84|0)(?:[ .-]?[0-9]){8,10}"
_IDENTITY = r"[0-9]{12}|[0-9]{9}"
_NUMBER = re.compile(rf"{_EMAIL}|(?<!\w)(?:{_PHONE}|{_IDENTITY})(?!\w)")
# In names of files and in sentences, where dates stand side by side: only what is written as one number.
_SURE_PHONE = r"(?:\+?84|0)[0-9]{2,3}(?P<gap>[ .-]?)[0-9]{3,4}(?P=gap)[0-9]{3,4}"
_SURE_NUMBER = re.compile(rf"{_EMAIL}|(?<![0-9])(?:{_SURE_PHONE}|{_IDENTITY})(?![0-9])")
_ROMAN_AND_VIETNAMESE = (range(0x41, 0x5B), range(0xC0, 0x1B1), range(0x1EA0, 0x1EFA))
_CAPITAL = "".join(
    letter for codes in _ROMAN_AND_VIETNAMESE for letter in map(chr, codes) if letter.isupper()
)
_NUMBER_OF_HOUSE = (
    r"(?:(?i:số nhà|nhà số|số|sn\.?)\s*)?[1-9][0-9]{0,3}[A-Za-z]?(?:/[0-9]{1,4}[A-Za-z]?)*"
)
_STREET = "đường|phố|ngõ|ngách|hẻm|kiệt|tổ|thôn|ấp|buôn|khóm|khu phố|khu vực|quốc lộ|tỉnh lộ"
_STREET_NAME = rf"(?:[{_CAPITAL}]\w*\s+){{1,3}}\w+"
_COMMUNE = r"(?i:phường|xã|thị trấn|quận|huyện|thị xã|thành phố|tp)\b"
_ADDRESS = re.compile(
    # 17 Hẻm Suối Dầu; 12 Trần Phú, Lộc Thọ; 25A Lê Lợi, phường Xương Huân
    rf"(?:(?:^|(?<=[,;:(–-])|(?<=[,;:(–-]\s)){_NUMBER_OF_HOUSE},?\s+"
    rf"(?:(?i:{_STREET})\s+[{_CAPITAL}0-9]|{_STREET_NAME}\s*,\s*(?:[{_CAPITAL}]|{_COMMUNE}))"
    # số nhà 12; địa chỉ: …; thường trú tại …
    r"|\b(?i:số nhà|nhà số)\s*[0-9]"
    rf"|\b(?i:địa chỉ|trú quán|hộ khẩu|chỗ ở|thường trú|tạm trú)\s*:\s*\w"
    rf"|\b(?i:trú tại|trú ở|ngụ tại|ngụ ở|nhà ở tại)\s+[{_CAPITAL}0-9]"
    # thôn Phú Lộc, xã Vĩnh Thái; tổ 5, phường Phước Hải
    rf"|\b(?:(?i:thôn|ấp|buôn|khóm|khu phố)\s+[{_CAPITAL}0-9][\w ]*|(?i:tổ|tổ dân phố)\s+(?:số )?[0-9]+)"
    rf",\s*{_COMMUNE})"
    r"[^;()\n]*"
)
_STAMPS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}
_LONGEST = 5
_WORDS_FILE = Path(__file__).with_name("person_words.yml")
_WORD = re.compile(r"[^\W\d_]+")
Words = Sequence[re.Match[str]]


def masked_numbers(value: str) -> str:
    """Return a text with phone numbers, identity numbers and e-mail addresses masked."""
    return _NUMBER.sub(_masked, value)


def masked_text(value: str) -> str:
    """Return a text with names of people masked, too."""
    return masked_names(masked_numbers(value))


def masked_addresses(value: str) -> str:
    """Return a text with addresses of people masked, each to the end of its part of the text."""
    composed = unicodedata.normalize("NFC", value)
    masked = _ADDRESS.sub(text("intake.masked_address"), composed)
    return value if masked == composed else masked


def masked_code(value: str) -> str:
    """Return a cell of codes masked where it is a phone or identity number, or words about a person."""
    if _SURE_NUMBER.fullmatch(value.strip()):
        return text("intake.masked_part")
    has_words = len(_WORD.findall(value)) > 1
    return masked_names(masked_addresses(masked_numbers(value))) if has_words else value


def masked_unit(value: str) -> str:
    """Return a text where a unit's name belongs, and none is known, with all that is personal masked.

    Three and more words of a name are a person's here whatever the family name: few units begin so.
    """
    return masked_names(masked_addresses(masked_numbers(value)), proving="family")


def masked_sentence(said: str) -> str:
    """The same for our own words that quote a file."""
    return masked_names(_SURE_NUMBER.sub(_masked, said))


def masked_file_name(name: str) -> str:
    """The same for a name of a file or sheet, where words are often joined by underscores."""
    masked = _SURE_NUMBER.sub(_masked, name)
    spaced = masked.replace("_", " ")
    without = masked_names(spaced)
    return masked if without == spaced else without


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names of files or sheets, masked, and still told apart: a second one alike gets a number."""
    found: list[str] = []
    for name in names:
        masked = masked_file_name(name)
        number = 1
        while masked != name and masked in (*found, *names):
            number += 1
            masked = f"{masked_file_name(name)} ({number})"
        found.append(masked)
    return found


def is_stamp(digits: str) -> bool:
    """Tell whether digits are a moment of this age, ``yyyymmddHHMM[SS]``."""
    form = _STAMPS.get(len(digits))
    try:
        return form is not None and 1990 <= datetime.strptime(digits, form).year <= 2100  # noqa: DTZ007 - no zone
    except ValueError:
        return False


@cache
def _known(kind: str) -> frozenset[str]:
    words: dict[str, str] = yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))
    return frozenset(words[kind].split())


def _masked(found: re.Match[str]) -> str:
    return found[0] if is_stamp(found[0]) else text("intake.masked_part")


def masked_names(value: str, *, proving: str = "proving") -> str:
    """Return a text with names of people masked.

    ``proving``: the list of family names that prove a text a name which is nothing but one.
    """
    composed = unicodedata.normalize("NFC", value)
    spans = [(first.start(), last.end()) for first, last in _names(composed, proving)]
    if not spans:
        return value
    for start, end in reversed(spans):
        composed = composed[:start] + text("intake.masked_name") + composed[end:]
    return composed


def _names(value: str, proving: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The first and last word of each name."""
    words = list(_WORD.finditer(value))
    place = 0
    while place < len(words):
        run = _capitalised(value, words[place:])[:_LONGEST]
        before = words[place - 1][0].casefold() if place else ""
        is_whole = len(run) == len(words) and value.strip() == value[run[0].start() : run[-1].end()]
        proof = _known(proving) if is_whole else frozenset[str]()
        if run and _is_name([word[0].casefold() for word in run], before, proof):
            yield run[0], run[-1]
            place += len(run)
        else:
            place += 1


def _capitalised(value: str, words: Words) -> list[re.Match[str]]:
    """The capitalised words from the first on, with nothing but spaces between them."""
    run: list[re.Match[str]] = []
    for word in words:
        is_next = not run or value[run[-1].end() : word.start()].isspace()
        if not (is_next and word[0][0].isupper() and (word[0].istitle() or word[0].isupper())):
            break
        run.append(word)
    return run


def _is_name(words: Sequence[str], before: str, proof: frozenset[str]) -> bool:
    if words[0] not in _known("family") or len(words) < 2 or words[1] in _known("no_given_name"):
        return False
    if before in _known("address"):
        return True
    if len(words) < 3 or before in _known("place"):
        return False
    return words[1] in _known("middle") or words[0] in proof
