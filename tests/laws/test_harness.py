"""The quick way to build is the real one: the same tables as `dbt build`, on a site with everything."""

import json
from datetime import date

import duckdb

from ingestion.progress import quiet
from tests.laws.harness import loaded, warehouse
from tests.laws.models import Models, failed_tests, table_hashes
from tests.laws.oracle_rows import Reference, UnitFacts, shift
from tests.laws.site_strategy import (
    CHANGES,
    CHANNELS,
    COLUMNS,
    FIRST,
    LAYOUTS,
    SECTORS,
    STATUSES,
    Cells,
    Plan,
    Sending,
)
from warehouse.build import build


def _everything() -> Plan:
    """A merger, every kind of changed row, two months, a replacement and a supplement."""
    ended = date(2024, 11, 30)
    reference = Reference(
        "H32",
        (
            UnitFacts("A", ("Phường A", "P. A"), ended, ("S",), "KHO-1"),
            UnitFacts("B", ("Phường B",), levels=(("", "commune"), (shift(FIRST, 1), "district"))),
            UnitFacts("S", ("Phường S",), None, (), None),
        ),
        SECTORS,
        STATUSES,
        CHANNELS,
    )

    def rows(period: str, changes: list[str]) -> tuple[tuple[tuple[str, str | None], ...], ...]:
        written: list[Cells] = []
        for number, change in enumerate(changes):
            row: Cells = dict.fromkeys(COLUMNS)
            row |= {
                "case_code": f"H32.16-241105-{number:04d}",
                "sector": "Đất đai",
                "received_at": "05/11/2024 08:00",
                "due_at": f"{1 + number % 28:02d}/12/2024 17:00",
                "completed_at": "14/11/2024 09:30:00" if number % 3 else None,
                "status": "Làm xong" if number % 3 else "Đang làm",
            }
            written += CHANGES[change](row, period)
        return tuple(tuple((c, row[c]) for c in COLUMNS) for row in written)

    names = list(CHANGES)
    second = shift(FIRST, 1)
    sendings = (
        Sending("A", FIRST, "replace", "day_du", rows(FIRST, names), "1"),
        Sending("A", FIRST, "replace", "day_du", rows(FIRST, names[::-1]), "2"),
        Sending("B", FIRST, "replace", "day_du", rows(FIRST, names[:4]), "1"),
        Sending("B", FIRST, "supplement", "day_du", rows(FIRST, names[3:9]), "2"),
        Sending("S", second, "replace", "day_du", rows(second, names[5:]), "1"),
    )
    assert "day_du" in LAYOUTS
    return Plan(reference, tuple((u.code, "day_du") for u in reference.units), second, sendings)


def test_harness_equals_a_real_build(models: Models) -> None:
    """Tables and data tests; and a law that is broken is told by the test that dbt has for it."""
    with loaded(_everything()) as result:
        with warehouse(models, result) as connection:
            quick = table_hashes(connection, "new")
            assert failed_tests(models, connection) == []
            connection.execute(
                "update mart.mart_unit_month set received_count = received_count + 1"
                " where unit_code = 'B' and period = ?",
                [FIRST],
            )
            failed = {line.split(":")[0] for line in failed_tests(models, connection)}
            assert "balance_per_unit_month" in failed
        real = build(result.site, result.home, progress=quiet)
        with duckdb.connect(str(real.path), read_only=True) as connection:
            database = connection.execute("select current_database()").fetchone()
            assert database is not None
            built = table_hashes(connection, database[0])
        results = json.loads((real.path.parent / "target" / "run_results.json").read_text("utf-8"))
    assert quick == built
    ran = [r["unique_id"] for r in results["results"] if r["unique_id"].startswith("test.")]
    assert {name.split(".")[2] for name in ran} == {name for name, _ in models.tests}
    assert int(built["core.fct_case"][0]) > 10
