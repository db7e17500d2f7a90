"""How a child is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, get_args

from nasedu.data import Frame, Whitening
from nasedu.errors import SettingError

Schedule = Literal["linear", "step", "constant"]
Precision = Literal["auto", "float32", "bfloat16"]
LATER: dict[str, Any] = {
    "whitening": "channel",
    "augmentation": "shift",
    "decay_epoch": None,
    "bn_epsilon": 1e-5,
}
"""Fields that recipes did not always have, with what was done before there was a choice."""
CHOICES = {
    "schedule": Schedule,
    "precision": Precision,
    "whitening": Whitening,
    "augmentation": Frame,
}


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
        schedule: ``"linear"`` lets the learning rate fall to 0, ``"step"`` divides it by 10
            after half and again after three quarters of the updates, as DenseNet, and
            ``"constant"`` leaves it.
        precision: ``"bfloat16"`` halves the time where the processor has the instructions;
            ``"auto"`` takes it where it is there and pays.
        num_train: Use only so many training images; None uses all that are not validation.
        image_size: Resize images to this many pixels a side first; None leaves them.
        split_seed: Seed of the split into training and validation images.
        whitening: By the statistics of each ``"channel"`` over the training images, or by
            those of each ``"image"`` alone.
        augmentation: Crops of the image in a frame of zeros (``"shift"``, as DenseNet) or of
            the enlarged image (``"paper"``).
        decay_epoch: After how many epochs the learning rate begins to fall; ``"step"`` takes its
            second step halfway between there and the end. None: at once, or after half.
        bn_epsilon: What batch norm adds to a variance.
    """

    can_grow: ClassVar[bool] = False  # the rate of every epoch depends on how many there are
    keep: ClassVar[str] = "last"
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
    whitening: Whitening = "channel"
    augmentation: Frame = "shift"
    decay_epoch: int | None = None
    bn_epsilon: float = 1e-5

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
        if not 0 < self.bn_epsilon < float("inf"):
            raise SettingError(f"bn_epsilon is {self.bn_epsilon}; expected a number above 0")
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in get_args(allowed):
                raise SettingError(
                    f"{name} is {getattr(self, name)!r}; expected one of {get_args(allowed)}"
                )
        self._check_decay_epoch()

    def _check_decay_epoch(self) -> None:
        """Raise `SettingError` unless the learning rate can begin to fall then."""
        begins = self.decay_epoch
        if begins is None:
            return
        if isinstance(begins, bool) or not isinstance(begins, int) or begins < 1:
            raise SettingError(f"decay_epoch is {begins!r}; expected an integer of at least 1")
        if begins >= self.epochs:
            raise SettingError(
                f"decay_epoch is {begins}; expected less than the {self.epochs} epochs that there "
                "are"
            )
        if self.schedule == "constant":
            raise SettingError(
                f"decay_epoch is {begins}, but the schedule is constant; choose linear or step"
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
        return self.lr / (10 if done < 0.5 else 100)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values.

        A field of `LATER` is there only if it is not what recipes always did, so that runs
        recorded before there was a choice go on.
        """
        fields = asdict(self)
        return {k: v for k, v in fields.items() if k not in LATER or v != LATER[k]}


RECIPES = {"first": Recipe(), "train": Recipe(epochs=20)}
