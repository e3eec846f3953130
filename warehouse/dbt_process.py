"""`python -m warehouse.dbt_process build …`: one dbt command, told in short lines of JSON.

A line for each model, seed or test that is done, `{"done": 3, "of": 288}`, and for each thing that
went wrong, `{"error": "…"}`. dbt's own JSON log would be written event by event, each one made into
text twice before its level is looked at: a tenth of a build.
"""

import gc
import json
import sys
from collections.abc import Sequence
from typing import Any

from dbt.cli.main import dbtRunner

# Each with its field of how many nodes there are.
_DONE = {"LogModelResult": "total", "LogSeedResult": "total", "LogTestResult": "num_models"}
# What dbt knows of the project stays until the end: hundreds of thousands of objects, gone through
# again and again for garbage that is not there. With the usual threshold of 700 a sixth of a build.
_NEW_OBJECTS = 100_000


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns dbt's exit code: 0, 1 where a node failed, 2 where it could not run."""
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    errors: list[str] = []

    def tell(event: Any) -> None:
        """Print one event of dbt, if it is one that the build follows."""
        if event.info.name in _DONE:
            _print(done=event.data.index, of=getattr(event.data, _DONE[event.info.name]))
        elif event.info.level == "error":
            errors.append(event.info.msg.strip())
            _print(error=errors[-1])

    quiet = ["--log-level", "none", "--log-format-file", "debug"]
    result = dbtRunner(callbacks=[tell]).invoke([*quiet, *arguments])
    if result.exception is None:
        return 0 if result.success else 1
    if not errors:  # a wrong argument is no event
        _print(error=str(result.exception))
    return 2


def _print(**words: int | str) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
