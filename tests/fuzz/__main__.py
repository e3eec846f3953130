"""Many damaged files: ``python -m tests.fuzz 100000`` (about as many are read as the number says)."""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from ingestion.decode.sandbox import Limits, read_each
from tests.fuzz.damaged import read_damaged
from tests.fuzz.seeds import seeds

_BATCH = 50
_LIMITS = Limits(memory_mb=4096, seconds=120)


def main(count: int) -> int:
    """Read ``count`` damaged files in children; print outcomes by seed; 1 when one broke a promise."""
    outcomes: dict[str, Counter[str]] = {}
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        files = seeds(Path(folder))
        batches = -(-count // (_BATCH * len(files)))
        requests = [
            (read_damaged, seed.path, seed.layouts, batch * _BATCH, _BATCH)
            for batch in range(batches)
            for seed in files
        ]
        readings = read_each(requests, _LIMITS, os.cpu_count() or 1)
        for (_, path, _, first, _), outcome in zip(requests, readings, strict=True):
            if isinstance(outcome, Counter):
                outcomes.setdefault(path.name, Counter()).update(outcome)
            else:
                broken.append(f"{path.name} {first}-{first + _BATCH}: {outcome}")
    for name, counts in outcomes.items():
        print(f"{name:24} {dict(counts)}")
    print(f"{sum(map(Counter.total, outcomes.values()))} damaged files; broken promises:")
    print("\n".join(broken) or "none")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
