"""A layout: what one kind of export file looks like (``layouts/<name>.yml`` of a site)."""

import hashlib
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingestion.messages import text
from ingestion.text import match_key

CANONICAL_COLUMNS = (
    "case_code",
    "unit",
    "sector_code",
    "sector",
    "procedure_code",
    "procedure",
    "official_code",
    "official",
    "channel",
    "service_level",
    "received_at",
    "due_at",
    "completed_at",
    "returned_at",
    "status",
    "fee",
    "paid_online",
    "digitised",
    "overdue_cause",
    "applicant_key",
    "result_digitised",
    "reused",
    "delivery",
    "joint",
)
"""Canonical columns, in the order in which raw files hold them."""
ALWAYS_MAPPED = ("case_code", "received_at")
# Figures cannot be made without these, so a layout that lacks one must say so under `absent`.
_STATED = ("due_at", "completed_at", "status")
FAMILIES: dict[str, str] = {
    **dict.fromkeys(("csv", "tsv", "txt"), "text"),
    **dict.fromkeys(("workbook", "xlsx", "xls", "xlsb", "ods", "html", "xml"), "workbook"),
    **dict.fromkeys(("json", "jsonl"), "json"),
}
"""Kind of file a layout may name -> its family; one layout reads every kind of its families."""
VALUE_TARGETS: dict[str, frozenset[str]] = {
    "status": frozenset(
        (
            "registered",
            "accepted",
            "not_accepted",
            "processing",
            "supplement_requested",
            "payment_requested",
            "withdrawn",
            "stopped",
            "done",
            "returned",
            "refused",
        )
    ),
    "channel": frozenset(("direct", "online", "post")),
    "service_level": frozenset(("1", "2", "3", "4", "info", "partial", "full")),
    "delivery": frozenset(("direct", "online", "post")),
    **dict.fromkeys(
        ("paid_online", "digitised", "result_digitised", "reused", "joint"),
        frozenset(("yes", "no")),
    ),
}

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
Name = Annotated[str, Field(pattern=NAME)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Label = Annotated[str, Field(min_length=1)]
ValueText = Annotated[str, Field(coerce_numbers_to_str=True)]


Encoding = Literal["auto", "utf-8", "utf-8-sig", "utf-16", "windows-1258", "tcvn3", "vni"]


def _known_kinds(value: object) -> object:
    """Take one kind or a list of kinds; ``any`` is every kind."""
    kinds = (value,) if isinstance(value, str) else value
    if not isinstance(kinds, list | tuple):
        return value
    for kind in kinds:
        if kind != "any" and kind not in FAMILIES:
            known = ", ".join(("any", *FAMILIES))
            raise ValueError(text("site.layout_kind", kind=kind, known=known))
    return () if "any" in kinds else tuple(kinds)


Kinds = Annotated[tuple[str, ...], BeforeValidator(_known_kinds)]


class Strict(BaseModel):
    """Base of everything a site writes: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Header(Strict):
    """Where the header is: the row that holds ``labels``, or row number ``row`` (1-based)."""

    labels: tuple[Label, ...] = ()
    row: int | None = Field(default=None, ge=1, le=1000)
    rows: int = Field(default=1, ge=1, le=3)

    @model_validator(mode="after")
    def _one_way(self) -> "Header":
        if bool(self.labels) == (self.row is not None):
            raise ValueError(text("site.layout_header_one_way"))
        return self


class Dates(Strict):
    """How written dates are read; what stands here is stated by the site, never guessed.

    ``orders``: day, month and year as text dates are tried. ``two_digit_years``: 05/03/24 is a date
    of 2000–2099. ``serial_base``: the date system of numbers in text files; workbooks tell their own.
    """

    orders: tuple[Literal["dmy", "mdy", "ymd"], ...] = Field(default=("dmy",), min_length=1)
    two_digit_years: bool = False
    serial_base: Literal[1900, 1904] = 1900


class Layout(Strict):
    """One kind of export file; see ``sites/template`` for a commented one.

    ``sheet``: ``first`` visible, ``all`` visible, ``month`` (the one whose name names the file's
    month) or a name. ``sheet_holds``, ``group_holds``: the canonical column that a sheet's name, or
    the title row of a group, fills for the rows below it.
    """

    name: Name
    kind: Kinds = ()
    encoding: Encoding = "auto"
    delimiter: Literal["auto", ",", ";", "\t", "|"] = "auto"
    sheet: Label = "first"
    sheet_holds: str | None = None
    group_holds: str | None = None
    header: Header
    footer: tuple[Label, ...] = ()
    total_label: Label | None = None
    subtotal_labels: tuple[Label, ...] = ()
    export_kind: Literal["snapshot", "movements"]
    columns: dict[str, tuple[Label, ...]]
    absent: tuple[str, ...] = ()
    drop: tuple[Label, ...] = ()
    ignore: tuple[Label, ...] = ()
    dates: Dates = Dates()
    values: dict[str, dict[ValueText, ValueText]] = {}
    valid_from: Month | None = None
    valid_to: Month | None = None

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides how a file is read; decoded rows are cached under it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def reads(self, family: str) -> bool:
        """Tell whether files of this family (a value of `FAMILIES`) are meant for the layout."""
        return not self.kind or family in {FAMILIES[kind] for kind in self.kind}

    @cached_property
    def label_keys(self) -> dict[str, str]:
        """`match_key` of each mapped label -> its canonical column."""
        return {match_key(x): column for column, labels in self.columns.items() for x in labels}

    @cached_property
    def skipped_keys(self) -> frozenset[str]:
        """`match_key` of each label that is read past (``drop`` and ``ignore``)."""
        return frozenset(match_key(label) for label in (*self.drop, *self.ignore))

    @cached_property
    def known_keys(self) -> frozenset[str]:
        """`match_key` of every label, of columns and of what is read past."""
        return self.skipped_keys | self.label_keys.keys()

    @cached_property
    def most_digits(self) -> int:
        """The greatest number of digits in one label."""
        return max((sum(map(str.isdigit, key)) for key in self.known_keys), default=0)

    @cached_property
    def absent_columns(self) -> tuple[str, ...]:
        """Canonical columns this export does not carry, said or left out."""
        present = {*self.columns, self.sheet_holds, self.group_holds}
        return tuple(column for column in CANONICAL_COLUMNS if column not in present)

    def is_valid_in(self, period: str) -> bool:
        """Tell whether the layout is meant for files of this month."""
        return (self.valid_from or period) <= period <= (self.valid_to or period)


def layout_problems(layout: Layout) -> list[str]:
    """Return what is wrong inside one layout, in words for the person who wrote it."""
    return [
        *_column_problems(layout),
        *_collisions(layout),
        *_value_problems(layout),
        *(
            [text("site.layout_validity")]
            if layout.valid_from and layout.valid_to and layout.valid_from > layout.valid_to
            else []
        ),
    ]


def _column_problems(layout: Layout) -> list[str]:
    known = ", ".join(CANONICAL_COLUMNS)
    held = [column for column in (layout.sheet_holds, layout.group_holds) if column]
    named = [*layout.columns, *layout.absent, *held]
    problems = [
        text("site.layout_unknown_column", column=column, known=known)
        for column in named
        if column not in CANONICAL_COLUMNS
    ]
    problems += [
        text("site.layout_empty_column", column=column)
        for column, labels in layout.columns.items()
        if not labels
    ]
    problems += [
        text("site.layout_needs_column", column=column)
        for column in ALWAYS_MAPPED
        if column not in layout.columns
    ]
    problems += [
        text("site.layout_silent_column", column=column)
        for column in _STATED
        if column not in named
    ]
    if not {"sector", "sector_code"} & set(named):
        problems.append(text("site.layout_silent_column", column="sector"))
    problems += [
        text("site.layout_mapped_and_absent", column=column)
        for column in layout.absent
        if column in layout.columns
    ]
    return problems


def _collisions(layout: Layout) -> list[str]:
    """Return labels that are the same label after `match_key` but go to different places."""
    places: dict[str, set[str]] = {}
    for column, labels in layout.columns.items():
        for label in labels:
            places.setdefault(match_key(label), set()).add(f"columns.{column}")
    for place in ("drop", "ignore"):
        for label in getattr(layout, place):
            places.setdefault(match_key(label), set()).add(place)
    return [
        text("site.layout_collision", label=key, places=", ".join(sorted(where)))
        for key, where in places.items()
        if len(where) > 1
    ]


def _value_problems(layout: Layout) -> list[str]:
    problems = []
    for column, mapping in layout.values.items():
        allowed = VALUE_TARGETS.get(column)
        if column not in layout.columns:
            problems.append(text("site.layout_values_unmapped", column=column))
        for value, target in mapping.items():
            if allowed is not None and target not in allowed:
                problems.append(
                    text(
                        "site.layout_value_target",
                        column=column,
                        value=value,
                        target=target,
                        allowed=", ".join(sorted(allowed)),
                    )
                )
    return problems
