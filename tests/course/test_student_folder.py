"""What a student did is kept where a build was made for a student, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from nasedu.course import Option, Question, Quiz, predict, predictions, quiz, student_folder
from nasedu.course.quiz_form import quiz_form
from nasedu.course.student_folder import RECORD, SETTINGS, Settings, here, keep, kept
from nasedu.whole_file import held


@pytest.fixture(autouse=True)
def _new_kernel(monkeypatch):
    monkeypatch.setattr(student_folder, "_of_this_process", {})
    monkeypatch.setattr(predictions, "_guesses", {})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    settle(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settle(folder, **settings):
    (folder / SETTINGS).write_text(json.dumps(Settings(**settings).to_json()))


def put(kind, name, value):
    keep(kind, name, lambda _: value)


def record(folder):
    return json.loads((folder / RECORD).read_text())


@pytest.mark.parametrize("settings", [Settings(), Settings(False), Settings(solutions=False)])
def test_settings_are_read_as_they_were_written(tmp_path, settings):
    (tmp_path / SETTINGS).write_text(json.dumps(settings.to_json()))
    assert Settings.of(tmp_path) == settings


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"build": 1}'])
def test_a_folder_without_settings_is_no_build(tmp_path, text):
    assert Settings.of(tmp_path) is None
    (tmp_path / SETTINGS).write_text(text)
    assert Settings.of(tmp_path) is None


def test_what_is_kept_is_there_for_the_next_kernel(folder):
    put("attempts", "f", {"tries": 1})
    put("guesses", "g", 0.5)
    put("attempts", "f", {"tries": 2})
    assert record(folder) == {"attempts": {"f": {"tries": 2}}, "guesses": {"g": 0.5}}
    student_folder._of_this_process.clear()
    assert kept("attempts", "f") == {"tries": 2}
    assert kept("attempts", "other") is None


def test_it_is_found_from_a_folder_below(folder, monkeypatch):
    (folder / "tries").mkdir()
    monkeypatch.chdir(folder / "tries")
    assert here() == (folder, Settings())


@pytest.mark.parametrize("settings", [None, {"student": False}])
def test_elsewhere_nothing_is_written(tmp_path, monkeypatch, settings):
    if settings:
        settle(tmp_path, **settings)
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    put("attempts", "f", 1)
    assert kept("attempts", "f") == 1  # in this kernel
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("text", ["{", "[1]", '{"attempts": 3}'])
def test_a_damaged_record_is_not_written_over(folder, text):
    (folder / RECORD).write_text(text)
    with pytest.warns(UserWarning, match="is damaged; move it elsewhere"):
        put("attempts", "f", 1)
    assert (folder / RECORD).read_text() == text
    assert kept("attempts", "f") == 1


def test_a_folder_that_another_lesson_holds_is_waited_for_and_then_told(folder, monkeypatch):
    monkeypatch.setattr(student_folder, "PATIENCE", 0.05)
    with (
        held(folder, ValueError, "busy"),
        pytest.warns(UserWarning, match="busy; close the other lessons"),
    ):
        put("attempts", "f", 1)
    assert not (folder / RECORD).exists()


def test_two_kernels_keep_both(folder):
    code = (
        "import sys; from nasedu.course.student_folder import keep\n"
        "for k in range(20): keep('guesses', sys.argv[1] + str(k), lambda _: k)\n"
        "for _ in range(20): keep('attempts', 'f', lambda before: (before or 0) + 1)"
    )
    kernels = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ab"]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    assert len(record(folder)["guesses"]) == 40
    assert record(folder)["attempts"] == {"f": 40}


# Guesses and quizzes. -------------------------------------------------------------------------


def ask(**changes):
    return predict("How high?", **{"key": "height", "low": 0, "high": 1, **changes})


def test_a_guess_is_kept_and_comes_back(folder):
    ask().value = 0.7
    assert record(folder) == {"guesses": {"height": {"question": "How high?", "guess": 0.7}}}
    predictions._guesses.clear()
    again = ask()
    assert (again.value, again.attempted) == (0.7, True)


def test_a_guess_that_cannot_be_one_any_more_does_not_come_back(folder):
    ask().value = 0.7
    for changes in ({"high": 0.5}, {"low": None, "high": None, "choices": ("low", "high")}):
        predictions._guesses.clear()
        assert not ask(**changes).attempted


def test_without_a_student_s_folder_a_new_kernel_starts_without_a_guess(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask().value = 0.7
    predictions._guesses.clear()
    assert not ask().attempted


RIGHT = Option("It `samples`", "A softmax gives probabilities.", correct=True)
WRONG = Option("The largest", "That would never explore.")
QUIZ = Quiz([Question("What does it do?", (WRONG, RIGHT))] * 3, lesson="99")


def parts(form, number):
    _, control, status = form.children[number].children
    return control, status


def test_answers_are_explained_and_kept_in_their_order(folder):
    form = quiz_form(QUIZ)
    control, status = parts(form, 1)
    assert control.options == ("A) The largest", "B) It samples")
    assert "Not answered yet." in status.value
    control.index = 0
    assert "✘ No. That would never explore." in status.value
    control.index = 1
    assert "✔ Right." in status.value
    assert record(folder) == {"quizzes": {"99": [[], ["A", "B"], []]}}

    control, status = parts(quiz_form(QUIZ), 1)  # in a new kernel
    assert control.index == 1
    assert "✔ Right." in status.value
    assert record(folder) == {"quizzes": {"99": [[], ["A", "B"], []]}}


def test_a_quiz_that_is_open_twice_keeps_the_answers_of_both(folder):
    first, second = quiz_form(QUIZ), quiz_form(QUIZ)
    parts(first, 0)[0].index = 0
    parts(second, 1)[0].index = 1
    parts(second, 0)[0].index = 1
    parts(first, 2)[0].index = 1
    assert record(folder) == {"quizzes": {"99": [["A", "B"], ["B"], ["B"]]}}


def test_a_lesson_shows_the_form_where_answers_are_kept(folder, monkeypatch, tmp_path_factory):
    shown = quiz("00")
    assert shown.lesson == "00"
    view = "application/vnd.jupyter.widget-view+json"
    assert set(shown._repr_mimebundle_()) == {view, "text/markdown", "text/plain"}
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert set(shown._repr_mimebundle_()) == {"text/html"}


@pytest.mark.parametrize("found", [3, [], [[], 3, []], [[], ["Z"], []], [[], [1], []]])
def test_a_record_that_was_edited_does_not_break_a_quiz(folder, found):
    (folder / RECORD).write_text(json.dumps({"quizzes": {"99": found}}))
    control, _ = parts(quiz_form(QUIZ), 1)
    assert control.index is None
    control.index = 1
    assert record(folder)["quizzes"]["99"][1][-1] == "B"
