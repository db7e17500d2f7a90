"""Evaluators that stand in for training: quick, deterministic, and able to misbehave.

They lie in a folder of their own on the path, so that worker processes can import them.
"""

import os
import signal
import time
from pathlib import Path

from nasedu.errors import TrainingError
from nasedu.runs.trial import child_seed
from nasedu.spaces import ConvNetSpace, RecurrentCellSpace
from nasedu.tables.results import TestingEvaluator
from nasedu.training import Outcome

SPACE = ConvNetSpace(
    num_layers=2,
    filter_heights=(1, 3),
    filter_widths=(1, 3),
    num_filters=(4, 8),
    skip_connections=False,
)
CELLS = RecurrentCellSpace(2)


class Counted:
    """Rewards many filters; a sleep makes it last, a seed makes children differ."""

    is_instant = False

    def __init__(self, seconds=0.0, log=None):
        self.seconds = seconds
        self.log = log

    @property
    def settings(self):
        return {
            "kind": "double",
            "data": "none",
            "title": "made-up rewards",
            "shape": [1, 8, 8],
            "num_train": 10,
            "num_valid": 5,
            "recipe": {"epochs": 2},
        }

    def prepare(self):
        """Nothing to load."""

    def __call__(self, trial):
        if self.log:
            with Path(self.log).open("a") as file:
                file.write(f"{trial.number} {os.getpid()}\n")
        time.sleep(self.seconds)
        accuracy = 0.1 + 0.8 * sum(trial.tokens) / len(trial.tokens)
        accuracy += (trial.seed % 1000) / 1e5
        return Outcome(
            reward=accuracy**3,
            valid_curve=(accuracy / 2, accuracy),
            train_curve=(2.0, 1.0),
            seconds=self.seconds,
            num_parameters=100 + trial.number,
            flop=1000,
        )

    def cost(self, trial):
        return sum(trial.tokens)


class CountedCells(Counted):
    """Looks like training on a text: the larger the tokens of a cell, the lower its perplexity."""

    def __init__(self, unit="word"):
        super().__init__()
        self.unit = unit

    @property
    def settings(self):
        text = {"kind": "language", "data": "made-up", "title": "A made-up text", "unit": self.unit}
        sizes = {"num_symbols": 1000, "num_train": 2000, "num_valid": 500}
        return {**text, **sizes, "recipe": {"epochs": 2}}

    def __call__(self, trial):
        perplexity = 900 / (1 + sum(trial.tokens) / 20) - (trial.seed % 1000) / 1e3
        return Outcome(
            reward=80 / perplexity**2,
            valid_curve=(perplexity, perplexity + 50),
            train_curve=(6.0, 5.0),
            seconds=0.5,
            num_parameters=17_512,
            flop=17_024,
        )


class Misbehaving(Counted):
    """Fails in a way of its own at the trials that it is given."""

    def __init__(self, raises=(), kills=(), exits=(), hangs=(), log=None):
        super().__init__(log=log)
        self.raises, self.kills, self.exits, self.hangs = raises, kills, exits, hangs

    def __call__(self, trial):
        if trial.number in self.raises:
            raise ValueError("no such luck")
        if trial.number in self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if trial.number in self.exits:
            os._exit(3)
        if trial.number in self.hangs:
            time.sleep(600)
        return super().__call__(trial)


class Meeting(Counted):
    """Trial 1 ends when a file is there, which is when another trial has come back."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def __call__(self, trial):
        while trial.number == 1 and not self.path.exists():
            time.sleep(0.02)
        return super().__call__(trial)


class Filed(Counted):
    """Has its digest from a file, as data have; trial 2 changes the file and kills its process."""

    def __init__(self, path, later):
        super().__init__()
        self.path, self.later = Path(path), later

    @property
    def settings(self):
        return {**super().settings, "digest": self.path.read_text()}

    def __call__(self, trial):
        if trial.number == 2:
            self.path.unlink()
            if self.later is not None:
                self.path.write_text(self.later)
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(trial)

    def cost(self, trial):
        return -trial.number


class Several(Counted):
    """Hands every trial to the evaluator that its batch names, counted from 1."""

    def __init__(self, evaluators):
        super().__init__()
        self.evaluators = evaluators

    @property
    def settings(self):
        return {"each": [evaluator.settings for evaluator in self.evaluators]}

    def prepare(self):
        for evaluator in self.evaluators:
            evaluator.prepare()

    def __call__(self, trial):
        return self.evaluators[trial.batch - 1](trial)


class Dying(TestingEvaluator):
    """Trains and tests, but network 2 diverges, and network 4 kills its process the first time."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.grave = Path(os.environ["NASEDU_TEST_GRAVE"])

    def __call__(self, trial):
        if trial.seed == child_seed(5, 3):
            raise TrainingError("the loss became nan in epoch 1")
        if trial.seed == child_seed(5, 5) and not self.grave.exists():
            self.grave.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(trial)
