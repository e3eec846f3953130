"""A small site's figures published as now, from the compiled models, and its units' workbooks."""

from pathlib import Path

import duckdb

from ingestion.home import Home
from ingestion.site import Site
from publishing.snapshot import publish
from publishing.unit_packs import write_outbox
from tests.laws.models import Models, run_models
from warehouse.access import write_access
from warehouse.closing_inputs import apply_closings
from warehouse.closing_store import read_closings
from warehouse.inputs import write_inputs


def publish_now(
    site: Site, home: Home, models: Models, build_id: str, revision: str = "r1"
) -> None:
    """Build what was taken in so far and publish it; `revision` stands for the code's."""
    home.create()
    build_now(site, home, models, home.build / f"{build_id}.duckdb", build_id, revision)
    publish(site, home, build_id)


def build_now(
    site: Site, home: Home, models: Models, build: Path, build_id: str, revision: str
) -> None:
    """Build what was taken in so far into a file, as `warehouse.build` does by dbt."""
    work = home.build / "work.duckdb"
    write_inputs(site, home, work)
    with run_models(models, work, build):
        pass
    work.unlink()
    with duckdb.connect(str(build)) as connection:
        connection.execute("create schema meta")
        connection.execute(
            """
            create table meta.build as
            select ? as build_id, timestamp '2024-02-03 02:03:04' as built_at, ? as code_revision,
                ? as site, ? as site_digest, 0::bigint as submissions,
                (select max(period) from core.fct_unit_report where is_reported) as newest_period
            """,
            [build_id, revision, site.name, site.digest],
        )
        write_access(connection, models.manifest)
        connection.execute("checkpoint")
    apply_closings(site, read_closings(home), build)


def workbooks(site: Site, home: Home, period: str) -> dict[tuple[str, str], Path]:
    """Write the outbox for a month; the workbooks written now, by unit and month."""
    written = write_outbox(site, home, period)
    return {(path.parent.parent.name, path.parent.name): path for path in written}
