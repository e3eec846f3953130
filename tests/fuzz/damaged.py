"""One damaged file read: whatever it holds, it is read with a ledger that adds up, or refused with words."""

import random
import tempfile
from collections import Counter
from pathlib import Path

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import read_file
from ingestion.layouts import Layout
from tests.fuzz.mutations import mutate


class BrokenPromiseError(AssertionError):
    """A damaged file did what none may do; names the seed file and the number of the damage."""


def read_damaged(seed: Path, layouts: tuple[Layout, ...], first: int, count: int) -> Counter[str]:
    """Read ``count`` damaged copies of a file; return how many were read and how many refused.

    Copy ``n`` is always the same, so a failure can be had again. Raises `BrokenPromiseError`.
    """
    content = seed.read_bytes()
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / seed.name
        for number in range(first, first + count):
            path.write_bytes(mutate(content, random.Random(f"{seed.name}/{number}")))
            try:
                outcomes[_outcome(path, layouts)] += 1
            except BaseException as error:
                raise BrokenPromiseError(f"{seed.name} {number}: {type(error).__name__}") from error
    return outcomes


def _outcome(path: Path, layouts: tuple[Layout, ...]) -> str:
    refusal: UnreadableFileError | None = None
    try:
        reading = read_file(path, layouts)
    except UnreadableFileError as error:
        refusal = error
    if refusal is not None:
        assert refusal.messages
        assert all(message.text.strip() and message.code for message in refusal.messages)
        return "refused"
    assert reading.rows_read == reading.rows_data + reading.rows_ignored
    assert sum(table.num_rows for table in reading.tables) == reading.rows_data
    return "read"
