"""A reader of the served database in a process of its own, as a BI tool is."""

import time
from pathlib import Path

import duckdb

QUERY = """
    select build_id, (select sum(received_count) from mart.mart_unit_month),
        (select count(*) from core.fct_case), (select sum(rows_read) from quality.load_ledger)
    from meta.build
"""
Seen = tuple[str, int, int, int]


def read_until(served: Path, stop: Path) -> list[tuple[Seen, Seen]]:
    """Open the served file again and again until `stop` appears; read twice through each connection."""
    seen = []
    while True:
        last = stop.exists()
        with duckdb.connect(str(served), read_only=True) as connection:
            before = connection.execute(QUERY).fetchone()
            # Long enough for a publication to fall between the two.
            time.sleep(0.02)
            after = connection.execute(QUERY).fetchone()
        assert before is not None
        assert after is not None
        seen.append((before, after))
        if last:
            return seen
