"""All texts that a Vietnamese user reads, kept in one folder: ``messages_vi``, one file an area."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).with_name("messages_vi")


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        entries: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        texts |= {f"{path.stem}.{key}": template for key, template in entries.items()}
    return texts


def text(key: str, /, **values: object) -> str:
    """Return the text ``area.key`` with its ``{placeholders}`` filled.

    Raises `KeyError` for an unknown key or a placeholder without a value: a missing text is a
    defect of ours and must not reach a reader as an empty line.
    """
    return _texts()[key].format(**values)


def has_text(key: str) -> bool:
    """Tell whether there is a text `area.key`, where a name from data decides which one is shown."""
    return key in _texts()


def count(number: int | None) -> str:
    """A count with a point between thousands, as Vietnamese readers write it."""
    return "–" if number is None else f"{number:,}".replace(",", ".")


def markdown_row(cells: Iterable[str]) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def percent(rate: float | None) -> str:
    """A rate (0 to 1) with two decimals and a decimal comma, a dash where there is none."""
    return "–" if rate is None else f"{rate * 100:.2f}".replace(".", ",") + " %"
