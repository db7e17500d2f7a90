"""Three questions at the end of a lesson, or ten to test oneself, with every answer explained.

The questions lie in ``nasedu.course.questions``, one module a lesson, and not in the notebook,
whose source a student reads.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from string import ascii_uppercase
from typing import Any

from nasedu.course.inline import html_of
from nasedu.course.student_folder import here
from nasedu.errors import SettingError

LESSON, REFRESHER = 3, 10  # how many questions a quiz has


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose, and what the student reads after choosing it.

    Args:
        text: The answer.
        explanation: Why it is right, or what speaks against it.
        correct: Whether it is the right one.
    """

    text: str
    explanation: str
    correct: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is right, as an icon and a word."""
        return "✔ Right." if self.correct else "✘ No."


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer among two or more.

    Args:
        text: The question; code stands between backticks.
        options: What to choose from. Exactly one is correct.
    """

    text: str
    options: Sequence[Option]

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))
        num_correct = sum(option.correct for option in self.options)
        if len(self.options) < 2 or num_correct != 1:
            raise SettingError(
                f"question {self.text!r} has {len(self.options)} options and {num_correct} of them "
                "correct; expected two or more, and exactly one correct"
            )
        for option in self.options:
            if not option.text.strip() or not option.explanation.strip():
                raise SettingError(
                    f"option {option.text!r} of question {self.text!r} lacks its text or its "
                    "explanation; every answer needs both"
                )


@dataclass(frozen=True, slots=True)
class Quiz:
    """Questions whose options open to their explanations, with or without a kernel.

    In a student's folder it is a form whose answers are kept.

    Args:
        questions: Three of a lesson, or the ten by which a refresher lets one test oneself.
        lesson: Number of its lesson, under which answers are kept.

    Raises:
        SettingError: Neither three questions nor ten.
    """

    questions: Sequence[Question]
    lesson: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "questions", tuple(self.questions))
        if len(self.questions) not in (LESSON, REFRESHER):
            raise SettingError(
                f"the quiz has {len(self.questions)} questions; expected {LESSON} or {REFRESHER}"
            )

    def __repr__(self) -> str:
        lines, answers = [], []
        for number, question in enumerate(self.questions, start=1):
            lines.append(f"{number}. {question.text}")
            for letter, option in zip(ascii_uppercase, question.options, strict=False):
                lines.append(f"   {letter}) {option.text}")
                answers.append(f"{number} {letter}) {option.verdict} {option.explanation}")
        return "\n".join([*lines, "", "Answers", *answers])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the form, where answers can be kept, and elsewhere the page."""
        folder, _ = here()
        if folder is None:
            return {"text/html": self._html()}
        from nasedu.course.quiz_form import quiz_form

        # The page as Markdown, for later, when there is no kernel
        view = quiz_form(self)._repr_mimebundle_() or {}
        return {**view, "text/plain": repr(self), "text/markdown": self._html()}

    def _html(self) -> str:
        items = (
            f"<li><p><strong>{html_of(question.text)}</strong></p>"
            f"{''.join(map(_option_html, question.options))}</li>"
            for question in self.questions
        )
        return f"<p>Open the answer that you would give.</p><ol>{''.join(items)}</ol>"


def quiz(lesson: str) -> Quiz:
    """Return the quiz of a lesson, to be shown by its cell.

    Args:
        lesson: Its number, such as ``"00"``, or that of a refresher, such as ``"A1"``.

    Raises:
        SettingError: No such lesson, or one without a quiz.
    """
    from nasedu.course import questions

    known = [
        module.name.removeprefix("lesson_") for module in pkgutil.iter_modules(questions.__path__)
    ]
    if lesson not in known:
        raise SettingError(f"no quiz of lesson {lesson!r}; expected one of {', '.join(known)}")
    return replace(import_module(f"{questions.__name__}.lesson_{lesson}").QUIZ, lesson=lesson)


def _option_html(option: Option) -> str:
    return (
        f"<details><summary>{html_of(option.text)}</summary>"
        f"<p><strong>{option.verdict}</strong> {html_of(option.explanation)}</p></details>"
    )
