"""One source an exercise: what the lessons hold of it, and what a student gets to see."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import nasedu.course
from nasedu.course import check
from nasedu.course.copies import LESSONS, build_course
from nasedu.course.exercise import exercise
from nasedu.course.lesson_cells import (
    WIDTH,
    exercise_of,
    exercise_source,
    solution_source,
    task_source,
)
from nasedu.course.student_folder import Settings

EXERCISES = check.EXERCISES
NOTEBOOKS = sorted(LESSONS.glob("*.ipynb"))


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell):
    return "".join(cell["source"])


def notebook_of(name):
    number = EXERCISES[name].solution.__module__.rpartition("_")[2]
    (path,) = LESSONS.glob(f"{number}_*.ipynb")
    return path


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    folder = tmp_path_factory.mktemp("student") / "my"
    build_course(folder, Settings())
    return folder


@pytest.fixture(scope="module")
def instructor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instructor") / "instructor"
    build_course(folder, Settings(student=False))
    return folder


# The source. ----------------------------------------------------------------------------------


def test_no_exercise_is_left_where_nobody_looks_for_it():
    left = sorted(Path(nasedu.course.__file__).with_name("checks").glob("*.py"))
    names = [path.name for path in left]
    assert not left, f"move {names} from nasedu/course/checks/ to nasedu/course/lessons/"


@pytest.mark.parametrize("name", EXERCISES)
def test_a_lesson_holds_what_the_source_says(name):
    """If this fails: python notebooks/execute.py --exercises."""
    for tag, source_of in (("exercise", task_source), ("solution", solution_source)):
        found = [text(c) for c in cells_of(notebook_of(name)) if exercise_of(c, tag) == name]
        assert len(found) == 1, f"{len(found)} cells tagged {tag!r} call check.{name}; expected one"
        given, function, rest = found[0].partition(f"def {name}")
        assert function + rest == source_of(EXERCISES[name])
        assert not given or tag == "exercise"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_every_cell_with_such_a_tag_is_of_an_exercise(path):
    for cell in cells_of(path):
        for tag in ("exercise", "solution"):
            if tag in cell["metadata"].get("tags", []):
                assert exercise_of(cell, tag) in EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_a_solution_fits_a_lesson_and_has_three_usual_mistakes(name):
    for source in (task_source(EXERCISES[name]), solution_source(EXERCISES[name])):
        assert max(map(len, source.splitlines())) <= WIDTH
    assert len(EXERCISES[name].mistakes) >= 3


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_of_a_lesson_is_not_attempted_yet(name):
    stub, _, _ = task_source(EXERCISES[name]).rpartition("\n\n\n")
    namespace = {}
    exec(stub, namespace)
    assert EXERCISES[name](namespace[name]).state == "not attempted yet"


# How cells are made. --------------------------------------------------------------------------


@exercise((3,), mistakes={})
def factorial(number_of_all_the_things_to_put_in_a_row_one_after_other):
    """Return in how many orders so many things can stand.

    Args:
        number_of_all_the_things_to_put_in_a_row_one_after_other: n.
    """
    n = number_of_all_the_things_to_put_in_a_row_one_after_other
    return n * factorial(n - 1) if n else 1


def test_a_task_has_signature_docstring_stub_and_check():
    head, _, call = task_source(factorial).rpartition("\n\n\n")
    (function,) = ast.parse(head).body
    assert function.name == "factorial"
    assert ast.get_docstring(function).startswith("Return in how many orders")
    assert ast.unparse(function.body[1]) == "raise NotImplementedError('your turn')"
    assert call == "check.factorial(factorial)"


def test_a_solution_is_renamed_also_where_it_calls_itself_and_fits():
    head, _, call = solution_source(factorial).rpartition("\n\n\n")
    (function,) = ast.parse(head).body
    assert function.name == "factorial_solution"
    assert head.startswith("def factorial_solution(\n    number_of")
    assert "return n * factorial_solution(n - 1) if n else 1" in head
    assert call == "check.factorial(factorial_solution, strict=True)"


def cell(source, *tags):
    return {"source": source, "metadata": {"tags": list(tags)}}


def test_a_new_cell_begins_with_its_tag_and_the_call():
    made = {"factorial": factorial}
    assert exercise_source(cell("check.factorial(factorial)", "exercise"), made) == task_source(
        factorial
    )
    assert exercise_source(cell(["check.factorial(\n", ")"], "solution"), made) == solution_source(
        factorial
    )
    assert exercise_source(cell("check.factorial(factorial)"), made) is None
    assert exercise_source(cell("check.other(other)", "exercise"), made) is None


def test_what_a_lesson_gives_above_a_task_stays():
    given = "COMBINE = {}\n\n\n"
    source = exercise_source(
        cell(f"{given}def factorial(n):\n    ...\n\n\ncheck.factorial(factorial)", "exercise"),
        {"factorial": factorial},
    )
    assert source == given + task_source(factorial)


# The builds of the course. --------------------------------------------------------------------


def body_of(name):
    """Return the lines that a student has to write."""
    source = EXERCISES[name].source
    (function,) = ast.parse(source).body
    return "\n".join(source.splitlines()[function.body[0].end_lineno :])


@pytest.mark.parametrize("name", EXERCISES)
def test_no_solution_is_in_a_student_s_build(student, name):
    shown = cells_of(student / notebook_of(name).name)
    code = "\n".join(text(cell) for cell in shown)
    assert body_of(name) not in code
    assert f"def {name}_solution" not in code
    assert [text(c) for c in shown if "unlock" in c["metadata"].get("tags", [])].count(
        "from nasedu.course import solution\n\n"
        f'{name}_solution = solution("{name}")\n{name}_solution'
    ) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_a_student_s_build_has_no_notes_and_everything_else(student, path):
    tags = {"instructor", "solution"}
    kept = [c for c in cells_of(path) if not tags & set(c["metadata"].get("tags", []))]
    built = cells_of(student / path.name)
    assert [text(c) for c in built if "unlock" not in c["metadata"].get("tags", [])] == [
        text(c) for c in kept
    ]
    assert not any(c.get("outputs") for c in built)
    nbformat.validate(nbformat.read(student / path.name, as_version=4))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_an_instructor_s_build_is_the_course_cell_by_cell(instructor, path):
    """What was executed and tested is what a teacher gets; it need not run again."""
    course, built = cells_of(path), cells_of(instructor / path.name)
    for cell in (*course, *built):
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    assert built == course


def test_every_name_that_a_student_s_lesson_uses_is_made_in_it_before(student):
    """So that Run All does not stop for what stood in a solution; ruff reads notebooks in order."""
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821"]
    done = subprocess.run([*ruff, str(student)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name[:2])
def test_the_cells_after_an_exercise_do_nothing_but_call_its_solution(path):
    """A student's build has an object there, whose source is locked, in place of the function."""
    for cell in cells_of(path):
        if cell["cell_type"] == "code" and "solution" not in cell["metadata"].get("tags", []):
            assert not re.findall(r"\w+_solution\b(?!\()", text(cell))


TRAINING_FREE = [
    path
    for path in NOTEBOOKS
    if json.loads(path.read_text())["metadata"].get("nasedu", {}).get("strict")
]


@pytest.mark.slow
@pytest.mark.parametrize("path", TRAINING_FREE, ids=lambda path: path.name[:2])
def test_a_student_s_build_runs(student, path):
    """Those that train nothing; the others differ from what is tested in solution cells alone."""
    from nbclient import NotebookClient

    notebook = nbformat.read(student / path.name, as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": student}}
    ).execute()
    unlocks = [c for c in notebook.cells if "unlock" in c.metadata.get("tags", [])]
    assert unlocks
    for unlock in unlocks:
        (output,) = unlock.outputs
        assert "is shown after an attempt" in output.data["text/html"]
    assert not (student / "answers.json").exists()


def test_keys_of_guesses_are_used_once_in_the_course():
    """A student's folder keeps guesses by their key."""
    keys = [
        key
        for path in NOTEBOOKS
        for cell in cells_of(path)
        for key in re.findall(r'\bkey="([^"]+)"', text(cell))
    ]
    assert sorted(keys) == sorted(set(keys))
