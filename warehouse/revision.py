"""Which code made a build."""

import hashlib
from pathlib import Path

CODE = Path(__file__).resolve().parent.parent
_ROOMS = ("ingestion", "dbt_project", "warehouse")
_KINDS = (".py", ".sql", ".yml", ".csv")


def code_revision() -> str:
    """First 12 hex digits of a digest over everything that can move a figure: readers, models, seeds, build.

    Independent of git, so that an installed copy and a checkout of the same code agree.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((CODE / room).rglob("*")):
            if path.suffix in _KINDS and path.is_file() and "target" not in path.parts:
                digest.update(str(path.relative_to(CODE)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
