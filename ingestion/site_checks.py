"""Checks across a site's files: references that lead nowhere, overlaps, ambiguous names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from ingestion.layouts import Layout
from ingestion.messages import text
from ingestion.operations import FILE as OPERATIONS_FILE
from ingestion.operations import Operations
from ingestion.reference import (
    MEASURES,
    SHIPPED_POLICIES,
    CalendarDay,
    NotUpdated,
    OverdueCause,
    Policy,
    Procedure,
    RuleSeverity,
    Sector,
    Unit,
    Waiver,
)
from ingestion.settings import Settings
from ingestion.site_files import Problems, YamlFile
from ingestion.sources import SourcesFile
from ingestion.text import match_key

Rows = Sequence[tuple[int, Unit]]


@dataclass(frozen=True)
class Reference:
    """The rows of ``reference/*.csv``, each with its line number."""

    units: Rows
    sectors: Sequence[tuple[int, Sector]]
    procedures: Sequence[tuple[int, Procedure]]
    policies: Sequence[tuple[int, Policy]]
    waivers: Sequence[tuple[int, Waiver]]
    rules: Sequence[tuple[int, RuleSeverity]]
    calendar_overlay: Sequence[tuple[int, CalendarDay]]
    not_updated: Sequence[tuple[int, NotUpdated]]
    overdue_causes: Sequence[tuple[int, OverdueCause]]

    @property
    def versions(self) -> dict[str, list[Unit]]:
        """The versions in time of each unit code."""
        by_code: dict[str, list[Unit]] = {}
        for _, unit in self.units:
            by_code.setdefault(unit.code, []).append(unit)
        return by_code


def check_reference(problems: Problems, reference: Reference, settings: Settings | None) -> None:
    """Note what is wrong among the reference rows."""
    units, policies = reference.units, reference.policies
    _check_unit_links(problems, units, settings.authority.code if settings else None)
    _check_unit_overlaps(problems, units)
    _check_names(problems, units)
    _check_namespaces(problems, units)
    for name, rows in (("sectors", reference.sectors), ("procedures", reference.procedures)):
        _check_unique(problems, f"{name}.csv", [(line, row.code) for line, row in rows])
    _check_procedure_units(problems, reference.procedures, set(reference.versions))
    _check_unique(problems, "policies.csv", [(line, row.policy_code) for line, row in policies])
    days = [(line, row.date.isoformat()) for line, row in reference.calendar_overlay]
    _check_unique(problems, "calendar_overlay.csv", days)
    for line, _ in reference.not_updated[1:]:
        file = problems.directory / "reference" / "not_updated.csv"
        problems.add(file, text("site.one_row"), line=line)
    _check_causes(problems, reference.overdue_causes)
    _check_policies(problems, policies, settings)
    _check_waivers(problems, reference.waivers, set(reference.versions))
    _check_severities(problems, reference.rules, set(reference.versions))


def _check_unit_links(problems: Problems, units: Rows, authority: str | None) -> None:
    file = problems.directory / "reference" / "units.csv"
    codes = {unit.code for _, unit in units}
    for line, unit in units:
        for successor in unit.successors:
            if successor not in codes:
                message = text("site.unknown_unit", code=successor, hint=nearest(successor, codes))
                problems.add(file, message, line=line, key="successor")
            if successor == unit.code:
                problems.add(file, text("site.own_successor"), line=line, key="successor")
        if unit.successors and unit.valid_to is None:
            problems.add(file, text("site.successor_without_end"), line=line, key="valid_to")
        if unit.parent and unit.parent not in codes and unit.parent != authority:
            message = text("site.unknown_unit", code=unit.parent, hint=nearest(unit.parent, codes))
            problems.add(file, message, line=line, key="parent")


def _check_unit_overlaps(problems: Problems, units: Rows) -> None:
    file = problems.directory / "reference" / "units.csv"
    versions: dict[str, list[tuple[int, Unit]]] = {}
    for line, unit in units:
        versions.setdefault(unit.code, []).append((line, unit))
    for code, rows in versions.items():
        for (first_line, first), (line, second) in combinations(rows, 2):
            if first.overlaps(second):
                message = text("site.unit_overlap", code=code, line=first_line)
                problems.add(file, message, line=line, key="valid_from")


def _check_names(problems: Problems, units: Rows) -> None:
    """Find names and aliases that two units share on a common day: rows could mean either."""
    file = problems.directory / "reference" / "units.csv"
    holders: dict[str, list[tuple[int, Unit, str]]] = {}
    for line, unit in units:
        own = {match_key(label): label for label in (unit.code, unit.name, *unit.aliases)}
        for key, label in own.items():
            holders.setdefault(key, []).append((line, unit, label))
    for rows in holders.values():
        for (first_line, first, _), (line, second, label) in combinations(rows, 2):
            if first.code != second.code and first.overlaps(second):
                message = text("site.shared_name", label=label, first=first.code, line=first_line)
                problems.add(file, message, line=line, key=second.code)


def _check_namespaces(problems: Problems, units: Rows) -> None:
    """Ask for ``case_namespace`` where a successor cannot inherit one (domain §2, identity)."""
    file = problems.directory / "reference" / "units.csv"
    own = {unit.code: unit.case_namespace for _, unit in units if unit.case_namespace}
    predecessors: dict[str, set[str]] = {}
    for _, unit in units:
        for successor in unit.successors:
            predecessors.setdefault(successor, set()).add(unit.code)
    first_lines: dict[str, int] = {}
    for line, unit in units:
        first_lines.setdefault(unit.code, line)
    for code, before in predecessors.items():
        if code in own or code not in first_lines:
            continue
        shared = {own.get(predecessor) for predecessor in before}
        if len(shared) > 1 or None in shared:
            message = text(
                "site.namespace_needed", code=code, predecessors=", ".join(sorted(before))
            )
            problems.add(file, message, line=first_lines[code], key="case_namespace")


def _check_causes(problems: Problems, causes: Sequence[tuple[int, OverdueCause]]) -> None:
    """Each code once, and no text that means two causes."""
    _check_unique(problems, "overdue_causes.csv", [(line, cause.code) for line, cause in causes])
    labels = {
        (line, match_key(label)) for line, cause in causes for label in (cause.name, *cause.aliases)
    }
    _check_unique(problems, "overdue_causes.csv", sorted(labels))


def _check_unique(problems: Problems, name: str, codes: Iterable[tuple[int, str]]) -> None:
    first_lines: dict[str, int] = {}
    for line, code in codes:
        if code in first_lines:
            message = text("site.repeated_code", code=code, line=first_lines[code])
            problems.add(problems.directory / "reference" / name, message, line=line)
        first_lines.setdefault(code, line)


def _check_procedure_units(
    problems: Problems, procedures: Sequence[tuple[int, Procedure]], codes: set[str]
) -> None:
    file = problems.directory / "reference" / "procedures.csv"
    for line, procedure in procedures:
        for code in procedure.units:
            if codes and code not in codes:
                message = text("site.unknown_unit", code=code, hint=nearest(code, codes))
                problems.add(file, message, line=line, key="units")


def _check_policies(
    problems: Problems, policies: Sequence[tuple[int, Policy]], settings: Settings | None
) -> None:
    file = problems.directory / "reference" / "policies.csv"
    for line, policy in policies:
        for key in ("numerator", "denominator"):
            for measure in getattr(policy, key):
                if measure not in MEASURES:
                    message = text(
                        "site.unknown_measure",
                        measure=measure,
                        hint=nearest(measure, MEASURES),
                        known=", ".join(sorted(MEASURES)),
                    )
                    problems.add(file, message, line=line, key=key)
    known = SHIPPED_POLICIES | {policy.policy_code for _, policy in policies}
    if settings and settings.default_policy not in known:
        message = text(
            "site.unknown_policy", code=settings.default_policy, known=", ".join(sorted(known))
        )
        problems.add(problems.directory / "site.yml", message, key="default_policy")


def _check_waivers(
    problems: Problems, waivers: Sequence[tuple[int, Waiver]], codes: set[str]
) -> None:
    file = problems.directory / "reference" / "waivers.csv"
    for line, waiver in waivers:
        if waiver.unit_code and waiver.unit_code not in codes:
            hint = nearest(waiver.unit_code, codes)
            message = text("site.unknown_unit", code=waiver.unit_code, hint=hint)
            problems.add(file, message, line=line, key="unit_code")
        if waiver.valid_from > waiver.valid_to:
            problems.add(file, text("site.dates_swapped"), line=line, key="valid_to")


def _check_severities(
    problems: Problems, rules: Sequence[tuple[int, RuleSeverity]], codes: set[str]
) -> None:
    """Find unknown units, and two lines that say how severe one rule is from one month on."""
    file = problems.directory / "reference" / "rules.csv"
    first_lines: dict[tuple[str, str | None, str], int] = {}
    for line, rule in rules:
        if rule.unit_code and rule.unit_code not in codes:
            hint = nearest(rule.unit_code, codes)
            message = text("site.unknown_unit", code=rule.unit_code, hint=hint)
            problems.add(file, message, line=line, key="unit_code")
        key = (rule.rule_id, rule.unit_code, rule.from_period)
        if key in first_lines:
            message = text("rule.repeated", rule=rule.rule_id, line=first_lines[key])
            problems.add(file, message, line=line, key="from_period")
        first_lines.setdefault(key, line)


def check_operations(problems: Problems, operations: Operations, codes: Iterable[str]) -> None:
    """Note units that are written to and are none of this site's."""
    known = set(codes)
    for code in operations.mail.units:
        if code not in known:
            message = text("site.unknown_unit", code=code, hint=nearest(code, known))
            problems.add(problems.directory / OPERATIONS_FILE, message, key=f"mail.units.{code}")


def check_sources(
    problems: Problems,
    file: YamlFile,
    sources: SourcesFile,
    reference: Reference,
    layouts: Mapping[str, Layout],
) -> None:
    """Note what is wrong among the sources: unknown units or layouts, overlapping entries."""
    codes = set(reference.versions)
    _check_layout_names(problems, file, ("defaults",), sources.defaults.layouts, layouts)
    by_unit: dict[tuple[str, str], list[int]] = {}
    for index, entry in enumerate(sources.units):
        at: tuple[str | int, ...] = ("units", index)
        # Without a readable unit list every code would be unknown; that is told once.
        if codes and entry.unit not in codes:
            message = text("site.unknown_unit", code=entry.unit, hint=nearest(entry.unit, codes))
            problems.add(file.path, message, line=file.line(at), key="unit")
        has_layout = sources.defaults.layouts if entry.layouts is None else entry.layouts
        if entry.feed == "cases" and not has_layout:
            message = text("site.source_without_layout", unit=entry.unit)
            problems.add(file.path, message, line=file.line(at), key="layouts")
        _check_layout_names(problems, file, at, entry.layouts or (), layouts)
        by_unit.setdefault((entry.unit, entry.feed), []).append(index)
    for (unit, _), indexes in by_unit.items():
        for first, second in combinations(indexes, 2):
            one, two = sources.units[first], sources.units[second]
            starts = max(one.valid_from or "0000-01", two.valid_from or "0000-01")
            if starts <= min(one.valid_to or "9999-12", two.valid_to or "9999-12"):
                message = text("site.source_overlap", unit=unit)
                problems.add(file.path, message, line=file.line(("units", second)), key="unit")


def _check_layout_names(
    problems: Problems,
    file: YamlFile,
    at: tuple[str | int, ...],
    names: Iterable[str],
    layouts: Mapping[str, Layout],
) -> None:
    for name in names:
        # A layout that is itself broken is in no list; its own problems are told once.
        exists = (problems.directory / "layouts" / f"{name}.yml").is_file()
        if name not in layouts and not exists:
            message = text("site.unknown_layout", name=name, hint=nearest(name, layouts))
            problems.add(file.path, message, line=file.line((*at, "layouts")), key="layouts")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint naming the known text nearest to ``name``; empty when none is near."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return text("site.hint_nearest", name=matches[0]) if matches else ""
