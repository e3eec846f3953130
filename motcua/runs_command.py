"""`motcua runs`: what the last runs did, step by step."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from ingestion.home import Home
from ingestion.messages import count, has_text, text
from ingestion.receipts import local_time
from ingestion.run_log import FinishedStep, last_runs
from ingestion.site import Site, load_site
from motcua.console import TIME, print_json, say, stdout, told
from motcua.options import DEFAULT_HOME, DEFAULT_SITE, AsJson, HomePath, SitePath

_MINUTE = 60
_STYLES = {"failed": "red", "skipped": "dim"}


def runs(
    last: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many runs, the newest last.")
    ] = 5,
    site: SitePath = DEFAULT_SITE,
    home: HomePath = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """What the last runs did: every step with its month, time, rows, files and outcome."""
    with told():
        opened = load_site(site)
        found = last_runs(Home(home.resolve()), last)
    if as_json:
        print_json([step for steps in found for step in steps])
    elif not found:
        say(text("runs.none"))
    else:
        _print(opened, found)


def _print(site: Site, found: list[list[FinishedStep]]) -> None:
    from motcua.terminal import table_of

    table = table_of("runs.columns")
    for steps in found:
        for number, step in enumerate(_joined(steps)):
            run = "" if number else f"{step.work} · {_word('by', step.by)}\n{step.run_id}"
            table.add_row(*map(escape, (run, *_cells(site, step))), style=_STYLES.get(step.outcome))
        table.add_section()
    stdout().print(table)
    for step in (step for steps in found for step in steps):
        if step.message:
            when = f"{local_time(step.began_at, site.zone):{TIME}}"
            say(text("runs.said", step=_word("step", step.step), when=when, message=step.message))


def _joined(steps: list[FinishedStep]) -> list[FinishedStep]:
    """The steps with the parts of one that ended alike as one: their time from first to last, their sums."""
    groups: dict[tuple[object, ...], list[FinishedStep]] = {}
    for step in steps:
        alone = step.part is None or step.outcome == "failed"
        key = step.record_id if alone else (step.outcome, step.try_number)
        groups.setdefault((step.step, step.period, key), []).append(step)
    return [parts[0] if len(parts) == 1 else _sum(parts) for parts in groups.values()]


def _sum(parts: list[FinishedStep]) -> FinishedStep:
    began = min(part.began_at for part in parts)
    ended = max(part.began_at + timedelta(seconds=part.seconds) for part in parts)
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    return replace(
        parts[0],
        part=text("runs.parts", number=count(len(parts))),
        began_at=began,
        seconds=(ended - began).total_seconds(),
        counts=dict(counts),
    )


def _cells(site: Site, step: FinishedStep) -> tuple[str, ...]:
    name = _word("step", step.step)
    tried = text("runs.try", number=step.try_number) if step.try_number > 1 else ""
    return (
        " · ".join(filter(None, (name, step.part, tried))),
        step.period or "",
        f"{local_time(step.began_at, site.zone):{TIME}}",
        _duration(step.seconds),
        *(_number(step, name) for name in ("rows_read", "rows_rejected")),
        _word("outcome", step.outcome),
    )


def _number(step: FinishedStep, name: str) -> str:
    return count(step.counts[name]) if name in step.counts else ""


def _word(kind: str, name: str) -> str:
    """The word for a code; the code itself where only another version of the program knows it."""
    key = f"runs.{kind}_{name}"
    return text(key) if has_text(key) else name


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return text("runs.seconds", seconds=f"{seconds:.1f}".replace(".", ","))
    minutes, rest = divmod(round(seconds), _MINUTE)
    if minutes < _MINUTE:
        return text("runs.minutes", minutes=minutes, seconds=rest)
    return text("runs.hours", hours=minutes // _MINUTE, minutes=minutes % _MINUTE)
