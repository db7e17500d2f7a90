"""The task: what children are trained for, and how a result is measured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from nasedu.errors import SettingError
from nasedu.problems import FIRST, find_problem
from nasedu.training.hardware import pick_device
from nasedu.training.measure import Measure
from nasedu.training.outcome import Outcome
from nasedu.training.training import Training, name_of


class Cost(NamedTuple):
    """What a child costs, counted from its description.

    Attributes:
        num_parameters: Trained numbers.
        flop: Floating-point operations, forward, of one image, one symbol of text, or one
            sentence pair of mean length.
    """

    num_parameters: int
    flop: int


class Task(ABC):
    """Trains one child after the other on the same data by the same recipe.

    A kind of child says in a class of its own how one is built, trained for an epoch, measured
    and tested; `begin` makes a training of it, and what a training is has one form for all.

    Args:
        recipe: How to train: a `Value` with ``epochs``, ``keep`` (``"last"`` or ``"best"`` weights)
            and ``can_grow``, whether a training may go on to more epochs than it began with.
        device: Where; default the first CUDA device if there is one, else the CPU.

    Attributes:
        kind: What its settings call it: the name of its `Problem`.
        measure: What a point of a validation curve is.
        is_share: Whether a point is a share of the data: so many of all images, say.
        data: What it trains on, with its ``name`` and its ``test`` part.
    """

    kind: ClassVar[str]
    measure: Measure
    is_share: ClassVar[bool] = False
    data: Any

    def __init__(self, recipe: Any, device: torch.device | None = None) -> None:
        self.recipe, self.device = recipe, device or pick_device()  # the data move there once

    @classmethod
    @abstractmethod
    def on(cls, data: str, recipe: Any = None) -> Self:
        """Return the task on a data set, by its name."""

    @classmethod
    def measure_of(cls, settings: Mapping[str, Any]) -> Measure:
        """Return what children are measured in, from recorded settings."""
        return cls.measure

    @classmethod
    @abstractmethod
    def reward_of(cls, valid_curve: Sequence[float], settings: Mapping[str, Any]) -> float:
        """Return what the controller learns from.

        Args:
            valid_curve: Points of the validation curve.
            settings: Those of the task, or what was recorded of them.
        """

    @classmethod
    def best_of(cls, curves: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the point of every curve that its reward is made of: ``(..., E)`` to ``(...)``."""
        return curves.max(-1) if cls.measure.higher_is_better else curves.min(-1)

    @classmethod
    def asked(cls, data: str, recipe: Any) -> dict[str, Any]:
        """Return those of the settings that are known before anything is loaded."""
        return {"kind": cls.kind, "data": data, "recipe": recipe.to_dict()}

    @classmethod
    def quick(cls, data: str) -> Any:
        """Return the recipe of a search of minutes on a data set."""
        return find_problem(cls.kind).load("recipes")[FIRST]

    @classmethod
    def shapes(cls, data: str) -> tuple[tuple[int, int, int], int] | None:
        """Return ``(C, H, W)`` and the number of classes of images; None if there are none."""
        return None

    @cached_property
    def settings(self) -> dict[str, Any]:
        """All that decides results, as JSON values: data by name and digest, recipe."""
        return self.asked(self.data_name, self.recipe) | self.describe()

    def settings_of(self, architecture: Any, seed: int) -> dict[str, Any]:
        """Return what decides the weights of one training, as JSON values."""
        # The data's name stands beside their digest: it is for people, the digest decides.
        data = {k: v for k, v in self.settings.items() if k not in ("kind", "data", "recipe")}
        return {
            "architecture": name_of(architecture),
            "data": {"name": self.data_name, **data},
            "recipe": self.settings["recipe"],
            "seed": seed,
            "device": self.device.type,
        }

    @property
    def data_name(self) -> str:
        """What ``--data`` calls the data."""
        return self.data.name

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Return the data as children see them, as JSON values.

        Reports read ``title``, ``num_train`` and ``num_valid``; a digest tells other data.
        """

    @property
    def num_test(self) -> int:
        """Images, or symbols, of the test part."""
        return len(self.data.test)

    @abstractmethod
    def cost(self, architecture: Any) -> Cost:
        """Count parameters and FLOP of a child."""

    def begin(self, architecture: Any, seed: int) -> Training:
        """Build a child and return its training, an iterator of epochs.

        Args:
            architecture: What to build, or a function that makes a child that no architecture
                describes: it takes what `build` takes beside the architecture.
            seed: Decides all that is random: weights, order, augmentation, dropout.
        """
        return Training(self, architecture, seed)

    def fit(self, architecture: Any, seed: int) -> tuple[nn.Module, Outcome]:
        """Train a child to the end of the recipe; the same seed gives the same child.

        Args:
            architecture: As for `begin`.
            seed: As for `begin`.

        Returns:
            The child with the weights that the recipe keeps, and its outcome.

        Raises:
            TrainingError: The loss became NaN or infinite.
        """
        training = self.begin(architecture, seed)
        return training.finish(), training.outcome()

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """``(C, H, W)`` of what children read, if they read pictures.

        Raises:
            SettingError: They do not.
        """
        raise SettingError(
            f"children on {self.settings['title']} read no pictures; expected a network for images"
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, if children tell some apart; else as `picture_shape`."""
        raise SettingError(f"children on {self.settings['title']} know no classes")

    def logits(self, child: Any, images: torch.Tensor) -> torch.Tensor:
        """Return the logits of pictures, if children read some; else as `picture_shape`."""
        raise SettingError(f"children on {self.settings['title']} read no pictures")

    def recipe_for(self, architecture: Any) -> Any:
        """Return the recipe of one child: an architecture may decide part of it."""
        return self.recipe

    # What a training asks for, inside of its own random numbers and on one thread

    @abstractmethod
    def build(self, architecture: Any) -> nn.Module:
        """Return an untrained child on the device."""

    @abstractmethod
    def optimizer(self, child: Any, recipe: Any) -> torch.optim.Optimizer:
        """Return the optimiser of a child's weights."""

    @abstractmethod
    def train_epoch(self, training: Training) -> float:
        """Pass once over the training data and learn; return the mean loss in nats.

        Raises:
            TrainingError: The loss became NaN or infinite.
        """

    @abstractmethod
    def validate(self, child: Any) -> float:
        """Return the next point of the validation curve.

        Raises:
            TrainingError: An output is NaN or infinite.
        """

    @abstractmethod
    def test(self, child: Any) -> float:
        """Return what `validate` does, of the test part, which nothing else reads."""

    def further_tests(self, child: Any) -> dict[str, float]:
        """Return what else is measured on the test part, by name, e.g. ``{"BLEU": 30.1}``."""
        return {}

    @abstractmethod
    def warm_up(self) -> None:
        """Take one step with a tiny child, so that the first child's seconds are its own.

        What torch loads when it is first used takes longer than many a child.
        """

    def flop(self, architecture: Any, child: Any) -> int:
        """Return the FLOP of a child; of one that no architecture describes, as measured."""
        return self.cost(architecture).flop
