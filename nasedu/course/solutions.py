"""The solution of an exercise, for who has tried it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nasedu.course.check import EXERCISES
from nasedu.course.exercise import Exercise
from nasedu.course.inline import html_of
from nasedu.course.student_folder import here, kept
from nasedu.errors import SettingError


@dataclass(frozen=True, repr=False)
class Solution:
    """A solution: its source is shown after an attempt, and it can be called at any time.

    The cells after an exercise call it, so that a lesson runs to its end for everybody.

    Args:
        exercise: Whose solution it is.
    """

    exercise: Exercise

    of_lesson = True  # and not the student's own, for the check

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Return the answer of the solution."""
        return self.exercise.solution(*arguments, **named)

    @property
    def locked(self) -> str:
        """Why the source is not shown, and what to do; empty if it is."""
        _, settings = here()
        name = f"`{self.exercise.name}`"
        if not settings.solutions:
            return f"The solution of {name} is not part of this course folder; ask your teacher."
        if kept("attempts", self.exercise.name) is None:
            return (
                f"The solution of {name} is shown after an attempt: write the function, run its "
                "check, and then run this cell again."
            )
        return ""

    def __repr__(self) -> str:
        return self.locked or self.exercise.source

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        if self.locked:
            return {"text/plain": self.locked, "text/html": f"<p>{html_of(self.locked)}</p>"}
        # Markdown, since JupyterLab and VS Code highlight a fence by themselves; folded, since
        # Run All comes past here too
        summary = f"<summary>The solution of <code>{self.exercise.name}</code></summary>"
        fence = f"```python\n{self.exercise.source}\n```"
        markdown = f"<details>{summary}\n\n{fence}\n\n</details>"
        return {"text/plain": self.exercise.source, "text/markdown": markdown}


def solution(name: str) -> Solution:
    """Return the solution of an exercise, to be shown by its cell.

    Args:
        name: Of the function that the exercise asks for.

    Raises:
        SettingError: There is no such exercise.
    """
    if name not in EXERCISES:
        raise SettingError(f"no exercise {name!r}; expected one of {', '.join(EXERCISES)}")
    return Solution(EXERCISES[name])
