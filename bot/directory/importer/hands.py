"""Batches looked at by several processes, given back in order.

Repair is pure Python, and one core reads several hundred services a second. Small sources
never pay for a second process: helpers start only once a source proves to be big.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import chain
from typing import Any, TypeVar

from bot.directory.importer.prepare import Look, look_at_all

log = logging.getLogger(__name__)

# One process writes: more helpers than this only wait for it.
MOST_HELPERS = 4
ALONE_FOR = 2_000

T = TypeVar("T")
Job = list[tuple[Any, Any, str | None]]


def looked_at(
    batches: Iterator[list[T]], job_of: Callable[[list[T]], Job]
) -> Iterator[tuple[list[T], list[Look]]]:
    """Each batch with what was seen in it; at most a few batches are read ahead.

    Args:
        batches: lists of things read.
        job_of: what ``look_at_all`` is to look at for a batch.
    """
    read = 0
    for batch in batches:
        yield batch, look_at_all(job_of(batch))
        read += len(batch)
        if read >= ALONE_FOR:
            break
    helpers = min(_cores(), MOST_HELPERS)
    if helpers < 2:
        for batch in batches:
            yield batch, look_at_all(job_of(batch))
        return
    yield from _with_helpers(batches, job_of, helpers)


def _with_helpers(
    batches: Iterator[list[T]], job_of: Callable[[list[T]], Job], helpers: int
) -> Iterator[tuple[list[T], list[Look]]]:
    first = next(batches, None)
    if first is None:
        return
    waiting: deque[tuple[list[T], Job, Future[list[Look]] | None]] = deque()
    # Not forked: the caller may have threads and open connections.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(helpers, mp_context=context)
    try:
        # They take seconds to start; until one answers, this process goes on alone.
        started = _submit(pool, [])
        for batch in chain([first], batches):
            job = job_of(batch)
            ready = started is not None and started.done()
            waiting.append((batch, job, _submit(pool, job) if ready else None))
            if not ready or len(waiting) > helpers + 1:
                yield _result(*waiting.popleft())
        while waiting:
            yield _result(*waiting.popleft())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, job: Job) -> Future[list[Look]] | None:
    try:
        return pool.submit(look_at_all, job)
    except (BrokenExecutor, RuntimeError, OSError) as error:
        log.warning("helpers of the import failed, going on alone: %r", error)
        return None


def _result(
    batch: list[T], job: Job, future: Future[list[Look]] | None
) -> tuple[list[T], list[Look]]:
    if future is not None:
        try:
            return batch, future.result()
        except Exception as error:
            # A helper killed for memory, a record nested too deeply to be sent: nothing is lost.
            log.warning("a helper of the import failed, doing its batch here: %r", error)
    return batch, look_at_all(job)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
