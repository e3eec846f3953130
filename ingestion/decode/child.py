"""The child process of `sandbox`: reads requests from its input, answers on its output."""

import gc
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.personal import HashKeyError

_LENGTH = struct.Struct("!Q")
_SHOWN_FRAMES = 4


def main(memory_mb: int, seconds: int) -> None:
    """Answer requests until the input ends. No file may take more than these limits."""
    limit = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library prints must not run into the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer
    while True:
        signal.alarm(0)
        head = requests.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return
        signal.alarm(seconds)  # ends this process even if its parent is gone
        _answer(requests.read(_LENGTH.unpack(head)[0]), answers)
        gc.collect()


def _answer(request: bytes, answers: BinaryIO) -> None:
    try:
        function, arguments = pickle.loads(request)  # noqa: S301 - written by our own parent
        answer = pickle.dumps(("result", function(*arguments)), protocol=5)
    except UnreadableFileError as error:
        answer = pickle.dumps(("unreadable", error.messages))
    except MemoryError:
        answer = pickle.dumps(("memory", None))
    except HashKeyError as error:
        answer = pickle.dumps(("raised", error))
    except Exception as error:  # noqa: BLE001 - told as our defect, without its message: it may quote the file
        answer = pickle.dumps(("error", _place(error)))
    answers.write(_LENGTH.pack(len(answer)) + answer)
    answers.flush()


def _place(error: Exception) -> str:
    """Return the kind of an error and the last lines it came through, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return f"{type(error).__name__} ({' > '.join(places)})"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
