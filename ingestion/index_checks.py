"""Checks across a site's targets and index criteria: unknown units, rows that clash, points that do not add up."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from ingestion.index_reference import LEVELS, TOTAL_CODE, IndexCriterion, Target
from ingestion.messages import text
from ingestion.site_files import Problems

Targets = Sequence[tuple[int, Target]]
Criteria = Sequence[tuple[int, IndexCriterion]]


def check_targets(problems: Problems, targets: Targets, units: Iterable[str]) -> None:
    """Note targets of units that are in no list, and pairs of rows that would judge one unit twice."""
    file = problems.directory / "reference" / "targets.csv"
    codes = set(units)
    for line, target in targets:
        if target.scope == "unit" and target.scope_code not in codes:
            message = text("site.unknown_unit", code=target.scope_code, hint="")
            problems.add(file, message, line=line, key="scope_code")
    for (first_line, first), (line, second) in combinations(targets, 2):
        if first.clashes_with(second):
            message = text("index.target_clash", code=second.target_code, line=first_line)
            problems.add(file, message, line=line, key="valid_from")


def check_criteria(problems: Problems, criteria: Criteria) -> None:
    """Note what makes an index unusable; see `index_problems`."""
    file = problems.directory / "reference" / "index_criteria.csv"
    for line, key, message in index_problems(criteria):
        problems.add(file, message, line=line, key=key)


def index_problems(criteria: Criteria) -> Iterator[tuple[int, str, str]]:
    """What is wrong across the rows of each index, as (line, key, what to do).

    For each year in which something changes and each level of units: every criterion once, one row
    of the whole index, and points that add up to it.
    """
    told: set[tuple[int, str]] = set()
    for code in dict.fromkeys(row.index_code for _, row in criteria):
        rows = [(line, row) for line, row in criteria if row.index_code == code]
        for year in sorted({year for _, row in rows for year in _turns(row)}):
            for level in (*LEVELS, "authority"):
                for line, key, message in _level_problems(code, rows, year, level):
                    if (line, key) not in told:
                        told.add((line, key))
                        yield line, key, message


def _turns(row: IndexCriterion) -> Iterator[int]:
    """The years in which the row comes or has gone."""
    yield row.valid_from_year or 1990
    if row.valid_to_year is not None:
        yield row.valid_to_year + 1


def _level_problems(
    code: str, rows: Criteria, year: int, level: str
) -> Iterator[tuple[int, str, str]]:
    """The problems of one index in one year for one level (none where it has no rows)."""
    held = [(line, row) for line, row in rows if row.holds_in(year) and row.applies_to(level)]
    first_lines: dict[str, int] = {}
    for line, row in held:
        if row.criterion_code in first_lines:
            first = first_lines[row.criterion_code]
            message = text("index.criterion_twice", code=row.criterion_code, line=first, year=year)
            yield line, "criterion_code", message
        first_lines.setdefault(row.criterion_code, line)
    totals = [(line, row) for line, row in held if row.criterion_code == TOTAL_CODE]
    if held and not totals:
        message = text("index.total_missing", index=code, total=TOTAL_CODE, year=year, level=level)
        yield held[0][0], "index_code", message
    points = sum(row.max_points for _, row in held if row.criterion_code != TOTAL_CODE)
    for line, row in totals[:1]:
        if points != row.max_points:
            yield (
                line,
                "max_points",
                text(
                    "index.points_differ",
                    index=code,
                    year=year,
                    level=level,
                    points=points,
                    total=row.max_points,
                ),
            )
