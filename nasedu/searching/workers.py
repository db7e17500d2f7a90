"""Workers: this process, or a pool of others, trains the children.

The loop knows one protocol. Trials go in by `submit`, at any time. `take` hands out whichever ends
next, with its outcome, and `cancel` gives up what is left. A synchronous search takes until none is
left before it submits more; learners that do not wait for each other submit as soon as they take.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import astuple
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pebble import ProcessExpired, ProcessPool

from nasedu import worker_process
from nasedu.errors import SettingError
from nasedu.runs.trial import Trial
from nasedu.searching import worker_side
from nasedu.searching.clock import LOOK, Deadline, running_clock
from nasedu.searching.evaluator import Evaluator, reason_of, train_child
from nasedu.searching.worker_side import ENDED, NO_PROCESSES, REMEDY, Parcel, parcel_of
from nasedu.training import Outcome

if TYPE_CHECKING:
    from torch import Generator

    from nasedu.controller import Reinforce
    from nasedu.searching.parameter_servers import Replica, ShardedPolicy

Taken = tuple[Trial, Outcome]
START_LIMIT = 180  # seconds for a process to start, which is mostly importing torch


class NoProcessesError(SettingError):
    """The system gives no processes to work in, or nothing to talk to them by."""


class Workers(Protocol):
    """Trains children, one or several at a time: ``count``."""

    count: int

    def submit(self, trial: Trial) -> None:
        """Queue a trial."""
        ...

    def take(self) -> Taken | None:
        """Wait for the trial that ends next, and return it with its outcome; None if none is left.

        Raises:
            SettingError: The workers are no longer able to train what the search began with.
        """
        ...

    def completed(self) -> Iterator[Taken]:
        """Take one trial after the other until none is left, those submitted meanwhile too."""
        return iter(self.take, None)

    def cancel(self) -> None:
        """Give up what is queued or running, and end every process; may be called twice."""
        ...


class Crew(Protocol):
    """Somewhere else to train, such as a cluster: `search` takes it in place of a number.

    Attributes:
        count: Children trained at a time; None: as many as there is room for.
    """

    count: int | None

    def begin(self, evaluator: Evaluator, most: int, timeout: float | None) -> CrewWorkers:
        """Return workers that stand ready, of which no more than ``most`` can be of use."""
        ...


MakeReplica = Callable[[int, "Reinforce", "Generator"], "Replica"]  # of its number


class CrewWorkers(Workers, Protocol):
    """Workers elsewhere, where parameter servers can stand too."""

    def serve(self, shards: ShardedPolicy) -> MakeReplica:
        """Let shards and replicas work there; `cancel` ends them too.

        Args:
            shards: As they are now. After each push they are as those elsewhere, so that these
                can be made again.
        """
        ...


class InlineWorkers(Workers):
    """Trains in this process, one child after the other: no start-up, no time limit."""

    count = 1

    def __init__(self, evaluator: Evaluator) -> None:
        evaluator.prepare()
        self._evaluator = evaluator
        self._queue: deque[Trial] = deque()

    def submit(self, trial: Trial) -> None:
        """Queue a trial."""
        self._queue.append(trial)

    def take(self) -> Taken | None:
        """Train the trial that was queued first; None if none is."""
        if not self._queue:
            return None
        trial = self._queue.popleft()
        return trial, train_child(self._evaluator, trial)

    def cancel(self) -> None:
        """Forget what is queued."""
        self._queue.clear()


class PoolWorkers(Workers):
    """Trains in a pool of processes; one that dies costs one trial, not the pool.

    Args:
        evaluator: Sent to every process once, when it starts; as it is, or packed already.
        count: Number of processes.
        timeout: Seconds that a child may take; None sets no limit. Time in which this process
            or a worker is stopped, or the machine sleeps, does not count.

    Raises:
        NoProcessesError: The system gives no processes, or nothing to talk to them by.
        SettingError: The evaluator cannot be sent, or the processes end as they start, cannot
            load it, or would train with other data than this process has.
    """

    def __init__(
        self, evaluator: Evaluator | Parcel, count: int, timeout: float | None = None
    ) -> None:
        _check_not_in_a_worker()
        self.count = count
        self._timeout = timeout
        self._trials: dict[Future, Trial] = {}
        self._ran: dict[Future, float] = {}  # seconds, of those that were seen running
        self._looked = running_clock().seconds
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        parcel = evaluator if isinstance(evaluator, Parcel) else parcel_of(evaluator)
        self._pool = ProcessPool(
            max_workers=count,
            initializer=worker_process.begin,
            initargs=[worker_side.__name__, worker_side.get_ready.__name__, *astuple(parcel)],
            context=multiprocessing.get_context("spawn"),
        )
        try:
            failure = self._start()
        except BaseException:
            self.cancel()
            raise
        if failure:
            self.cancel()
            raise SettingError(failure)

    def _start(self) -> str | None:
        """Start the processes; return what is wrong with them, or None once the first is ready."""
        try:
            if sys.platform != "win32":  # its start would unblock interrupts again
                resource_tracker.ensure_running()
            with worker_process.interrupts_blocked():  # the pool's threads and processes inherit it
                first = self._pool.schedule(worker_side.why_not_ready)
        except (OSError, ImportError, BrokenProcessPool) as error:  # no semaphores, pipes, forks
            raise NoProcessesError(f"{NO_PROCESSES}: {error.__cause__ or error}") from None
        limit = Deadline(START_LIMIT)
        while not limit.has_passed:
            try:
                return first.result(LOOK)
            except BrokenProcessPool:
                return f"{NO_PROCESSES}: they ended at their start; {REMEDY}"
            except TimeoutError:
                continue
        return f"{NO_PROCESSES}: they did not start within {START_LIMIT} s; {REMEDY}"

    def submit(self, trial: Trial) -> None:
        """Queue a trial; its time starts when a process takes it."""
        try:
            future = self._pool.schedule(worker_side.train_one, args=[trial])
        except RuntimeError:  # a process was killed while it had nothing to do
            raise SettingError(ENDED) from None
        self._trials[future] = trial
        future.add_done_callback(self._done.put)

    def take(self) -> Taken | None:
        """Wait for the next trial, a failed one with what happened to its process.

        Raises:
            SettingError: The processes end as they start, or those that start anew cannot load
                the data that this one has.
        """
        while self._trials:
            self._give_up_on_the_slow()
            try:
                future = self._done.get(timeout=LOOK)  # a limit, so that Ctrl-C gets through
            except queue.Empty:
                continue
            self._ran.pop(future, None)
            return self._trials.pop(future), self._outcome(future)
        return None

    def cancel(self) -> None:
        """Kill every process."""
        self._trials.clear()
        self._pool.stop()
        self._pool.join()

    def _give_up_on_the_slow(self) -> None:
        """Cancel children that have run for longer than they may; their processes are killed."""
        if self._timeout is None:
            return
        now = running_clock().seconds
        passed, self._looked = now - self._looked, now
        if _is_a_worker_stopped():
            return
        for future in [future for future in self._trials if future.running()]:
            self._ran[future] = self._ran[future] + passed if future in self._ran else 0.0
            if self._ran[future] > self._timeout:
                future.cancel()

    def _outcome(self, future: Future) -> Outcome:
        try:
            return future.result()
        except CancelledError:
            limit = self._timeout or 0.0
            return Outcome.failed(f"ran over the time limit of {limit:g} s", limit)
        except ProcessExpired as error:
            return Outcome.failed(f"its process {worker_process.ending_of(error.exitcode)}")
        except BrokenProcessPool:
            raise SettingError(ENDED) from None
        except SettingError as error:  # the worker is not ready: this says nothing of the child
            raise SettingError(str(error)) from None
        except Exception as error:  # what came back could not be read
            return Outcome.failed(reason_of(error))


def make_workers(evaluator: Evaluator, count: int, timeout: float | None) -> Workers:
    """Return inline workers for one child at a time without a limit, else a pool.

    Where the system gives no processes, e.g. in a container whose /dev/shm is full, children
    are trained in this process all the same, and a warning says so.
    """
    if count == 1 and timeout is None:
        return InlineWorkers(evaluator)
    try:
        return PoolWorkers(evaluator, count, timeout)
    except NoProcessesError as error:
        limit = "" if timeout is None else ", and without a time limit"
        warnings.warn(
            f"{error}; children are trained in this process, one at a time{limit}", stacklevel=2
        )
        return InlineWorkers(evaluator)


def _is_a_worker_stopped() -> bool:
    """Return whether a process of ours is stopped, by Ctrl-Z or a debugger; known on Linux alone.

    A stopped child is not a slow one.
    """
    if sys.platform != "linux":
        return False
    for process in multiprocessing.active_children():
        with suppress(OSError):
            stat = Path(f"/proc/{process.pid}/stat").read_text(errors="replace")
            if stat.rpartition(")")[2].split()[0] in ("T", "t"):
                return True
    return False


def _check_not_in_a_worker() -> None:
    """Stop a worker that, to load its main script, has begun to run the search in it."""
    parent = multiprocessing.parent_process()
    if parent and getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.stderr.write(f"nasedu: the script starts a search when it is imported; {REMEDY}\n")
        parent.join()  # ending here, it would only be started again
        os._exit(1)
