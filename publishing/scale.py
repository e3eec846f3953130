"""Whether an authority is a province or a city: units of one level have other names there."""

from ingestion.site import Site


def authority_scale(site: Site) -> str:
    """`province` or `city`: it decides how departments and districts are called in reports.

    A province's own code is the namespace of its case codes (H32); a city below it has a longer
    one (H32.NT). An authority with districts is a province too.
    """
    has_districts = any(unit.level == "district" for unit in site.units)
    return (
        "province" if has_districts or site.authority.code == site.authority.namespace else "city"
    )
