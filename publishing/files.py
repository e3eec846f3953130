"""Files that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.home import private_folder
from ingestion.log import sync


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it is fsynced and renamed over `path`.

    When the block raises, the temporary file is removed and what stood at `path` stays.
    """
    private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        yield temporary
        sync(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)
