"""How a child is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from nasedu.errors import SettingError

Schedule = Literal["linear", "constant"]
Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a child is trained, the same for every child of a search.

    The defaults are the paper's (section 4.1: Nesterov momentum 0.9, learning rate 0.1,
    weight decay 1e-4; batch 64 as in DenseNet, whose settings it takes) except that a child
    has 2 epochs in place of 50, and that the learning rate falls to 0 along a straight line:
    in so short a training a constant rate makes the result a matter of luck.

    Args:
        epochs: Passes over the training images.
        batch_size: Images an update.
        lr: Learning rate at the start.
        momentum: Nesterov momentum.
        weight_decay: L2 penalty, in the update.
        schedule: ``"linear"`` lets the learning rate fall to 0, ``"constant"`` does not.
        precision: ``"bfloat16"`` halves the time where the processor has the instructions;
            ``"auto"`` takes it where it is there and pays.
        num_train: Use only so many training images; None uses all that are not validation.
        image_size: Resize images to this many pixels a side first; None leaves them.
        split_seed: Seed of the split into training and validation images.
    """

    epochs: int = 2
    batch_size: int = 64
    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    schedule: Schedule = "linear"
    precision: Precision = "auto"
    num_train: int | None = None
    image_size: int | None = None
    split_seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch_size", 1), ("num_train", 1), ("image_size", 1)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < least):
                raise SettingError(f"{name} is {value!r}; expected an integer of at least {least}")
        if not 0 < self.lr < float("inf"):
            raise SettingError(f"lr is {self.lr}; expected a number above 0")
        if not 0 <= self.momentum < 1:
            raise SettingError(f"momentum is {self.momentum}; expected 0 or more and below 1")
        if not 0 <= self.weight_decay < float("inf"):
            raise SettingError(f"weight_decay is {self.weight_decay}; expected 0 or more")
        for name, allowed in (("schedule", Schedule), ("precision", Precision)):
            if getattr(self, name) not in get_args(allowed):
                raise SettingError(
                    f"{name} is {getattr(self, name)!r}; expected one of {get_args(allowed)}"
                )

    def lr_at(self, step: int, num_steps: int) -> float:
        """Return the learning rate of update ``step`` (from 0) of ``num_steps``."""
        return self.lr * (1 - step / num_steps) if self.schedule == "linear" else self.lr

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)
