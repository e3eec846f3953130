"""What the sample tests share: a site, its exports and their truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from samples.truth import Truth

REPOSITORY = Path(__file__).resolve().parents[3]
DEMO = REPOSITORY / "sites" / "demo"


@dataclass(frozen=True)
class Sample:
    """A site, its exports and their truth."""

    site: Path
    out: Path
    truth: Truth
