"""Which encoding a column is written in: by score, with a margin, or not decided."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ingestion.decode.legacy.codes import LEGACY, TWICE, is_foreign, read_as
from ingestion.decode.legacy.scoring import GOOD, LOST, UNICODE, penalties, pieces

PRIOR = 3.0
"""Most files are Unicode, so a legacy encoding must earn this first."""
MARGIN = 5.0
"""The best reading must be better than any other by this: about 150 times likelier."""
GOOD_SHARE = 0.9
"""So many of its pieces must be good syllables in the encoding; names and slips are the rest."""
_ENOUGH = 5
"""From so many pieces on one may be bad whatever its share."""
_BROKEN = -8.0
_BROKEN_SHARE = 0.5

Standing = Literal["plain", "decided", "ambiguous", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """What a column is written in.

    ``standing``: ``plain`` (nothing to decide, or Unicode), ``decided`` (``encoding`` is not
    Unicode), ``ambiguous`` (good Vietnamese as it stands, and by a legacy encoding as well),
    ``undecided`` (kept as it stands). ``example``: a value that shows why it could not be decided.
    """

    standing: Standing
    encoding: str = UNICODE
    example: str | None = None


def decide(values: Sequence[str], *, is_expected: str | None = None) -> Verdict:
    """Return the verdict on a column's distinct values.

    ``is_expected``: the legacy encoding that the rest of the file is written in. It is taken where
    the column reads well in it and not as well in any other way, without the margin.
    """
    found = pieces(values)
    if not found:
        return Verdict("plain")
    return (
        _twice_encoded(values)
        or _in_legacy(values, found, is_expected)
        or _as_it_stands(values, found)
    )


def _in_legacy(values: Sequence[str], found: set[str], is_expected: str | None) -> Verdict | None:
    """Return the verdict on a column that a legacy encoding reads well and clearly best."""
    totals = _totals(found)
    ranked = sorted(_candidates(found), key=lambda name: (-totals[name], name != is_expected))
    if not ranked or any(map(is_foreign, found)) or not _reads_well(found, ranked[0]):
        return None
    best, *others = ranked
    second = max((totals[name] for name in others), default=-math.inf)
    is_clear = totals[best] - max(second, totals[UNICODE] + PRIOR) >= MARGIN
    if not is_clear and not (best == is_expected and totals[best] > totals[UNICODE]):
        return None
    stray = _stray(values, best)
    return Verdict("undecided", example=stray) if stray else Verdict("decided", best)


def _candidates(found: Iterable[str]) -> list[str]:
    return [name for name in LEGACY if any(read_as(piece, name) != piece for piece in found)]


def _as_it_stands(values: Sequence[str], found: set[str]) -> Verdict:
    """Return the verdict on a column that is kept: Unicode, both ways good, or not to be told."""
    totals = _totals(found)
    candidates = _candidates(found)
    best = max((totals[name] for name in candidates), default=-math.inf)
    is_doubtful = totals[UNICODE] + PRIOR < best or _is_broken(found)
    example = _worst(values) if is_doubtful else _stray(values, UNICODE)
    if example is not None:
        return Verdict("undecided", example=example)
    if totals[UNICODE] == best == 0.0:
        return Verdict("ambiguous", example=_worst(values))
    return Verdict("plain")


def best_reading(text: str) -> str:
    """Return the encoding in which one short text reads best; Unicode where none is better."""
    found = pieces((text,))
    if not found or any(map(is_foreign, found)):
        return UNICODE
    if read_as(text, TWICE) != text:
        return TWICE
    totals = _totals(found)
    return max((UNICODE, *LEGACY), key=lambda name: totals[name])


def _twice_encoded(values: Iterable[str]) -> Verdict | None:
    """Return the verdict on a column that holds UTF-8 bytes taken for letters, else None.

    Letters that happen to be UTF-8 as bytes are so rare that no score is needed.
    """
    changed = [(value, read_as(value, TWICE) != value) for value in values if not value.isascii()]
    if all(is_changed for _, is_changed in changed):
        return Verdict("decided", TWICE)
    example = next((value for value, is_changed in changed if is_changed), None)
    return None if example is None else Verdict("undecided", example=example)


def _totals(found: Iterable[str]) -> dict[str, float]:
    judged = [penalties(piece) for piece in found]
    return {name: sum(by_name[name] for by_name in judged) for name in (UNICODE, *LEGACY)}


def _reads_well(found: Iterable[str], encoding: str) -> bool:
    well = [penalties(piece)[encoding] >= GOOD for piece in found]
    allowed = max((1 - GOOD_SHARE) * len(well), 1 if len(well) >= _ENOUGH else 0)
    return len(well) - sum(well) <= allowed


def _is_broken(found: Iterable[str]) -> bool:
    """Tell whether letters were lost, or most pieces are no words in Unicode."""
    if any(LOST in piece for piece in found):
        return True
    broken = [penalties(piece)[UNICODE] <= _BROKEN for piece in found]
    return sum(broken) > _BROKEN_SHARE * len(broken)


def _stray(values: Iterable[str], encoding: str) -> str | None:
    """Return the first value that is plainly written in another way than the column, if any."""
    needed = MARGIN + (PRIOR if encoding == UNICODE else 0.0)
    for value in values:
        found = pieces((value,))
        # What reads without great loss need not be compared.
        if found and sum(penalties(piece)[encoding] for piece in found) <= -needed:
            totals = _totals(found)
            if max(totals.values()) - totals[encoding] >= needed:
                return value
    return None


def _worst(values: Iterable[str]) -> str | None:
    """Return the value that reads worst as it stands."""
    return min(
        (value for value in values if not value.isascii()),
        key=lambda value: sum(penalties(piece)[UNICODE] for piece in pieces((value,))),
    )
