"""Domain §2 read aloud in plain Python, part three: late rates and ranks, as then and as today."""

from collections import Counter
from fractions import Fraction

from tests.laws.oracle import Truth, months
from tests.laws.oracle_rows import Reference, ended_before, shift

POLICIES = {
    "strict": (
        ("resolved_late",),
        ("resolved_early", "resolved_on_time", "resolved_late"),
    ),
    "kstt": (
        ("resolved_late",),
        (
            "resolved_early",
            "resolved_on_time",
            "resolved_late",
            "resolved_no_due",
            "withdrawn",
            "refused",
        ),
    ),
    "with_pending": (
        ("resolved_late", "pending_overdue"),
        ("resolved_early", "resolved_on_time", "resolved_late", "pending_overdue"),
    ),
}
Ranked = dict[tuple[str, ...], tuple[int, int, int]]
"""(policy, calendar, kind, period, scope, member) -> (numerator, denominator, rank)."""


def today(reference: Reference, code: str, newest: str) -> str:
    """Who holds a unit's work at the newest month's end: on a split the first one named."""
    while ended_before(reference.unit(code), newest) and reference.unit(code).successors:
        code = reference.unit(code).successors[0]
    return code


def level(reference: Reference, code: str, month: str) -> str:
    """The unit's level at the month's end; after its end the last one it had."""
    return [name for since, name in reference.unit(code).levels if since <= month][-1]


def ending_in(month: str) -> list[tuple[str, str, str]]:
    """The periods whose last month this is, as (kind, period, first month)."""
    year, number = month[:4], int(month[5:])
    found = [("month", month, month), ("ytd", month, f"{year}-01")]
    for kind, length, mark in (("quarter", 3, "Q"), ("half", 6, "H")):
        if number % length == 0:
            period = f"{year}-{mark}{number // length}"
            found.append((kind, period, shift(month, 1 - length)))
    if number == 9:
        found.append(("nine_months", f"{year}-9M", f"{year}-01"))
    if number == 12:
        found.append(("year", year, f"{year}-01"))
    return found


def ranked(reference: Reference, truth: Truth) -> Ranked:
    """Every rate that has a denominator, with its rank: the ended periods of both calendars."""
    if not truth.reported:
        return {}
    newest = max(month for month, _ in truth.reported)
    found: Ranked = {}
    for calendar in ("calendar", "d15"):
        for month in months(min(truth.first_periods.values()), newest):
            for kind, period, start in ending_in(month):
                counts = reported_counts(truth, calendar, start, month)
                for scope, members in scopes(reference, counts, month, newest).items():
                    for policy, parts in POLICIES.items():
                        for member, figures in competition(members, parts).items():
                            found[policy, calendar, kind, period, scope, member] = figures
    return found


def reported_counts(
    truth: Truth, calendar: str, start: str, end: str
) -> dict[tuple[str, str], Counter[str]]:
    """(unit, sector) -> counts of the months start..end: flows added up, stocks of the last one.

    Only units that reported in one of them: year to date is NULL only if none of its months was
    reported.
    """
    span = months(start, end)
    sums: dict[tuple[str, str], Counter[str]] = {}
    for (named, period, unit, sector), counter in truth.counts.items():
        if named != calendar or period not in span:
            continue
        if not any(truth.reported.get((month, unit)) for month in span):
            continue
        for name, count in counter.items():
            if not name.startswith("pending_") or period == end:
                sums.setdefault((unit, sector), Counter())[name.removesuffix("_count")] += count
    return sums


def scopes(
    reference: Reference, counts: dict[tuple[str, str], Counter[str]], period: str, newest: str
) -> dict[str, dict[str, Counter[str]]]:
    """The same counts added up by unit as then, unit as today, level as then, and sector."""
    added: dict[str, dict[str, Counter[str]]] = {}
    for (unit, sector), counter in counts.items():
        for scope, member in (
            ("unit", unit),
            ("unit_as_today", today(reference, unit, newest)),
            ("unit_level", level(reference, unit, period)),
            ("sector", sector),
        ):
            added.setdefault(scope, {}).setdefault(member, Counter()).update(counter)
    return added


def competition(
    members: dict[str, Counter[str]], parts: tuple[tuple[str, ...], tuple[str, ...]]
) -> dict[str, tuple[int, int, int]]:
    """1 = worst; competition ranks (1, 2, 2, 4) on exact fractions; no denominator, no rank."""
    sums = {
        member: (sum(counter[n] for n in parts[0]), sum(counter[n] for n in parts[1]))
        for member, counter in members.items()
    }
    rates = {member: Fraction(n, d) for member, (n, d) in sums.items() if d}
    return {
        member: (*sums[member], 1 + sum(other > rate for other in rates.values()))
        for member, rate in rates.items()
    }
