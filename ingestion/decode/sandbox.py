"""Reading files in a child process with limited memory and time, so that no file can harm us.

A hostile or broken file may ask a reader for more memory than there is, run for ever, or crash a
native library. In a child process that costs the file, not the run: its reading is refused with a
message, and the next file gets a fresh child.
"""

import atexit
import os
import pickle
import selectors
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from types import TracebackType
from typing import IO, Any, TypeVar

from ingestion.decode.opened import UnreadableFileError, unreadable
from ingestion.decode.personal import KEY_VARIABLE

Result = TypeVar("Result")
_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 20
_GRACE_SECONDS = 30
"""A child whose parent was killed ends itself this much after the file's time."""


class DecoderError(RuntimeError):
    """Our own defect in a reader. Says the kind and place of the error, never what a file held."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost: address space of the child in MB, and seconds."""

    memory_mb: int = 4096
    seconds: int = 300


@dataclass
class Sandbox:
    """One child process, started when first needed and again after a file killed it."""

    limits: Limits = Limits()
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Return ``function(*arguments)`` as worked out in the child; both must be picklable.

        Raises what the unit got wrong as `UnreadableFileError`, also when the file asked for more
        than `limits`, and our own defects as `DecoderError`.
        """
        child = self._child or self._start()
        try:
            _send(child, pickle.dumps((function, arguments)))
            answer = _receive(child, self.limits.seconds)
        except TimeoutError as error:
            self.close()
            raise unreadable("too_slow", seconds=self.limits.seconds) from error
        except (EOFError, BrokenPipeError) as error:
            self.close()
            raise unreadable("too_heavy", memory=self.limits.memory_mb) from error
        kind, value = pickle.loads(answer)  # noqa: S301 - written by our own child
        if kind == "unreadable":
            raise UnreadableFileError(*value)
        if kind == "memory":
            self.close()
            raise unreadable("too_heavy", memory=self.limits.memory_mb)
        if kind == "raised":
            raise value
        if kind == "error":
            raise DecoderError(value)
        result: Result = value
        return result

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        limits = (str(self.limits.memory_mb), str(self.limits.seconds + _GRACE_SECONDS))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "ingestion.decode.child", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            # A native library may print what it chokes on: that must not reach a log.
            stderr=subprocess.DEVNULL,
        )
        return self._child


def read_each(
    requests: Iterable[tuple[Any, ...]], limits: Limits, workers: int
) -> Generator[Any | UnreadableFileError | DecoderError]:
    """Yield what each ``(function, *arguments)`` gives, in order, several at a time.

    A file that cannot be read gives its `UnreadableFileError`, one on which a reader broke down a
    `DecoderError`; so one file stops no other. Only a few results wait in memory.
    """
    key = os.environ.get(KEY_VARIABLE)
    free = list(_children(os.getpid(), limits, workers, key))

    def run(request: tuple[Any, ...]) -> Any | UnreadableFileError | DecoderError:
        sandbox = free.pop()
        try:
            return sandbox.call(*request)
        except (UnreadableFileError, DecoderError) as error:
            return error
        finally:
            free.append(sandbox)

    waiting = iter(requests)
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(run, request) for request in islice(waiting, workers + 1)]
        while running:
            yield running.pop(0).result()
            running += [pool.submit(run, request) for request in islice(waiting, 1)]


@lru_cache(maxsize=1)
def _children(process: int, limits: Limits, workers: int, key: str | None) -> tuple[Sandbox, ...]:
    """Return the children of this process, kept for its next files: each costs a second to start."""
    # A forked copy of this process must not talk to its parent's children, and children that were
    # started without the key of identity hashes, or with another one, cannot know it.
    del process, key
    sandboxes = tuple(Sandbox(limits) for _ in range(workers))
    for sandbox in sandboxes:
        atexit.register(sandbox.close)
    return sandboxes


def _pipe(end: IO[bytes] | None) -> int:
    """Return the descriptor of a child's pipe; `_start` makes both."""
    if end is None:
        raise DecoderError("a child without pipes")
    return end.fileno()


def _send(child: subprocess.Popen[bytes], message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(_pipe(child.stdin), rest) :]


def _receive(child: subprocess.Popen[bytes], seconds: int) -> bytes:
    """Read one answer; raises TimeoutError after so many seconds, EOFError when the child died."""
    answers = _pipe(child.stdout)
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(answers, selectors.EVENT_READ)

        def take(count: int) -> bytes:
            pieces = bytearray()
            while len(pieces) < count:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(answers, min(count - len(pieces), _PIECE))
                if not piece:
                    raise EOFError
                pieces += piece
            return bytes(pieces)

        return take(_LENGTH.unpack(take(_LENGTH.size))[0])
