"""The answer sheet: what a class has guessed, tried and answered."""

import csv
import json
import os

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


def record_of(ada, text):
    """Return what is told of a student whose record holds this text."""
    bob = ada.parents[1] / "bob"
    bob.mkdir()
    (bob / "answers.json").write_text(text, encoding="utf-8")
    rows = answers_of(ada.parents[1])
    assert any(row.student == "ada" for row in rows)
    return [row for row in rows if row.student == "bob"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting property name"),
        ("[]", "guesses are [] and no object"),
        ('{"attempts": {}, "guesses": 3}', "guesses are 3 and no object"),
        ('{"attempts": {"f": {"tries": 1' + "0" * 4000 + "}}}", "an integer of more than 63 bits"),
        ('{"guesses": {"k": {"question": "", "guess": 1e999}}}', "1e999 is no finite number"),
        ('{"guesses": {}, "guesses": {}}', "has a name twice"),
        (json.dumps({"guesses": dict.fromkeys(map(str, range(1001)))}), "more than 1,000 entries"),
        (" " * 2**20 + "{}", "answers.json has more than 1,048,576 bytes"),
    ],
)
def test_a_damaged_record_is_said_and_costs_no_other(ada, text, why):
    [row] = record_of(ada, text)
    assert row[:4] == ("bob", "unreadable", "answers.json", "")
    assert why in row.answer and row.answer.endswith("ask for the file that the lessons wrote")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("guesses", 3),
        ("guesses", {"question": ["q"], "guess": 1}),
        ("guesses", {"question": "q", "guess": [[1], {"=": 1}]}),
        ("attempts", {"tries": 1, "right": "no"}),
        ("attempts", {"tries": "=1", "right": True}),
        ("quizzes", 7),
        ("quizzes", [["A"], "B", ["C"]][1:2]),
        ("quizzes", [[{"x": 1}]]),
    ],
)
def test_what_no_lesson_writes_is_said_and_counts_for_nothing(ada, kind, value):
    good = {"guesses": {"a": {"question": "", "guess": "yes"}}}
    bad = {kind: {**good.get(kind, {}), "k": value}}
    first, second = record_of(ada, json.dumps({**good, **bad}))
    assert first == AnswerRow("bob", "guess", "a", "", "yes")
    assert second[:3] == ("bob", "unreadable", "k") and str(value)[:20] in second.answer


def test_a_cell_is_as_long_as_a_spreadsheet_takes(ada):
    text = json.dumps(
        {"guesses": {"k" * 50_000: {"question": "q" * 50_000, "guess": "g" * 50_000}}}
    )
    [row] = record_of(ada, text)
    assert max(map(len, row)) == 1000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_a_record_that_is_no_file_of_the_student_is_not_opened(ada):
    folder = ada.parents[1]
    for name in ("link", "pipe", "many"):
        (folder / name).mkdir()
    (folder / "link" / "answers.json").symlink_to("../ada/my/answers.json")
    os.mkfifo(folder / "pipe" / "answers.json")
    for copy in range(11):
        (folder / "many" / str(copy)).mkdir()
        (folder / "many" / str(copy) / "answers.json").write_text("{}")
    (folder / "twin").symlink_to("ada")
    told = {row.student: row for row in answers_of(folder) if row.student != "ada"}
    assert {row.kind for row in told.values()} == {"unreadable"}
    assert "is a link" in told["link"].answer and "is a pipe" in told["pipe"].answer
    assert "holds 11 files answers.json: hand in one copy" in told["many"].answer
    assert "This folder is a link" in told["twin"].answer


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
