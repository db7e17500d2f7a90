"""The frame of every exercise: a right answer, cases to try, and the usual mistakes.

An exercise is written as its own solution, and a usual mistake as a function that makes it:

    @exercise(
        ([0.2, 0.9, 0.5],),
        mistakes={"That is the smallest; take the largest.": min},
    )
    def best(rewards: Sequence[float]) -> float:
        '''Return the best of the rewards.'''
        return max(rewards)

``best(function)`` then grades a student's ``best``. A mistake is recognised when the answers
of the student equal those of the mistake in every case, so that no hint is a guess.

The solution is written as a student would write it, in lines of 70 characters: the cells of the
lesson are made from its text (``nasedu.course.lesson_cells``). It uses names that the lesson has
imported, and nothing private of its module.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NoReturn

import numpy as np

from nasedu.course.answers import (
    FLOAT32,
    AnswerError,
    as_lists,
    code,
    equal,
    is_finite,
    is_whole,
    numbers_of,
    quote,
)
from nasedu.course.inline import html_of
from nasedu.course.student_folder import keep
from nasedu.course.time_limit import TooLongError, within
from nasedu.training import one_thread

MOST_TRIES = 10**9  # that a record is believed
LIMIT = 10.0  # seconds a call; the first step of an optimiser of torch takes some on a slow disk

State = Literal["right", "not right yet", "not attempted yet"]
ICONS: dict[State, str] = {"right": "✔", "not right yet": "✘", "not attempted yet": "○"}
COLOURS: dict[State, str] = {
    "right": "#009E73",
    "not right yet": "#D55E00",
    "not attempted yet": "#888888",
}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found.

    Attributes:
        exercise: Name of the exercise.
        state: ``"right"``, ``"not right yet"`` or ``"not attempted yet"``.
        sentence: Why; code stands between backticks.
        of_solution: Whether the lesson's own solution was graded, and not the student's function.
    """

    exercise: str
    state: State
    sentence: str
    of_solution: bool = False

    @property
    def passed(self) -> bool:
        """Whether the function is right."""
        return self.state == "right"

    @property
    def _whose(self) -> str:
        return "The lesson's solution of " if self.of_solution else ""

    def __repr__(self) -> str:
        return f"{ICONS[self.state]} {self._whose}{self.exercise} is {self.state}. {self.sentence}"

    def _repr_html_(self) -> str:
        name = self._whose + html_of(f"`{self.exercise}`")
        return (
            f'<div role="status" style="border-left: 4px solid {COLOURS[self.state]}; '
            f'padding-left: 0.6em"><strong><span aria-hidden="true">{ICONS[self.state]}</span> '
            f"{name} is {self.state}.</strong> {html_of(self.sentence)}"
            "</div>"
        )


class _WrongError(Exception):
    """The function is not right, and this sentence says why."""


class _UnattemptedError(Exception):
    """The function is still the stub of the task."""


