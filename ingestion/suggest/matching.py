"""Which column of a file is which canonical one: by its label, by its cells, or by both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingestion.decode.cells import cell_address
from ingestion.layouts import CANONICAL_COLUMNS
from ingestion.messages import text
from ingestion.suggest.content import Profile, profile
from ingestion.suggest.evidence import ACCEPTED, content_score
from ingestion.suggest.labels import DROP, IGNORE, LabelMatch
from ingestion.suggest.relations import date_roles
from ingestion.suggest.tables import Table, is_quotable
from ingestion.suggest.vocabulary import Vocabulary
from ingestion.text import match_key

REVIEWED = 0.75
"""Below this a drafted place is marked for review."""
_ACCEPTED_UNSEEN = 0.55
"""As `ACCEPTED`, where the cells say nothing for or against the label."""
_CERTAIN = 0.99
_CONTRADICTED = 0.35
_ONLY_FINISH = 0.7
_SECOND_CHOICE = 0.2
_MENTIONED = 0.3


@dataclass(frozen=True)
class ColumnGuess:
    """Where a column of the file goes. ``place``: canonical column, ``drop``, ``ignore`` or None.

    ``label`` is None where the header cell must not be quoted. ``other``: the place a person might
    consider when ``place`` is None.
    """

    index: int
    cell: str
    label: str | None
    place: str | None
    confidence: float
    reason: str
    other: str | None = None


@dataclass(frozen=True)
class _Candidate:
    index: int
    place: str
    label_score: float
    content_score: float
    confidence: float
    rank: int
    way: str
    is_only_finish: bool = False


def guess_columns(
    table: Table, vocabulary: Vocabulary
) -> tuple[list[ColumnGuess], dict[int, Profile]]:
    """Return a guess for every labelled column, left to right, and the columns' profiles."""
    profiles = {
        i: profile(table.cells(i), vocabulary) for i, ways in enumerate(table.labels) if ways
    }
    roles = date_roles(profiles)
    candidates = [
        candidate
        for index in profiles
        for candidate in _candidates(
            table, index, profiles[index], roles.get(index, {}), vocabulary
        )
    ]
    chosen = _one_finish_column(_choose(candidates))
    taken = {candidate.place for candidate in chosen.values()}
    guesses = [
        _guess(table, index, chosen.get(index), [c for c in candidates if c.index == index], taken)
        for index in profiles
    ]
    return guesses, profiles


def _candidates(
    table: Table,
    index: int,
    found: Profile,
    roles: Mapping[str, float],
    vocabulary: Vocabulary,
) -> list[_Candidate]:
    matches: dict[str, LabelMatch] = {}
    ways: dict[str, str] = {}
    for way in table.labels[index]:
        for match in vocabulary.book.matches(way) if is_quotable(way) else ():
            if match.score > matches.get(match.place, LabelMatch("", 0, "")).score:
                matches[match.place], ways[match.place] = match, way
    candidates = []
    for place in (*CANONICAL_COLUMNS, DROP, IGNORE):
        match = matches.get(place, LabelMatch(place, 0.0, ""))
        content = content_score(place, found, roles, match.score)
        confidence = _together(match.score, content)
        if confidence > 0:
            rank = vocabulary.book.rank(place, match.known)
            candidates.append(
                _Candidate(
                    index, place, match.score, content, confidence, rank, ways.get(place, "")
                )
            )
    return candidates


def _together(label: float, content: float) -> float:
    """Two independent signs are stronger than one; cells that speak against a label weaken it."""
    if content < 0:
        return round(label * _CONTRADICTED, 2)
    return min(_CERTAIN, round(1 - (1 - label) * (1 - content), 2))


def _choose(candidates: Sequence[_Candidate]) -> dict[int, _Candidate]:
    """Give each column one place and each canonical column one column, the surest first.

    A column whose own best place went to another gets a second place only if that is about as sure.
    """
    best: dict[int, float] = {}
    for candidate in candidates:
        best[candidate.index] = max(best.get(candidate.index, 0.0), candidate.confidence)
    chosen: dict[int, _Candidate] = {}
    taken: set[str] = set()
    for candidate in sorted(
        candidates, key=lambda c: (-c.confidence, -c.label_score, c.rank, c.index)
    ):
        least = ACCEPTED if candidate.content_score else _ACCEPTED_UNSEEN
        is_wild = candidate.confidence < max(least, best[candidate.index] - _SECOND_CHOICE)
        if is_wild or candidate.index in chosen or candidate.place in taken:
            continue
        chosen[candidate.index] = candidate
        if candidate.place not in (DROP, IGNORE):
            taken.add(candidate.place)
    return chosen


def _one_finish_column(chosen: dict[int, _Candidate]) -> dict[int, _Candidate]:
    """An export with one finish column fills ``completed_at`` by it, whatever its label says."""
    places = {candidate.place: index for index, candidate in chosen.items()}
    if "returned_at" in places and "completed_at" not in places:
        index = places["returned_at"]
        moved = chosen[index]
        sure = min(moved.confidence, _ONLY_FINISH)
        chosen[index] = replace(moved, place="completed_at", confidence=sure, is_only_finish=True)
    return chosen


def _guess(
    table: Table,
    index: int,
    chosen: _Candidate | None,
    candidates: Sequence[_Candidate],
    taken: set[str],
) -> ColumnGuess:
    cell = cell_address(table.number + table.size - 1, index + table.sheet.first_column)
    label = _written_label(table, index, chosen.way if chosen else "")
    if label is None:
        return ColumnGuess(index, cell, None, None, 0.0, text("suggest.why_hidden"))
    if chosen is None:
        best = max(candidates, key=lambda c: c.confidence, default=None)
        if best is None or best.confidence < _MENTIONED:
            return ColumnGuess(index, cell, label, None, 0.0, text("suggest.why_none"))
        key = "suggest.why_taken" if best.place in taken else "suggest.why_weak"
        reason = text(key, place=best.place)
        return ColumnGuess(index, cell, label, None, best.confidence, reason, best.place)
    return ColumnGuess(index, cell, label, chosen.place, chosen.confidence, _reason(chosen))


def _reason(chosen: _Candidate) -> str:
    if chosen.is_only_finish:
        return text("suggest.why_finish")
    has_label = chosen.label_score >= 0.3
    if has_label and chosen.content_score < 0:
        return text("suggest.why_contradicted")
    if has_label and chosen.content_score > 0:
        return text("suggest.why_both")
    return text("suggest.why_label" if has_label else "suggest.why_content")


def _written_label(table: Table, index: int, way: str) -> str | None:
    """Return the label as the layout should name it: the way it was known by, if no other column
    can be read so too; else the fullest way. None where it must not be quoted.
    """
    ways = table.labels[index]
    others = {
        match_key(other)
        for place, theirs in enumerate(table.labels)
        if place != index
        for other in theirs
    }
    wanted = [way, *ways] if way else ways
    best = next((one for one in wanted if match_key(one) not in others), ways[0])
    return best if is_quotable(best) else None
