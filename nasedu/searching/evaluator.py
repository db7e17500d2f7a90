"""From a trial to its outcome: what a worker does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from nasedu.data import load
from nasedu.searching.trial import Trial
from nasedu.spaces import ConvNetSpace
from nasedu.training import ImageTrainer, Outcome, Recipe


class Evaluator(Protocol):
    """Finds out what a child is worth. It is sent to every worker, so it must pickle."""

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes, as JSON values; a resumed run must have the same."""
        ...

    @property
    def is_instant(self) -> bool:
        """Return whether an outcome takes less time than sending it to another process."""
        ...

    def prepare(self) -> None:
        """Load what children need; called once in every process, before its first child."""
        ...

    def __call__(self, trial: Trial) -> Outcome:
        """Return the outcome of a child; whatever it raises makes a failed trial."""
        ...

    def cost(self, trial: Trial) -> float:
        """Return how long the child will take, in any unit: the largest are trained first."""
        ...


class ImageEvaluator:
    """Trains children on images.

    Args:
        space: Reads the tokens.
        data: Name of the data set, see ``nasedu data list``.
        recipe: How to train.
    """

    is_instant = False

    def __init__(
        self, space: ConvNetSpace, data: str = "digits", recipe: Recipe | None = None
    ) -> None:
        self.space = space
        self.data = data
        self.recipe = recipe or Recipe()

    def __repr__(self) -> str:
        return f"ImageEvaluator(data={self.data!r}, recipe={self.recipe})"

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "trainer"}

    @cached_property
    def trainer(self) -> ImageTrainer:
        """The images on their device, made once a process."""
        return ImageTrainer(load(self.data), self.recipe)

    @property
    def settings(self) -> dict[str, Any]:
        """Return data set, its images after the split by size and digest, and recipe."""
        about, recipe = self.trainer.about, self.recipe.to_dict()
        return {"kind": "images", "data": self.data, **about, "recipe": recipe}

    def prepare(self) -> None:
        """Load the images and everything of torch that training needs."""
        self.trainer.warm_up()

    def __call__(
        self, trial: Trial, on_epoch: Callable[[int, float], None] | None = None
    ) -> Outcome:
        """Build and train the child that the trial describes."""
        net = self.space.decode(trial.tokens)
        _, outcome = self.trainer.fit(net, trial.seed, on_epoch)
        return outcome

    def cost(self, trial: Trial) -> float:
        """Return the FLOP of one image."""
        return self.trainer.cost(self.space.decode(trial.tokens)).flop


def train_child(evaluator: Evaluator, trial: Trial) -> Outcome:
    """Return the outcome of a child, a failed one with its reason if the evaluator raised."""
    start = time.perf_counter()
    try:
        outcome = evaluator(trial)
        if outcome.reward is not None:
            outcome = replace(outcome, reward=float(outcome.reward))
        outcome.to_json()  # what cannot be recorded, NaN for one, is no outcome
        return outcome
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome.failed(reason, time.perf_counter() - start)