@dataclass(frozen=True)
class Exercise:
    """Grades functions: call it with one.

    Args:
        solution: The right function. Its docstring is the task.
        cases: Arguments to try, one tuple a call.
        mistakes: For each usual mistake what to say, and a function that makes it.
        tolerance: How far a float may be from the right one, as a share of it.
    """

    solution: Callable[..., Any]
    cases: tuple[tuple[Any, ...], ...]
    mistakes: Mapping[str, Callable[..., Any]]
    tolerance: float = FLOAT32

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.solution.__doc__)

    def __repr__(self) -> str:
        return f"Exercise({self.name}{inspect.signature(self.solution)})"

    @property
    def name(self) -> str:
        """Name of the function to write."""
        return self.solution.__name__

    @cached_property
    def source(self) -> str:
        """Text of the solution, in the form that a student would write it."""
        text = inspect.getsource(self.solution)
        (function,) = ast.parse(text).body
        return "\n".join(text.splitlines()[function.lineno - 1 :])

    def __call__(self, function: Callable[..., Any], strict: bool = False) -> CheckResult:
        """Grade a function; what a student has tried is kept, see ``student_folder``.

        Args:
            function: The student's, called with each case.
            strict: Raise unless it is right, for the solutions of lessons; the result says whose
                function it was.

        Raises:
            AssertionError: Only if ``strict``, with the sentence.
        """
        of_solution = strict or getattr(type(function), "of_lesson", False) is True
        result = self._result(function, None if of_solution else LIMIT)
        if of_solution:
            result = replace(result, of_solution=True)
        elif result.state != "not attempted yet" and callable(function):
            self._keep_attempt(result.passed)
        if strict and not result.passed:
            raise AssertionError(repr(result))
        return result

    def _keep_attempt(self, right: bool) -> None:
        def counted(before: Any) -> dict[str, Any]:
            tries = before.get("tries") if isinstance(before, dict) else None
            if not (isinstance(tries, int) and 0 <= tries < MOST_TRIES):
                before = {"tries": 0}  # there is none, or the file was edited
            return {"tries": before["tries"] + 1, "right": right or before.get("right") is True}

        keep("attempts", self.name, counted)

    def _result(self, function: Callable[..., Any], limit: float | None) -> CheckResult:
        """Grade a function each of whose calls may take so many seconds."""
        try:
            self._check_callable(function)
            with one_thread():  # the threads of a search that runs behind would be waited for
                self._grade(function, limit)
            return CheckResult(self.name, "right", f"It agrees in all {len(self.cases)} cases.")
        except _UnattemptedError:
            sentence = "Replace the line that raises `NotImplementedError`, then run this again."
            return CheckResult(self.name, "not attempted yet", sentence)
        except _WrongError as error:
            return CheckResult(self.name, "not right yet", str(error))
        except Exception as error:  # a check never raises, whatever it was given
            sentence = f"It could not be graded: {_raised(error)}."
            return CheckResult(self.name, "not right yet", sentence)

    def call(self, case: tuple[Any, ...]) -> str:
        """Return a call as a student would type it, between backticks."""
        return f"`{self.name}({', '.join(quote(argument)[1:-1] for argument in case)})`"

    def _check_callable(self, function: Any) -> None:
        if not callable(function):
            raise _WrongError(
                f"The check was given {quote(function)}; hand it the function itself, without "
                f"calling it: `check.{self.name}({self.name})`."
            )
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):  # some builtins have none
            return
        try:
            signature.bind(*self.cases[0])
        except TypeError:
            names = ", ".join(inspect.signature(self.solution).parameters)
            raise _WrongError(
                f"The function takes `{signature}`; expected the arguments `({names})`."
            ) from None

    def _grade(self, function: Callable[..., Any], limit: float | None) -> None:
        """Raise what is wrong first: an answer, or a case that gives none."""
        answers: list[np.ndarray] = []
        try:
            for case in self.cases:
                answers.append(self._answer(function, case, limit))
        except _WrongError:
            self._compare(answers)
            raise
        self._compare(answers)

    def _answer(
        self, function: Callable[..., Any], case: tuple[Any, ...], limit: float | None
    ) -> np.ndarray:
        answers = []
        for _ in range(2):
            arguments = deepcopy(case)
            try:
                answer = within(limit, function, *arguments)
            except TooLongError:
                raise _WrongError(
                    f"{self.call(case)} took longer than {limit:g} s; is there a loop that does "
                    "not end?"
                ) from None
            except (Exception, SystemExit) as error:
                self._explain_raise(error, case)
            try:
                answers.append(numbers_of(answer))
            except AnswerError as error:
                raise _WrongError(f"{self.call(case)} gives {error}.") from None
            for changed, argument in zip(arguments, case, strict=True):
                if as_lists(changed) != as_lists(argument):
                    raise _WrongError(
                        f"{self.call(case)} changes its argument {quote(argument)} into "
                        f"{quote(changed)}; leave it as it is and work on a copy."
                    )
        first, second = answers
        if not equal(first, second):
            raise _WrongError(
                f"{self.call(case)} gives {quote(first.tolist())}, and when called again "
                f"{quote(second.tolist())}; it must depend on the arguments and on nothing else."
            )
        return first

    def _explain_raise(self, error: BaseException, case: tuple[Any, ...]) -> NoReturn:
        # torch too raises NotImplementedError: "softmax" not implemented for 'Long'
        if isinstance(error, NotImplementedError) and "not implemented for" not in str(error):
            raise _UnattemptedError from None
        raise _WrongError(
            f"{self.call(case)} raises {_raised(error)}. Call it in a cell of its own to see where."
        ) from None

    def _compare(self, answers: list[np.ndarray]) -> None:
        rights = [numbers_of(self.solution(*deepcopy(case))) for case in self.cases]
        tried = list(zip(self.cases, answers, rights, strict=False))
        for case, answer, right in tried:
            if not equal(answer, right, self.tolerance):
                raise _WrongError(
                    f"{self.call(case)} gives {quote(answer.tolist())}; expected "
                    f"{quote(right.tolist())}. {self._hint(answers, answer, right)}"
                )
        for case, answer, right in tried:
            if is_whole(right) and not is_whole(answer):
                raise _WrongError(
                    f"{self.call(case)} gives {quote(answer.tolist())}, the right value as a "
                    f"float; return {quote(right.tolist())} (`//` divides and keeps ints)."
                )

    def _hint(self, answers: list[np.ndarray], answer: np.ndarray, right: np.ndarray) -> str:
        for hint, mistake in self.mistakes.items():
            if self._is_made(mistake, answers):
                return hint
        if equal(answer, right):
            return "That is right to about five digits; compute in float64 from first to last."
        if not is_finite(answer):
            return "A nan or inf comes from a division by 0 or from the log of 0."
        if answer.shape != right.shape:
            return f"The answer holds {_extent(answer)}; expected {_extent(right)}."
        if is_whole(answer) and not is_whole(right):
            return "It holds ints alone: were fractions cut off, by an int dtype or by `//`?"
        if right.ndim and len(right) > 1:
            parts = zip(answer, right, strict=True)
            agrees = [equal(np.asarray(one), np.asarray(other)) for one, other in parts]
            place = agrees.index(False) + 1
            told = f"Of its {len(right)} parts number {place} is the first that is wrong"
            return f"{told}; print every step up to there."
        return "Work this case out on paper and print every step."

    def _is_made(self, mistake: Callable[..., Any], answers: list[np.ndarray]) -> bool:
        """Whether these are the answers of somebody who makes this mistake."""
        try:
            with np.errstate(all="ignore"):
                wrong = [
                    numbers_of(mistake(*deepcopy(case))) for case in self.cases[: len(answers)]
                ]
        except Exception:  # the mistake has no answer to one of the cases
            return False
        return all(map(equal, answers, wrong))


def exercise(
    *cases: tuple[Any, ...],
    mistakes: Mapping[str, Callable[..., Any]],
    tolerance: float = FLOAT32,
) -> Callable[[Callable[..., Any]], Exercise]:
    """Make an exercise of the function below: see the top of this file."""
    return lambda solution: Exercise(solution, cases, mistakes, tolerance)


def _raised(error: BaseException) -> str:
    return code(f"{type(error).__name__}: {error}".removesuffix(": "))


def _extent(numbers: np.ndarray) -> str:
    if numbers.ndim > 2:
        return f"an array of shape {numbers.shape}"
    *rows, count = (1, *numbers.shape)[-max(1, numbers.ndim) :]
    size = f"{rows[0]} x {count}" if rows else f"{count}"
    return "one number" if size == "1" else f"{size} numbers"
