"""A failing site made small enough to read: files and rows are taken away while it still fails."""

from collections.abc import Callable
from dataclasses import replace

from tests.laws.site_strategy import Plan

_TRIES = 60


def explain(plan: Plan, check: Callable[[Plan], list[str]]) -> str:
    """What `check` finds, or "" when it finds nothing; then of the smallest failing site, with the site."""
    found = check(plan)
    if not found:
        return ""
    small = _smaller(plan, check)
    return "\n".join([*check(small), "on this site:", *_shown(small)])


def _smaller(plan: Plan, check: Callable[[Plan], list[str]]) -> Plan:
    """Take away one file or one code at a time, while a finding remains."""
    tries = 0
    moved = True
    while moved:
        moved = False
        for candidate in _candidates(plan):
            tries += 1
            if tries > _TRIES:
                return plan
            if check(candidate):
                plan, moved = candidate, True
                break
    return plan


def _candidates(plan: Plan) -> list[Plan]:
    sendings = plan.sendings
    fewer = [replace(plan, sendings=sendings[:i] + sendings[i + 1 :]) for i in range(len(sendings))]
    codes = {dict(row)["case_code"] for sending in sendings for row in sending.rows}
    for code in sorted(codes, key=str):
        kept = tuple(
            replace(s, rows=tuple(r for r in s.rows if dict(r)["case_code"] != code))
            for s in sendings
        )
        fewer.append(replace(plan, sendings=kept))
    # The largest steps first: whole cases are most of what can go.
    return fewer[len(sendings) :] + fewer[: len(sendings)]


def _shown(plan: Plan) -> list[str]:
    lines = [f"  {unit}" for unit in plan.reference.units]
    lines.append(f"  {plan.layouts}")
    for sending in plan.sendings:
        lines.append(f"  {sending.unit} {sending.period} {sending.mode} {sending.layout}")
        for row in sending.rows:
            lines.append(f"      { {name: value for name, value in row if value} }")
    return lines
