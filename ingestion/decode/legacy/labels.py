"""Labels and titles: single texts, too short to be decided by score alone."""

import unicodedata
from functools import lru_cache

from ingestion.decode.legacy.codes import LEGACY, TWICE, codes, is_foreign, read_as
from ingestion.decode.legacy.deciding import best_reading
from ingestion.decode.legacy.scoring import UNICODE
from ingestion.text import match_key


def label_readings(label: str) -> list[str]:
    """Return the label as it stands, then each legacy reading that differs.

    A layout's labels say which reading is meant, so every possible one is given, good or not.
    """
    if label.isascii() or is_foreign(label):
        return [label]
    readings = [label, read_as(label, TWICE)]
    readings += [
        unicodedata.normalize("NFC", read_as(label, name))
        for name in LEGACY
        if not any(x.isalpha() for x in codes()[name].unread(label))
    ]
    return list(dict.fromkeys(readings))


@lru_cache(maxsize=16384)
def matching_keys(label: str) -> tuple[str, ...]:
    """Return `match_key` of each of `label_readings`, each key once."""
    return tuple(dict.fromkeys(map(match_key, label_readings(label))))


def decode_title(title: str) -> str:
    """Return the best reading of a title, for finding months and «bổ sung» in it.

    Without a margin: a title is only searched, never kept. For text that is kept use `recode`.
    """
    encoding = best_reading(title)
    return title if encoding == UNICODE else read_as(title, encoding)
