"""A few damaged copies of every kind of file; `python -m tests.fuzz 100000` reads many more."""

from pathlib import Path

from ingestion.decode.reading import read_file
from tests.fuzz.damaged import read_damaged
from tests.fuzz.seeds import seeds

_COPIES = 30


def test_the_seeds_are_read_well_before_they_are_damaged(tmp_path: Path) -> None:
    for seed in seeds(tmp_path):
        assert read_file(seed.path, seed.layouts).rows_data > 0, seed.path.name


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    for seed in seeds(tmp_path):
        outcomes = read_damaged(seed.path, seed.layouts, 0, _COPIES)
        assert outcomes.total() == _COPIES, seed.path.name
