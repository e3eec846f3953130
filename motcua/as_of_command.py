"""`motcua build --as-of`: what was known at a moment."""

import shlex
from pathlib import Path

from ingestion.messages import text
from ingestion.receipts import local_time
from ingestion.site import places_of
from motcua.console import TIME, bar, print_json, say, told
from motcua.options import open_places
from warehouse.served import rows


def build_as_of(moment: str, site: Path, home: Path, *, as_json: bool) -> None:
    """Build it and say where it is, what it holds and how to read it."""
    import duckdb

    from warehouse.as_of import build_as_of as build_step

    with told(), bar(as_json) as progress:
        opened, where = open_places(site, home)
        made = build_step(opened, where, moment, progress=progress)
        with duckdb.connect(str(made.database), read_only=True) as connection:
            newest = rows(connection, "select newest_period from meta.build")[0]["newest_period"]
    if as_json:
        print_json({"moment": made.moment, "database": made.database, "newest_period": newest})
        return
    places = places_of(opened, where)
    then = f"{local_time(made.moment, opened.zone):{TIME}}"
    values = {"moment": then, "path": made.database, "value": shlex.quote(moment), "period": newest}
    said = text("as_of.built", places=places, **values)
    say(said)
