"""The asynchronous search: replicas ask and push whenever their own children have ended.

Shards and replicas are objects of this process, or stand on a cluster if there is one; only the
children are trained elsewhere in any case, if there are workers. One loop takes what ends next, so
it is the only writer of the study: every push is a *tell* of its replica, whose number in the study
is the push's own.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Generator, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import torch

from nasedu.controller import ParameterServers, Reinforce, Strategy
from nasedu.runs.config import RunConfig
from nasedu.runs.records import ALONE, best_of
from nasedu.runs.search_run import open_search
from nasedu.runs.study import Study
from nasedu.runs.trial import Trial
from nasedu.searching.batches import check_tokens, next_depth, told_of
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.events import Event, Finished, Started, TrialFinished, Updated
from nasedu.searching.parameter_servers.replica import Replica, replica_seed
from nasedu.searching.parameter_servers.sharded_policy import ShardedPolicy
from nasedu.searching.workers import (
    Crew,
    CrewWorkers,
    InlineWorkers,
    MakeReplica,
    Taken,
    Workers,
    make_workers,
)
from nasedu.spaces import Space
from nasedu.training import one_thread


def asynchronous_events(
    space: Space,
    config: RunConfig,
    strategy: Strategy,
    evaluator: Evaluator,
    crew: int | Crew,
    run: Path | None,
    child_timeout: float | None,
) -> Generator[Event, None, None]:
    """Search with parameter servers, and tell of it event by event; see `search`."""
    servers = ParameterServers(**(config.servers or {}))
    shards = ShardedPolicy.of(cast(Reinforce, strategy), servers)
    nobody = torch.Generator()  # shards draw nothing
    with open_search(run, config, cast(Strategy, shards), nobody) as study:
        study.prepare_to_write(hurry=evaluator.is_instant)
        done = sum(trial.outcome is not None for trial in study.trials())
        if study.is_complete:
            yield Started(study, config.trials, done, crew if isinstance(crew, int) else 1)
            yield Finished(study, study.best())
            return
        most = max(1, min(config.batch * servers.replicas, config.trials - done))
        if isinstance(crew, int):
            workers = _workers(evaluator, min(crew, most), child_timeout, config.seed, done)
        else:
            workers = crew.begin(evaluator, most, child_timeout)
        try:
            yield Started(study, config.trials, done, workers.count)
            made = len(study.updates())
            make = Replica if isinstance(crew, int) else cast(CrewWorkers, workers).serve(shards)
            replicas = _join(study, cast(Reinforce, strategy), shards, servers.replicas, make)
            search = _Search(space, config, study, shards, evaluator, workers, study.best(), made)
            yield from search.events(replicas)
            yield Finished(study, search.best)
        finally:
            workers.cancel()
            shards.hand_back(cast(Reinforce, strategy))


def _join(
    study: Study, strategy: Reinforce, shards: ShardedPolicy, number_of: int, make: MakeReplica
) -> list[Replica]:
    """Return the replicas, new or as they were left; all share a copy of the strategy."""
    shared, seed = deepcopy(strategy), study.config.seed
    replicas = []
    for number in range(1, number_of + 1):
        generator = torch.Generator().manual_seed(replica_seed(seed, number))
        replica = make(number, shared, generator)
        replica.pull(shards.pull())
        study.join(number, cast(Strategy, replica), generator)
        replicas.append(replica)
    return replicas


@dataclass
class _Search:
    """A search in progress: who trains, who waits for what."""

    space: Space
    config: RunConfig
    study: Study
    shards: ShardedPolicy
    evaluator: Evaluator
    workers: Workers
    best: Trial | None
    num_updates: int  # of all replicas
    in_training: dict[int, set[int]] = field(default_factory=dict)  # trials, by replica

    def events(self, replicas: list[Replica]) -> Iterator[Event]:
        """Let replicas go on until none has anything left to do."""
        by_number = {replica.number: replica for replica in replicas}
        idle = deque(replicas)
        while True:
            while idle:
                replica = idle.popleft()
                batch = self._pending(replica) or self._ask(replica)
                if batch and not self._submit(batch):  # it ended as the search was killed
                    yield self._push(replica)
                    idle.appendleft(replica)
            if (taken := self.workers.take()) is None:
                return
            trial, outcome = taken
            yield TrialFinished(self.study.finish(trial, outcome))
            self.in_training[trial.learner].discard(trial.number)
            if not self.in_training[trial.learner]:
                replica = by_number[trial.learner]
                yield self._push(replica)
                idle.append(replica)

    def _pending(self, replica: Replica) -> tuple[Trial, ...]:
        """Return the batch that a replica asked for and did not push."""
        number = replica.number
        return self.study.trials(self.study.told(number) + 1, learner=number)

    def _ask(self, replica: Replica) -> tuple[Trial, ...]:
        """Let a replica pull the policy and sample its next children; none at the end."""
        asked = self.study.num_asked
        n = min(self.config.batch, self.config.trials - asked)
        if n <= 0:
            return ()
        with one_thread():
            tokens = replica.ask(self.shards, n, next_depth(self.space, self.config, asked))
        check_tokens(self.space, tokens)
        return self.study.ask(
            tokens,
            replica.generator,
            learner=replica.number,
            policy=replica.policy,
            strategy=cast(Strategy, replica),  # the weights that the gradient will be of
        )

    def _submit(self, batch: tuple[Trial, ...]) -> bool:
        """Have trained what has no outcome, the largest first; return whether there is any."""
        left = [trial for trial in batch if trial.outcome is None]
        for trial in sorted(left, key=self.evaluator.cost, reverse=True):
            self.workers.submit(trial)
        self.in_training[batch[0].learner] = {trial.number for trial in left}
        return bool(left)

    def _push(self, replica: Replica) -> Updated:
        """Push the gradient of a replica's batch to the shards, and record that."""
        trials, stats = self._pending(replica), None
        if told := told_of(trials, self.config.limit_penalty):
            with one_thread():
                stats = replica.push(self.shards, trials[0].batch, *told)
        shards, nobody = cast(Strategy, self.shards), torch.Generator()
        self.study.tell(stats, shards, nobody, learner=replica.number, of=ALONE)
        self.best = best_of([self.best, *trials] if self.best else trials)
        self.num_updates += 1
        return Updated(self.num_updates, trials, stats, self.best)


class SeededWorkers(InlineWorkers):
    """Trains in this process; a seed decides which child ends next.

    So one process stands for a cluster on which some children take longer than others, and the
    order of events can be had again, also after a kill: it depends on nothing but how many
    children have ended and which are in training.

    Args:
        evaluator: Trains the children.
        seed: Decides the order.
        done: Children that have ended before.
    """

    def __init__(self, evaluator: Evaluator, seed: int, done: int) -> None:
        super().__init__(evaluator)
        self._seed, self._done = seed, done

    def take(self) -> Taken | None:
        """Train one of the children that were queued; None if none is."""
        if self._queue:
            digest = hashlib.sha256(f"nasedu order {self._seed} {self._done}".encode()).digest()
            waiting = sorted(self._queue, key=lambda trial: trial.number)
            chosen = waiting[int.from_bytes(digest[:8], "big") % len(waiting)]
            self._queue.remove(chosen)
            self._queue.appendleft(chosen)
            self._done += 1
        return super().take()


def _workers(
    evaluator: Evaluator, count: int, timeout: float | None, seed: int, done: int
) -> Workers:
    if count == 1 and timeout is None:
        return SeededWorkers(evaluator, seed, done)
    return make_workers(evaluator, count, timeout)
