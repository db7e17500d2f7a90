"""The frame: what a check says of functions of every kind."""

from __future__ import annotations

import random
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from nasedu.course.exercise import CheckResult, Exercise, exercise


@exercise(
    ([1.0, 2.5, 3.0],),
    ([4.0, 0.5],),
    mistakes={"That is the sum; divide by the count.": sum, "That is the largest.": max},
)
def average(values: list[float]) -> float:
    """Return the mean of the values."""
    return sum(values) / len(values)


@exercise(([3, 1, 2],), ([5, 4],), mistakes={"That is the list turned round.": lambda v: v[::-1]})
def ordered(values: list[int]) -> list[int]:
    """Return the values in ascending order."""
    return sorted(values)


def stub(values):
    raise NotImplementedError("your turn")


def returns_nothing(values):
    sum(values) / len(values)


def divides_by_zero(values):
    return 1 / 0


def leaves(values):
    raise SystemExit


def recurses(values):
    return recurses(values)


def needs_floats(values):
    return torch.softmax(torch.tensor([1, 2]), 0)  # raises NotImplementedError of torch's own


def yields(values):
    yield sum(values) / len(values)


def shrinks(values):
    values.pop()
    return sum(values) / 3


def draws(values):
    return random.random()


class Hostile:
    def __repr__(self):
        raise RuntimeError("no repr")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __len__(self):
        raise RuntimeError("no length")

    def tolist(self):
        raise RuntimeError("no list")


class HostileFunction:
    def __call__(self, values):
        return values

    def __getattr__(self, name):
        raise RuntimeError(f"no {name}")


class HostileError(Exception):
    def __str__(self):
        raise ValueError("no message")


def raises_hostility(values):
    raise HostileError


def endless_list():
    values = []
    values.append(values)
    return values


MISBEHAVED = {
    "returns nothing": (returns_nothing, "gives `None`: the function has to end with a `return`"),
    "raises": (divides_by_zero, "raises `ZeroDivisionError: division by zero`"),
    "leaves": (leaves, "raises `SystemExit`"),
    "raises without words": (raises_hostility, "could not be graded: `ValueError: no message`"),
    "recurses": (recurses, "raises `RecursionError"),
    "torch raises": (needs_floats, "raises `NotImplementedError:"),
    "yields": (yields, "gives a generator; expected numbers"),
    "changes its input": (shrinks, "changes its argument `[1, 2.5, 3]` into `[1, 2.5]`"),
    "draws": (draws, "must depend on the arguments and on nothing else"),
    "another shape": (lambda v: [1.0, 2.0, 3.0], "holds 3 numbers; expected one number"),
    "a matrix": (lambda v: np.ones((2, 3)), "holds 2 x 3 numbers; expected one number"),
    "a cube": (lambda v: np.ones((1, 2, 3)), "an array of shape (1, 2, 3)"),
    "an empty list": (lambda v: [], "holds 0 numbers; expected one number"),
    "text": (lambda v: "2.17", "gives `'2.17'`, a str; expected numbers"),
    "text in a list": (lambda v: ["a", "b"], "gives `'a'`, a str inside a list"),
    "a truth value": (lambda v: True, "gives `True`, a bool"),
    "a complex number": (lambda v: 2 + 1j, "gives a complex"),
    "a dict": (lambda v: {"mean": 2.0}, "gives a dict"),
    "ragged rows": (lambda v: [[1.0], [1.0, 2.0]], "rows differ in length"),
    "nan": (lambda v: float("nan"), "A nan or inf comes from"),
    "inf": (lambda v: np.array(np.inf), "A nan or inf comes from"),
    "an int dtype": (lambda v: torch.tensor(sum(v) / len(v)).long(), "were fractions cut off"),
    "something else": (lambda v: 0.125, "gives `0.125`; expected `2.16667`. Work this case out"),
    "a huge int": (lambda v: 10**5000, "expected `2.16667`"),
    "a hostile object": (lambda v: Hostile(), "gives a Hostile; expected numbers"),
    "hostile objects": (lambda v: [Hostile()], "gives a list; expected numbers"),
    "itself inside": (lambda v: endless_list(), "gives a list; expected numbers"),
    "a type": (lambda v: np.ndarray, "gives a type; expected numbers"),
    "a hostile function": (HostileFunction(), "could not be graded: `RuntimeError: no "),
    "no arguments": (lambda: 2.0, "The function takes `()`; expected the arguments `(values)`"),
    "many arguments": (lambda a, b: 2.0, "takes `(a, b)`; expected the arguments `(values)`"),
}


@pytest.mark.parametrize(("function", "sentence"), MISBEHAVED.values(), ids=MISBEHAVED)
def test_misbehaviour_gets_a_sentence_and_never_raises(function, sentence):
    result = average(function)
    assert result.state == "not right yet"
    assert sentence in result.sentence


@pytest.mark.parametrize("given", [2.17, None, "average", Hostile()])
def test_what_is_no_function_is_called_one(given):
    result = average(given)
    assert not result.passed
    assert "`check.average(average)`" in result.sentence


@pytest.mark.parametrize(
    "function",
    [
        average.solution,
        lambda v: np.mean(v),
        lambda v: np.float32(sum(v) / len(v)),
        lambda v: torch.tensor(v).mean(),
        lambda v: torch.tensor(v, requires_grad=True).mean(),
        lambda v: torch.tensor(v, dtype=torch.float64).mean(0, keepdim=True),
        lambda v: [sum(v) / len(v)],
        lambda v, how="plain": sum(v) / len(v),
    ],
)
def test_right_answers_pass_in_every_form(function):
    result = average(function, strict=True)
    assert result.passed
    assert "all 2 cases" in result.sentence


