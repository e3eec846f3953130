"""Fixtures of the ingestion tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingestion.small_site import SmallSite


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    monkeypatch.delenv("MOTCUA_EXPORTS", raising=False)
    return SmallSite.make(tmp_path)
