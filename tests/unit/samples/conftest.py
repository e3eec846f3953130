"""A small generated site, and the demo's year with every shape, each written once."""

from __future__ import annotations

import pytest

from samples.generate import generate
from tests.unit.samples.sites import DEMO, Sample


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """20 units (five shapes), 4 months, much dirt."""
    site = tmp_path_factory.mktemp("small") / "site"
    out = site / "exports"
    truth = generate(site, out, units=20, months=4, cases_per_unit_month=12, seed=3, dirt=0.2)
    return Sample(site, out, truth)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The demo site's year as `make month-end` sees it."""
    out = tmp_path_factory.mktemp("demo")
    return Sample(DEMO, out, generate(DEMO, out, seed=1))
