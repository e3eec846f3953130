"""The child process that reads files: limits hold, and what went wrong is told to the right person."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.decode.opened import UnreadableFileError, unreadable
from ingestion.decode.sandbox import DecoderError, Limits, Sandbox, read_each


def double(number: int) -> int:
    """A reading that goes well."""
    print("noise on the output")
    return 2 * number


def refuse() -> None:
    """A file its unit got wrong."""
    raise unreadable("empty_file")


def fail() -> None:
    """A defect of ours whose message quotes the file."""
    raise ValueError("Nguyễn Văn An")


def eat_memory() -> int:
    """A file that unpacks to more than there is."""
    return len(bytearray(8 << 30))


def crash() -> None:
    """A native library that falls over."""
    os.abort()


def sleep() -> None:
    """A file that is never done."""
    time.sleep(60)


def pid() -> int:
    """Which process reads."""
    return os.getpid()


@pytest.fixture(autouse=True)
def children_find_this_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child imports the functions above by the name of this module."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(memory_mb=2048, seconds=10)) as sandbox:
        yield sandbox


def test_results_come_back_and_one_child_reads_many(sandbox: Sandbox) -> None:
    assert [sandbox.call(double, n) for n in range(3)] == [0, 2, 4]
    assert sandbox.call(pid) == sandbox.call(pid) != os.getpid()


def test_what_a_unit_got_wrong_comes_back_as_it_was(sandbox: Sandbox) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        sandbox.call(refuse)
    assert caught.value.messages[0].code == "empty_file"


def test_our_own_defect_is_told_without_the_content_of_a_file(sandbox: Sandbox) -> None:
    with pytest.raises(DecoderError) as caught:
        sandbox.call(fail)
    assert "ValueError" in str(caught.value)
    assert "test_sandbox" in str(caught.value)
    assert "Nguyễn" not in str(caught.value)


@pytest.mark.parametrize(
    ("function", "code"), [(eat_memory, "too_heavy"), (crash, "too_heavy"), (sleep, "too_slow")]
)
def test_a_file_that_asks_too_much_is_refused_and_the_next_is_read(
    sandbox: Sandbox, function: object, code: str
) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        sandbox.call(function)  # type: ignore[arg-type]
    assert caught.value.messages[0].code == code
    assert sandbox.call(double, 21) == 42


def test_many_files_are_read_side_by_side_in_order() -> None:
    requests = [(refuse,) if n % 5 == 3 else (double, n) for n in range(12)]
    results = list(read_each(requests, Limits(2048, 30), workers=2))
    assert [r for r in results if isinstance(r, int)] == [0, 2, 4, 8, 10, 12, 14, 18, 20, 22]
    assert [n for n, r in enumerate(results) if isinstance(r, UnreadableFileError)] == [3, 8]
    assert len(set(read_each([(pid,)] * 8, Limits(), workers=2))) <= 2


def test_a_defect_of_ours_stops_no_other_file() -> None:
    one, defect, two = read_each([(double, 1), (fail,), (double, 2)], Limits(), workers=2)
    assert (one, two) == (2, 4)
    assert isinstance(defect, DecoderError)
