"""The small grid search after a search (section 4.1): recipes compared on validation results."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any, get_args, get_type_hints

from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.runs import open_run, write_text
from nasedu.searching.clock import Deadline
from nasedu.searching.cores import check_workers
from nasedu.searching.evaluator import reason_of, said_in_one_line
from nasedu.searching.final_training import FinalTraining, checked_record
from nasedu.searching.jobs import RECORD, RESULT, check_minutes, read_result, run_jobs
from nasedu.training import Epoch, Outcome

Point = dict[str, float]
OnPoint = Callable[[Point, Outcome, int, int], None]
OnPointEpoch = Callable[[int, Epoch], None]


def read_grid(texts: Sequence[str], recipe: Any) -> dict[str, tuple[float, ...]]:
    """Return the grid that texts such as ``"lr=0.05,0.1"`` describe.

    Args:
        texts: A field each.
        recipe: Whose fields they are: all that are numbers.

    Raises:
        SettingError: A field that is unknown or repeated, or values that are none, no numbers
            or repeated.
    """
    known, grid = _numbers_of(recipe), {}
    for text in texts:
        name, _, rest = text.partition("=")
        if name not in known:
            raise SettingError(
                f"grid is {text!r}; expected FIELD=VALUE,VALUE with one of {', '.join(known)}"
            )
        if name in grid:
            raise SettingError(f"grid names {name} twice; give all its values at once")
        if not rest.strip(" ,"):
            raise SettingError(f"grid has no point: {text!r} has no value; expected {name}=1,2")
        try:
            values = tuple(known[name](part) for part in rest.split(","))
        except ValueError:
            kind = "integers" if known[name] is int else "numbers"
            raise SettingError(f"grid is {text!r}; expected {kind} with commas between") from None
        if len(set(values)) < len(values):
            raise SettingError(f"grid has a value twice: {text!r}; give every value once")
        grid[name] = values
    return grid


def _numbers_of(recipe: Any) -> dict[str, type]:
    """Return the fields of a recipe that are numbers, with their types."""
    hints, found = get_type_hints(type(recipe)), {}
    for one in fields(recipe):
        kinds = {hints[one.name], *get_args(hints[one.name])} & {int, float}
        if kinds:
            found[one.name] = kinds.pop()
    return found


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

    All are trained from one seed. What counts is the reward; of equals the first. The paper names
    the grid's fields and neither its values nor how long its points were trained; here, to the end
    of the recipe, so that the winner is trained already. Called again after a stop or a kill it
    goes on after the last whole epochs.

    Args:
        final: The network, and the recipe but for the grid's fields.
        grid: Values by field, see `read_grid`.
        run: Folder to keep points in, a file each when finished, and to go on from.
        workers: Trainings at a time; default one a core.
        minutes: Stop after the epochs in which so many minutes have passed, see `train_final`.
        on_point: Called with the point, its outcome, how many are finished and of how many;
            after going on, first with those that were finished before.
        on_epoch: Called with the point's number, from 1, and each epoch, in the process that
            trains the point: so it must pickle.

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
    check_workers(workers)
    until, folder = check_minutes(minutes, run), Path(run)
    settings = final.settings | {"grid": {name: list(values) for name, values in grid.items()}}
    # A field of the grid has no value of its own: whatever the base says of it changes nothing.
    settings["recipe"] = {k: v for k, v in settings["recipe"].items() if k not in grid}
    with open_run(folder, RECORD, settings):
        if (recorded := read_result(folder)) is not None:
            return checked_record(recorded, folder)
        jobs = [
            GridPoint(k, final, point, recipe, on_epoch)
            for k, (point, recipe) in enumerate(zip(points, recipes, strict=True), start=1)
        ]
        outcomes: dict[int, Outcome] = {}
        for job, result in run_jobs(jobs, folder / "points", workers=workers, until=until):
            assert isinstance(job, GridPoint)
            outcomes[job.number] = Outcome.from_json(json.dumps(result))
            if on_point:
                point = points[job.number - 1]
                on_point(point, outcomes[job.number], len(outcomes), len(points))
        if len(outcomes) < len(points):
            return None
        best = jobs[_winner(outcomes, folder) - 1]
        with said_in_one_line():  # the winner alone is tested: the others' tests stay unread
            document = best.test(folder / "points" / best.name)
        document["grid"] = [
            {"point": point, "outcome": json.loads(outcomes[k].to_json())}
            for k, point in enumerate(points, start=1)
        ]
        write_text(folder / RESULT, json.dumps(document, indent=2) + "\n")
        return document


@dataclass(frozen=True)
class GridPoint:
    """One recipe of a grid, trained and not tested; a `Job`.

    Args:
        number: Counts from 1.
        base: The child, the data and the seed, which all points share.
        point: Values by field.
        recipe: The base's with these values.
        on_epoch: As for `train_grid`.
    """

    number: int
    base: FinalTraining
    point: Point
    recipe: Any
    on_epoch: OnPointEpoch | None = None

    @property
    def name(self) -> str:
        """Its number."""
        return f"{self.number:03d}"

    @property
    def title(self) -> str:
        """Its values."""
        return f"grid point {point_words(self.point)}"

    @property
    def settings(self) -> dict[str, Any]:
        """What decides the outcome, as JSON values."""
        return self.base.settings | {"recipe": self.recipe.to_dict()}

    @property
    def asked(self) -> dict[str, Any]:
        """Those of the settings that are known before the data are loaded."""
        return self.base.asked | {"recipe": self.recipe.to_dict()}

    def prepare(self) -> None:
        """Load everything of torch that training needs; the data are each point's own."""
        replace(self.base).prepare()  # a copy, so that these data are let go of again

    @cached_property
    def final(self) -> FinalTraining:
        """The training by the point's recipe."""
        on_epoch = partial(self.on_epoch, self.number) if self.on_epoch else None
        return replace(self.base, recipe=self.recipe, on_epoch=on_epoch)

    def work(self, folder: Path, until: Deadline | None) -> dict[str, Any] | None:
        """Train, or go on; a training that diverges is a result, since it would again."""
        try:
            training = replace(self).final.follow(folder, until)
            if not training.is_finished:
                return None
            outcome = training.outcome()
        except TrainingError as error:
            outcome = Outcome.failed(reason_of(error))
        return json.loads(outcome.to_json())

    def test(self, folder: Path) -> dict[str, Any]:
        """Return the record of the point once it is finished, with its test result."""
        training = self.final.task.begin(self.base.net, self.base.seed)
        self.final.restore(training, folder)
        return self.final.document(training)


def _recipe_at(recipe: Any, point: Point) -> Any:
    """Return the recipe of a point, checked."""
    try:
        return replace(recipe, **point)
    except SettingError as error:
        raise SettingError(f"grid point {point_words(point)}: {error}") from None


def _winner(outcomes: dict[int, Outcome], folder: Path) -> int:
    rewards = {number: one.reward for number, one in outcomes.items() if one.reward is not None}
    if not rewards:
        raise StudyError(
            f"every point of the grid in {folder} failed, the first with {outcomes[1].reason!r}"
        )
    return max(rewards, key=lambda number: rewards[number])


def point_words(point: Point) -> str:
    """Return a point in words, e.g. ``"lr 0.1, weight_decay 0.0001"``."""
    return ", ".join(f"{name} {value:g}" for name, value in point.items())
