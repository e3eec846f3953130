"""Threads that work through the queues of many servers, so that a slow one holds up only its own."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

MOST_THREADS = 32
Job = TypeVar("Job")
Result = TypeVar("Result")


def side_by_side(
    jobs: Sequence[tuple[str, Job]],
    work: Callable[[Job], Result],
    *,
    width: Callable[[str], int],
    leave: Callable[[str], None],
    stop: threading.Event,
) -> Generator[Result, None, None]:
    """Yield ``work(job)`` for each (server, job), in the order of ``jobs``.

    Of one server at most ``width`` jobs run at once, begun in their order; ``leave`` is called when
    its last job is done. An error of ``work`` is raised where its result would come; then, and when
    the caller goes away, ``stop`` is set and what has not begun is dropped.
    """
    results: list[Future[Result]] = [Future() for _ in jobs]
    queues: dict[str, deque[int]] = {}
    for number, (server, _) in enumerate(jobs):
        queues.setdefault(server, deque()).append(number)
    runners = {s: min(max(width(s), 1), len(queue)) for s, queue in queues.items()}
    left, lock = dict(runners), threading.Lock()

    def run(server: str) -> None:
        while not stop.is_set():
            try:
                number = queues[server].popleft()
            except IndexError:
                break
            _fulfil(results[number], work, jobs[number][1])
        with lock:
            left[server] -= 1
            is_last = left[server] == 0
        if is_last:
            leave(server)

    with ThreadPoolExecutor(min(MOST_THREADS, max(sum(runners.values()), 1)), "pull") as pool:
        # One thread for each server first, then a second one for each: nobody waits for the widest.
        for turn in range(max(runners.values(), default=0)):
            for server in (s for s, count in runners.items() if turn < count):
                pool.submit(run, server)
        try:
            for result in results:
                yield result.result()
        finally:
            stop.set()


def _fulfil(result: Future[Result], work: Callable[[Job], Result], job: Job) -> None:
    try:
        result.set_result(work(job))
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
        result.set_exception(error)
