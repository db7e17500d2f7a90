"""The final training of one child, in slices if need be, and its test, once (section 4.1).

A run folder has ``job.json``, which says what is trained and how; ``checkpoint.safetensors``, the
training after its last whole epoch; and at the end ``outcome.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nasedu.architectures import Architecture
from nasedu.errors import StudyError
from nasedu.problems import FIRST, Problem, add_problem, problem_of
from nasedu.runs import made_by
from nasedu.runs.trial import check_seed
from nasedu.searching.clock import Deadline
from nasedu.searching.evaluator import said_in_one_line
from nasedu.searching.jobs import RESULT, check_minutes, do_job
from nasedu.training import Checkpoint, Epoch, Outcome, Task, Training, one_thread
from nasedu.training.outcome import renamed
from nasedu.training.training import name_of
from nasedu.values import Count, checked, fill

CHECKPOINT = "checkpoint.safetensors"
OnEpoch = Callable[[Epoch], None]


@dataclass(frozen=True)
class FinalTraining:
    """A child that is to be trained for good, and how; a `Job`.

    Args:
        net: The architecture.
        data: Name of the data set, see ``nasedu data list``; default the problem's first.
        recipe: How to train; default the problem's first.
        seed: Decides all that is random.
        on_epoch: Called after every epoch; after going on, first with those before. It must
            pickle where it goes to a worker.
    """

    net: Architecture
    data: str = ""
    recipe: Any = None
    seed: int = 0
    on_epoch: OnEpoch | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if not self.data:
            object.__setattr__(self, "data", self.problem.data)
        if self.recipe is None:
            object.__setattr__(self, "recipe", self.problem.load("recipes")[FIRST])

    def __getstate__(self) -> dict[str, Any]:
        kept = {k: v for k, v in self.__dict__.items() if k not in ("task", "_settings")}
        return kept | {"problem": self.problem}

    def __setstate__(self, state: dict[str, Any]) -> None:
        add_problem(state.pop("problem"))  # of one's own, which a worker has not heard of
        self.__dict__.update(state)

    @property
    def problem(self) -> Problem:
        """The row of the architecture's kind and of the data."""
        return problem_of(self.net, self.data)

    @cached_property
    def task(self) -> Task:
        """The data on their device, made once a process."""
        return self.make_task()

    def make_task(self) -> Task:
        """Return the data on their device."""
        return self.problem.load("task").on(self.data, self.recipe)

    @property
    def name(self) -> str:
        """Which child it is, and with which seed."""
        return f"{self.net.digest[:8]}-{self.seed}"

    @property
    def title(self) -> str:
        """The same in words."""
        return f"the training of {self.net.digest[:8]} with seed {self.seed}"

    @property
    def settings(self) -> dict[str, Any]:
        """What decides the weights, as JSON values."""
        return self._settings

    @property
    def asked(self) -> dict[str, Any]:
        """Those of the settings that are known before the data are loaded."""
        recipe = self.recipe.to_dict()
        about = {"architecture": name_of(self.net), "recipe": recipe, "seed": self.seed}
        return {**about, "data": {"name": self.data}}

    @cached_property
    def _settings(self) -> dict[str, Any]:
        task = self.__dict__.get("task") or self.make_task()  # who only asks keeps no data
        return task.settings_of(self.net, self.seed)

    def prepare(self) -> None:
        """Load the data and everything of torch that training needs."""
        self.task.warm_up()

    def work(self, folder: Path | None, until: Deadline | None) -> dict[str, Any] | None:
        """Train, or go on, and test at the end; return the record, None if it was stopped."""
        with said_in_one_line():
            training = self.follow(folder, until)
            return self.document(training) if training.is_finished else None

    def follow(self, folder: Path | None, until: Deadline | None) -> Training:
        """Train from the checkpoint, if there is one, and keep one after every epoch.

        Args:
            folder: Where the checkpoint is kept; None keeps nothing.
            until: After it no other epoch is begun.

        Raises:
            StudyError: The checkpoint is damaged, or of another training.
            TrainingError: The loss became NaN or infinite.
        """
        training = self.task.begin(self.net, self.seed)
        if folder is not None and (folder / CHECKPOINT).exists():
            self.restore(training, folder)
        for epoch in training.epochs:  # told again: who draws a curve sees all of it
            self._tell(epoch)
        for epoch in training:
            if folder is not None:
                training.state().save(folder / CHECKPOINT)
            self._tell(epoch)
            if until is not None and until.has_passed:
                break
        return training

    def restore(self, training: Training, folder: Path) -> None:
        """Put a training that has just begun where the checkpoint is."""
        path = folder / CHECKPOINT
        training.restore(Checkpoint.load(path), str(path))

    def _tell(self, epoch: Epoch) -> None:
        if self.on_epoch:
            self.on_epoch(epoch)

    def document(self, training: Training) -> dict[str, Any]:
        """Return the record of a training that is at its end, as JSON values; it is tested now."""
        tested = training.test()
        with one_thread():
            further = self.task.further_tests(training.child)
        return {
            "architecture": json.loads(self.net.to_json()),
            "data": self.settings["data"] | {"num_test": self.task.num_test},
            "seed": self.seed,
            "recipe": self.settings["recipe"],
            "outcome": json.loads(tested.to_json()),
            **({"further_tests": further} if further else {}),
            "kept_epoch": training.kept_epoch,
            **made_by(),
        }


def train_final(
    final: FinalTraining, run: str | Path | None = None, *, minutes: float | None = None
) -> dict[str, Any] | None:
    """Train a child to the end of its recipe, then read the test part, once.

    Killed at any time and called again it goes on after the last whole epoch, and comes to the
    same weights as undisturbed.

    Args:
        final: What to train, and how.
        run: Folder to keep a checkpoint in after every epoch and to go on from; None keeps
            nothing.
        minutes: Stop after the epoch in which so many minutes have passed. Time in which the
            process is stopped, or the machine sleeps, does not count.

    Returns:
        The record, which is ``outcome.json`` too, or None if it was stopped by ``minutes``.

    Raises:
        SettingError: ``minutes`` is not above 0, or there is no folder to stop in.
        StudyError: The folder holds something else, or another training.
        TrainingError: The loss became NaN or infinite, or torch cannot train such a network here.
    """
    until = check_minutes(minutes, run)
    if run is None:
        return final.work(None, until)
    document = do_job(final, Path(run), until)
    return None if document is None else checked_record(document, Path(run))


def checked_record(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the record of a finished training if it has what commands and pictures read.

    Raises:
        StudyError: It has not.
    """
    try:
        data = checked(document.get("data"), dict[str, Any], "data")
        for name in ("title", "name"):
            checked(data.get(name), str, f"data.{name}")
        checked(document.get("recipe"), dict[str, Any], "recipe")
        tested = fill(Outcome, renamed(document.get("outcome")))
        checked(tested.test, float, "outcome.test")
        checked(document.get("further_tests", {}), dict[str, float], "further_tests")
        checked(document.get("kept_epoch", 1), Count, "kept_epoch")
        if not tested.valid_curve or not tested.train_curve:
            raise ValueError("its outcome has no curve")
        for row in checked(document.get("grid", []), tuple[dict[str, Any], ...], "grid"):
            checked(row.get("point"), dict[str, float], "point")
            fill(Outcome, renamed(row.get("outcome")))
    except ValueError as error:
        raise StudyError(
            f"{folder / RESULT} cannot be read ({error}); move it away to test again"
        ) from None
    return document
