"""A guess before an experiment, drawn into its result afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from nasedu.course.inline import html_of, status_html
from nasedu.course.student_folder import here, keep, kept
from nasedu.errors import SettingError

if TYPE_CHECKING:
    from ipywidgets import VBox
    from matplotlib.axes import Axes

    from nasedu.viewing.pictures import Picture

Value = float | str

_guesses: dict[str, Guess] = {}  # of this kernel, so that running a cell again keeps its answer


def predict(
    question: str,
    *,
    key: str,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
    unit: str = "",
) -> Guess:
    """Ask for a guess, below the cell, and return the object that takes it down.

    A cell that is run again keeps the guess. A new kernel starts without, unless it runs in a
    student's folder, where guesses are kept.

    Args:
        question: What will come out of the experiment?
        key: Name of the guess, one for each question of a notebook.
        low: Smallest number that may be guessed.
        high: Largest.
        choices: What to choose from, in place of a number.
        unit: Unit of the number.

    Raises:
        SettingError: Neither a range of numbers nor two choices or more; or no key.
    """
    guess = Guess(question, key, _bounds(low, high, choices), tuple(choices), unit)
    earlier = _guesses.get(key)
    if earlier is None or earlier.asks != guess.asks:
        _guesses[key] = guess
        guess.restore()
    from IPython.display import display

    display(_guesses[key])
    return _guesses[key]


class Guess:
    """What a student expects of an experiment; made by `predict`.

    Until it is answered a neutral value stands in, so that a notebook runs through.

    Attributes:
        question: What is asked.
        key: Its name.
        bounds: Smallest and largest number; None for a choice.
        choices: What to choose from; empty for a number.
        unit: Unit of the number.
        attempted: Whether it was answered.
    """

    def __init__(
        self,
        question: str,
        key: str,
        bounds: tuple[float, float] | None,
        choices: tuple[str, ...],
        unit: str,
    ) -> None:
        if not key:
            raise SettingError(f"the key of {question!r} is empty; give the guess a name")
        self.question = question
        self.key = key
        self.bounds = bounds
        self.choices = choices
        self.unit = unit
        self.attempted = False
        self._value: Value | None = sum(bounds) / 2 if bounds else None

    def __repr__(self) -> str:
        answer = self.words(self._value) if self.attempted else "not answered yet"
        return f"Guess({self.key!r}: {answer})"

    @property
    def value(self) -> Any:
        """The guess. Until it is made: the middle of the range, or None among choices.

        Raises:
            SettingError: It was set to something out of range.
        """
        return self._value

    @value.setter
    def value(self, value: Value) -> None:
        if self.bounds:
            try:
                value = float(value)
            except ValueError:
                raise SettingError(f"{value!r} is no number; expected one {self._range}") from None
            if not self.bounds[0] <= value <= self.bounds[1]:
                raise SettingError(f"{value:g} is out of range; expected a number {self._range}")
        elif value not in self.choices:
            raise SettingError(f"{value!r} is not among the choices; expected {self._range}")
        self._value, self.attempted = value, True
        keep("guesses", self.key, lambda _: {"question": self.question, "guess": value})
        control, status = self._controls.children
        control.value = value if isinstance(value, str) else f"{value:.12g}"
        status.value = status_html(f"Your guess: {self.words(value)}.")

    @property
    def asks(self) -> tuple[object, ...]:
        """Everything that makes the question what it is."""
        return self.question, self.bounds, self.choices, self.unit

    def words(self, value: Value | None) -> str:
        """Return a value as the student reads it, numbers with four digits and the unit."""
        text = value if isinstance(value, str) else f"{value:.4g}"
        return f"{text} {self.unit}".strip()

    def reveal(self, actual: Value) -> Reveal:
        """Return the guess beside what came out, in words and as a small picture."""
        words = f"It was {self.words(actual)}."
        if not self.attempted:
            return Reveal(f"No guess was made. {words}")
        words = f"You guessed {self.words(self.value)}. {words}"
        if isinstance(actual, str):
            return Reveal(f"{words} {'✔ Right.' if actual == self.value else '✘ Another one.'}")
        if self.words(actual) == self.words(self.value):
            words = f"{words} ✔ Right."
        else:
            direction = "high" if self.value > actual else "low"
            words = f"{words} That is {self.words(abs(self.value - actual))} too {direction}."
        return Reveal(words, self._draw(actual, words))

    def mark(self, axes: Axes) -> None:
        """Draw the guess across a plot, at its height: a dashed line with a label.

        Without an answer nothing is drawn: nobody expected the neutral value.

        Raises:
            SettingError: The guess is a choice and no number.
        """
        if not self.bounds:
            raise SettingError(f"guess {self.key!r} is a choice; only a number can be marked")
        if not self.attempted:
            return
        from nasedu.viewing.pictures import OKABE_ITO

        colour = OKABE_ITO["black"]  # no search is drawn in it
        axes.axhline(self.value, linestyle="--", color=colour)
        axes.annotate(
            f"your guess: {self.words(self.value)}",
            (0.01, self.value),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            color=colour,
        )

    def restore(self) -> None:
        """Take over the guess that was kept for the same question, if it still can be one."""
        folder, _ = here()
        found = kept("guesses", self.key) if folder else None
        if isinstance(found, dict) and found.get("question") == self.question:
            with suppress(SettingError, TypeError, KeyError):
                self.value = found["guess"]

    @property
    def _range(self) -> str:
        if not self.bounds:
            between = "; " if any("," in choice for choice in self.choices) else ", "
            return f"one of {between.join(self.choices)}"
        return f"from {self.bounds[0]:g} to {self.words(self.bounds[1])}"

    def _take(self, change: dict[str, Any]) -> None:
        """Take over what the control holds now, or say what is wrong with it."""
        try:
            self.value = str(change["new"]).replace(",", ".") if self.bounds else change["new"]
        except SettingError as error:
            self._controls.children[1].value = status_html(f"Not taken: {error}.")

    @cached_property
    def _controls(self) -> VBox:
        """The control and, below it, a line that says what was taken down."""
        from ipywidgets import HTML, Layout, RadioButtons, Text, VBox

        if self.bounds:
            control = Text(placeholder=self._range, continuous_update=False)
        else:
            control = RadioButtons(
                options=self.choices, value=None, layout=Layout(width="max-content")
            )
        control.description = f"Your guess ({self.unit})" if self.unit else "Your guess"
        control.style.description_width = "initial"
        control.observe(self._take, "value")
        return VBox([control, HTML(status_html("No guess yet."))])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the live control, and for pages without a kernel its question alone."""
        from ipywidgets import HTML, VBox

        range_ = self._range if self.choices else f"a number {self._range}"
        html = f"<strong>Predict first.</strong> {html_of(self.question)} <em>({range_})</em>"
        view = VBox([HTML(html), self._controls])._repr_mimebundle_()
        return {
            **(view or {}),
            "text/plain": f"Predict first. {self.question} ({range_})",
            "text/markdown": f"**Predict first.** {self.question} *({range_}; to answer, run this "
            "cell)*",
        }

    def _draw(self, actual: float, words: str) -> Picture:
        from nasedu.viewing.figures.sheets import plain

        return plain(self._line)(actual, words)

    def _line(self, actual: float, words: str) -> Picture:
        from nasedu.viewing.pictures import OKABE_ITO, Picture
        from nasedu.viewing.plain_figure import PlainFigure

        figure = PlainFigure(figsize=(6, 1.2))
        axes = figure.add_subplot()
        shown = [*(self.bounds or ()), actual]
        axes.set_xlim(min(shown), max(shown))
        axes.set_ylim(-1, 1)
        for value, marker, colour, label, height in (
            (self.value, "o", OKABE_ITO["vermillion"], "your guess", 9),
            (actual, "D", OKABE_ITO["blue"], "result", -18),
        ):
            axes.plot([value], [0], marker, color=colour, markersize=9, clip_on=False)
            axes.annotate(
                f"{label}: {self.words(value)}",
                (value, 0),
                xytext=(0, height),
                textcoords="offset points",
                ha="center",
                color=colour,
            )
        axes.set_yticks([])
        axes.spines[["left", "right", "top"]].set_visible(False)
        return Picture(figure, words)


@dataclass(frozen=True, slots=True)
class Reveal:
    """A guess beside what came out.

    Attributes:
        text: Both, in words; also the caption of the picture.
        picture: Both, on one line; None for a choice or if there was no guess.
    """

    text: str
    picture: Picture | None = None

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.picture.html if self.picture else f"<p>{html_of(self.text)}</p>"


def _bounds(
    low: float | None, high: float | None, choices: Sequence[str]
) -> tuple[float, float] | None:
    """Return the range of a number, or None for a choice."""
    if low is None and high is None and len(set(choices)) == len(choices) >= 2:
        return None
    if low is None or high is None or choices or not (isfinite(high - low) and low < high):
        raise SettingError(
            f"low is {low}, high is {high} and choices are {list(choices)}; expected numbers "
            "low < high, or two or more different choices"
        )
    return low, high
