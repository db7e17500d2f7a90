"""The enumeration: a strategy that asks for every child of a small space, some three times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from nasedu.controller.strategy import UpdateStats, check_rewards
from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.runs.trial import Trial, child_seed
from nasedu.spaces import Space, count_sequences, places_of, sequences_at
from nasedu.training import Outcome

REPEATS = 3  # trainings of the children that are trained more than once
SHARE = 0.1  # of the space is drawn at random to be among them
BEST = 500  # children, by the reward of their first training, are among them too
DIVERGED_REWARD = -1.0  # below all rewards
Job = tuple[int, int]  # (place, repeat from 0)


class Enumeration:
    """Every child once, a random tenth and the best of them `REPEATS` times.

    Of descriptions that are one architecture (`Space.representatives`) the first is trained.
    Its next jobs follow from what it knows: the first ones that are missing and, once none is,
    the repeats of the best. So it can be left and gone on with anywhere. A child that diverged
    has a result. One that failed otherwise is not asked for again by this object, but by the next.

    Args:
        space: At most ten million descriptions, each of all layers.
        seed: Decides the seeds of the children and which of them are the tenth.
        best: How many of the best are trained several times. Never becomes fewer than
            in the state that is taken over.
        known: ``(REPEATS, N)`` float64 rewards that are known already; NaN where there is
            none, -1 where the child diverged.
    """

    name: ClassVar[str] = "enumeration"

    def __init__(
        self, space: Space, seed: int, *, best: int = BEST, known: Tensor | None = None
    ) -> None:
        if isinstance(best, bool) or not isinstance(best, int) or best < 0:
            raise SettingError(f"best is {best!r}; expected an integer of at least 0")
        self.space, self.seed, self.best = space, seed, best
        self.size = count_sequences(space.decisions)  # N
        self.places = np.unique(space.representatives())  # of those that are trained
        shape = (REPEATS, self.size)
        missing = torch.full(shape, torch.nan, dtype=torch.float64)
        if known is not None and known.shape != shape:
            raise SettingError(f"known is {tuple(known.shape)}; expected {shape} rewards")
        self.rewards = missing if known is None else known.double().clone()
        self.failed: list[Trial] = []
        self._asked: list[Job] = []

    def __repr__(self) -> str:
        return f"Enumeration({len(self.places):,} children, best={self.best})"

    @property
    def settings(self) -> dict[str, Any]:
        """Return no settings: space and seed are the study's own, and ``best`` may grow."""
        return {}

    def ask(self, n: int, *, generator: Generator, num_layers: int | None = None) -> Tensor:
        """Return ``(at most n, T)`` tokens of the next children; none at the end.

        Nothing is drawn from ``generator``: the seed decides everything.
        """
        if num_layers is not None:
            raise SettingError("an enumeration has all children at once; leave the depth out")
        self._asked = self.jobs()[:n]
        places = np.array([place for place, _ in self._asked], np.int64)
        return torch.from_numpy(sequences_at(self.space.decisions, places))

    def seeds(self) -> list[int]:
        """Return the seeds of the children that were asked for last."""
        return [job_seed(self.seed, self.size, job) for job in self._asked]

    def see(self, trials: Sequence[Trial]) -> None:
        """Take note of the trials of a batch, also of those that failed."""
        for trial in trials:
            place, repeat = self.job_of(trial)
            if trial.reward is not None:
                self.rewards[repeat, place] = trial.reward
            elif trial.outcome and has_diverged(trial.outcome):
                self.rewards[repeat, place] = DIVERGED_REWARD
            else:
                self.failed.append(trial)

    def tell(self, tokens: Tensor, rewards: Tensor) -> UpdateStats:
        """Report the mean of the ``(B,)`` rewards; `see` has taken note of them."""
        return UpdateStats(mean_reward=float(check_rewards(tokens, rewards).mean()))

    def state_dict(self) -> dict[str, Any]:
        """Return what is known, and of how many of the best there will be repeats."""
        return {"rewards": self.rewards, "best": self.best}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; what it misses stays as it is known here."""
        rewards, best = state["rewards"], state["best"]
        if rewards.shape != self.rewards.shape or not isinstance(best, int):
            raise ValueError(f"rewards have the shape {tuple(rewards.shape)}, best is {best!r}")
        self.rewards = torch.where(rewards.isnan(), self.rewards, rewards)
        self.best = max(self.best, best)

    def jobs(self) -> list[Job]:
        """Return all that can be asked for now, in order."""
        missing = self._missing(self._first)
        if not missing:
            missing = self._missing(self._best)
        failed = {self.job_of(trial) for trial in self.failed}
        return [job for job in missing if job not in failed]

    @property
    def total(self) -> int:
        """How many trainings there will be; until the best are known, at most."""
        if self._missing(self._first):
            return len(self._first) + (REPEATS - 1) * min(self.best, len(self.places))
        known = np.argwhere(~self.rewards.T.isnan().numpy()).tolist()
        return len({*map(tuple, known), *self._best})

    @property
    def left(self) -> int:
        """How many trainings are left, at most."""
        return self.total - int((~self.rewards.isnan()).sum())

    def job_of(self, trial: Trial) -> Job:
        """Return which training a trial is.

        Raises:
            StudyError: It is none of this enumeration.
        """
        place = int(places_of(self.space.decisions, [trial.tokens])[0])
        for repeat in range(REPEATS):
            if trial.seed == job_seed(self.seed, self.size, (place, repeat)):
                return place, repeat
        raise StudyError(
            f"trial {trial.number} has a seed that no training of its child has; choose another "
            "folder"
        )

    @cached_property
    def _first(self) -> list[Job]:
        return first_jobs(self.places, self.seed)

    @property
    def _best(self) -> list[Job]:
        return best_jobs(self.rewards[0], self.places, self.best)

    def _missing(self, jobs: Sequence[Job]) -> list[Job]:
        missing = self.rewards.isnan().numpy()
        return [(place, repeat) for place, repeat in jobs if missing[repeat, place]]


def random_tenth(places: NDArray[np.int64], seed: int) -> tuple[list[int], list[int]]:
    """Return a random tenth of the places, and all others in random order."""
    order = places[np.random.default_rng(seed).permutation(len(places))].tolist()
    often = round(SHARE * len(order))
    return order[:often], order[often:]


def first_jobs(places: NDArray[np.int64], seed: int) -> list[Job]:
    """Return a random tenth of the places three times each, then the others once."""
    often, once = random_tenth(places, seed)
    repeated = [(place, repeat) for place in often for repeat in range(REPEATS)]
    return repeated + [(place, 0) for place in once]


def best_jobs(rewards: Tensor, places: NDArray[np.int64], best: int) -> list[Job]:
    """Return the further trainings of those places with the best of ``(N,)`` first rewards."""
    order = rewards[torch.from_numpy(places)].argsort(descending=True, stable=True)[:best]
    return [
        (place, repeat) for place in places[order.numpy()].tolist() for repeat in range(1, REPEATS)
    ]


def job_number(size: int, job: Job) -> int:
    """Return the number that a training has among all of a table's."""
    place, repeat = job
    return 1 + place + repeat * size


def job_seed(seed: int, size: int, job: Job) -> int:
    """Return the seed of a training: of its weights, and all else that is random."""
    return child_seed(seed, job_number(size, job))


def has_diverged(outcome: Outcome) -> bool:
    """Return whether a child failed by its own numbers: training it again would give the same."""
    return outcome.is_failed and (outcome.reason or "").startswith(TrainingError.__name__)
