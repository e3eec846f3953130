"""How a long step tells its caller how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(what, done, total)``; ``what`` is text for a person."""


def quiet(what: str, done: int, total: int) -> None:
    """Say nothing: the progress of callers that do not watch."""
