"""A problem of one's own, whole in one file: which curve fits y = sin(3x) best.

No file of nasedu knows of it. ``nasedu search --problem toy_problem:ROW`` finds it here.
"""

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import nn

from nasedu.errors import (
    ArchitectureError,
    DataError,
    SearchSpaceError,
    SettingError,
    TrainingError,
)
from nasedu.problems import Problem
from nasedu.spaces import Decision
from nasedu.training import Cost, Measure, Task
from nasedu.values import fill, read_document, write_document

BASES = ("powers", "chebyshev", "waves")
DATA = "sine"
ERROR = Measure("error", "mean squared error", higher_is_better=False, digits=4)


@dataclass(frozen=True)
class Curve:
    """A sum of ``degree`` functions of one basis."""

    kind: ClassVar[str] = "toy_curve"

    degree: int
    basis: str

    def __post_init__(self):
        if not isinstance(self.degree, int) or not 1 <= self.degree <= 9:
            raise ArchitectureError(f"degree is {self.degree!r}; expected 1 to 9")
        if self.basis not in BASES:
            raise ArchitectureError(f"basis is {self.basis!r}; expected one of {BASES}")

    def __str__(self):
        return f"{self.basis} up to {self.degree}"

    def __len__(self):
        return 1

    @cached_property
    def digest(self):
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self):
        return write_document(self.kind, asdict(self))

    @classmethod
    def from_json(cls, text):
        try:
            return fill(cls, read_document(cls.kind, text))
        except ArchitectureError:
            raise
        except ValueError as error:
            raise ArchitectureError(str(error)) from None


@dataclass(frozen=True)
class CurveSpace:
    """Curves up to a degree."""

    kind: ClassVar[str] = "toy_curve_space"

    degrees: tuple[int, ...] = (1, 2, 3, 5, 7)
    deepest: ClassVar[None] = None

    @property
    def decisions(self):
        return Decision("degree", 1, self.degrees), Decision("basis", 1, BASES)

    @property
    def size(self):
        return len(self.degrees) * len(BASES)

    def check(self, tokens):
        if len(tokens) != 2:
            raise SearchSpaceError(f"there are {len(tokens)} tokens; expected 2")
        for token, decision in zip(tokens, self.decisions, strict=True):
            decision.check(token)

    def decode(self, tokens):
        self.check(tokens)
        degree, basis = tokens
        return Curve(self.degrees[degree], BASES[basis])

    def encode(self, architecture):
        return [self.degrees.index(architecture.degree), BASES.index(architecture.basis)]

    def to_json(self):
        return write_document(self.kind, asdict(self))

    @classmethod
    def from_json(cls, text):
        try:
            return fill(cls, read_document(cls.kind, text))
        except ValueError as error:
            raise SearchSpaceError(str(error)) from None


class CurveChild(nn.Module):
    """The weights of a curve, one a function, and a shift."""

    def __init__(self, curve):
        super().__init__()
        self.curve = curve
        self.linear = nn.Linear(curve.degree, 1)
        self.dropout = nn.Dropout(0.05)  # so that torch's global generator has a part in it

    def forward(self, x):  # (B,) -> (B,)
        k = torch.arange(1, self.curve.degree + 1)
        if self.curve.basis == "powers":
            features = x[:, None] ** k
        elif self.curve.basis == "chebyshev":
            features = torch.cos(k * torch.acos(x[:, None].clamp(-1, 1)))
        else:
            features = torch.sin(k * x[:, None])
        return self.linear(self.dropout(features))[:, 0]


@dataclass(frozen=True, slots=True)
class CurveRecipe:
    """How a curve is fitted."""

    can_grow: ClassVar[bool] = True  # every epoch has the same learning rate
    keep: ClassVar[str] = "best"
    epochs: int = 3
    lr: float = 0.1
    batch_size: int = 16

    def __post_init__(self):
        for name in ("epochs", "batch_size"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise SettingError(f"{name} is {getattr(self, name)!r}; expected at least 1")
        if not 0 < self.lr < float("inf"):
            raise SettingError(f"lr is {self.lr}; expected a number above 0")

    def to_dict(self):
        return asdict(self)


class CurveTask(Task):
    """Fits curves to points of y = sin(3x)."""

    kind = "toy"
    measure = ERROR

    def __init__(self, recipe=None):
        super().__init__(recipe or CurveRecipe())
        x = torch.linspace(-1, 1, 96, dtype=torch.float32)
        y = torch.sin(3 * x)
        places = torch.arange(96) % 3
        self.parts = [(x[places == part], y[places == part]) for part in range(3)]
        self.device = torch.device("cpu")

    @classmethod
    def on(cls, data, recipe=None):
        if data != DATA:
            raise DataError(f"there are no points {data!r}; expected {DATA}")
        return cls(recipe)

    @property
    def data_name(self):
        return DATA

    @property
    def num_test(self):
        return len(self.parts[2][0])

    def describe(self):
        sizes = {"num_train": len(self.parts[0][0]), "num_valid": len(self.parts[1][0])}
        digest = hashlib.sha256()
        for part in self.parts[:2]:
            for tensor in part:
                digest.update(tensor.numpy().tobytes())
        return {
            "title": "A sine",
            "unit": "point",
            **sizes,
            "digest": digest.hexdigest()[:16],
        }

    def cost(self, architecture):
        return Cost(architecture.degree + 1, 2 * architecture.degree)

    def build(self, architecture):
        return CurveChild(architecture)

    def optimizer(self, child, recipe):
        return torch.optim.SGD(child.parameters(), lr=recipe.lr, momentum=0.5)

    def train_epoch(self, training):
        x, y = self.parts[0]
        training.child.train()
        order = torch.randperm(len(x), generator=training.generator)
        total = 0.0
        for places in order.split(training.recipe.batch_size):
            loss = (training.child(x[places]) - y[places]).square().mean()
            training.optimizer.zero_grad()
            loss.backward()
            training.optimizer.step()
            total += loss.item() * len(places)
        if not total < float("inf"):
            raise TrainingError(f"the loss became {total} in epoch {training.epoch + 1}")
        return total / len(x)

    def validate(self, child):
        return self._error(child, 1)

    def test(self, child):
        return self._error(child, 2)

    @classmethod
    def reward_of(cls, valid_curve, settings):
        return 1 / (1 + min(valid_curve))

    def warm_up(self):
        """Nothing takes long at first."""

    @torch.no_grad()
    def _error(self, child, part):
        child.eval()
        x, y = self.parts[part]
        return (child(x) - y).square().mean().item()


def data_names():
    """Return the one data set that there is."""
    return (DATA,)


def build(architecture):
    """Return an untrained curve."""
    return CurveChild(architecture)


SPACES = {"first": CurveSpace(), "low": CurveSpace((1, 2))}
RECIPES = {"first": CurveRecipe(), "train": CurveRecipe(epochs=6)}
HERE = __name__


ROW = Problem(
    name="toy",
    architecture_kind="toy_curve",
    title="curves through points",
    architecture=f"{HERE}:Curve",
    spaces=f"{HERE}:SPACES",
    child=f"{HERE}:build",
    task=f"{HERE}:CurveTask",
    recipes=f"{HERE}:RECIPES",
    data=DATA,
    data_names=f"{HERE}:data_names",
)
