"""Short trainings of children, and what they report."""

from nasedu.training.checkpoint import Checkpoint
from nasedu.training.fit import Fit
from nasedu.training.hardware import (
    has_bfloat16,
    keep_freed_memory,
    one_thread,
    pick_device,
    seeded,
)
from nasedu.training.image_trainer import ImageTrainer
from nasedu.training.language_recipe import (
    CHARACTERS,
    GAL_LARGE,
    QUICK,
    TENSORFLOW_MEDIUM,
    TENSORFLOW_SMALL,
    ZAREMBA_MEDIUM,
    ZAREMBA_SMALL,
    LanguageRecipe,
)
from nasedu.training.language_trainer import LanguageTrainer
from nasedu.training.outcome import Outcome
from nasedu.training.recipe import Recipe
from nasedu.training.rewards import cubed_accuracy, perplexity_reward
from nasedu.training.scoring import bits, mean_nats, perplexity

__all__ = [
    "CHARACTERS",
    "GAL_LARGE",
    "QUICK",
    "TENSORFLOW_MEDIUM",
    "TENSORFLOW_SMALL",
    "ZAREMBA_MEDIUM",
    "ZAREMBA_SMALL",
    "Checkpoint",
    "Fit",
    "ImageTrainer",
    "LanguageRecipe",
    "LanguageTrainer",
    "Outcome",
    "Recipe",
    "bits",
    "cubed_accuracy",
    "has_bfloat16",
    "keep_freed_memory",
    "mean_nats",
    "one_thread",
    "perplexity",
    "perplexity_reward",
    "pick_device",
    "seeded",
]
