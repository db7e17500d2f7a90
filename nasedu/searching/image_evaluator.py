"""Networks trained on images (Zoph & Le 2016, section 4.1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from nasedu.data import load
from nasedu.searching.trial import Trial
from nasedu.spaces import ConvNetSpace
from nasedu.training import ImageTrainer, Outcome, Recipe


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
        return self.asked | self.trainer.about

    @property
    def asked(self) -> dict[str, Any]:
        """Return those of the settings that are known before anything is loaded."""
        return {"kind": "images", "data": self.data, "recipe": self.recipe.to_dict()}

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
