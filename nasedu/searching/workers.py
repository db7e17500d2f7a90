"""Who trains the children: this process, or a pool of others.

The loop knows one protocol. Trials go in by `submit`, come out of `completed` with their
outcomes in whatever order they end, and `cancel` gives up what is left.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Protocol

from pebble import ProcessExpired, ProcessPool

from nasedu.errors import SettingError
from nasedu.searching.evaluator import Evaluator, train_child
from nasedu.searching.trial import Trial
from nasedu.training import Outcome, keep_freed_memory

START_LIMIT = 180  # seconds for a process to start, which is mostly importing torch
REMEDY = (
    "define the evaluator in a module that can be imported, call search under "
    '`if __name__ == "__main__":` in a script, or use workers=1'
)


class Workers(Protocol):
    """Trains children, one or several at a time."""

    def submit(self, trial: Trial) -> None:
        """Queue a trial."""
        ...

    def completed(self) -> Iterator[tuple[Trial, Outcome]]:
        """Yield every queued trial with its outcome as it ends, until none is left."""
        ...

    def cancel(self) -> None:
        """Give up what is queued or running, and end every process; may be called twice."""
        ...


class InlineWorkers:
    """Trains in this process, one child after the other: no start-up, no time limit."""

    def __init__(self, evaluator: Evaluator) -> None:
        evaluator.prepare()
        self._evaluator = evaluator
        self._queue: deque[Trial] = deque()

    def submit(self, trial: Trial) -> None:
        """Queue a trial."""
        self._queue.append(trial)

    def completed(self) -> Iterator[tuple[Trial, Outcome]]:
        """Train and yield one trial after the other."""
        while self._queue:
            trial = self._queue.popleft()
            yield trial, train_child(self._evaluator, trial)

    def cancel(self) -> None:
        """Forget what is queued."""
        self._queue.clear()


class PoolWorkers:
    """Trains in a pool of processes; one that dies costs one trial, not the pool.

    Args:
        evaluator: Sent to every process once, when it starts.
        count: Number of processes.
        timeout: Seconds that a child may take; None sets no limit.

    Raises:
        SettingError: The processes do not start, or cannot load the evaluator.
    """

    def __init__(self, evaluator: Evaluator, count: int, timeout: float | None = None) -> None:
        _check_not_in_a_worker()
        self._timeout = timeout
        self._trials: dict[Future, Trial] = {}
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._pool = ProcessPool(
            max_workers=count,
            initializer=_start_worker,
            initargs=[pickle.dumps(evaluator)],
            context=multiprocessing.get_context("spawn"),
        )
        if sys.platform != "win32":  # its start would unblock interrupts again
            resource_tracker.ensure_running()
        try:
            with _interrupts_blocked():  # inherited by the pool's threads and so by its processes
                first = self._pool.schedule(_why_not_ready)
            failure = first.result(START_LIMIT)
        except BrokenProcessPool:
            failure = "they end as they start"
        except TimeoutError:
            failure = f"they did not start within {START_LIMIT} s"
        except BaseException:
            self.cancel()
            raise
        if failure:
            self.cancel()
            raise SettingError(f"worker processes cannot be used here: {failure}; {REMEDY}")

    def submit(self, trial: Trial) -> None:
        """Queue a trial; its time starts when a process takes it."""
        future = self._pool.schedule(_train_here, args=[trial], timeout=self._timeout)
        self._trials[future] = trial
        future.add_done_callback(self._done.put)

    def completed(self) -> Iterator[tuple[Trial, Outcome]]:
        """Yield trials as they end, failed ones with what happened to their process."""
        while self._trials:
            try:
                future = self._done.get(timeout=0.5)  # a limit, so that Ctrl-C gets through
            except queue.Empty:
                continue
            yield self._trials.pop(future), self._outcome(future)

    def cancel(self) -> None:
        """Kill every process."""
        self._trials.clear()
        self._pool.stop()
        self._pool.join()

    def _outcome(self, future: Future) -> Outcome:
        try:
            return future.result()
        except TimeoutError:
            limit = self._timeout or 0.0
            return Outcome.failed(f"ran over the time limit of {limit:g} s", limit)
        except ProcessExpired as error:
            code = error.exitcode
            ended = f"was killed by signal {-code}" if code and code < 0 else f"ended with {code}"
            return Outcome.failed(f"its process {ended}")
        except CancelledError:
            return Outcome.failed("cancelled")
        except BrokenProcessPool as error:
            raise SettingError(f"the worker processes end as they start: {error}") from None
        except Exception as error:  # what came back could not be read
            return Outcome.failed(f"{type(error).__name__}: {error}".splitlines()[0])


def make_workers(evaluator: Evaluator, count: int, timeout: float | None) -> Workers:
    """Return inline workers for one child at a time without a limit, else a pool."""
    if count == 1 and timeout is None:
        return InlineWorkers(evaluator)
    return PoolWorkers(evaluator, count, timeout)


# Of a worker process, set when it starts.
_evaluator: Evaluator | None = None
_failure: str | None = None


def _start_worker(evaluator: bytes) -> None:
    global _evaluator, _failure
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    try:
        loaded: Evaluator = pickle.loads(evaluator)
        loaded.prepare()
        _evaluator = loaded
    except Exception as error:
        _failure = f"the evaluator cannot be used there ({type(error).__name__}: {error})"


def _why_not_ready() -> str | None:
    return _failure


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check_not_in_a_worker() -> None:
    """Stop a worker that, to load its main script, has begun to run the search in it."""
    parent = multiprocessing.parent_process()
    if parent and getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.stderr.write(f"nasedu: the script starts a search when it is imported; {REMEDY}\n")
        parent.join()  # ending here, it would only be started again
        os._exit(1)


def _train_here(trial: Trial) -> Outcome:
    if _evaluator is None:
        return Outcome.failed(_failure or "its process has no evaluator")
    return train_child(_evaluator, trial)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
