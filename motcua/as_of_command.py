"""`motcua build --as-of`: what was known at a moment."""

from pathlib import Path

from ingestion.messages import text
from motcua.console import bar, print_json, stdout, told
from motcua.options import open_places, places_of
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
    values = {"moment": made.moment, "path": made.database, "value": moment, "period": newest}
    said = text("as_of.built", places=places, **values)
    stdout().print(said, soft_wrap=True, highlight=False, markup=False)
