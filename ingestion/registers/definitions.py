"""What the registers are: one YAML file each in ``definitions/``, from which all else follows.

The template, the reader, the rules on cells and the documentation of a register are made from its
definition; only its table of facts (``dbt_project/models/core/fct_<name>.sql``) is written by hand.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, model_validator

from ingestion.layouts import Strict
from ingestion.messages import text
from ingestion.text import match_key

FOLDER = Path(__file__).with_name("definitions")
VERSION_LENGTH = 8

ColumnType = Literal[
    "text", "code", "date", "count", "number", "choice", "yes_no", "unit", "official"
]
Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Line = Annotated[str, Field(min_length=1)]
# Excel takes no more for the name of a sheet, and for the note that a selected cell shows.
Title = Annotated[str, Field(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\]+$")]
Note = Annotated[str, Field(max_length=255)]
YES_NO = {"yes": text("template.yes"), "no": text("template.no")}


class RegisterColumn(Strict):
    """One column. ``label`` is what the sheet shows, ``help`` what the clerk is told of it.

    ``within_period``: a date that cannot lie after the declared month. ``not_before``: the date
    column that this date cannot precede. ``at_most``: the column of numbers that this one is a part
    of. ``minimum``, ``maximum``: the smallest and greatest number there can be. Type ``official``: the
    name of an official, the one kind of person that is named (domain §6); names in other texts are
    masked when they are read.
    """

    name: Word
    label: Line
    type: ColumnType
    required: bool = False
    help: Note = ""
    choices: dict[Word, Line] = Field(default_factory=dict)
    within_period: bool = False
    not_before: Word | None = None
    at_most: Word | None = None
    minimum: int = 0
    maximum: int | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> "RegisterColumn":
        if bool(self.choices) != (self.type == "choice"):
            raise ValueError("choices belong to columns of type choice, and to them only")
        if (self.within_period or self.not_before) and self.type != "date":
            raise ValueError("within_period and not_before are for dates")
        if (self.at_most or self.maximum is not None) and self.type not in {"count", "number"}:
            raise ValueError("at_most and maximum are for counts and numbers")
        if (self.type == "unit") != (self.name == "unit"):
            raise ValueError("the one column of type unit is called unit")
        return self

    @property
    def options(self) -> dict[str, str]:
        """What may be chosen: canonical code -> Vietnamese label; empty when anything may stand."""
        return YES_NO if self.type == "yes_no" else self.choices


class Register(Strict):
    """One register, kept on one sheet.

    ``key``: the columns that, with the unit, tell its rows apart within a month; none means one row
    per unit and month. A column ``unit`` lets a row be about another unit than the sender.
    ``facts``: what its table is called, where that is not the register's name.
    """

    name: Word
    title: Title
    facts: Word | None = None
    order: int
    purpose: Line
    duties: tuple[Annotated[str, Field(pattern=r"^R\d\d$")], ...]
    key: tuple[Word, ...]
    columns: tuple[RegisterColumn, ...]

    @model_validator(mode="after")
    def _holds_together(self) -> "Register":
        names = [column.name for column in self.columns]
        labels = [match_key(column.label) for column in self.columns]
        if len(set(names)) < len(names) or len(set(labels)) < len(labels):
            raise ValueError("two columns have one name or label")
        others = {name for c in self.columns for name in (c.not_before, c.at_most) if name}
        unknown = (set(self.key) | others) - set(names)
        if unknown or "unit" in self.key:
            raise ValueError(f"no such column, or the unit (always part of the key): {unknown}")
        return self

    @property
    def table(self) -> str:
        """The table of its facts in the served warehouse."""
        return f"core.fct_{self.facts or self.name}"

    @cached_property
    def by_label(self) -> dict[str, RegisterColumn]:
        """`match_key` of each label -> its column."""
        return {match_key(column.label): column for column in self.columns}


@dataclass(frozen=True)
class Registers:
    """All registers in the order of their sheets, with the hash of all that decides a reading."""

    all: tuple[Register, ...]
    digest: str

    @property
    def version(self) -> str:
        """What the template carries, so that a workbook of an older one can be told."""
        return self.digest[:VERSION_LENGTH]

    @cached_property
    def by_title(self) -> dict[str, Register]:
        """`match_key` of each sheet title -> its register."""
        return {match_key(register.title): register for register in self.all}


@lru_cache(maxsize=1)
def load_registers(folder: Path = FOLDER) -> Registers:
    """Read and check all definitions; raises `ValueError` (pydantic) for one that is wrong."""
    sources = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.yml"))}
    found = [Register.model_validate(yaml.safe_load(content)) for content in sources.values()]
    for stem, register in zip(sources, found, strict=True):
        if stem != register.name:
            raise ValueError(f"{stem}.yml holds the register {register.name}")
    _check_titles(found)
    digest = hashlib.sha256()
    for stem, content in sources.items():
        digest.update(f"{stem}\0{len(content)}\0".encode() + content)
    ordered = sorted(found, key=lambda register: (register.order, register.name))
    return Registers(tuple(ordered), digest.hexdigest())


def _check_titles(registers: Sequence[Register]) -> None:
    titles = {match_key(register.title) for register in registers}
    if len(titles) < len(registers):
        raise ValueError("two registers have one sheet title")
