"""``python -m samples --site sites/demo --out DIR --seed 1`` writes exports and their truth."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from samples.generate import generate


def main(arguments: list[str] | None = None) -> int:
    """Run the generator from the command line; 2 for arguments it cannot serve."""
    parser = argparse.ArgumentParser(prog="python -m samples", description=__doc__)
    parser.add_argument("--site", type=Path, default=Path("sites/demo"))
    parser.add_argument("--out", type=Path, help="where the files go (default: SITE/exports)")
    parser.add_argument("--units", type=int, help="write a new site folder of this many units")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--start", default="2024-01", help="first month, YYYY-MM")
    parser.add_argument("--cases", type=float, default=70, help="mean new cases a unit and month")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=float, default=0.02, help="share of unusual rows, 0 to 1")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    out = options.out or options.site / "exports"
    try:
        truth = generate(
            options.site,
            out,
            units=options.units,
            months=options.months,
            start=options.start,
            cases_per_unit_month=options.cases,
            seed=options.seed,
            dirt=options.dirt,
        )
    except (ValueError, FileNotFoundError) as problem:
        print(f"samples: {problem}", file=sys.stderr)
        return 2
    rows = sum(f.rows_accepted + f.rows_rejected + f.rows_duplicate for f in truth.files)
    kinds = Counter(f.status for f in truth.files)
    spent = time.perf_counter() - began
    print(f"{out}: {rows} rows, files {dict(kinds)}, {spent:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
