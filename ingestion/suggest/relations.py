"""What the date columns of a table tell about each other: received first, then due and completed."""

from collections.abc import Mapping, Sequence
from datetime import date

from ingestion.suggest.content import Profile
from ingestion.suggest.dates import DateOrder, find_order

_MOSTLY = 0.5
_ALWAYS = 0.95
_BIRTH_DAYS = 3650
_ENOUGH = 3

Days = list[date | None]


def date_order(profiles: Mapping[int, Profile]) -> DateOrder:
    """Return the order in which the file's date columns are written."""
    written = [
        day
        for found in profiles.values()
        if found.share("date") >= _MOSTLY
        for day in found.dates
        if day is not None
    ]
    return find_order(written)


def date_roles(profiles: Mapping[int, Profile]) -> dict[int, dict[str, float]]:
    """Return, per date column, how much the rows speak for each role (−1: against it).

    Received is the day in the case code, or filled always and never after another date. Due is
    filled nearly always and not before received. Completed is blank for open cases. Returned is
    never before completed. ``birth``: years before all others, so no date of a case.
    """
    order = date_order(profiles).orders[0]
    days = {
        index: [written.day(order) if written else None for written in found.dates]
        for index, found in profiles.items()
        if found.share("date") >= _MOSTLY
    }
    codes = _code_days(profiles)
    roles: dict[int, dict[str, float]] = {index: {} for index in days}
    received = _received(days, profiles, codes)
    if received is None:
        return roles
    roles[received]["received_at"] = 0.8 if codes and _agrees(days[received], codes) else 0.55
    after = [index for index in days if index != received]
    for index in after:
        if _is_birth(days[received], days[index]):
            roles[index]["birth"] = 1.0
        elif _before(days[received], days[index]) < _MOSTLY:
            roles[index] |= {"due_at": -1.0, "completed_at": -1.0, "returned_at": -1.0}
    rest = [index for index in after if not roles[index]]
    _tell_apart(rest, days, profiles, roles)
    return roles


def _code_days(profiles: Mapping[int, Profile]) -> list[str | None]:
    """Return YYMMDD of each row's case code, from the column that has most of them."""
    found = max(
        profiles.values(), key=lambda one: sum(map(bool, one.code_days)), default=Profile(0)
    )
    return found.code_days if any(found.code_days) else []


def _agrees(days: Days, codes: Sequence[str | None]) -> bool:
    pairs = [(day, code) for day, code in zip(days, codes, strict=True) if day and code]
    same = sum(f"{day:%y%m%d}" == code for day, code in pairs)
    return len(pairs) >= _ENOUGH and same >= 0.8 * len(pairs)


def _received(
    days: Mapping[int, Days], profiles: Mapping[int, Profile], codes: Sequence[str | None]
) -> int | None:
    proven = [index for index in days if codes and _agrees(days[index], codes)]
    if proven:
        return proven[0]
    if len(days) < 2:
        return None
    always = [index for index in days if profiles[index].fill >= _ALWAYS]
    births = {index for index in always for other in days if _is_birth(days[other], days[index])}
    for index in always:
        others = [other for other in days if other != index and other not in births]
        if index not in births and all(_before(days[index], days[o]) >= _ALWAYS for o in others):
            return index if others else None
    return None


def _before(one: Days, two: Days) -> float:
    """Share of the rows with both dates in which the first is not after the second."""
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if a and b]
    return sum(a <= b for a, b in pairs) / len(pairs) if pairs else 1.0


def _is_birth(received: Days, other: Days) -> bool:
    pairs = [(a, b) for a, b in zip(received, other, strict=True) if a and b]
    far = sum((a - b).days > _BIRTH_DAYS for a, b in pairs)
    return len(pairs) >= _ENOUGH and far > 0.8 * len(pairs)


def _tell_apart(
    rest: Sequence[int],
    days: Mapping[int, Days],
    profiles: Mapping[int, Profile],
    roles: dict[int, dict[str, float]],
) -> None:
    """Due dates stand beside open cases too; of two finish columns the later one is the return."""
    full = [index for index in rest if profiles[index].fill >= 0.9]
    partly = [index for index in rest if profiles[index].fill < 0.9]
    if len(full) == 1 and partly:
        roles[full[0]]["due_at"] = 0.6
    if len(partly) == 1 and full:
        roles[partly[0]]["completed_at"] = 0.55
    if len(partly) == 2:
        one, two = sorted(partly, key=lambda index: -profiles[index].fill)
        if _before(days[one], days[two]) >= _ALWAYS:
            roles[one]["completed_at"] = 0.55
            roles[two]["returned_at"] = 0.55
