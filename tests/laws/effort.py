"""How hard the laws are tested: the same examples every time, or more and new ones on demand."""

import os

from hypothesis import HealthCheck, Phase, settings

EXAMPLES = "MOTCUA_LAW_EXAMPLES"
"""A factor: 1 and unset are what CI runs; 10 takes ten times as long and looks at new sites."""

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)


def is_exploring() -> bool:
    """Tell whether random tests look at new examples."""
    return EXAMPLES in os.environ


def examples(count: int) -> settings:
    """Settings for a law that is tried on `count` sites. Without the variable, always the same."""
    factor = float(os.environ.get(EXAMPLES, "1"))
    return settings(
        max_examples=max(1, round(count * factor)),
        deadline=None,
        derandomize=not is_exploring(),
        # Shrinking by bytes takes hundreds of builds; `smaller.py` takes away files and rows instead.
        phases=(Phase.explicit, Phase.generate),
        report_multiple_bugs=False,
        database=None,
        suppress_health_check=_SLOW,
    )
