"""The small grid search after a search (section 4.1): recipes compared on validation images."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.searching.clock import Deadline
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import reason_of, said_in_one_line
from nasedu.searching.final_training import (
    CHECKPOINT,
    OUTCOME,
    RECORD,
    FinalTraining,
    begin_or_go_on,
    check_minutes,
    read_outcome,
    restore,
    train_on,
)
from nasedu.searching.runs import locked, write_text
from nasedu.searching.trial import Trial
from nasedu.searching.workers import make_workers
from nasedu.training import Outcome, Recipe
from nasedu.values import fill, read_json

FIELDS = {"lr": float, "weight_decay": float, "bn_epsilon": float, "decay_epoch": int}
"""What the paper's grid is over, by the recipe's name of it."""

STOPPED = "stopped"  # begins the reason of a point that was not trained to its end
Point = dict[str, float]
OnPoint = Callable[[Point, Outcome, int, int], None]
OnPointEpoch = Callable[[int, int, float], None]


def read_grid(texts: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Return the grid that texts such as ``"lr=0.05,0.1"`` describe.

    Raises:
        SettingError: A field that is unknown or repeated, or values that are none, no numbers
            or repeated.
    """
    grid: dict[str, tuple[float, ...]] = {}
    for text in texts:
        name, _, rest = text.partition("=")
        if name not in FIELDS:
            raise SettingError(
                f"grid is {text!r}; expected FIELD=VALUE,VALUE with one of {', '.join(FIELDS)}"
            )
        if name in grid:
            raise SettingError(f"grid names {name} twice; give all its values at once")
        if not rest.strip(" ,"):
            raise SettingError(f"grid has no point: {text!r} has no value; expected {name}=1,2")
        try:
            values = tuple(FIELDS[name](part) for part in rest.split(","))
        except ValueError:
            kind = "integers" if FIELDS[name] is int else "numbers"
            raise SettingError(f"grid is {text!r}; expected {kind} with commas between") from None
        if len(set(values)) < len(values):
            raise SettingError(f"grid has a value twice: {text!r}; give every value once")
        grid[name] = values
    return grid


