"""A layout: what one kind of export file looks like (``layouts/<name>.yml`` of a site)."""

import hashlib
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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
)
"""Canonical columns, in the order in which raw files hold them."""
ALWAYS_MAPPED = ("case_code", "received_at")
# Figures cannot be made without these, so a layout that lacks one must say so under `absent`.
_STATED = ("due_at", "completed_at", "status")
_VALUE_TARGETS: dict[str, frozenset[str]] = {
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
    "service_level": frozenset(("2", "3", "4", "info", "partial", "full")),
}

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
Name = Annotated[str, Field(pattern=NAME)]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Label = Annotated[str, Field(min_length=1)]
ValueText = Annotated[str, Field(coerce_numbers_to_str=True)]


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
    """Orders of day, month and year that text dates are tried in."""

    orders: tuple[Literal["dmy", "mdy", "ymd"], ...] = Field(default=("dmy",), min_length=1)


class Layout(Strict):
    """One kind of export file; see ``sites/template`` for a commented one."""

    name: Name
    kind: Literal["csv", "xlsx"]
    encoding: Literal["auto", "utf-8", "utf-8-sig", "utf-16", "windows-1258"] = "auto"
    delimiter: Literal["auto", ",", ";", "\t"] = "auto"
    sheet: Label = "first"
    header: Header
    footer: tuple[Label, ...] = ()
    total_label: Label | None = None
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

    @cached_property
    def label_keys(self) -> dict[str, str]:
        """`match_key` of each mapped label -> its canonical column."""
        return {match_key(x): column for column, labels in self.columns.items() for x in labels}

    @cached_property
    def skipped_keys(self) -> frozenset[str]:
        """`match_key` of each label that is read past (``drop`` and ``ignore``)."""
        return frozenset(match_key(label) for label in (*self.drop, *self.ignore))

    @cached_property
    def absent_columns(self) -> tuple[str, ...]:
        """Canonical columns this export does not carry, said or left out."""
        return tuple(column for column in CANONICAL_COLUMNS if column not in self.columns)

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
    named = [*layout.columns, *layout.absent]
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
        allowed = _VALUE_TARGETS.get(column)
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
