"""How much the cells of a column speak for a place: −1 against it, 0 nothing, up to 1 for it."""

from collections.abc import Mapping

from ingestion.suggest.content import Profile
from ingestion.suggest.labels import DROP, IGNORE

DATE_COLUMNS = ("received_at", "due_at", "completed_at", "returned_at")
ACCEPTED = 0.5
"""A place is drafted from this confidence on; below it a person is asked."""
_SURE_LABEL = 0.95
_AGREES = 0.3
"""The right kind of value, which other columns hold too: it only backs a label."""
_AGAINST = -1.0
_VALUES = {
    "unit": 0.85,
    "sector": 0.85,
    "sector_code": 0.85,
    "procedure": 0.85,
    "procedure_code": 0.85,
    "status": 0.85,
    "channel": 0.8,
    "service_level": 0.7,
}
"""Evidence of known values; the channel's and the level's few words stand in other columns too."""
_CODES = ("sector_code", "procedure_code")
_YES_NO = ("paid_online", "digitised", "result_digitised", "reused", "joint")
_CHOICES = ("status", "channel", "service_level", "sector")
_CHOICE_VARIETY, _CHOICE_ROWS = 0.8, 30


def content_score(place: str, found: Profile, roles: Mapping[str, float], label: float) -> float:
    """Return what the cells of a column say of a place whose label scored ``label``.

    ``roles``: what its dates say beside the other columns' (`relations.date_roles`).
    """
    if not found.filled:
        return 0.0
    if place == DROP:
        return _personal(found, roles)
    if place == IGNORE:
        return 0.9 if found.is_running else 0.0
    return _canonical(place, found, roles, label)


def _canonical(place: str, found: Profile, roles: Mapping[str, float], label: float) -> float:
    is_sure_code = place == "case_code" and label >= _SURE_LABEL
    if found.is_personal and not is_sure_code:
        return _AGAINST
    if place in DATE_COLUMNS:
        return _as_date(place, found, roles, label)
    if found.share("date") > 0.5:
        return _AGAINST
    if place in _VALUES:
        return _as_value(place, found)
    return _as_code(found) if place == "case_code" else _as_other(place, found, label)


def _personal(found: Profile, roles: Mapping[str, float]) -> float:
    if found.is_personal:
        return 0.9
    if roles.get("birth"):
        return 0.8
    if found.share("address") >= 0.5:
        return 0.7
    # Names that hardly repeat are applicants'; officials' come back row after row.
    return 0.6 if found.share("person") >= 0.7 and found.variety > 0.5 else 0.0


def _as_date(place: str, found: Profile, roles: Mapping[str, float], label: float) -> float:
    evidence = roles.get(place, 0.0)
    if found.share("date") < 0.5 or roles.get("birth") or evidence < 0:
        return _AGAINST
    return max(evidence, _AGREES if label >= ACCEPTED else 0.0)


def _as_code(found: Profile) -> float:
    if found.share("case_code") >= 0.6:
        return 0.85
    if found.share("digit") < 0.5 or found.is_running:
        return _AGAINST
    return _AGREES if found.variety > 0.9 else 0.0


def _as_value(place: str, found: Profile) -> float:
    if max(found.share(f"known_{place}"), found.share(place)) >= 0.5:
        return _VALUES[place]
    is_name = place not in _CODES and found.share("person") >= 0.7
    is_free = found.variety > _CHOICE_VARIETY and found.filled >= _CHOICE_ROWS
    if found.is_running or is_name or (place in _CHOICES and is_free):
        return _AGAINST
    return 0.0


def _as_other(place: str, found: Profile, label: float) -> float:
    if place == "fee" and found.share("number") < 0.8:
        return _AGAINST
    kinds = {"fee": "number", "official": "person", **dict.fromkeys(_YES_NO, "yes_no")}
    is_kind = place in kinds and found.share(kinds[place]) >= 0.5
    return _AGREES if is_kind and label >= ACCEPTED else 0.0
