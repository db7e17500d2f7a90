"""Guesses, with no page to show them on."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from nasedu.course import predict, predictions
from nasedu.errors import SettingError


@pytest.fixture(autouse=True)
def _new_kernel(monkeypatch):
    monkeypatch.setattr(predictions, "_guesses", {})


def number(**changes):
    return predict("How accurate?", **{"key": "accuracy", "low": 0, "high": 1, **changes})


def choice(**changes):
    options = {"key": "winner", "choices": ["REINFORCE", "random search"], **changes}
    return predict("Which wins?", **options)


def control(guess):
    return guess._controls.children[0]


def status(guess):
    return guess._controls.children[1].value


def test_a_notebook_runs_through_without_an_answer():
    guess = number(high=4)
    assert guess.value == 2
    assert not guess.attempted
    axes = Figure().add_subplot()
    guess.mark(axes)
    assert not axes.lines
    revealed = guess.reveal(0.9)
    assert str(revealed) == "No guess was made. It was 0.9."
    assert revealed.picture is None
    assert revealed._repr_html_() == "<p>No guess was made. It was 0.9.</p>"
    assert choice().value is None
    assert str(choice().reveal("REINFORCE")) == "No guess was made. It was REINFORCE."


def test_what_is_typed_is_taken_down():
    guess = number()
    assert "No guess yet." in status(guess)
    control(guess).value = "0.7"
    assert (guess.value, guess.attempted) == (0.7, True)
    assert "Your guess: 0.7." in status(guess)


def test_the_middle_can_be_guessed():
    guess = number()
    control(guess).value = "0.5"
    assert guess.attempted


@pytest.mark.parametrize("text", ["0,25", " 0.25 ", ".25", "25e-2"])
def test_numbers_are_read_as_people_write_them(text):
    guess = number()
    control(guess).value = text
    assert guess.value == 0.25


@pytest.mark.parametrize("text", ["1.5", "-1", "much", "nan", ""])
def test_what_cannot_be_a_guess_is_told_and_changes_nothing(text):
    guess = number()
    control(guess).value = "0.7"
    control(guess).value = text
    assert guess.value == 0.7
    assert "Not taken: " in status(guess)
    assert "from 0 to 1" in status(guess)


def test_a_choice_is_taken_down():
    guess = choice()
    assert control(guess).value is None
    control(guess).value = "random search"
    assert (guess.value, guess.attempted) == ("random search", True)
    assert str(guess.reveal("REINFORCE")).endswith("It was REINFORCE. ✘ Another one.")
    assert str(guess.reveal("random search")).endswith("✔ Right.")


def test_the_value_can_be_set_and_is_checked():
    guess = number()
    guess.value = 0.123456789
    assert guess.value == 0.123456789
    assert control(guess).value == "0.123456789"
    with pytest.raises(SettingError, match=r"2 is out of range; expected a number from 0 to 1"):
        guess.value = 2
    with pytest.raises(SettingError, match="'evolution' is not among the choices"):
        choice().value = "evolution"


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (0.9, "You guessed 0.7 s. It was 0.9 s. That is 0.2 s too low."),
        (0.5, "You guessed 0.7 s. It was 0.5 s. That is 0.2 s too high."),
        (0.7, "You guessed 0.7 s. It was 0.7 s. ✔ Right."),
        (3.0, "You guessed 0.7 s. It was 3 s. That is 2.3 s too low."),
    ],
)
def test_reveal_tells_and_draws(actual, words):
    guess = number(unit="s")
    guess.value = 0.7
    revealed = guess.reveal(actual)
    assert repr(revealed) == words
    assert revealed.picture is not None
    assert revealed.picture.alt == words
    html = revealed._repr_html_()
    assert f'alt="{words}"' in html
    assert f"<figcaption>{words}</figcaption>" in html


def test_a_reveal_stays_as_it_was():
    guess = number()
    guess.value = 0.7
    revealed = guess.reveal(0.9)
    guess.value = 0.9
    assert "You guessed 0.7." in str(revealed)


def test_mark_draws_a_dashed_line_with_a_label():
    guess = number()
    guess.value = 0.7
    axes = Figure().add_subplot()
    guess.mark(axes)
    (line,) = axes.lines
    assert line.get_linestyle() == "--"
    assert set(line.get_ydata()) == {0.7}
    assert [text.get_text() for text in axes.texts] == ["your guess: 0.7"]


def test_a_choice_cannot_be_marked():
    with pytest.raises(SettingError, match="only a number can be marked"):
        choice().mark(Figure().add_subplot())


def test_a_cell_that_runs_again_keeps_the_guess():
    number().value = 0.7
    assert number().value == 0.7
    assert not number(key="other").attempted
    assert not number(high=2).attempted  # another question


@pytest.mark.parametrize(
    "changes",
    [
        {"low": None},
        {"low": None, "high": None},
        {"low": 1, "high": 1},
        {"high": float("inf")},
        {"choices": ["a", "b"]},
        {"key": ""},
        {"low": None, "high": None, "choices": ["one"]},
        {"low": None, "high": None, "choices": ["same", "same"]},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(changes):
    with pytest.raises(SettingError):
        number(**changes)


def test_the_page_without_a_kernel_shows_the_question():
    guess = number(unit="%")
    data = guess._repr_mimebundle_()
    question = "How accurate? (a number from 0 to 1 %)"
    assert data["text/plain"] == f"Predict first. {question}"
    assert "How accurate?" in data["text/markdown"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert control(guess).description == "Your guess (%)"


def test_the_repr_is_stable():
    guess = number()
    assert repr(guess) == "Guess('accuracy': not answered yet)"
    guess.value = 0.7
    assert repr(guess) == "Guess('accuracy': 0.7)"
    assert repr(choice()) == "Guess('winner': not answered yet)"


def test_choices_with_commas_are_told_apart():
    guess = choice(choices=["REINFORCE, lr 0.01", "random search"])
    told = guess._repr_mimebundle_()["text/plain"]
    assert told == "Predict first. Which wins? (one of REINFORCE, lr 0.01; random search)"
