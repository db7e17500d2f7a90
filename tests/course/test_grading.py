"""A class that is graded: every way in which a function, or a file, can be."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from hostile import attack
from nbformat.v4 import new_code_cell, new_notebook
from typer.testing import CliRunner

from nasedu.cli import app
from nasedu.course import grading
from nasedu.course.check import EXERCISES
from nasedu.course.grade_sheet import STATES, class_summary, write_grades
from nasedu.course.grading import SheetRow, grade_folder, graded_names, lessons_to_grade
from nasedu.errors import DataError, SettingError
from nasedu.searching.workers import NoProcessesError

NAME, LESSON = "batch_for_noise", "06"
HEAD = f"def {NAME}(noise, wanted):\n    "
RIGHT = "return int(-(-((noise / wanted) ** 2) // 1))"
KNOWN = [(*case, EXERCISES[NAME].solution(*case)) for case in EXERCISES[NAME].cases]
STUDENTS = {
    "a right answer": (HEAD + RIGHT, "right", "It agrees in all 10 cases."),
    "a helper": (f"import math\nZERO = math.log(1)\n{HEAD}{RIGHT} + int(ZERO)", "right", "agrees"),
    "a wrong answer": (HEAD + "return 7", "not right yet", "expected `"),
    "a usual mistake": (
        HEAD + "return int((noise / wanted) ** 2)",
        "not right yet",
        "rounds down",
    ),
    "by heart": (
        f"KNOWN = {KNOWN}\n{HEAD}return {{k[:2]: k[2] for k in KNOWN}}[noise, wanted]",
        "not right yet",
        "raises `KeyError",
    ),
    "the stub": (HEAD + 'raise NotImplementedError("your turn")', "not attempted yet", "Replace"),
    "no function": ("x = 1", "not attempted yet", f"defines no function `{NAME}`"),
    "it raises": (HEAD + "return 1 / 0", "not right yet", "raises `ZeroDivisionError"),
    "an endless loop": (HEAD + "while True: pass", "not right yet", "did not end within 6 s"),
    "it sleeps": (HEAD + "import time; time.sleep(999)", "not right yet", "did not end within"),
    "it ends Python": (HEAD + "import os; os._exit(3)", "not right yet", "ended with 3"),
    "it kills itself": (
        HEAD + "import os; os.kill(os.getpid(), 9)",
        "not right yet",
        "was killed by signal 9",
    ),
    "it leaves": (HEAD + "raise SystemExit", "not right yet", "raises `SystemExit`"),
    "it is interrupted": (HEAD + "raise KeyboardInterrupt", "not right yet", "KeyboardInterrupt"),
    "a broken helper": (f"ZERO = 1 / 0\n{HEAD}{RIGHT} + ZERO", "not right yet", "cannot be run"),
    "a package": (f"import seaborne as s\n{HEAD}s; {RIGHT}", "not right yet", "seaborne"),
    "no Python": (HEAD + "return (", "not right yet", "Its cell cannot be read: `SyntaxError"),
    "it asks": (HEAD + "return float(input())", "not right yet", "raises `EOFError"),
    "it prints": (HEAD + 'print("x" * 10**7); ' + RIGHT, "right", "agrees"),
    "a thread": (
        f"import threading\n{HEAD}if threading.active_count() < 3:\n"
        f"        threading.Thread(target=threading.Event().wait).start()\n    {RIGHT}",
        "right",
        "agrees",
    ),
    "it changes the check": (
        "from nasedu.course import exercise\n"
        f"exercise.Exercise.name = None\n{HEAD}exercise.Exercise._grade = 1; {RIGHT}",
        "right",
        "agrees",
    ),
    "not a function": (f"{NAME} = 3", "not right yet", "hand it the function itself"),
    "a deep cell": ("x = 1" + " + 1" * 900 + f"\n{HEAD}{RIGHT}", "right", "agrees"),
    "nothing of others is there": (
        f"import os\n{HEAD}if os.listdir():\n        return 0.0\n    {RIGHT}",
        "right",
        "agrees",
    ),
    "it writes a file": (HEAD + 'open("json.py", "w").close(); ' + RIGHT, "right", "agrees"),
    "no file": (None, "not handed in", "no notebook of lesson 06, whose name begins with `06_`"),
    "a broken file": ("", "not handed in", f"{LESSON}_x.ipynb is no notebook that can be read"),
    "=a formula": (HEAD + RIGHT, "right", "agrees"),
    "a state of its own": (
        f"{HEAD}from nasedu.course import exercise\n    class Made:\n"
        "        state, sentence, passed = 'perfect', 'x', False\n"
        f"    exercise.CheckResult = lambda *a: Made\n    {RIGHT}",
        "not right yet",
        "not an answer of the check",
    ),
}
if sys.platform == "linux":
    STUDENTS["all memory"] = (
        HEAD + "return len([bytearray(2**28) for _ in range(10**4)])",
        "not right yet",
        "MemoryError",
    )


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "nasedu", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)


def hand_in(folder, student, code):
    (folder / student).mkdir()
    if code is None:
        return
    path = folder / student / f"{LESSON}_x.ipynb"
    path.write_text("{")
    if code:
        nbformat.write(new_notebook(cells=[new_code_cell(code)]), path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for student, (code, *_) in STUDENTS.items():
        hand_in(folder, student, code)
    return folder


@pytest.fixture(scope="module")
def grades(folder):
    limits = {"seconds": 6.0, "megabytes": 512, "workers": 2}
    return list(grade_folder(folder, [LESSON], seed=0, **limits))


def test_every_student_has_a_row_for_every_exercise(grades):
    assert len(grades) == len(STUDENTS) * len(graded_names(LESSON))
    assert [g.student for g in grades] == sorted(g.student for g in grades)


@pytest.mark.parametrize("student", STUDENTS)
def test_what_becomes_of_a_function(grades, student):
    [grade] = [g for g in grades if (g.student, g.exercise) == (student, NAME)]
    _, state, words = STUDENTS[student]
    assert (grade.lesson, grade.state) == (LESSON, state), grade
    assert words in grade.sentence
    assert "\n" not in grade.sentence and len(grade.sentence) < 500


def test_a_pickle_that_a_function_sends_runs_nowhere_but_in_its_own_process(tmp_path):
    (tmp_path / "class").mkdir()
    (marks := tmp_path / "marks").mkdir()
    code = attack(marks)
    hand_in(tmp_path / "class", "sends", f"{code}\n{HEAD}attack()\n    return 0.0")
    hand_in(tmp_path / "class", "returns", f"{code}\n{HEAD}return Evil()")
    rows = list(grade_folder(tmp_path / "class", [LESSON], seed=0, workers=1))
    said = {row.student: (row.state, row.sentence) for row in rows if row.exercise == NAME}
    assert said["sends"] == ("not right yet", grading.NO_ANSWER)
    assert (
        said["returns"][0] == "not right yet" and "a Evil; expected numbers" in said["returns"][1]
    )
    assert str(os.getpid()) not in {mark.name for mark in marks.iterdir()}


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_what_a_function_has_started_ends_with_it(tmp_path):
    (tmp_path / "class").mkdir()
    note = tmp_path / "child"
    fork = (
        f"import os, time\n{HEAD}child = os.fork()\n"
        "    if child == 0:\n        time.sleep(60)\n"
        f"    with open({str(note)!r}, 'w') as file:\n        file.write(str(child))\n"
        "    return 0.0"
    )
    hand_in(tmp_path / "class", "ada", fork)
    assert list(grade_folder(tmp_path / "class", [LESSON], seed=0, workers=1))
    child, deadline = int(note.read_text()), time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(process):
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        os.kill(process, 0)
        return b") Z " not in Path(f"/proc/{process}/stat").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_a_folder_of_whatever_kind_costs_its_own_student_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "graded_names", lambda lesson: [NAME])
    hand_in(tmp_path, "zoe", HEAD + RIGHT)
    for student in ("copies", "packed", "waits", "\x1b[2Jada\nzoe 9", "zoe "):
        hand_in(tmp_path, student, None)
    (tmp_path / "copies" / f"{LESSON}_x.ipynb").symlink_to(f"../zoe/{LESSON}_x.ipynb")
    (tmp_path / "packed" / "all.zip").touch()
    os.mkfifo(tmp_path / "waits" / f"{LESSON}_x.ipynb")
    (tmp_path / "twin").symlink_to("zoe")
    rows = list(grade_folder(tmp_path, lessons_to_grade(tmp_path), seed=0, workers=1))
    said = {row.student: (row.state, row.sentence) for row in rows}
    assert said.pop("zoe")[0] == "right"
    assert {state for state, _ in said.values()} == {"not handed in"}
    words = {name: sentence for name, (_, sentence) in said.items()}
    assert words.keys() == {"copies", "packed", "waits", "\ufffd[2Jada zoe 9", "zoe (2)", "twin"}
    assert (
        words["copies"] == "06_x.ipynb is a link, which is not followed: hand in the file itself."
    )
    assert words["packed"].endswith("begins with `06_`. Unpack all.zip.")
    assert "is a pipe" in words["waits"] and "This folder is a link" in words["twin"]
    assert len(class_summary(rows).splitlines()) == 4 + len(rows)


def test_grades_outlive_what_cannot_be_removed_after_them(tmp_path, monkeypatch):
    hand_in(tmp_path, "ada", None)
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))

    def fail(*arguments, **options):
        raise RecursionError("folders nested too deep")

    monkeypatch.setattr("shutil.rmtree", fail)
    assert len(list(grade_folder(tmp_path, [LESSON], seed=0))) == 2 * len(graded_names(LESSON))


def test_which_of_several_copies_counts_is_said(tmp_path):
    hand_in(tmp_path, "ada", HEAD + RIGHT)
    copy = new_notebook(cells=[new_code_cell(HEAD + "return 0.0")])
    nbformat.write(copy, tmp_path / "ada" / "06_x-Copy1.ipynb")
    rows = list(grade_folder(tmp_path, [LESSON], seed=0, workers=1))
    [row] = [row for row in rows if row.exercise == NAME]
    assert row.state == "right" and "(2 copies: 06_x.ipynb counts.)" in row.sentence


def test_the_sheet_and_the_summary(grades, tmp_path):
    path = tmp_path / "grades.csv"
    write_grades(grades, path)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["student", "lesson", "exercise", "state", "sentence"]
    assert len(rows) == 1 + len(grades)
    assert {row[0] for row in rows if "formula" in row[0]} == {"'=a formula"}
    assert {row[3] for row in rows[1:]} <= set(STATES)
    text = class_summary(grades)
    right = sum(g.state == "right" for g in grades if g.exercise == NAME)
    assert f"{LESSON} {NAME}" in text and f" {right} " in text
    assert all(student in text for student in STUDENTS)


def test_lessons_that_somebody_has_handed_in_are_graded(folder, tmp_path):
    assert lessons_to_grade(folder) == [LESSON]
    assert lessons_to_grade(folder, ["04", "00", "04"]) == ["00", "04"]
    with pytest.raises(SettingError, match=r"lesson '4' has no exercises; expected one of 00, "):
        lessons_to_grade(folder, ["4"])
    (tmp_path / "ada").mkdir()
    with pytest.raises(DataError, match=r"no student in .* has a lesson"):
        lessons_to_grade(tmp_path)


def test_the_command(tmp_path):
    hand_in(tmp_path, "ada", HEAD + RIGHT)
    out = tmp_path / "sheet.csv"
    done = run("course", "grade", str(tmp_path), "--seed", "7", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "seed 7" in done.stdout and "Traceback" not in done.stderr
    assert f"ada,06,{NAME},right," in out.read_text()


@pytest.mark.parametrize(
    ("end", "code"), [(KeyboardInterrupt(), 130), (NoProcessesError("no process"), 2)]
)
def test_what_was_graded_before_the_end_is_kept(tmp_path, monkeypatch, end, code):
    hand_in(tmp_path, "ada", HEAD + RIGHT)

    def interrupted(*arguments, **options):
        yield SheetRow("ada", LESSON, NAME, "right", "It agrees.")
        raise end

    monkeypatch.setattr(grading, "grade_folder", interrupted)
    done = CliRunner().invoke(app, ["course", "grade", str(tmp_path), "--seed", "1"])
    assert done.exit_code == code
    assert "stopped at 1 of 3" in done.output
    assert (tmp_path / "grades.csv").read_text().count("\n") == 2


def test_an_archive_beside_the_folders_is_said(tmp_path, monkeypatch):
    hand_in(tmp_path, "ada", HEAD + RIGHT)
    (tmp_path / "ben.zip").touch()
    monkeypatch.setattr(grading, "grade_folder", lambda *arguments, **options: iter(()))
    done = CliRunner().invoke(app, ["course", "grade", str(tmp_path)])
    assert done.exit_code == 0
    assert "ben.zip is left out: unpack it into a folder beside it" in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none"], "none cannot be read"),
        (["."], "holds no folders"),
        ([".", "--seconds", "0"], "greater than or equal to 1"),
    ],
)
def test_bad_usage_of_the_command(tmp_path, arguments, words):
    done = run("course", "grade", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and words in done.stderr
    assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


def test_the_help_says_that_code_is_run():
    words = " ".join(run("course", "grade", "--help").stdout.split())
    assert "THIS RUNS STUDENTS' CODE" in words and "container" in words


def test_a_grade_is_a_value():
    assert SheetRow("a", "06", NAME, "right", "x") == SheetRow("a", "06", NAME, "right", "x")
