"""The recipe of image networks: how a child is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi
from types import MappingProxyType
from typing import ClassVar, Literal

from nasedu.data.preparation import Frame, Whitening
from nasedu.errors import SettingError
from nasedu.values import Count, Later, Natural, NotNegative, Positive, Share, Value

Schedule = Literal["linear", "step", "constant", "cosine"]
Precision = Literal["auto", "float32", "bfloat16"]
Keep = Literal["last", "best"]


@dataclass(frozen=True, slots=True)
class Recipe(Value):
    """How a child is trained, the same for every child of a search.

    The defaults are the paper's (section 4.1: Nesterov momentum 0.9, learning rate 0.1,
    weight decay 1e-4; batch 64 as in DenseNet, whose settings it takes) except that a child
    has 2 epochs in place of 50, and that the learning rate falls to 0 along a straight line:
    in so short a training a constant rate makes the result a matter of luck.

    Args:
        epochs: Passes over the training images.
        batch_size: Images per update.
        lr: Learning rate at the start.
        momentum: Nesterov momentum.
        weight_decay: L2 penalty, in the update.
        schedule: ``"linear"`` lets the learning rate fall to 0, ``"step"`` divides it by 10
            after half and again after three quarters of the updates, as DenseNet,
            ``"cosine"`` lets it fall to 0 along half a cosine, as NASNet, and ``"constant"``
            leaves it.
        precision: ``"bfloat16"`` halves the time where the processor has the instructions;
            ``"auto"`` takes it where it is there and faster.
        num_train: Use only so many training images; None uses all that are not validation.
        image_size: Resize images to this many pixels per side first; None leaves them.
        split_seed: Seed of the split into training and validation images.
        whitening: By the statistics of each ``"channel"`` over the training images, or by
            those of each ``"image"`` alone.
        augmentation: Crops of the image in a frame of zeros (``"shift"``, as DenseNet) or of
            the enlarged image (``"paper"``).
        decay_epoch: After how many epochs the learning rate begins to fall; ``"step"`` takes its
            second step halfway between there and the end. None: at once, or ``"step"`` after half.
        bn_epsilon: What batch norm adds to a variance.
        keep: Which weights a training keeps: those of its last or its best epoch.
        clip: Largest norm of all gradients together; None leaves them.
        cutout: Side of a square that is cut out of every training image, in pixels (DeVries
            2017); 0 cuts none.
    """

    can_grow: ClassVar[bool] = False  # the rate of every epoch depends on how many there are

    epochs: Count = 2
    batch_size: Count = 64
    lr: Positive = 0.1
    momentum: Share = 0.9
    weight_decay: NotNegative = 1e-4
    schedule: Schedule = "linear"
    precision: Precision = "auto"
    num_train: Count | None = None
    image_size: Count | None = None
    split_seed: int = 0
    whitening: Later[Whitening] = "channel"
    augmentation: Later[Frame] = "shift"
    decay_epoch: Later[Count | None] = None
    bn_epsilon: Later[Positive] = 1e-5
    keep: Later[Keep] = "last"
    clip: Later[Positive | None] = None
    cutout: Later[Natural] = 0

    def _check(self) -> None:
        """Raise `SettingError` unless the learning rate can begin to fall then."""
        if self.decay_epoch is None:
            return
        if self.decay_epoch >= self.epochs:
            raise SettingError(
                f"decay_epoch is {self.decay_epoch}; expected less than the {self.epochs} epochs "
                "that there are"
            )
        if self.schedule == "constant":
            raise SettingError(
                f"decay_epoch is {self.decay_epoch}, but the schedule is constant; choose linear, "
                "step or cosine"
            )

    def lr_at(self, step: int, num_steps: int) -> float:
        """Return the learning rate of update ``step`` (from 0) of ``num_steps``."""
        if self.schedule == "constant":
            return self.lr
        first = self.epochs / 2 if self.schedule == "step" else 0
        begins = (self.decay_epoch or first) * num_steps / self.epochs
        if step < begins:
            return self.lr
        done = (step - begins) / (num_steps - begins)
        if self.schedule == "linear":
            return self.lr * (1 - done)
        if self.schedule == "cosine":
            return self.lr * (1 + cos(pi * done)) / 2
        return self.lr / (10 if done < 0.5 else 100)


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {"first": Recipe(), "train": Recipe(epochs=20), "table": Recipe(epochs=5)}
)
"""By name: for a search of minutes, for a network that is to be trained for good, and for a table
of every network of a small space."""
