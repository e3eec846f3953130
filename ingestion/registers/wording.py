"""What people are told of a register's columns, from their definitions."""

from ingestion.messages import text
from ingestion.registers.definitions import RegisterColumn


def allowed(column: RegisterColumn) -> str:
    """Return what a column takes, in Vietnamese: the choices, or the form and range of a value."""
    if column.type == "choice":
        return text("template.one_of", choices="; ".join(column.choices.values()))
    if column.type in {"count", "number"} and column.maximum is not None:
        limits = {"minimum": column.minimum, "maximum": column.maximum}
        return text(f"template.kind_{column.type}_between", **limits)
    return text(f"template.kind_{column.type}")


def note(column: RegisterColumn) -> str:
    """Return what a clerk is told above the header: needed or not, what it takes, what it means."""
    kind = text("template.kind_choice") if column.type == "choice" else allowed(column)
    needed = text("template.needed") if column.required else ""
    within = text("template.within") if column.within_period else ""
    parts = [needed, kind, within, "" if column.help in kind else column.help]
    return " ".join(part for part in parts if part)
