"""A few damaged copies of every kind of file; `python -m tests.fuzz 100000` reads many more."""

from pathlib import Path

import pytest

from tests.fuzz.damaged import read_damaged
from tests.fuzz.seeds import layouts, seeds

_COPIES = 40


@pytest.mark.parametrize("seed", seeds(), ids=lambda path: path.name)
def test_damaged_files_are_read_or_refused(seed: Path) -> None:
    outcomes = read_damaged(seed, layouts(), 0, _COPIES)
    assert outcomes.total() == _COPIES
