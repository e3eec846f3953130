"""A site: everything one authority writes to say who its units are and what they send."""

import hashlib
import shlex
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.home import Home
from ingestion.index_checks import check_criteria, check_targets
from ingestion.index_reference import IndexCriterion, Target
from ingestion.layouts import Layout, Name, layout_problems
from ingestion.masking import masked_unit
from ingestion.messages import text
from ingestion.operations import FILE as OPERATIONS_FILE
from ingestion.operations import Operations
from ingestion.periods import first_day, last_day
from ingestion.reference import (
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
from ingestion.site_checks import Reference, check_operations, check_reference, check_sources
from ingestion.site_files import Problems, parse_yaml, read_table, read_yaml
from ingestion.sources import Feed, Source, SourcesFile, resolve
from ingestion.text import match_key

__all__ = ["Layout", "Policy", "Site", "SiteError", "Source", "Unit", "load_site", "site_files"]


class SiteError(Exception):
    """A site that cannot be used; ``problems`` says everything that is wrong (Vietnamese)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Site(Settings):
    """A validated site: its settings, reference rows, sources and layouts."""

    directory: Path
    name: Name
    units: tuple[Unit, ...]
    sectors: tuple[Sector, ...]
    procedures: tuple[Procedure, ...]
    policies: tuple[Policy, ...]
    waivers: tuple[Waiver, ...]
    rules: tuple[RuleSeverity, ...]
    calendar_overlay: tuple[CalendarDay, ...]
    not_updated: tuple[NotUpdated, ...]
    overdue_causes: tuple[OverdueCause, ...]
    targets: tuple[Target, ...] = ()
    index_criteria: tuple[IndexCriterion, ...] = ()
    sources: tuple[Source, ...]
    layouts: dict[str, Layout]
    default_layouts: tuple[Name, ...]
    operations: Operations = Operations()
    digest: str

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and end."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def units_like_people(self) -> frozenset[str]:
        """Keys of the codes, names and aliases of units that a reader would take for personal data."""
        texts = {said for unit in self.units for said in (unit.code, unit.name, *unit.aliases)}
        return frozenset(match_key(said) for said in texts if masked_unit(said) != said)

    @cached_property
    def _sources_by_unit(self) -> dict[str, list[Source]]:
        by_unit: dict[str, list[Source]] = {}
        for source in self.sources:
            by_unit.setdefault(source.unit, []).append(source)
        return by_unit

    def source_for(self, unit_code: str, period: str, feed: Feed = "cases") -> Source | None:
        """Return where the unit's file of that month comes from, if it is asked for one."""
        candidates = self._sources_by_unit.get(unit_code, ())
        asked = (source for source in candidates if source.feed == feed)
        return next((source for source in asked if source.covers(period)), None)

    def layouts_for(self, unit_code: str, period: str) -> tuple[Layout, ...]:
        """Return the layouts to try on a unit's file of cases of that month, in order."""
        source = self.source_for(unit_code, period)
        names = source.layouts if source else self.default_layouts
        return tuple(self.layouts[name] for name in names if self.layouts[name].is_valid_in(period))

    def units_in(self, period: str) -> list[Unit]:
        """Return the unit versions valid on the last day of the month (or ended within it)."""
        first, last = first_day(period), last_day(period)
        return [unit for unit in self.units if unit.is_valid_between(first, last)]


def load_site(directory: Path) -> Site:
    """Read and check a whole site folder.

    Raises `SiteError` with every problem found, each naming file, line or key, and what to do.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise SiteError([text("site.no_directory", directory=directory)])
    problems = Problems(directory)
    settings = parse_yaml(read_yaml(directory / "site.yml", problems), Settings, problems)
    sources_file = read_yaml(directory / "sources.yml", problems)
    sources = parse_yaml(sources_file, SourcesFile, problems)
    layouts = _load_layouts(directory, problems)
    folder = directory / "reference"
    reference = Reference(
        units=read_table(folder / "units.csv", Unit, problems, required=True),
        sectors=read_table(folder / "sectors.csv", Sector, problems),
        procedures=read_table(folder / "procedures.csv", Procedure, problems),
        policies=read_table(folder / "policies.csv", Policy, problems),
        waivers=read_table(folder / "waivers.csv", Waiver, problems),
        rules=read_table(folder / "rules.csv", RuleSeverity, problems),
        calendar_overlay=read_table(folder / "calendar_overlay.csv", CalendarDay, problems),
        not_updated=read_table(folder / "not_updated.csv", NotUpdated, problems),
        overdue_causes=read_table(folder / "overdue_causes.csv", OverdueCause, problems),
    )
    operations = read_operations(directory, problems)
    targets = read_table(folder / "targets.csv", Target, problems)
    criteria = read_table(folder / "index_criteria.csv", IndexCriterion, problems)
    check_reference(problems, reference, settings)
    check_targets(problems, targets, reference.versions)
    check_criteria(problems, criteria)
    if sources_file and sources:
        check_sources(problems, sources_file, sources, reference, layouts)
    if operations:
        check_operations(problems, operations, reference.versions)
    if problems.found or settings is None or sources is None or operations is None:
        raise SiteError(problems.found)
    versions = reference.versions
    return Site.model_validate(
        {
            **dict(settings),
            **{name: [row for _, row in rows] for name, rows in vars(reference).items()},
            "targets": [row for _, row in targets],
            "index_criteria": [row for _, row in criteria],
            "directory": directory,
            "name": directory.resolve().name,
            "sources": [resolve(x, sources.defaults, versions[x.unit]) for x in sources.units],
            "layouts": layouts,
            "default_layouts": sources.defaults.layouts,
            "operations": operations,
            "digest": _digest(directory),
        }
    )


def read_operations(directory: Path, problems: Problems) -> Operations | None:
    """Read `operations.yml`; the shipped hours where the site has none, None when it is wrong."""
    path = directory / OPERATIONS_FILE
    return (
        parse_yaml(read_yaml(path, problems), Operations, problems)
        if path.exists()
        else Operations()
    )


def places_of(site: Site, home: Home) -> str:
    """Options that make a command we tell a person to give work word for word."""
    return shlex.join(["--site", str(site.directory), "--home", str(home.root)])


def _load_layouts(directory: Path, problems: Problems) -> dict[str, Layout]:
    layouts = {}
    for path in sorted((directory / "layouts").glob("*.yml")):
        file = read_yaml(path, problems)
        layout = parse_yaml(file, Layout, problems)
        if file is None or layout is None:
            continue
        if layout.name != path.stem:
            message = text("site.layout_name", name=layout.name, file=path.name)
            problems.add(path, message, line=file.line(("name",)), key="name")
        for message in layout_problems(layout):
            problems.add(path, message)
        layouts[path.stem] = layout
    if not layouts and not problems.found:
        problems.add(directory / "layouts", text("site.no_layouts"))
    return layouts


def site_files(directory: Path) -> list[Path]:
    """Every file of a site that decides figures."""
    patterns = ("*.yml", "layouts/*.yml", "reference/*.csv")
    found = {path for pattern in patterns for path in directory.glob(pattern)}
    return sorted(found - {directory / OPERATIONS_FILE})


def _digest(directory: Path) -> str:
    """Hash every file of the site that decides figures, by name and content."""
    digest = hashlib.sha256()
    for path in site_files(directory):
        content = path.read_bytes()
        name = path.relative_to(directory).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
