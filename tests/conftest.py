"""What holds for all tests: the order of the files, and the same random examples in every run."""

import pytest
from hypothesis import settings

from tests.laws.effort import is_exploring

# A run says the same of the same code; `MOTCUA_LAW_EXAMPLES` looks at new examples (tests/laws/effort.py).
settings.register_profile("motcua", derandomize=not is_exploring(), database=None)
settings.load_profile("motcua")

# So that no process waits for the other at the end.
_LONGEST_FIRST = ("laws", "integration", "fuzz", "golden")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder; within one, files keep their order (pyproject.toml: no reordering by xdist)."""

    def place(item: pytest.Item) -> int:
        folders = item.path.parts
        return next(
            (i for i, name in enumerate(_LONGEST_FIRST) if name in folders), len(_LONGEST_FIRST)
        )

    items.sort(key=place)