def points_of(grid: dict[str, tuple[float, ...]]) -> list[Point]:
    """Return every combination of the grid's values, the last field changing fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def train_grid(
    final: FinalTraining,
    grid: dict[str, tuple[float, ...]],
    run: str | Path,
    *,
    workers: int | None = None,
    minutes: float | None = None,
    on_point: OnPoint | None = None,
    on_epoch: OnPointEpoch | None = None,
) -> dict[str, Any] | None:
    """Train a network by every recipe of a grid, and test the one that validates best, once.

    All are trained from one seed. What counts is the reward, by the best of the last five
    epochs; of equals the first. The paper names the grid's fields and neither its values nor
    how long its points were trained; here, to the end of the recipe, so that the winner is
    trained already. Called again after a stop or a kill it goes on after the last whole epochs.

    Args:
        final: The network, and the recipe but for the grid's fields.
        grid: Values by field, see `read_grid`.
        run: Folder to keep points in, a file each when finished, and to go on from.
        workers: Trainings at a time; default one a core.
        minutes: Stop after the epochs in which so many minutes have passed, see `train_final`.
        on_point: Called with the point, its outcome, how many are finished and of how many;
            after going on, first with those that were finished before.
        on_epoch: Called with the point's number, from 1, the epoch and the validation accuracy
            after it, in the process that trains the point: so it must pickle.

    Returns:
        The winner's record with ``grid``, its points and outcomes; None if stopped by ``minutes``.

    Raises:
        SettingError: A grid without a point, or an argument outside of what makes sense.
        StudyError: The folder holds something else; or no point could be trained.
    """
    points = points_of(grid) if grid else []
    if not points:
        raise SettingError("the grid has no point; expected at least one field with a value")
    recipes = [_recipe_at(final.recipe, point) for point in points]
    count, until, folder = check_workers(workers), check_minutes(minutes, run), Path(run)
    evaluator = GridEvaluator(final, recipes, folder / "points", until, on_epoch)
    settings = final.settings | {"grid": {name: list(values) for name, values in grid.items()}}
    settings["recipe"] = {k: v for k, v in settings["recipe"].items() if k not in grid}
    with locked(folder, RECORD):
        begin_or_go_on(folder, settings)
        if (recorded := read_outcome(folder)) is not None:
            return recorded
        outcomes = _train_points(evaluator, count, points, on_point)
        if outcomes is None:
            return None
        number = _winner(outcomes, folder)
        with said_in_one_line():
            document = evaluator.test(number, outcomes[number])
        rows = zip(points, outcomes.values(), strict=True)
        document["grid"] = [
            {"point": point, "outcome": json.loads(one.to_json())} for point, one in rows
        ]
        write_text(folder / OUTCOME, json.dumps(document, indent=2) + "\n")
        return document


class GridEvaluator:
    """Trains the points of a grid, each from a checkpoint of its own and into a file of its own.

    Args:
        final: The network, the images and the seed.
        recipes: One a point; a trial's number, from 1, says which.
        folder: Where the points are kept.
        until: After it no other epoch is begun.
        on_epoch: As for `train_grid`.
    """

    is_instant = False

    def __init__(
        self,
        final: FinalTraining,
        recipes: list[Recipe],
        folder: Path,
        until: Deadline | None,
        on_epoch: OnPointEpoch | None = None,
    ) -> None:
        self.final, self.recipes = final, recipes
        self.folder, self.until, self.on_epoch = folder, until, on_epoch

    @property
    def settings(self) -> dict[str, Any]:
        """Return what decides the outcomes."""
        recipes = [recipe.to_dict() for recipe in self.recipes]
        # Of a copy: the trainer, with all images, would stay with the one that is kept here.
        return replace(self.final).settings | {"recipes": recipes}

    def prepare(self) -> None:
        """Load the images and everything of torch that training needs."""
        replace(self.final).trainer.warm_up()

    def cost(self, trial: Trial) -> float:
        """Return the epochs of a point."""
        return self.recipes[trial.number - 1].epochs

    def trial(self, number: int) -> Trial:
        """Return what workers train for one point, from 1."""
        return Trial(number, 1, (number - 1,), self.final.seed)

    def recorded(self, number: int) -> Outcome | None:
        """Return the outcome of a point, from 1, that is finished.

        Raises:
            StudyError: Its file cannot be read.
        """
        path = self._file(number)
        if not path.exists():
            return None
        try:
            return fill(Outcome, read_json(path))
        except (OSError, ValueError) as error:
            raise StudyError(
                f"{path} cannot be read ({error}); move it away to train the point again"
            ) from None

    def __call__(self, trial: Trial) -> Outcome:
        """Train a point to its end, or until it is time to stop; then it is not recorded."""
        if self.until is not None and self.until.has_passed:
            return Outcome.failed(f"{STOPPED} before it began")
        final = self._final(trial.number)
        checkpoint = self._file(trial.number).with_suffix("") / CHECKPOINT
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        try:
            on_epoch = partial(self.on_epoch, trial.number) if self.on_epoch else None
            fit = train_on(final, checkpoint, until=self.until, on_epoch=on_epoch)
            if fit.epoch < final.recipe.epochs:
                return Outcome.failed(f"{STOPPED} after epoch {fit.epoch}")
            outcome = final.trainer.outcome(fit)
        except TrainingError as error:  # it would diverge again
            outcome = Outcome.failed(reason_of(error))
        write_text(self._file(trial.number), outcome.to_json())
        return outcome

    def test(self, number: int, outcome: Outcome) -> dict[str, Any]:
        """Return the record of a finished point, from 1, with its test accuracy."""
        final = self._final(number)
        fit = final.trainer.begin(final.net, final.seed)
        restore(fit, self._file(number).with_suffix("") / CHECKPOINT, final.settings)
        return final.document(final.trainer.test_accuracy(fit.child, outcome))

    def _final(self, number: int) -> FinalTraining:
        return replace(self.final, recipe=self.recipes[number - 1])

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:03d}.json"


def _recipe_at(recipe: Recipe, point: Point) -> Recipe:
    """Return the recipe of a point, checked."""
    try:
        return replace(recipe, **point)
    except SettingError as error:
        raise SettingError(f"grid point {said(point)}: {error}") from None


def _train_points(
    evaluator: GridEvaluator, count: int, points: list[Point], on_point: OnPoint | None
) -> dict[int, Outcome] | None:
    """Return the outcomes by number, from 1; None if it was time to stop before all were done."""
    outcomes: dict[int, Outcome] = {}
    for number, outcome in _outcomes(evaluator, count, len(points)):
        if evaluator.recorded(number) is None:
            if (outcome.reason or "").startswith(STOPPED):
                continue
            raise StudyError(
                f"grid point {said(points[number - 1])} failed: {outcome.reason}; "
                "run the command again to go on"
            )
        outcomes[number] = outcome
        if on_point:
            on_point(points[number - 1], outcome, len(outcomes), len(points))
    return dict(sorted(outcomes.items())) if len(outcomes) == len(points) else None


def _outcomes(evaluator: GridEvaluator, count: int, total: int) -> Iterator[tuple[int, Outcome]]:
    """Yield the points that are finished, then the others as they end."""
    pending = []
    for number in range(1, total + 1):
        outcome = evaluator.recorded(number)
        if outcome is None:
            pending.append(number)
        else:
            yield number, outcome
    if not pending:
        return
    workers = make_workers(evaluator, min(count, len(pending)), None)
    try:
        for number in pending:
            workers.submit(evaluator.trial(number))
        for trial, outcome in workers.completed():
            yield trial.number, outcome
    finally:
        workers.cancel()


def _winner(outcomes: dict[int, Outcome], folder: Path) -> int:
    rewards = {number: one.reward for number, one in outcomes.items() if one.reward is not None}
    if not rewards:
        raise StudyError(
            f"every point of the grid in {folder} failed, the first with {outcomes[1].reason!r}"
        )
    return max(rewards, key=lambda number: rewards[number])


def said(point: Point) -> str:
    """Return a point in words, e.g. ``"lr 0.1, weight_decay 0.0001"``."""
    return ", ".join(f"{name} {value:g}" for name, value in point.items())
