"""Workers on a cluster: who trains there, how many, and what happens if a place is lost.

Ray says that a place is lost, with its machine or by itself, and no more. The trial that was
trained there has no outcome yet; it is trained again elsewhere, from the same seed.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

from nasedu.errors import SettingError
from nasedu.runs.trial import Trial
from nasedu.searching.clock import Deadline
from nasedu.searching.cluster.joining import LOCAL, check_address, joined
from nasedu.searching.cluster.remote_pool import RemotePool
from nasedu.searching.cores import available_cores, check_workers
from nasedu.searching.evaluator import Evaluator, reason_of
from nasedu.searching.worker_side import parcel_of
from nasedu.searching.workers import (
    START_LIMIT,
    Crew,
    CrewWorkers,
    MakeReplica,
    Taken,
)
from nasedu.training import Outcome

if TYPE_CHECKING:
    from nasedu.searching.parameter_servers import ShardedPolicy

LOOK = 1.0  # seconds between two looks at what else there is to do
LOSSES = 3  # times that a place may be lost under one child, or each one as it starts
NO_ROOM = (
    "the cluster gives no place to train in; what is finished is kept: look at `ray status`, and "
    "resume"
)


@dataclass(frozen=True)
class RayWorkers(Crew):
    """Where to train: `search` takes it as its ``workers``.

    Args:
        address: ``"local"`` for a cluster on this machine alone, or the address of one that was
            started by ``ray start`` with a token; see docs/cluster.md.
        count: Children trained at a time; default as many as there is room for.
        gpus: Share of a GPU that each child has, e.g. 0.25; default one if the cluster has any.

    Raises:
        SettingError: One of them makes no sense.
    """

    address: str = LOCAL
    count: int | None = None
    gpus: float | None = None

    def __post_init__(self) -> None:
        """Check what can be checked before there is a cluster."""
        check_address(self.address)
        if self.count is not None:
            check_workers(self.count)
        gpus = 0.0 if self.gpus is None else self.gpus
        if not 0 <= gpus < float("inf") or (gpus > 1 and gpus % 1):
            raise SettingError(
                f"gpus is {self.gpus}; expected a share of a GPU, such as 0.25, or a whole number"
            )

    def begin(self, evaluator: Evaluator, most: int, timeout: float | None) -> CrewWorkers:
        """Return places on the cluster that train what this evaluator does."""
        return ClusterWorkers(evaluator, self, most, timeout)


class ClusterWorkers(CrewWorkers):
    """Trains on a cluster, a child in each place.

    Args:
        evaluator: Sent to every machine once.
        crew: Which cluster, and how many places there.
        most: Places that can be of use.
        timeout: Seconds that a child may take; None sets no limit.

    Raises:
        SettingError: There is no such cluster, or no room on it, or its machines cannot train
            what this one could.
    """

    def __init__(
        self, evaluator: Evaluator, crew: RayWorkers, most: int, timeout: float | None
    ) -> None:
        parcel = parcel_of(evaluator)
        self._waiting: deque[Trial] = deque()
        self._idle: list[Any] = []
        self._calls: dict[Any, tuple[Any, Trial | None]] = {}  # without a trial: it starts
        self._losses: Counter[int] = Counter()  # by trial; 0: in a row, of those that started
        self._limit = Deadline(START_LIMIT)
        self._stack = ExitStack()
        try:
            cores = max(available_cores(), crew.count or 0)
            self._ray = self._stack.enter_context(joined(crew.address, cores))
            gpus, room = _room(self._ray.nodes(), crew.gpus)
            self.count = min(crew.count or room, most)
            actor = self._ray.remote(RemotePool).options(
                num_cpus=1, num_gpus=gpus, scheduling_strategy="SPREAD"
            )
            sent, files = self._ray.put(parcel), self._files(evaluator, crew)
            self._make = lambda: actor.remote(sent, timeout, sys.path, files)
            for _ in range(self.count):
                self._open()
            while not self._idle:
                self._step()
        except BaseException:
            self.cancel()
            raise

    def submit(self, trial: Trial) -> None:
        """Queue a trial; its time starts in its place."""
        self._waiting.append(trial)
        self._hand_out()

    def take(self) -> Taken | None:
        """Wait for the next trial, a failed one with what happened to its process.

        Raises:
            SettingError: The cluster has no place any more, or one that cannot load the data
                that this process has.
        """
        while self._waiting or self._num_training:
            self._hand_out()
            if taken := self._step():
                return taken
        return None

    def serve(self, shards: ShardedPolicy) -> MakeReplica:
        """Let shards and replicas work on the cluster."""
        from nasedu.searching.cluster.remote_servers import RemoteServers

        return self._stack.enter_context(closing(RemoteServers(self._ray, shards))).replica

    def cancel(self) -> None:
        """End every place, and the connection to the cluster if nobody else uses it."""
        for place in [*self._idle, *(place for place, _ in self._calls.values())]:
            with suppress(Exception):  # the cluster itself may be gone
                self._ray.kill(place)
        self._waiting.clear()
        self._idle.clear()
        self._calls.clear()
        self._stack.close()

    @property
    def _num_training(self) -> int:
        return sum(trial is not None for _, trial in self._calls.values())

    def _files(self, evaluator: Evaluator, crew: RayWorkers) -> dict[str, Any]:
        """Return imported data as other machines can have them, which Ray brings there once."""
        if crew.address == LOCAL:
            return {}
        from nasedu.searching.cluster.data_files import files_for

        contents = {place: path.read_bytes() for place, path in files_for(evaluator).items()}
        return {place: self._ray.put(content) for place, content in contents.items()}

    def _open(self) -> None:
        place = self._make()
        self._calls[place.why_not_ready.remote()] = place, None

    def _ask_idle(self) -> None:
        """Ask idle places whether they are there, since it may be a whole machine that was lost.

        A trial that is given to a lost place counts that as a loss of its own, and has few.
        """
        for place in self._idle:
            self._calls[place.why_not_ready.remote()] = place, None
        self._idle.clear()

    def _hand_out(self) -> None:
        """Give every place that has nothing to do the trial that has waited longest."""
        while self._idle and self._waiting:
            place, trial = self._idle.pop(0), self._waiting.popleft()
            self._calls[place.train.remote(trial)] = place, trial

    def _step(self) -> Taken | None:
        """Wait a moment for a place to start, to end a trial or to be lost."""
        ended, _ = self._ray.wait([*self._calls], timeout=LOOK)
        if not ended:
            if self._limit.has_passed and not self._num_training:
                raise SettingError(NO_ROOM)
            return None
        self._limit = Deadline(START_LIMIT)
        place, trial = self._calls.pop(ended[0])
        try:
            answer = self._ray.get(ended[0])
        except self._ray.exceptions.RayError as error:
            return self._replace(place, trial, error)
        if isinstance(answer, str):  # this says nothing of the child
            raise SettingError(answer)
        self._idle.append(place)
        if trial is None:
            self._losses[0] = 0
            return None
        return trial, answer

    def _replace(self, place: Any, trial: Trial | None, error: Exception) -> Taken | None:
        """Make another place for one that was lost; its trial is trained again, but not for ever.

        Raises:
            SettingError: Places are lost before they are ready, again and again.
        """
        self._ray.kill(place)  # it may be alive where the connection to it was lost
        self._ask_idle()
        self._open()
        self._losses[trial.number if trial else 0] += 1
        if trial is None:
            if self._losses[0] > LOSSES * self.count:
                raise SettingError(f"places on the cluster end as they start ({reason_of(error)})")
            return None
        if self._losses[trial.number] < LOSSES:
            self._waiting.appendleft(trial)
            return None
        return trial, Outcome.failed(f"its place on the cluster was lost {LOSSES} times")


def _room(nodes: Sequence[dict[str, Any]], gpus: float | None) -> tuple[float, int]:
    """Return the share of a GPU that a child has, and how many children there is room for.

    Args:
        nodes: What Ray says of its machines.
        gpus: The share that was asked for; None: one if there are any.

    Raises:
        SettingError: There is room for none.
    """
    has = [node["Resources"] for node in nodes if node["Alive"]]
    if gpus is None:
        gpus = 1.0 if any(each.get("GPU") for each in has) else 0.0
    room = 0
    for each in has:
        num, share = int(each.get("CPU", 0)), int(each.get("GPU", 0))
        # Ray puts no child on parts of two GPUs.
        room += min(num, _fitting(share, gpus)) if gpus else num
    if not room:
        raise SettingError(
            f"no machine of the cluster has room for a child, which takes a core and {gpus:g} GPUs"
        )
    return gpus, room


def _fitting(num_gpus: int, share: float) -> int:
    return floor(num_gpus / share) if share >= 1 else num_gpus * floor(1 / share)
