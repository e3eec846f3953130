"""The files that are damaged: one of each kind that units send, and layouts that fit them."""

from pathlib import Path

from ingestion.layouts import Layout
from ingestion.site import load_site

_ROOT = Path(__file__).parents[2]
FIXTURES = _ROOT / "tests" / "fixtures" / "exports"


def seeds() -> list[Path]:
    """Return the seed files, in order of their names."""
    return sorted(path for path in FIXTURES.iterdir() if path.suffix != ".md")


def layouts() -> tuple[Layout, ...]:
    """Return the layouts that damaged files are tried with: those of the demo site."""
    return tuple(load_site(_ROOT / "sites" / "demo").layouts.values())
