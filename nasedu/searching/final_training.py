"""Training one network for good, in slices if need be, and testing it once (section 4.1).

A run folder has ``training.json``, which says what is trained and how; ``checkpoint.safetensors``,
the training after its last whole epoch; and at the end ``outcome.json``.
"""

from __future__ import annotations

import json
import shlex
import sys
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nasedu.architectures import ConvNet
from nasedu.data import load
from nasedu.errors import SettingError, StudyError
from nasedu.searching.clock import Deadline
from nasedu.searching.config import MACHINE, commit, first_difference, versions
from nasedu.searching.evaluator import said_in_one_line
from nasedu.searching.runs import locked, write_text
from nasedu.searching.trial import check_seed
from nasedu.training import (
    Checkpoint,
    Fit,
    ImageTrainer,
    Outcome,
    Recipe,
)
from nasedu.training.recipe import LATER
from nasedu.values import checked, fill, read_json

RECORD, CHECKPOINT, OUTCOME = "training.json", "checkpoint.safetensors", "outcome.json"
OnEpoch = Callable[[int, float], None]


@dataclass(frozen=True)
class FinalTraining:
    """A network that is to be trained for good, and how.

    Args:
        net: The architecture.
        data: Name of the images, see ``nasedu data list``.
        recipe: How to train.
        seed: Decides weights, order and augmentation.
    """

    net: ConvNet
    data: str = "digits"
    recipe: Recipe = field(default_factory=Recipe)
    seed: int = 0

    def __post_init__(self) -> None:
        check_seed(self.seed)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "trainer"}

    @cached_property
    def trainer(self) -> ImageTrainer:
        """The images on their device, made once a process."""
        return ImageTrainer(load(self.data), self.recipe)

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the weights, as JSON values."""
        return {
            "architecture": self.net.digest[:16],
            "data": {"name": self.data, **self.trainer.about},
            "recipe": LATER | self.recipe.to_dict(),
            "seed": self.seed,
            "device": self.trainer.device.type,
        }

    def document(self, outcome: Outcome) -> dict[str, Any]:
        """Return the record of a training, as JSON values."""
        test = {"num_test": len(self.trainer.data.test)}
        return {
            "architecture": json.loads(self.net.to_json()),
            "data": self.settings["data"] | test,
            "seed": self.seed,
            "recipe": self.settings["recipe"],
            "outcome": json.loads(outcome.to_json()),
            "versions": versions() | {"commit": commit()},
            "command": shlex.join(["nasedu", *sys.argv[1:]]),
        }


def train_final(
    final: FinalTraining,
    run: str | Path | None = None,
    *,
    minutes: float | None = None,
    on_epoch: OnEpoch | None = None,
) -> dict[str, Any] | None:
    """Train a network to the end of its recipe, then read the test set, once.

    Killed at any time and called again it goes on after the last whole epoch, and comes to the
    same weights as undisturbed.

    Args:
        final: What to train, and how.
        run: Folder to keep a checkpoint in after every epoch and to go on from; None keeps
            nothing.
        minutes: Stop after the epoch in which so many minutes have passed. Time in which the
            process is stopped, or the machine sleeps, does not count.
        on_epoch: Called with the epoch, from 1, and the validation accuracy after it; after
            going on, first with those of the epochs before.

    Returns:
        The record, which is ``outcome.json`` too, or None if it was stopped by ``minutes``.

    Raises:
        SettingError: ``minutes`` is not above 0, or there is no folder to stop in.
        StudyError: The folder holds something else, or another training.
        TrainingError: The loss became NaN or infinite, or torch cannot train such a network here.
    """
    until = check_minutes(minutes, run)
    with ExitStack() as stack:
        path = None
        if run is not None:
            folder = Path(run)
            stack.enter_context(locked(folder, RECORD))
            begin_or_go_on(folder, final.settings)
            if (recorded := read_outcome(folder)) is not None:
                return recorded
            path = folder / CHECKPOINT
        with said_in_one_line():
            fit = train_on(final, path, until=until, on_epoch=on_epoch)
            if fit.epoch < final.recipe.epochs:
                return None
            outcome = final.trainer.test_accuracy(fit.child, final.trainer.outcome(fit))
        document = final.document(outcome)
        if path is not None:
            write_text(path.with_name(OUTCOME), json.dumps(document, indent=2) + "\n")
        return document


def train_on(
    final: FinalTraining,
    checkpoint: Path | None,
    *,
    until: Deadline | None = None,
    on_epoch: OnEpoch | None = None,
) -> Fit:
    """Train from the checkpoint, if there is one, to the end, keeping one after every epoch.

    Args:
        final: What to train, and how.
        checkpoint: The file; None keeps nothing.
        until: After it no other epoch is begun.
        on_epoch: As for `train_final`.

    Raises:
        StudyError: The checkpoint is damaged, or of another training.
        TrainingError: The loss became NaN or infinite.
    """
    trainer, settings = final.trainer, final.settings
    fit = trainer.begin(final.net, final.seed)
    if checkpoint is not None and checkpoint.exists():
        restore(fit, checkpoint, settings)
    for epoch, accuracy in enumerate(fit.valid_curve, start=1):
        if on_epoch:
            on_epoch(epoch, accuracy)
    begun = fit.epoch
    while fit.epoch < final.recipe.epochs:
        if until is not None and until.has_passed and fit.epoch > begun:
            break
        trainer.advance(fit)
        if checkpoint is not None:
            fit.checkpoint(settings).save(checkpoint)
        if on_epoch:
            on_epoch(fit.epoch, fit.valid_curve[-1])
    return fit


def restore(fit: Fit, checkpoint: Path, settings: dict[str, Any]) -> None:
    """Put a training that has just begun where a checkpoint of the same training is.

    Raises:
        StudyError: The checkpoint is damaged, or of another training.
    """
    kept = Checkpoint.load(checkpoint)
    check_same(settings, kept.settings, str(checkpoint))
    fit.restore(kept)


def begin_or_go_on(folder: Path, settings: dict[str, Any]) -> None:
    """Record what is trained in a folder that is held, or check that it is the same.

    Raises:
        StudyError: Something else was trained there, or the record cannot be read.
    """
    path = folder / RECORD
    now = versions()
    if not path.exists():
        document = settings | {"begun_with": now}
        write_text(path, json.dumps(document, indent=2, sort_keys=True) + "\n")
        return
    try:
        recorded = checked(read_json(path), dict[str, Any], "the whole")
        then = checked(recorded.pop("begun_with", None), dict[str, str], "begun_with")
        for name in MACHINE:
            checked(then.get(name), str, f"begun_with.{name}")
        changed = [name for name in MACHINE if then[name] != now[name]]
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{path} does not say what was trained ({error}); choose another folder"
        ) from None
    check_same(settings, recorded, str(folder))
    if changed:
        warnings.warn(
            f"{folder} was begun with another {' and '.join(changed)}: the weights may differ "
            "from an undisturbed training's in the last digits",
            stacklevel=3,
        )


def check_same(settings: dict[str, Any], recorded: dict[str, Any], where: str) -> None:
    """Raise `StudyError`, naming the first difference, unless the training is the same."""
    if difference := first_difference(settings, recorded):
        key, ours, theirs = difference
        raise StudyError(
            f"{where} was trained with {key} = {theirs!r} and not {ours!r}; choose another run "
            "folder, or go on with the options and the data that it was begun with"
        )


def check_minutes(minutes: float | None, run: str | Path | None) -> Deadline | None:
    """Return when to stop, or None."""
    if minutes is None:
        return None
    if not 0 < minutes < float("inf"):
        raise SettingError(f"minutes is {minutes}; expected a number above 0")
    if run is None:
        raise SettingError(f"minutes is {minutes}, but no run folder is named to go on from")
    return Deadline(60 * minutes)


def read_outcome(folder: Path) -> dict[str, Any] | None:
    """Return the record of a finished training, None if it is not finished.

    Raises:
        StudyError: The file cannot be read.
    """
    path = folder / OUTCOME
    if not path.exists():
        return None
    try:
        document = checked(read_json(path), dict[str, Any], "the whole")
        _check_outcome(document)
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} cannot be read ({error}); move it away to test again") from None
    return document


def _check_outcome(document: dict[str, Any]) -> None:
    """Raise ValueError unless a record has what commands and pictures read."""
    for name, hint in {"title": str, "name": str}.items():
        checked(checked(document.get("data"), dict, "data").get(name), hint, f"data.{name}")
    checked(document.get("recipe"), dict[str, Any], "recipe")
    tested = fill(Outcome, document.get("outcome"))
    checked(tested.test_accuracy, float, "outcome.test_accuracy")
    if not tested.valid_curve or not tested.train_curve:
        raise ValueError("its outcome has no curve")
    for row in checked(document.get("grid", []), tuple[dict[str, Any], ...], "grid"):
        checked(row.get("point"), dict[str, float], "point")
        fill(Outcome, row.get("outcome"))
