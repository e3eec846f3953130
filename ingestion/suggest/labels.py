"""What the labels of a file's columns say: known ones, and how near an unknown one comes."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log, sqrt
from pathlib import Path
from typing import Any

import yaml

from ingestion.text import bare_key, match_key

DROP, IGNORE = "drop", "ignore"
"""Places beside the canonical columns: personal data, and what is read past."""
_FILE = Path(__file__).with_name("known_labels.yml")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_SAME, _SAME_WORDS, _MISTYPED, _LIKE = 0.98, 0.95, 0.8, 0.9
_OTHER_HEAD = 0.6
_TYPING_ERROR, _TYPED_LETTERS = 0.75, 5
_PAIR_WEIGHT = 0.5


@dataclass(frozen=True)
class LabelMatch:
    """How well a label names a place (a canonical column, `DROP` or `IGNORE`): 0 to 1."""

    place: str
    score: float
    known: str


@dataclass(frozen=True)
class LabelBook:
    """Known labels by place. A site's own layouts add theirs, for they are what its units use."""

    known: tuple[tuple[str, str], ...]
    """Pairs of place and label."""
    abbreviations: Mapping[str, str]
    synonyms: tuple[tuple[str, str], ...]
    stop_words: frozenset[str]
    heads: Mapping[str, str]
    """First word of a label → what kind of thing it names."""
    _words: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _found: dict[str, list[LabelMatch]] = field(default_factory=dict, compare=False, repr=False)

    def matches(self, label: str) -> list[LabelMatch]:
        """Return how well a label names each place, the best first; places below 0.3 are left out."""
        if label not in self._found:
            self._found[label] = self._match(label)
        return self._found[label]

    def _match(self, label: str) -> list[LabelMatch]:
        key, words = match_key(label), self.words(label)
        weights = self._weights_of(words)
        best: dict[str, LabelMatch] = {}
        for place, known in self.known:
            score = self._score(key, words, weights, known)
            if score >= 0.3 and score > best.get(place, LabelMatch(place, 0, "")).score:
                best[place] = LabelMatch(place, score, known)
        return sorted(best.values(), key=lambda match: -match.score)

    def rank(self, place: str, known: str) -> int:
        """Return the position of a known label in its list: earlier ones win where all else is equal."""
        return self._ranks.get((place, known), len(self.known))

    def has_word(self, label: str) -> bool:
        """Tell whether any word of a label stands in a known one."""
        return any(word in self._rarity or word in self.stop_words for word in self.words(label))

    def words(self, label: str) -> tuple[str, ...]:
        """Return a label's words, bare of marks, with abbreviations and synonyms written out."""
        if label not in self._words:
            self._words[label] = self._split(label)
        return self._words[label]

    def _split(self, label: str) -> tuple[str, ...]:
        apart = _CAMEL.sub(" ", label) if " " not in label.strip() else label
        bare = [self.abbreviations.get(word, word) for word in _WORD.findall(bare_key(apart))]
        joined = f" {' '.join(bare)} "
        for said, meant in self.synonyms:
            joined = joined.replace(f" {said} ", f" {meant} ")
        kept = [word for word in joined.split() if word not in self.stop_words]
        return tuple(dict.fromkeys(kept or joined.split()))

    def _score(
        self,
        key: str,
        words: tuple[str, ...],
        weights: Mapping[str, float],
        known: str,
    ) -> float:
        if key == match_key(known):
            return _SAME
        other = self.words(known)
        if words and (words == other or "".join(words) == "".join(other)):
            return _SAME_WORDS
        shared = _cosine(weights, self._known_weights[known])
        if not self._is_same_head(words, other):
            shared *= _OTHER_HEAD
        return max(_LIKE * shared, _MISTYPED if self._is_mistyped(words, other) else 0.0)

    def _is_same_head(self, words: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """A number, a day, a name and a person of the same thing are four columns, not one."""
        said, meant = (self.heads.get(one[0]) if one else None for one in (words, other))
        return said is None or meant is None or said == meant

    def _is_mistyped(self, words: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """One longer word that nobody uses stands for one very like it; all else is the same.

        Words without marks are short and near each other («tạo», «trả»), so no more is forgiven.
        """
        if len(words) != len(other):
            return False
        differing = [pair for pair in zip(words, other, strict=True) if pair[0] != pair[1]]
        if len(differing) != 1:
            return False
        said, meant = differing[0]
        if len(said) < _TYPED_LETTERS or said in self._rarity:
            return False
        return SequenceMatcher(None, said, meant, autojunk=False).ratio() >= _TYPING_ERROR

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        return {pair: number for number, pair in enumerate(self.known)}

    @cached_property
    def _known_weights(self) -> dict[str, dict[str, float]]:
        return {label: self._weights_of(self.words(label)) for _, label in self.known}

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """A word counts the more, the fewer places use it: «hồ sơ» tells little, «hẹn» nearly all."""
        places: Counter[str] = Counter()
        for place in {place for place, _ in self.known}:
            said = {
                word for where, label in self.known if where == place for word in self.words(label)
            }
            places.update(said)
        count = len({place for place, _ in self.known})
        return {word: log(1 + count / number) for word, number in places.items()}

    def _weights_of(self, words: tuple[str, ...]) -> dict[str, float]:
        unknown = log(2 + len({place for place, _ in self.known}) / 2)
        weights = {word: self._rarity.get(word, unknown) for word in words}
        for one, two in pairwise(words):
            weights[f"{one} {two}"] = _PAIR_WEIGHT * (weights[one] + weights[two]) / 2
        return weights


def _cosine(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    product = sum(weight * two[word] for word, weight in one.items() if word in two)
    length = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in two.values()))
    return product / length if length else 0.0


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def known_labels(own: Iterable[tuple[str, str]] = ()) -> LabelBook:
    """Return the shipped labels (`known_labels.yml`) and a site's own, as pairs of place and label."""
    content = _file()
    shipped = [(place, label) for place, labels in content["columns"].items() for label in labels]
    shipped += [(place, label) for place in (DROP, IGNORE) for label in content[place]]
    return LabelBook(
        known=tuple(dict.fromkeys([*own, *shipped])),
        abbreviations=content["abbreviations"],
        synonyms=(
            *((said, meant) for said, meant in content["synonyms"]),
            *((said, said.replace(" ", "")) for said in content["compounds"]),
        ),
        stop_words=frozenset(content["stop_words"]),
        heads={word: kind for kind, words in content["heads"].items() for word in words},
    )
