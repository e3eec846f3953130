"""Personal data in texts that may not hold any: numbers, e-mail addresses and names of people (domain §6).

No list knows every name. What is found, by how Vietnamese names are made: a family name with the
middle name Thị or Văn; a family name behind a form of address; a text that is nothing but a family
name and two to four more capitalised words. Two words alone («Lê Lợi»), and what stands behind
«phường» or «đường», stay: places are called so too.
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
_PHONE = r"(?:\+?84|0)(?:[ .-]?[0-9]){8,10}"
_IDENTITY = r"[0-9]{12}|[0-9]{9}"
_NUMBER = re.compile(rf"{_EMAIL}|(?<!\w)(?:{_PHONE}|{_IDENTITY})(?!\w)")
# In names of files and in sentences, where dates stand side by side: only what is written as one number.
_SURE_PHONE = r"(?:\+?84|0)[0-9]{2,3}(?P<gap>[ .-]?)[0-9]{3,4}(?P=gap)[0-9]{3,4}"
_SURE_NUMBER = re.compile(rf"{_EMAIL}|(?<![0-9])(?:{_SURE_PHONE}|{_IDENTITY})(?![0-9])")
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


def masked_names(value: str) -> str:
    """Return a text with names of people masked."""
    composed = unicodedata.normalize("NFC", value)
    spans = [(first.start(), last.end()) for first, last in _names(composed)]
    if not spans:
        return value
    for start, end in reversed(spans):
        composed = composed[:start] + text("intake.masked_name") + composed[end:]
    return composed


def _names(value: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The first and last word of each name."""
    words = list(_WORD.finditer(value))
    place = 0
    while place < len(words):
        run = _capitalised(value, words[place:])[:_LONGEST]
        before = words[place - 1][0].casefold() if place else ""
        is_whole = len(run) == len(words) and value.strip() == value[run[0].start() : run[-1].end()]
        if run and _is_name([word[0].casefold() for word in run], before, is_whole=is_whole):
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


def _is_name(words: Sequence[str], before: str, *, is_whole: bool) -> bool:
    if words[0] not in _known("family") or len(words) < 2 or words[1] in _known("no_given_name"):
        return False
    if before in _known("address"):
        return True
    if len(words) < 3 or before in _known("place"):
        return False
    return words[1] in _known("middle") or (is_whole and words[0] in _known("proving"))
