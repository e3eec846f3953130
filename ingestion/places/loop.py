"""Running the asynchronous drivers (aiohttp, aiobotocore) from our threads, on fsspec's event loop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fsspec.asyn import get_loop

Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """Run ``work`` on the loop's thread and return what it returns; `TimeoutError` after ``seconds``."""
    limited = asyncio.wait_for(work, seconds)
    return asyncio.run_coroutine_threadsafe(limited, get_loop()).result()


def on_loop(work: Any) -> None:
    """Call ``work`` on the loop's thread soon, without waiting for it."""
    get_loop().call_soon_threadsafe(work)
