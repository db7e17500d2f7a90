"""The evaluator that trains children, and the one that a recorded run names."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from nasedu.errors import NaseduError, SettingError, StudyError
from nasedu.problems import FIRST, add_problem, known_problems, load_named, problem_of
from nasedu.runs import Trial
from nasedu.searching.evaluator import Evaluator
from nasedu.searching.function_evaluator import KIND as FUNCTION
from nasedu.spaces import Space
from nasedu.training import Cost, Outcome, Task
from nasedu.values import checked

OF_A_TABLE = "nasedu.tables.tabular:evaluator_from"  # loaded when used: tables know searches


class TrainingEvaluator:
    """Trains children by the task of their problem, on images, on text or on what it has.

    A child whose loss becomes NaN or infinite has failed and teaches the strategy nothing; one
    that learns next to nothing has a tiny reward. The paper says of neither (our choice).

    Args:
        space: Reads the tokens.
        data: Name of the data set, see ``nasedu data list``; default the problem's first.
        recipe: How to train; default the problem's first.

    Raises:
        SettingError: The recipe is for other children, or nothing trains those of the space.
    """

    is_instant = False

    def __init__(self, space: Space, data: str | None = None, recipe: Any = None) -> None:
        try:
            self.space, self.problem = space, problem_of(space, data or "")
        except TypeError as error:
            raise SettingError(f"{error}; or score it yourself: evaluate=function") from None
        first = self.problem.load("recipes")[FIRST]
        if recipe is not None and not isinstance(recipe, type(first)):
            raise SettingError(
                f"recipe is {recipe}; expected a {type(first).__name__} for {self.problem.title}"
            )
        self.data = self.problem.data if data is None else data
        self.recipe = first if recipe is None else recipe

    def __repr__(self) -> str:
        return f"TrainingEvaluator(data={self.data!r}, recipe={self.recipe})"

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "task"}

    @cached_property
    def task(self) -> Task:
        """The data on their device, made once a process."""
        return self.problem.load("task").on(self.data, self.recipe)

    @property
    def settings(self) -> dict[str, Any]:
        """Return data by name, size and digest, and recipe."""
        return self.task.settings

    @property
    def asked(self) -> dict[str, Any]:
        """Return those of the settings that are known before anything is loaded."""
        return self.problem.load("task").asked(self.data, self.recipe)

    def prepare(self) -> None:
        """Load the data and everything of torch that training needs."""
        add_problem(self.problem)  # of one's own, which a worker process has not heard of
        self.task.warm_up()

    def __call__(self, trial: Trial) -> Outcome:
        """Build and train the child that the trial describes."""
        training = self.task.begin(self.space.decode(trial.tokens), trial.seed)
        for _ in training:  # to the end; the weights are of no use once the outcome is known
            pass
        return training.outcome()

    def size_of(self, trial: Trial) -> Cost:
        """Return parameters and FLOP of the child."""
        return self.task.cost(self.space.decode(trial.tokens))

    def cost(self, trial: Trial) -> float:
        """Return the FLOP of the child."""
        return self.size_of(trial).flop


def recorded_evaluator(run: str, space: Space, settings: dict[str, Any]) -> Evaluator:
    """Return the evaluator that a run was recorded with.

    Args:
        run: Name of the run, for messages.
        space: Its space.
        settings: What `Evaluator.settings` was.

    Raises:
        StudyError: The settings are not known, or those of an evaluator of one's own.
    """
    problem, kind = problem_of(space), settings.get("kind")
    for row in known_problems():  # by its name: the data may not be there any more
        if row.name == kind and row.space_kind == space.kind:
            problem = row
    try:
        if settings.get("table") and problem.task:
            return load_named(OF_A_TABLE)(space, settings)
        checked(kind, str, "kind")
        if kind != problem.name and kind in {row.name for row in known_problems()}:
            raise ValueError(f"{kind!r} has no children such as {problem.title}")
        if kind == problem.name:
            recipe = problem.read_recipe(settings["recipe"])
            return TrainingEvaluator(space, str(settings["data"]), recipe)
    except NaseduError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError(f"{run} was recorded with settings that are not known: {error}") from None
    own = getattr(space, "name", "")  # of its class, which is not in the run either
    what = f"the function {settings.get('function')!r}" if kind == FUNCTION else "an evaluator"
    raise StudyError(
        f"{run} was made with {what} of your own{f' and the space {own!r}' if own else ''}, whose "
        "code is not in the run; go on in Python: call `search` with the same space, strategy and "
        f"evaluate, and with run={run!r}"
    )
