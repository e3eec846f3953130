"""Reading a site's YAML and CSV files into models, collecting every problem with its place."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ingestion.messages import text

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]


@dataclass
class Problems:
    """What is wrong with a site: one Vietnamese line each, naming file and place."""

    directory: Path
    found: list[str] = field(default_factory=list)

    def add(self, file: Path, message: str, *, line: int | None = None, key: str = "") -> None:
        """Note one problem at a line and key of a file of the site."""
        where = file.relative_to(self.directory).as_posix()
        if line is not None:
            where = text("site.at_line", file=where, line=line)
        self.found.append(f"{where}: {key}: {message}" if key else f"{where}: {message}")


@dataclass(frozen=True)
class YamlFile:
    """A parsed YAML file that remembers on which line each key stands."""

    path: Path
    content: object
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """Return the line of the key at ``location``, or of the nearest key around it."""
        for size in range(len(location), 0, -1):
            if location[:size] in self.lines:
                return self.lines[location[:size]]
        return None


def read_yaml(path: Path, problems: Problems) -> YamlFile | None:
    """Parse one YAML file; notes a missing file, bad syntax and repeated keys."""
    if not path.is_file():
        problems.add(path, text("site.file_missing"))
        return None
    try:
        source = path.read_text(encoding="utf-8-sig")
        tree = yaml.compose(source, Loader=yaml.SafeLoader)
        content = yaml.safe_load(source)
    except UnicodeDecodeError:
        problems.add(path, text("site.file_encoding"))
        return None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problems.add(path, text("site.yaml_syntax", detail=error.problem or ""), line=line)
        return None
    except (yaml.YAMLError, ValueError) as error:
        problems.add(path, text("site.yaml_syntax", detail=str(error).splitlines()[0]))
        return None
    lines: dict[Location, int] = {}
    for location, line in _positions(tree, ()):
        if location in lines and isinstance(location[-1], str):
            problems.add(path, text("site.yaml_repeated_key"), line=line, key=dotted(location))
        lines.setdefault(location, line)
    return YamlFile(path, content, lines)


def _positions(node: yaml.Node | None, at: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _positions(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            here = (*at, index)
            yield here, value.start_mark.line + 1
            yield from _positions(value, here)


def parse_yaml(file: YamlFile | None, model: type[Model], problems: Problems) -> Model | None:
    """Validate a YAML file as ``model``; every violation becomes a problem."""
    if file is None:
        return None
    try:
        return model.model_validate(file.content)
    except ValidationError as error:
        for detail in error.errors():
            place = _place(detail)
            problems.add(
                file.path,
                explain(detail, model),
                line=file.line(tuple(detail["loc"])),
                key=dotted(place),
            )
        return None


def read_table(
    path: Path, model: type[Model], problems: Problems, *, required: bool = False
) -> list[tuple[int, Model]]:
    """Read a reference CSV (UTF-8, comma) as (line, model) pairs; notes every problem.

    Blank cells are left out, so that the model's default applies.
    """
    if not path.is_file():
        if required:
            problems.add(path, text("site.file_missing"))
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            if not _is_header_good(path, list(reader.fieldnames or ()), model, problems):
                return []
            return list(_rows(path, reader, model, problems))
    except UnicodeDecodeError:
        problems.add(path, text("site.file_encoding"))
    except csv.Error as error:
        problems.add(path, text("site.csv_syntax", detail=str(error)))
    return []


def _is_header_good(
    path: Path, header: list[str], model: type[BaseModel], problems: Problems
) -> bool:
    before = len(problems.found)
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    for name in header:
        if name not in fields:
            hint = _nearest(name, fields)
            problems.add(path, text("site.csv_unknown_column", column=name, hint=hint), line=1)
        if header.count(name) > 1:
            problems.add(path, text("site.csv_repeated_column", column=name), line=1)
    for name, info in fields.items():
        if info.is_required() and name not in header:
            problems.add(path, text("site.csv_missing_column", column=name), line=1)
    return len(problems.found) == before


def _rows(
    path: Path, reader: "csv.DictReader[str]", model: type[Model], problems: Problems
) -> Iterator[tuple[int, Model]]:
    for row in reader:
        line = reader.line_num
        if None in row:
            problems.add(path, text("site.csv_long_row"), line=line)
            continue
        filled = {key: value.strip() for key, value in row.items() if (value or "").strip()}
        if not filled:
            continue
        try:
            yield line, model.model_validate(filled)
        except ValidationError as error:
            for detail in error.errors():
                key = dotted(_place(detail))
                problems.add(path, explain(detail, model), line=line, key=key)


def _place(detail: ErrorDetails) -> Location:
    return tuple(part for part in detail["loc"] if part != "[key]")


def dotted(location: Location) -> str:
    """Write a location as a person would: ``units[2].uri``."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def explain(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one pydantic error in Vietnamese, with what to do."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return text("site.key_missing")
    if kind == "extra_forbidden":
        known = _known_keys(model, detail["loc"][:-1])
        return text("site.key_unknown", hint=_nearest(str(detail["loc"][-1]), known))
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return text("site.not_one_of", value=detail["input"], allowed=context["expected"])
    if kind == "string_pattern_mismatch":
        return text("site.bad_pattern", value=detail["input"], pattern=context["pattern"])
    return text("site.bad_value", value=_short(detail["input"]), detail=detail["msg"])


def _short(value: object) -> str:
    shown = str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _known_keys(model: type[BaseModel], location: Location) -> list[str]:
    """Return the keys allowed at ``location`` inside ``model`` (none when it is not a model)."""
    fields: Any = model.model_fields
    for part in location:
        if isinstance(part, int):
            continue
        annotation = fields[part].annotation if part in fields else None
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        models = [x for x in candidates if isinstance(x, type) and issubclass(x, BaseModel)]
        if not models:
            return []
        fields = models[0].model_fields
    return list(fields)


def _nearest(name: str, known: Any) -> str:
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if matches:
        return text("site.hint_nearest", name=matches[0])
    return text("site.hint_known", names=", ".join(known)) if known else ""
