"""Short trainings of children, and what they report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasedu.lazy_names import lazy_names

if TYPE_CHECKING:
    from nasedu.training.checkpoint import Checkpoint
    from nasedu.training.hardware import (
        keep_freed_memory,
        one_thread,
        pick_device,
        seeded,
    )
    from nasedu.training.image_task import ImageTask
    from nasedu.training.language_recipe import (
        CHARACTERS,
        GAL_LARGE,
        ONE_SECOND,
        QUICK,
        TENSORFLOW_MEDIUM,
        TENSORFLOW_SMALL,
        ZAREMBA_MEDIUM,
        ZAREMBA_SMALL,
        LanguageRecipe,
    )
    from nasedu.training.language_task import LanguageTask
    from nasedu.training.measure import ACCURACY, BITS, PERPLEXITY, Measure
    from nasedu.training.outcome import Outcome
    from nasedu.training.recipe import Recipe
    from nasedu.training.rewards import cubed_accuracy, perplexity_reward
    from nasedu.training.scoring import bits, mean_nats, perplexity
    from nasedu.training.task import Cost, Task
    from nasedu.training.training import Epoch, Training
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "nasedu.training.checkpoint": ["Checkpoint"],
            "nasedu.training.hardware": [
                "keep_freed_memory",
                "one_thread",
                "pick_device",
                "seeded",
            ],
            "nasedu.training.image_task": ["ImageTask"],
            "nasedu.training.language_recipe": [
                "CHARACTERS",
                "GAL_LARGE",
                "ONE_SECOND",
                "QUICK",
                "TENSORFLOW_MEDIUM",
                "TENSORFLOW_SMALL",
                "ZAREMBA_MEDIUM",
                "ZAREMBA_SMALL",
                "LanguageRecipe",
            ],
            "nasedu.training.language_task": ["LanguageTask"],
            "nasedu.training.measure": ["ACCURACY", "BITS", "PERPLEXITY", "Measure"],
            "nasedu.training.outcome": ["Outcome"],
            "nasedu.training.recipe": ["Recipe"],
            "nasedu.training.rewards": ["cubed_accuracy", "perplexity_reward"],
            "nasedu.training.scoring": ["bits", "mean_nats", "perplexity"],
            "nasedu.training.task": ["Cost", "Task"],
            "nasedu.training.training": ["Epoch", "Training"],
        },
    )

__all__ = [
    "ACCURACY",
    "BITS",
    "CHARACTERS",
    "GAL_LARGE",
    "ONE_SECOND",
    "PERPLEXITY",
    "QUICK",
    "TENSORFLOW_MEDIUM",
    "TENSORFLOW_SMALL",
    "ZAREMBA_MEDIUM",
    "ZAREMBA_SMALL",
    "Checkpoint",
    "Cost",
    "Epoch",
    "ImageTask",
    "LanguageRecipe",
    "LanguageTask",
    "Measure",
    "Outcome",
    "Recipe",
    "Task",
    "Training",
    "bits",
    "cubed_accuracy",
    "keep_freed_memory",
    "mean_nats",
    "one_thread",
    "perplexity",
    "perplexity_reward",
    "pick_device",
    "seeded",
]
