"""What Vietnamese syllables look like (``syllables.yml``)."""

import unicodedata
from functools import lru_cache
from pathlib import Path

import yaml

_TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_SHAPES = "\u0302\u0306\u031b"
_FRONT = "eêiy"
_VOWELS = frozenset("aăâeêioôơuưy")
# Icelandic eth is typed for đ.
_D = str.maketrans("ð", "đ")


@lru_cache(maxsize=1)
def _rules() -> dict[str, str | list[str]]:
    path = Path(__file__).with_name("syllables.yml")
    rules: dict[str, str | list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rules


def _words(key: str) -> list[str]:
    value = _rules()[key]
    return value.split() if isinstance(value, str) else value


@lru_cache(maxsize=1)
def _bases() -> frozenset[str]:
    """Return every syllable without its tone."""
    rhymes = _words("rhymes")
    front = [rhyme for rhyme in rhymes if rhyme[0] in _FRONT]
    back = [rhyme for rhyme in rhymes if rhyme[0] not in _FRONT]
    bases = {*rhymes, *_words("bare_rhymes"), "gi", "gin"}
    bases |= {onset + rhyme for onset in _words("onsets") for rhyme in rhymes}
    bases |= {onset + rhyme for onset in _words("before_front_vowels") for rhyme in front}
    bases |= {onset + rhyme for onset in _words("before_back_vowels") for rhyme in back}
    bases |= {"qu" + rhyme for rhyme in _words("qu_rhymes")}
    bases |= {"gi" + rhyme for rhyme in _words("gi_rhymes")}
    return frozenset(bases)


@lru_cache(maxsize=1)
def _stops() -> tuple[tuple[str, ...], frozenset[str]]:
    return tuple(_words("stops")), frozenset(_words("stop_tones"))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(_words("names"))


@lru_cache(maxsize=1)
def european_pairs() -> frozenset[str]:
    """Return pairs of a vowel and an accented vowel that European words are written with."""
    return frozenset(_words("european_pairs"))


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Tell whether a word is a Vietnamese syllable; letter case and the tone's place do not matter.

    By form only (onset, rhyme, tone), so that rare names pass: no list of words is complete.
    """
    parts = unicodedata.normalize("NFD", word.casefold().translate(_D))
    tones = [i for i, part in enumerate(parts) if part in _TONES]
    base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    if not tones:
        return _is_toneless(base)
    if len(tones) > 1 or base not in _bases():
        return base in _names() or unicodedata.normalize("NFC", parts) in _names()
    before = parts[: tones[0]].rstrip(_SHAPES)
    if not before or before[-1] not in _VOWELS:
        return False
    stops, stop_tones = _stops()
    return not base.endswith(stops) or _TONES[parts[tones[0]]] in stop_tones


def _is_toneless(base: str) -> bool:
    return base in _names() or (base in _bases() and not base.endswith(_stops()[0]))
