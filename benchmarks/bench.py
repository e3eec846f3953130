"""`make bench`: the build against the hand-written limit, in turn, on the same decoded rows.

Each is a whole process; the ratio of a pair is taken within the pair, so a slow machine slows both.
CPU seconds are the figure to decide on, wall seconds move with whatever else runs.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.pull import pull
from ingestion.site import Site, load_site
from samples.generate import generate
from warehouse.inputs import write_inputs

ROOT = Path(__file__).resolve().parents[1]
COUNTS = (
    "opening_count",
    "received_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "resolved_no_due_count",
    "withdrawn_count",
    "refused_count",
    "pending_suspended_count",
    "pending_no_due_count",
    "pending_overdue_count",
    "pending_in_time_count",
)
BUILD = """
import sys
from pathlib import Path
from ingestion.home import Home
from warehouse.build import run_dbt
new, work, home = map(Path, sys.argv[1:])
run_dbt(["build", "--exclude-resource-type", "unit_test"], new, work, Home(home))
"""
LIMIT = """
import sys
from pathlib import Path
import duckdb
new, work, sql, seeds = sys.argv[1:]
with duckdb.connect(new) as connection:
    connection.execute(f"attach '{work}' as work (read_only)")
    connection.execute(Path(sql).read_text(encoding="utf-8").replace("{seeds}", seeds))
"""


def main() -> None:
    """Load a clean generated site, time both in turn, check that they agree, print the ratios."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--cases", type=int, default=250, help="new cases per unit and month")
    parser.add_argument("--pairs", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="bench-") as folder:
        site, home, work = prepare(Path(folder), asked)
        rows = read(work, "select count(*) from raw.case_row")[0][0]
        print(f"{rows:,} rows, {asked.units} units, {asked.months} months, site {site.name}")
        measured = [pair(Path(folder), home, work) for _ in range(asked.pairs)]
        compare(Path(folder))
    for name, index in (("CPU", 0), ("wall", 1)):
        build = statistics.median(p[0][index] for p in measured)
        limit = statistics.median(p[1][index] for p in measured)
        ratio = statistics.median(p[0][index] / p[1][index] for p in measured)
        print(f"{name:5} build {build:6.2f} s   limit {limit:6.2f} s   ratio {ratio:5.2f}")


def prepare(folder: Path, asked: argparse.Namespace) -> tuple[Site, Home, Path]:
    """Write, pull and decode a site without dirt; give its inputs as a work file."""
    out = folder / "exports"
    generate(
        folder / "site",
        out,
        units=asked.units,
        months=asked.months,
        cases_per_unit_month=asked.cases,
        dirt=0,
    )
    os.environ["MOTCUA_EXPORTS"] = str(out)
    site, home = load_site(folder / "site"), Home(folder / "home")
    home.create()
    newest = sorted(p.name for p in out.iterdir() if p.is_dir() and p.name[0].isdigit())[-1]
    pull(site, home, newest)
    decode(site, home)
    work = folder / "inputs.duckdb"
    write_inputs(site, home, work)
    return site, home, work


Seconds = tuple[float, float]


def pair(folder: Path, home: Home, inputs: Path) -> tuple[Seconds, Seconds]:
    """(CPU, wall) seconds of one build and, right after, of the limit; each on fresh files."""
    new, work, limit = folder / "new.duckdb", folder / "work.duckdb", folder / "limit.duckdb"
    for path in (new, work, limit):
        path.unlink(missing_ok=True)
    shutil.copyfile(inputs, work)
    build = timed([sys.executable, "-c", BUILD, str(new), str(work), str(home.root)])
    sql, seeds = ROOT / "benchmarks" / "limit.sql", ROOT / "dbt_project" / "seeds"
    return build, timed([sys.executable, "-c", LIMIT, *map(str, (limit, inputs, sql, seeds))])


def timed(command: list[str]) -> Seconds:
    """Run a process; the CPU seconds of it and its children, and the wall seconds."""
    before, began = os.times(), time.monotonic()
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return cpu, time.monotonic() - began


def compare(folder: Path) -> None:
    """The limit must give the product's figures, or it is no limit."""
    columns = ", ".join(("period", "unit_code", "sector_code", *COUNTS))
    where = " or ".join(f"{name} <> 0" for name in COUNTS)
    query = f"select {columns} from {{}} where {where} order by all"  # noqa: S608
    ours = read(folder / "new.duckdb", query.format("mart.mart_unit_sector_month"))
    limit = read(folder / "limit.duckdb", query.format("counts"))
    if ours != limit:
        differing = sorted(set(ours) ^ set(limit))[:5]
        sys.exit(f"the limit disagrees with the build: {len(ours)}, {len(limit)}, {differing}")


def read(database: Path, query: str) -> list[tuple[object, ...]]:
    """All rows of a query on a closed file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows: list[tuple[object, ...]] = connection.execute(query).fetchall()
        return rows


if __name__ == "__main__":
    main()
