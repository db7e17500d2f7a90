"""Solutions: shown after an attempt, called at any time."""

from __future__ import annotations

import json

import pytest

from nasedu.course import check, solution, student_folder
from nasedu.course.student_folder import SETTINGS, Settings
from nasedu.errors import SettingError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(student_folder, "_of_this_process", {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / SETTINGS).write_text(json.dumps(Settings().to_json()))
    return tmp_path


def stub(rewards):
    raise NotImplementedError("your turn")


def shown():
    return solution("best_so_far")._repr_mimebundle_()


def test_it_is_shown_after_an_attempt():
    assert "is shown after an attempt: write the function, run its check" in shown()["text/html"]
    assert "is shown after an attempt" in repr(solution("best_so_far"))
    check.best_so_far(lambda rewards: rewards)
    assert f"```python\n{check.best_so_far.source}\n```" in shown()["text/markdown"]
    assert shown()["text/markdown"].startswith("<details><summary>")
    assert repr(solution("best_so_far")) == check.best_so_far.source


def test_a_new_kernel_remembers_the_attempt():
    check.best_so_far(lambda rewards: rewards)
    student_folder._of_this_process.clear()
    assert "text/markdown" in shown()


@pytest.mark.parametrize("function", [stub, 3, None])
def test_what_is_no_attempt_shows_nothing(function):
    check.best_so_far(function)
    check.best_so_far(check.best_so_far.solution, strict=True)
    check.best_so_far(solution("best_so_far"))
    assert "text/markdown" not in shown()


def test_a_teacher_can_keep_them(folder):
    (folder / SETTINGS).write_text(json.dumps(Settings(solutions=False).to_json()))
    check.best_so_far(lambda rewards: rewards)
    assert "ask your teacher" in shown()["text/html"]
    assert check.best_so_far.source not in repr(shown())
    assert solution("best_so_far")([1, 3, 2]) == [1, 3, 3]


def test_attempts_are_counted_and_right_stays_right(folder):
    for function in (lambda rewards: rewards, check.best_so_far.solution, lambda rewards: 0):
        check.best_so_far(function)
    kept = json.loads((folder / "answers.json").read_text())
    assert kept == {"attempts": {"best_so_far": {"right": True, "tries": 3}}}


@pytest.mark.parametrize("found", [3, "x", {}, *({"tries": n} for n in ("x", 2**63 - 1, -1))])
def test_a_record_that_was_edited_does_not_break_a_check(folder, found):
    (folder / "answers.json").write_text(json.dumps({"attempts": {"best_so_far": found}}))
    assert check.best_so_far(check.best_so_far.solution).passed
    kept = json.loads((folder / "answers.json").read_text())
    assert kept == {"attempts": {"best_so_far": {"right": True, "tries": 1}}}


@pytest.mark.parametrize("name", check.EXERCISES)
def test_the_cells_that_follow_can_call_it_before(name):
    exercise = check.EXERCISES[name]
    result = exercise(solution(name), strict=True)
    assert (result.passed, result.of_solution) == (True, True)


def test_an_unknown_exercise_is_told_which_there_are():
    with pytest.raises(SettingError, match="no exercise 'best'; expected one of reward_from_curve"):
        solution("best")
