"""Writes the exports of a site and their truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from samples import calendar
from samples.calendar import WorkingDays, first_day, last_day
from samples.cases import Case, UnitProfile, make_profile, simulate, unit_weight
from samples.dirt import Row
from samples.export import Sheet, Target, build_sheet, drop_ended, select
from samples.plan import Faults, PlannedUnit, file_path, plan_faults, read_plan
from samples.site import write_site
from samples.truth import FileTruth, Truth, add_unit
from samples.write_export import write_export

# Cases received this many months before the first file can still be open in it.
MONTHS_BEFORE = 2


def generate(  # noqa: PLR0913 - each is a choice of the caller, by name
    site: Path,
    out: Path,
    *,
    units: int | None = None,
    months: int = 12,
    start: str = "2024-01",
    cases_per_unit_month: float = 70,
    seed: int = 1,
    dirt: float = 0.02,
) -> Truth:
    """Write every unit's files below ``out`` as ``site``'s sources.yml names them, and the truth
    below ``out/_truth``. The same arguments give the same bytes.

    ``units``: None takes the site as it is; a number writes a new site folder of that many units
    first, unless the folder already holds exactly that many. ``months``: number of months from
    ``start`` (``YYYY-MM``). ``cases_per_unit_month``: mean number of new cases. ``dirt``: share of
    rows with something unusual in them (0 = clean files, and no whole file goes wrong).
    Raises ValueError for impossible arguments and for a site that has no sample shape.
    """
    first = calendar.parse_month(start)
    _check(units, months, cases_per_unit_month, dirt)
    if units is not None and not (site / "site.yml").exists():
        write_site(site, units, months, start)
    planned = read_plan(site)
    if units is not None and len(planned) != units:
        raise ValueError(f"{site} already holds a site of {len(planned)} units, not {units}")
    last = first + months - 1
    faults = plan_faults(planned, first, last, dirt)
    days = WorkingDays(first_day(first - MONTHS_BEFORE) - 40, last_day(last) + 400)
    job = _Job(out, first, last, faults, dirt, seed)
    truth = Truth()
    profiles = _profiles(planned, cases_per_unit_month, seed)
    for position, unit in enumerate(planned):
        run = _UnitRun(job, unit, position, truth)
        cases = run.write(profiles[position], days)
        add_unit(truth, unit.code, cases, first, last)
    truth.write(out / "_truth")
    return truth


def _check(units: int | None, months: int, cases: float, dirt: float) -> None:
    if units is not None and units < 1:
        raise ValueError("units must be at least 1")
    if months < 1:
        raise ValueError("months must be at least 1")
    if cases <= 0:
        raise ValueError("cases_per_unit_month must be above 0")
    if not 0 <= dirt <= 1:
        raise ValueError("dirt is a share between 0 and 1")


def _profiles(planned: list[PlannedUnit], mean: float, seed: int) -> list[UnitProfile]:
    streams = [Random(f"{seed}/{unit.code}/profile") for unit in planned]
    weights = [
        unit_weight(unit.code, unit.level, rng) for unit, rng in zip(planned, streams, strict=True)
    ]
    scale = mean * len(planned) / sum(weights)
    return [
        # Two parts of the code number the agency; 16 is the city, H32 the province.
        make_profile(
            unit.code,
            unit.level,
            "" if unit.case_namespace else f"{number // 100:03d}.{number % 100:02d}.16.H32",
            weight * scale,
            rng,
        )
        for number, (unit, weight, rng) in enumerate(zip(planned, weights, streams, strict=True), 1)
    ]


@dataclass(frozen=True)
class _Job:
    """What is the same for every unit."""

    out: Path
    first: int
    last: int
    faults: Faults
    dirt: float
    seed: int


class _UnitRun:
    """All files of one unit, month after month."""

    def __init__(self, job: _Job, unit: PlannedUnit, position: int, truth: Truth) -> None:
        self.job, self.unit, self.position, self.truth = job, unit, position, truth
        self.life = Random(f"{job.seed}/{unit.code}/cases")
        self.noise = Random(f"{job.seed}/{unit.code}/dirt")
        # Every fifth unit exports some days after the month's end and shows what happened since.
        self.lag = 3 if position % 5 == 2 else 0
        self.window_start = first_day(job.first)

    def write(self, profile: UnitProfile, days: WorkingDays) -> list[Case]:
        """Write the files and return every case the unit had, with what its files told of it."""
        live: list[Case] = []
        over: list[Case] = []
        begin = self.job.first - MONTHS_BEFORE
        received = simulate(profile, begin, self.job.last, days, self.life)
        for month, cases in enumerate(received, start=begin):
            live += cases
            if month < self.job.first:
                continue
            live, ended = drop_ended(live, self.window_start)
            over += ended
            self._write_month(live, month)
        return over + live

    def _write_month(self, live: list[Case], month: int) -> None:
        source = self.unit.source_in(month)
        path = self.job.out / file_path(source, self.unit.code, month)
        target = Target(self.unit, source.shape, month, path)
        faults, here = self.job.faults, (self.position, month)
        if here == faults.missing:
            self._note(target, "missing", None)
            return
        end = last_day(month)
        rows = select(live, source.shape, self.window_start, end, end + self.lag)
        if here == faults.rejected:
            self._write_rejected(target, rows)
            return
        if here == faults.header_only:
            rows = []
        sheet = build_sheet(target, rows, self.job.dirt, self.noise)
        write_export(target, source.shape.labels, sheet)
        self._note(target, "accepted", sheet)
        self.truth.rejected_rows += sheet.rejected_rows
        self.truth.warnings += sheet.warnings
        if rows:
            # After a lost month the clerk asks for the lost month's cases as well.
            self.window_start = first_day(month + 1)

    def _write_rejected(self, target: Target, rows: list[Row]) -> None:
        """A file with a renamed column: no case may learn anything from its rows."""
        before = [(row.case, list(row.case.seen)) for row in rows]
        sheet = build_sheet(target, rows, 0.0, self.noise)
        for case, seen in before:
            case.seen = seen
        labels = tuple(
            f"{label} (dự kiến)" if name == "due_at" else label
            for label, name in target.shape.columns
        )
        write_export(target, labels, sheet)
        self._note(target, "rejected", None)

    def _note(self, target: Target, status: str, sheet: Sheet | None) -> None:
        counts = (0, 0, 0, 0, 0)
        if sheet is not None:
            frame = target.shape.frame_rows + sheet.between
            counts = (
                sheet.data_rows + frame,
                sheet.accepted,
                sheet.rejected,
                sheet.duplicates,
                sheet.ignored + frame,
            )
        period = calendar.month_text(target.month)
        self.truth.files.append(
            FileTruth(period, self.unit.code, target.file_name, *counts, status)
        )
