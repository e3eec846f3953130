"""What a site writes that leans on shipped lists (severities, waivers, measures), checked against them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.messages import text
from ingestion.reference import RuleSeverity, Waiver
from ingestion.site import Site, SiteError
from ingestion.site_checks import nearest
from ingestion.site_files import Problems, read_table
from warehouse.index_inputs import note_unknown_measures
from warehouse.revision import CODE

SEEDS = CODE / "dbt_project" / "seeds"


@dataclass(frozen=True)
class RowRule:
    """A shipped rule. ``scope``: only a rule on rows can reject one; a finding on a case or a file comes after."""

    rule_id: str
    scope: str
    is_waivable: bool
    is_rejecting: bool


def read_rules() -> dict[str, RowRule]:
    """The shipped rules on rows of cases and of registers by id; of several lines of a rule, all count."""
    rules: dict[str, RowRule] = {}
    for name in ("row_rule.csv", "register_rule.csv"):
        with (SEEDS / name).open(encoding="utf-8", newline="") as handle:
            for line in csv.DictReader(handle):
                known = rules.get(line["rule_id"])
                rules[line["rule_id"]] = RowRule(
                    rule_id=line["rule_id"],
                    scope=line.get("scope", "row"),
                    is_waivable=line["is_waivable"] == "true",
                    is_rejecting=line["severity"] == "reject" or bool(known and known.is_rejecting),
                )
    return rules


def check_rules(site: Site) -> None:
    """Raise SiteError, with every line that is wrong, for what leans on nothing that is shipped.

    A waiver or severity that cannot be given, and a target or criterion of an unknown measure.

    A rule without which no figure can be made is neither waived nor loosened, and a finding that
    needs a case's history, or the whole file, cannot reject a row.
    """
    problems = Problems(site.directory)
    rules = read_rules()
    folder = site.directory / "reference"
    for line, waiver in read_table(folder / "waivers.csv", Waiver, problems):
        message = _waiver_problem(waiver, rules)
        if message:
            problems.add(folder / "waivers.csv", message, line=line, key="rule_id")
    for line, row in read_table(folder / "rules.csv", RuleSeverity, problems):
        key, message = _severity_problem(row, rules)
        if message:
            problems.add(folder / "rules.csv", message, line=line, key=key)
    note_unknown_measures(problems)
    if problems.found:
        raise SiteError(problems.found)


def _waiver_problem(waiver: Waiver, rules: Mapping[str, RowRule]) -> str | None:
    rule = rules.get(waiver.rule_id)
    if rule is None:
        return _unknown(waiver.rule_id, rules)
    if not rule.is_waivable:
        known = ", ".join(sorted(r.rule_id for r in rules.values() if r.is_waivable))
        return text("rule.not_waivable", rule=rule.rule_id, known=known)
    return None


def _severity_problem(row: RuleSeverity, rules: Mapping[str, RowRule]) -> tuple[str, str | None]:
    rule = rules.get(row.rule_id)
    if rule is None:
        return "rule_id", _unknown(row.rule_id, rules)
    if rule.is_rejecting and not rule.is_waivable and row.severity != "reject":
        return "severity", text("rule.not_loosened", rule=rule.rule_id)
    if rule.scope != "row" and row.severity == "reject":
        return "severity", text("rule.never_rejects", rule=rule.rule_id)
    return "", None


def _unknown(name: str, rules: Mapping[str, RowRule]) -> str:
    return text("rule.unknown", rule=name, hint=nearest(name, rules))
