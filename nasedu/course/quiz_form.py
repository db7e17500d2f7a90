"""A quiz to click through: what is chosen is explained at once, and kept."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from nasedu.course.inline import html_of, status_html
from nasedu.course.student_folder import keep, kept

if TYPE_CHECKING:
    from ipywidgets import VBox

    from nasedu.course.quizzes import Question, Quiz


def quiz_form(quiz: Quiz) -> VBox:
    """Return controls for a quiz; each answer is kept as a letter, in the order of choosing.

    Args:
        quiz: The quiz of a lesson. What was chosen before is shown again.
    """
    from ipywidgets import VBox

    def answers(before: Any) -> list[list[str]]:
        """Return a copy of what was chosen until now."""
        if isinstance(before, list) and len(before) == len(quiz.questions):
            return [[*each] if isinstance(each, list) else [] for each in before]
        return [[] for _ in quiz.questions]  # there is none, or the file was edited

    def take(number: int, letter: str) -> None:
        def added(before: Any) -> list[list[str]]:
            now = answers(before)
            now[number].append(letter)
            return now

        keep("quizzes", quiz.lesson, added)

    chosen = answers(kept("quizzes", quiz.lesson))
    return VBox(
        [
            _question(number, question, chosen[number], take)
            for number, question in enumerate(quiz.questions)
        ]
    )


def _question(number: int, question: Question, chosen: list[str], take: Any) -> VBox:
    from ipywidgets import HTML, Layout, RadioButtons, VBox

    labels = [
        f"{letter}) {option.text.replace('`', '')}"
        for letter, option in zip(ascii_uppercase, question.options, strict=False)
    ]
    control = RadioButtons(options=labels, value=None, layout=Layout(width="max-content"))
    control.description = f"Answer {number + 1}"
    control.style.description_width = "initial"
    status = HTML(status_html("Not answered yet."))

    def show(place: int) -> None:
        option = question.options[place]
        status.value = status_html(f"{option.verdict} {option.explanation}")

    def on_choice(change: dict[str, Any]) -> None:
        take(number, ascii_uppercase[change["new"]])
        show(change["new"])

    if chosen and chosen[-1] in list(ascii_uppercase[: len(labels)]):
        control.index = ascii_uppercase.index(chosen[-1])
        show(control.index)
    control.observe(on_choice, "index")
    text = f"<strong>{number + 1}. {html_of(question.text)}</strong>"
    return VBox([HTML(text), control, status])
