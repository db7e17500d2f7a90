"""The answer sheet: what a class has guessed, tried and answered."""

import csv
import json

import pytest
from typer.testing import CliRunner

from nasedu.cli import app
from nasedu.course import check, predict, student_folder
from nasedu.course.answer_sheet import AnswerRow, answers_of
from nasedu.course.student_folder import Settings, write_plain
from nasedu.errors import DataError


@pytest.fixture
def ada(tmp_path, monkeypatch):
    """A student's copy, in which a guess was made and an exercise was tried twice."""
    folder = tmp_path / "class" / "ada" / "my"
    folder.mkdir(parents=True)
    write_plain(folder / "course.json", Settings().to_json())
    monkeypatch.chdir(folder)
    monkeypatch.setattr(student_folder, "_of_this_process", {})  # what other tests have tried
    predict("How many?", key="a-guess", low=0, high=9).value = 7
    check.best_so_far(lambda curve: [0])
    check.best_so_far(check.best_so_far.solution)
    return folder


def test_what_a_student_did_is_a_row_each(ada):
    kept = json.loads((ada / "answers.json").read_text(encoding="utf-8"))
    write_plain(ada / "answers.json", {**kept, "quizzes": {"04": [["B", "A"], [], ["C"]]}})
    assert answers_of(ada.parents[1]) == [
        AnswerRow("ada", "guess", "a-guess", "How many?", "7.0"),
        AnswerRow("ada", "quiz", "04.1", "", "B A"),
        AnswerRow("ada", "quiz", "04.3", "", "C"),
        AnswerRow("ada", "attempt", "best_so_far", "", "2 tries, right"),
    ]


@pytest.mark.parametrize("text", ["{", "[]", '{"guesses": 3, "quizzes": {"04": 1}, "x": 2}'])
def test_a_damaged_record_is_said_and_costs_no_other(ada, text):
    (ada.parents[1] / "bob").mkdir()
    (ada.parents[1] / "bob" / "answers.json").write_text(text)
    rows = [row for row in answers_of(ada.parents[1]) if row.student == "bob"]
    damaged = [AnswerRow("bob", "unreadable", "answers.json", "", "")]
    assert rows == (damaged if not text.startswith('{"') else [])
    assert any(row.student == "ada" for row in answers_of(ada.parents[1]))


def test_the_command_writes_a_csv_and_says_so(ada):
    folder = ada.parents[1]
    result = CliRunner().invoke(app, ["course", "answers", str(folder)])
    assert result.exit_code == 0 and "2 rows of 1 student" in result.output
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(AnswerRow._fields) and len(rows) == 2


def test_a_folder_without_students_is_said(tmp_path):
    with pytest.raises(DataError, match="expected a folder for each student"):
        answers_of(tmp_path)
