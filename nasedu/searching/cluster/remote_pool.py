"""The place: what a machine of a cluster does to train one child at a time.

It runs in a process of Ray's, which needs no torch: the child's own process has that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nasedu.errors import DataError, SettingError
from nasedu.runs.trial import Trial
from nasedu.searching.worker_side import ENDED, Parcel
from nasedu.searching.workers import PoolWorkers
from nasedu.training import Outcome

STARTS = 2  # a process may be killed just as it starts, which says nothing of the machine


class RemotePool:
    """A pool of one process, so that children fail here as they do in a pool.

    A child that kills its process, or has to be killed, takes nothing else with it.

    Args:
        parcel: The evaluator, which Ray brings to every machine once.
        timeout: Seconds that a child may take.
        path: Where else modules are looked for: as the search does, if there is such a folder.
        files: Of imported data, as `receive` takes them; brought here only if they are missing.
    """

    def __init__(
        self,
        parcel: Parcel,
        timeout: float | None,
        path: Sequence[str],
        files: Mapping[str, Any],
    ) -> None:
        import ray

        sys.path += [folder for folder in path if folder not in sys.path]
        if not ray.get_gpu_ids():  # a child that was given no GPU sees none
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        sys.modules["__main__"].__dict__.pop("__file__", None)  # Ray's, which children do not need
        self._parcel, self._timeout = parcel, timeout
        self._files, self._fetch = files, ray.get
        self._pool: PoolWorkers | None = None

    def why_not_ready(self) -> str | None:
        """Start the process that trains; return what is wrong with it, or None."""
        failure = ""
        for _ in range(STARTS):
            try:
                self._start()
                return None
            except (SettingError, DataError) as error:
                failure = str(error)
        return failure

    def _start(self) -> None:
        if self._files:
            from nasedu.searching.cluster.data_files import receive

            receive(self._files, self._fetch)
        self._pool = self._pool or PoolWorkers(self._parcel, 1, self._timeout)

    def train(self, trial: Trial) -> Outcome | str:
        """Return the outcome of a child, or why none can be trained here."""
        failure = ""
        for _ in range(2):  # a process that was killed while it had nothing to do is replaced
            failure = self.why_not_ready()
            if failure or self._pool is None:
                break
            try:
                self._pool.submit(trial)
                ((_, outcome),) = self._pool.completed()
                return outcome
            except SettingError as error:
                failure = str(error)
                self._pool.cancel()
                self._pool = None
        return failure or ENDED
