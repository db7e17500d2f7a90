"""A kind of child that nasedu has never heard of: towers of blocks, built of what is below."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from evaluators import Counted

from nasedu.problems import Problem
from nasedu.spaces import Decision
from nasedu.training.measure import Measure

BLOCKS, WIDTHS = ("stone", "wood & <b>clay</b>", "glass"), (8, 16)


@dataclass(frozen=True)
class Tower:
    """Blocks from below, each with a width and the earlier ones that it leans on."""

    kind: ClassVar[str] = "tower"
    blocks: tuple[tuple[str, int, tuple[int, ...]], ...]
    roof: str = "flat"

    @cached_property
    def digest(self):
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def __str__(self):
        return " | ".join(f"{name} {width}" for name, width, _ in self.blocks)

    def to_json(self):
        named = [dict(zip(("block", "width", "leans"), b, strict=True)) for b in self.blocks]
        document = {"kind": self.kind, "schema": 1, "blocks": named, "roof": self.roof}
        return json.dumps(document, sort_keys=True)

    @classmethod
    def from_json(cls, text):
        document = json.loads(text)
        blocks = [(b["block"], b["width"], tuple(b["leans"])) for b in document["blocks"]]
        return cls(tuple(blocks), document["roof"])


@dataclass(frozen=True)
class TowerSpace:
    """Towers of so many blocks; the last decision is about the whole."""

    kind: ClassVar[str] = "tower_space"
    height: int = 3
    deepest: ClassVar[None] = None

    @cached_property
    def decisions(self):
        layers = range(1, self.height + 1)
        kinds = [(Decision("block", i, BLOCKS), Decision("num_width", i, WIDTHS)) for i in layers]
        leans = [Decision("leans", i) for i in layers]
        each = [d for i in layers for d in (*kinds[i - 1], leans[i - 1])]
        return (*each, Decision("roof", self.height, ("flat", "steep")))

    @property
    def size(self):
        return 2 * 6**self.height * 2 ** (self.height * (self.height - 1) // 2)

    def check(self, tokens):
        for decision, token in zip(self.decisions, tokens, strict=True):
            decision.check(token)

    def decode(self, tokens):
        self.check(tokens)
        words = iter(tokens)
        blocks = []
        for i in range(self.height):
            block, width, leans = BLOCKS[next(words)], WIDTHS[next(words)], next(words)
            blocks.append((block, width, tuple(j + 1 for j in range(i) if leans >> j & 1)))
        return Tower(tuple(blocks), ("flat", "steep")[next(words)])

    def encode(self, tower):
        tokens = []
        for block, width, leans in tower.blocks:
            tokens += [BLOCKS.index(block), WIDTHS.index(width), sum(1 << j - 1 for j in leans)]
        return [*tokens, ("flat", "steep").index(tower.roof)]

    def to_json(self):
        return json.dumps({"kind": self.kind, "schema": 1, "height": self.height})

    @classmethod
    def from_json(cls, text):
        return cls(json.loads(text)["height"])


class Strangers(TowerSpace):
    """The same without a problem."""

    kind: ClassVar[str] = "unheard_of_space"


class CountedTowers(Counted):
    """Measures towers by their sway: lower is better, and rewards are negative."""

    kind = "towers"

    @property
    def settings(self):
        data = {"data": "hills", "title": "Some hills", "num_train": 30, "num_valid": 10}
        return {"kind": self.kind, **data, "recipe": {"epochs": 2, "winds": {"north": 3}}}

    def __call__(self, trial):
        outcome = super().__call__(trial)
        sway = 20 / outcome.reward ** (1 / 3)
        return type(outcome)(-sway, (sway, sway + 1), (2.0, 1.0), 0.1, 50 + trial.number, 1000)


SWAYS = Measure("sway", "sway in cm", higher_is_better=False, digits=2)


class NoTask:
    """Trains no tower, and says what they are measured in."""

    @classmethod
    def measure_of(cls, settings):
        return SWAYS


SPACES = {"first": TowerSpace()}
TOWERS = Problem(
    name="towers",
    architecture_kind="tower",
    title="towers for hills",
    architecture="towers:Tower",
    spaces="towers:SPACES",
    child="towers:no_child",
    task="towers:NoTask",
    recipes="towers:NO_RECIPES",
    data="hills",
    data_names="towers:no_names",
)


def no_names():
    """Return that there are no data sets."""
    return ()
