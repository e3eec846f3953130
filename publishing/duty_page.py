"""The table of `docs/duties.md`: every duty with its tables, columns and input, from the seeds.

`python -m publishing.duty_page` writes it anew between the marks of the page; the text around it is
written by hand.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.registers.definitions import load_registers

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "dbt_project" / "seeds"
PAGE = ROOT / "docs" / "duties.md"
START, END = "<!-- made from seeds/duty.csv -->", "<!-- end -->"
_HEADINGS = (
    "Duty", "Letter, item", "Asks for", "Measures", "Tables: columns", "Input", "Units", "From",
    "Figure of the",
)  # fmt: skip
_PERIOD_KINDS = {"month": "month", "ytd": "year to date", "half": "newest half-year"}


@dataclass(frozen=True)
class Part:
    """`table: column, column` of a list: where detail stands, or what an input needs.

    A column may be narrowed to a value (`obligation_kind=rating_list`).
    """

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Duty:
    """One row of `seeds/duty.csv`."""

    code: str
    items: tuple[str, ...]
    name: str
    measures: tuple[str, ...]
    period_kind: str
    unit_levels: tuple[str, ...]
    from_period: str
    to_period: str
    target_codes: tuple[str, ...]
    obligation_kind: str
    detail: tuple[Part, ...]
    inputs: tuple[Part, ...]


def read_duties() -> tuple[Duty, ...]:
    """All duties of the seed, in its order."""
    return tuple(
        Duty(
            code=row["duty_code"],
            items=_split(row["items"]),
            name=row["duty_name"],
            measures=_split(row["measure_codes"]),
            period_kind=row["period_kind"],
            unit_levels=_split(row["unit_levels"]),
            from_period=row["from_period"],
            to_period=row["to_period"],
            target_codes=_split(row["target_codes"]),
            obligation_kind=row["obligation_kind"],
            detail=_parts(row["detail"]),
            inputs=_parts(row["input_detail"]),
        )
        for row in _rows("duty")
    )


def duty_table() -> str:
    """The letters and the duties as two Markdown tables."""
    letters = [
        f"| {row['letter']} | {row['document']} | {row['issuer']} | {row['subject']} |"
        for row in _rows("founding_letter")
    ]
    names = {row["measure_code"]: row["measure_name"] for row in _rows("measure")}
    lines = [
        "| Letter | Document | Issued by | About |",
        "|---|---|---|---|",
        *letters,
        "",
        f"| {' | '.join(_HEADINGS)} |",
        "|" + "---|" * len(_HEADINGS),
        *(_line(duty, names) for duty in read_duties()),
    ]
    return "\n".join(lines) + "\n"


def page_with(table: str, page: str) -> str:
    """The page with the table between its marks. Raises ValueError where they are missing."""
    before, found_start, rest = page.partition(START)
    _, found_end, after = rest.partition(END)
    if not (found_start and found_end):
        raise ValueError(f"{PAGE.name}: the marks {START} and {END} are missing")
    return f"{before}{START}\n\n{table}\n{END}{after}"


def _line(duty: Duty, names: dict[str, str]) -> str:
    scope = ", ".join(duty.unit_levels) or "all"
    since = f"{duty.from_period} to {duty.to_period}" if duty.to_period else duty.from_period
    cells = (
        duty.code,
        ", ".join(duty.items),
        duty.name,
        "<br>".join(f"`{measure}` {names[measure]}" for measure in duty.measures),
        "<br>".join(_told(part) for part in duty.detail),
        "<br>".join(_input(part) for part in duty.inputs),
        scope,
        since,
        _PERIOD_KINDS[duty.period_kind],
    )
    return f"| {' | '.join(cells)} |"


def _told(part: Part) -> str:
    return f"`{part.name}`" + _columns(part.columns)


def _input(part: Part) -> str:
    if part.name == "cases":
        return "exported cases" + _columns(part.columns)
    (register,) = [r for r in load_registers().all if r.name == part.name]
    return f"register `{part.name}` ({register.title})" + _columns(part.columns)


def _columns(columns: Sequence[str]) -> str:
    return ": " + ", ".join(f"`{column}`" for column in columns) if columns else ""


def _split(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split(";")))


def _parts(cell: str) -> tuple[Part, ...]:
    """`table: a, b; other` as parts."""
    parts = (part.partition(":") for part in cell.split(";"))
    return tuple(
        Part(name.strip(), tuple(filter(None, (c.strip() for c in columns.split(",")))))
        for name, _, columns in parts
    )


def _rows(seed: str) -> Iterator[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


if __name__ == "__main__":
    PAGE.write_text(page_with(duty_table(), PAGE.read_text("utf-8")), encoding="utf-8")
