"""Recurrent cells trained as language models (Zoph & Le 2016, section 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from nasedu.data import load_text
from nasedu.searching.trial import Trial
from nasedu.spaces import RecurrentCellSpace
from nasedu.training import QUICK, LanguageRecipe, LanguageTrainer, Outcome


class LanguageEvaluator:
    """Trains children on a text; the reward is 80 / perplexity\u00b2.

    A child whose loss becomes NaN or infinite has failed and teaches the strategy nothing; one
    that learns next to nothing has a tiny reward. The paper says of neither (our choice).

    Args:
        space: Reads the tokens.
        data: Name of the text, see ``nasedu data list``; with ``-chars`` after it, its characters.
        recipe: How to train, and the size of the models; default `QUICK`.
    """

    is_instant = False

    def __init__(
        self, space: RecurrentCellSpace, data: str = "pydocs", recipe: LanguageRecipe | None = None
    ) -> None:
        self.space = space
        self.data = data
        self.recipe = recipe or QUICK

    def __repr__(self) -> str:
        return f"LanguageEvaluator(data={self.data!r}, recipe={self.recipe})"

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "trainer"}

    @cached_property
    def trainer(self) -> LanguageTrainer:
        """The text on its device, made once a process."""
        return LanguageTrainer(load_text(self.data), self.recipe)

    @property
    def settings(self) -> dict[str, Any]:
        """Return text, its tokens by count and digest, and recipe."""
        return self.asked | self.trainer.about

    @property
    def asked(self) -> dict[str, Any]:
        """Return those of the settings that are known before anything is loaded."""
        return {"kind": "language", "data": self.data, "recipe": self.recipe.to_dict()}

    def prepare(self) -> None:
        """Load the text and everything of torch that training needs."""
        self.trainer.warm_up()

    def __call__(
        self, trial: Trial, on_epoch: Callable[[int, float], None] | None = None
    ) -> Outcome:
        """Build and train the child that the trial describes."""
        _, outcome = self.trainer.fit(self.space.decode(trial.tokens), trial.seed, on_epoch)
        return outcome

    def cost(self, trial: Trial) -> float:
        """Return the leaves: all cells of a space multiply by as many weights."""
        return self.space.base
