"""All texts that a Vietnamese user reads, kept in one file: ``messages_vi.yml``."""

from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("messages_vi.yml")


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    sections: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": template
        for section, entries in sections.items()
        for key, template in (entries or {}).items()
    }


def text(key: str, /, **values: object) -> str:
    """Return the text ``section.key`` with its ``{placeholders}`` filled.

    Raises `KeyError` for an unknown key or a placeholder without a value: a missing text is a
    defect of ours and must not reach a reader as an empty line.
    """
    return _texts()[key].format(**values)
