"""Short trainings of children, and what they report."""

from nasedu.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from nasedu.training.fit import Fit
from nasedu.training.hardware import (
    has_bfloat16,
    keep_freed_memory,
    one_thread,
    pick_device,
    seeded,
)
from nasedu.training.image_trainer import ImageTrainer
from nasedu.training.outcome import Outcome
from nasedu.training.recipe import Recipe
from nasedu.training.rewards import cubed_accuracy

__all__ = [
    "Checkpoint",
    "Fit",
    "ImageTrainer",
    "Outcome",
    "Recipe",
    "cubed_accuracy",
    "has_bfloat16",
    "keep_freed_memory",
    "one_thread",
    "pick_device",
    "read_checkpoint",
    "seeded",
    "write_checkpoint",
]