@pytest.mark.parametrize("form", [list, tuple, np.array, torch.tensor])
def test_lists_pass_in_every_form(form):
    assert ordered(lambda values: form(sorted(values))).passed


def test_a_stub_is_not_attempted():
    result = average(stub)
    assert result.state == "not attempted yet"
    assert not result.passed
    with pytest.raises(AssertionError, match="not attempted yet"):
        average(stub, strict=True)


def test_strict_raises_with_the_sentence():
    with pytest.raises(AssertionError, match="That is the sum; divide by the count"):
        average(sum, strict=True)


def test_a_mistake_is_named_with_call_answer_and_expectation():
    assert average(sum).sentence == (
        "`average([1, 2.5, 3])` gives `6.5`; expected `2.16667`. "
        "That is the sum; divide by the count."
    )


def test_a_hint_needs_all_cases():
    """Equal to a mistake once, by chance, is not that mistake."""
    result = average(lambda values: 6.5)
    assert "sum" not in result.sentence


def test_a_mistake_is_found_before_a_later_failure():
    def sums_three(values):
        return values[0] + values[1] + values[2]

    assert "That is the sum" in average(sums_three).sentence


def test_a_failure_after_right_answers_is_told():
    def averages_three(values):
        return (values[0] + values[1] + values[2]) / 3

    assert "`average([4, 0.5])` raises `IndexError" in average(averages_three).sentence


def test_whole_numbers_are_asked_for_as_ints():
    result = ordered(lambda values: [float(v) for v in sorted(values)])
    assert "the right value as a float" in result.sentence
    assert "gives `[1, 2, 3]`" in result.sentence


def test_values_come_before_their_type():
    assert "turned round" in ordered(lambda values: [float(v) for v in values[::-1]]).sentence


def test_a_list_says_where_it_goes_wrong_for_the_first_time():
    sentence = ordered(lambda values: [min(values), 9, 9][: len(values)]).sentence
    assert "Of its 3 parts number 2 is the first that is wrong" in sentence
    rows = exercise((2,), mistakes={})(lambda n: [[n, 0], [n, 1]])
    assert "Of its 2 parts number 1 is" in rows(lambda n: [[0, 0], [n, 1]]).sentence


def test_an_interrupt_passes_through():
    def interrupted(values):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        average(interrupted)


def test_the_result_is_frozen_and_told_in_text_and_html():
    result = average(stub)
    assert repr(result).startswith("○ average is not attempted yet. Replace")
    html = result._repr_html_()
    assert 'role="status"' in html
    assert "○" in html
    assert "is not attempted yet." in html
    assert "<code>NotImplementedError</code>" in html
    with pytest.raises(FrozenInstanceError):
        result.state = "right"  # type: ignore[misc]


def test_html_is_escaped():
    result = average(lambda values: "<script>alert(1)</script>")
    assert "<script>" not in result._repr_html_()


def test_states_differ_by_icon_and_words():
    results = [average(f) for f in (average.solution, sum, stub)]
    assert [repr(r)[0] for r in results] == ["✔", "✘", "○"]
    assert len({r._repr_html_().split("padding")[1] for r in results}) == 3


def test_an_exercise_has_the_task_as_its_documentation():
    assert average.__doc__ == "Return the mean of the values."
    assert repr(average).startswith("Exercise(average(values")
    assert isinstance(average, Exercise)
    assert isinstance(average(sum), CheckResult)


def test_the_tick_of_a_solution_says_whose_it_is():
    own, of_lesson = average(average.solution), average(average.solution, strict=True)
    assert repr(own).startswith("✔ average is right.")
    assert repr(of_lesson).startswith("✔ The lesson's solution of average is right.")
    assert "The lesson's solution of <code>average</code> is right." in of_lesson._repr_html_()


def test_a_loop_without_an_end_is_told(monkeypatch):
    def endless(values):
        while True:
            pass

    monkeypatch.setattr("nasedu.course.exercise.LIMIT", 0.05)
    result = average(endless)
    assert result.state == "not right yet"
    assert "took longer than 0.05 s; is there a loop that does not end?" in result.sentence


def test_the_lesson_s_own_solution_has_no_limit(monkeypatch):
    monkeypatch.setattr("nasedu.course.exercise.LIMIT", 0.0)
    assert average(average.solution, strict=True).passed


def test_torch_uses_one_thread_in_a_check_and_as_many_as_before_after_it():
    import torch

    seen, before = [], torch.get_num_threads()
    average(lambda values: seen.append(torch.get_num_threads()))
    assert set(seen) == {1}
    assert torch.get_num_threads() == before


@exercise(([0.1, 0.2],), tolerance=1e-9, mistakes={})
def exactly(values):
    """Return the sum of the values."""
    return sum(values)


def test_an_exercise_may_ask_for_more_digits_and_then_says_what_is_missing():
    assert exactly(lambda values: sum(values) * (1 + 1e-12)).passed
    result = exactly(lambda values: float(np.float32(sum(values))))
    assert not result.passed
    assert "right to about five digits; compute in float64" in result.sentence
    assert average(lambda values: float(np.float32(sum(values) / len(values)))).passed
