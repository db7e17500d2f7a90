"""Hidden cases: right answers pass with any seed, and what a lesson shows does not suffice."""

from __future__ import annotations

import numpy as np
import pytest

from nasedu.course.answers import as_lists
from nasedu.course.check import EXERCISES
from nasedu.course.hidden_cases import CASES, NUM_CASES, WITHOUT_CASES, with_hidden_cases

WITH_CASES = sorted(EXERCISES.keys() & CASES.keys())


def test_every_exercise_has_hidden_cases_or_a_reason_for_none():
    assert not CASES.keys() & WITHOUT_CASES.keys()
    assert CASES.keys() | WITHOUT_CASES.keys() == EXERCISES.keys()
    assert all(WITHOUT_CASES.values())


@pytest.mark.parametrize("name", WITH_CASES)
def test_the_solution_is_right_with_every_seed(name):
    for seed in range(10):
        exercise = with_hidden_cases(EXERCISES[name], seed)
        assert len(exercise.cases) == len(EXERCISES[name].cases) + NUM_CASES
        assert exercise(exercise.solution).passed, (seed, exercise(exercise.solution))


@pytest.mark.parametrize("name", WITH_CASES)
def test_a_seed_repeats_and_another_gives_other_cases(name):
    one, again, other = (with_hidden_cases(EXERCISES[name], seed).cases for seed in (1, 1, 2))
    assert repr(as_lists(list(one))) == repr(as_lists(list(again)))
    if name != "used_weights":  # of so few sizes that they may be the same
        assert repr(as_lists(list(one))) != repr(as_lists(list(other)))


@pytest.mark.parametrize("name", WITH_CASES)
def test_the_answers_that_a_lesson_shows_are_not_enough(name):
    """Somebody returns what the lesson's own cases expect, in their order, and 0 after that."""
    exercise = EXERCISES[name]
    known = [(as_lists(list(case)), exercise.solution(*case)) for case in exercise.cases]

    def learned_by_heart(*arguments):
        for case, answer in known:
            if repr(case) == repr(as_lists(list(arguments))):
                return answer
        return 0

    assert exercise(learned_by_heart).passed
    verdicts = [with_hidden_cases(exercise, seed)(learned_by_heart).passed for seed in range(5)]
    assert not any(verdicts)


def test_mistakes_are_still_told_apart():
    result = with_hidden_cases(EXERCISES["best_so_far"], 0)(max)
    assert "best of all, once" in result.sentence


def test_an_exercise_without_a_way_to_draw_stays_as_it_is():
    assert with_hidden_cases(EXERCISES["run_search"], 0) is EXERCISES["run_search"]


def test_a_case_can_be_seen_to_be_drawn(monkeypatch):
    monkeypatch.setitem(CASES, "batch_for_noise", lambda r: (2.0, 1 - float(r.random())))
    cases = with_hidden_cases(EXERCISES["batch_for_noise"], 0).cases[-NUM_CASES:]
    assert len({case[1] for case in cases}) == NUM_CASES
    assert np.isfinite([case[1] for case in cases]).all()
