"""What is taken from a student's notebook: the function, what it needs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nasedu.course.check import EXERCISES
from nasedu.course.grading import lesson_of
from nasedu.course.handed_in import code_of, notebooks_of, program_of, students_of
from nasedu.errors import DataError

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"
FUNCTION = "def f(a):\n    return a"


def run(program, name="f"):
    names = {}
    exec(program, names)
    return names[name]


def test_the_last_definition_counts():
    program = program_of(["def f(a):\n    return 1", "x = 1", "def f(a):\n    return 2"], "f")
    assert run(program)(0) == 2
    assert program.count("def f") == 1


def test_a_name_may_be_bound_in_another_way():
    assert run(program_of(["f = lambda a: 2 * a"], "f"))(3) == 6


def test_helpers_and_imports_come_along_in_their_order():
    cells = [
        "import math\nimport os\nfrom math import exp as e",
        "BASE = math.exp(1)\nunused = 1 / 0",
        "def log(a):\n    return math.log(a) / SCALE",
        "SCALE = math.log(BASE)",
        "def f(a):\n    return log(e(a))\n\ncheck.f(f)",
    ]
    program = program_of(cells, "f")
    assert run(program)(3) == pytest.approx(3)
    for absent in ("os", "unused", "check"):
        assert absent not in program


def test_nothing_that_takes_long_is_run():
    cells = ["from nasedu import search", "study = search(space, x)", FUNCTION, "await study"]
    assert program_of(cells, "f") == FUNCTION + "\n"


def test_what_stands_in_a_function_alone_is_no_name_of_the_notebook():
    cells = ["net = train_for_hours()", "def f(a):\n    net = a\n    return [net for net in net]"]
    assert "train_for_hours" not in program_of(cells, "f")


def test_a_helper_below_the_function_is_found():
    cells = ["def f(a):\n    return g(a)", "def g(a):\n    return a + 1"]
    assert run(program_of(cells, "f"))(1) == 2


def test_recursion_is_no_trouble():
    cells = ["def f(a):\n    raise NotImplementedError", "def f(a):\n    return a and 1 + f(a - 1)"]
    assert run(program_of(cells, "f"))(4) == 4


def test_star_imports_come_along():
    assert run(program_of(["from math import *", "def f(a):\n    return exp(a)"], "f"))(0) == 1


def test_what_only_ipython_understands_is_no_trouble():
    cells = ["%matplotlib inline\n!ls\nimport math", "%%time\nslow()", FUNCTION]
    assert program_of(cells, "f") == FUNCTION + "\n"


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "\n%%time  "])
def test_a_cell_that_is_timed_is_a_cell(magic):
    assert program_of([f"{magic}\n{FUNCTION}"], "f") == FUNCTION + "\n"


def test_what_is_too_deep_to_be_read_costs_its_own_statement_alone():
    deep = "x = 1" + " + 1" * 900
    assert run(program_of([f"{deep}\n{FUNCTION}"], "f"))(2) == 2
    with pytest.raises(DataError, match="cannot be read: `RecursionError"):
        program_of([f"def f(a):\n    {deep}\n    return a"], "f")


def test_a_function_that_is_not_there():
    assert program_of(["x = 1"], "f") is None


@pytest.mark.parametrize("cell", ["def f(a)\n    return a", "def f(a):\nreturn a", "def f(a): (\n"])
def test_a_cell_that_is_no_python(cell):
    with pytest.raises(DataError, match=r"Its cell cannot be read: `.*Error: "):
        program_of([FUNCTION, cell], "f")
    assert program_of([cell, FUNCTION], "f") == FUNCTION + "\n"


def write(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells)), path)


def test_solutions_and_prose_are_left_out(tmp_path):
    solution = new_code_cell("def f(a):\n    return 7")
    solution.metadata["tags"] = ["solution"]
    write(tmp_path / "04_x.ipynb", new_markdown_cell("x"), new_code_cell(FUNCTION), solution)
    assert code_of(tmp_path / "04_x.ipynb") == [FUNCTION]


@pytest.mark.parametrize("content", ["", "{not json", "[]", '{"cells": 3}', "\x00\xff", "null"])
def test_a_file_that_is_no_notebook(tmp_path, content):
    path = tmp_path / "04_x.ipynb"
    path.write_text(content)
    with pytest.raises(DataError, match=r"^04_x\.ipynb is no notebook that can be read: "):
        code_of(path)


def test_students_and_their_copies(tmp_path):
    write(tmp_path / "ben/my/04_policy.ipynb")
    write(tmp_path / "ben/my/04_policy.new.ipynb")
    write(tmp_path / "ben/my/.ipynb_checkpoints/04_policy-checkpoint.ipynb")
    (tmp_path / "ada").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "__MACOSX/ben").mkdir(parents=True)
    (tmp_path / "grades.csv").touch()
    ada, ben = students_of(tmp_path)
    assert (ada.name, ben.name) == ("ada", "ben")
    assert notebooks_of(ben, "04") == [ben / "my/04_policy.ipynb"]
    assert notebooks_of(ada, "04") == []


def test_a_copy_does_not_count_before_the_lesson_it_was_made_of(tmp_path):
    names = ("04_x (1).ipynb", "04_x-Copy1.ipynb", "04_x.ipynb", "04_x_final.ipynb")
    for name in names:
        write(tmp_path / name)
    write(tmp_path / "__MACOSX/04_x.ipynb")
    first, *others = notebooks_of(tmp_path, "04")
    assert first == tmp_path / "04_x.ipynb" and len(others) == 3


def test_no_students(tmp_path):
    with pytest.raises(DataError, match="holds no folders; expected a folder for each student"):
        students_of(tmp_path)
    with pytest.raises(DataError, match="cannot be read: No such file"):
        students_of(tmp_path / "none")


@pytest.mark.parametrize("name", EXERCISES)
def test_in_the_lessons_themselves_the_stub_is_what_is_found(name):
    """No later cell of a lesson defines the name of an exercise again."""
    [path] = LESSONS.glob(f"{lesson_of(EXERCISES[name])}_*.ipynb")
    function = run(program_of(code_of(path), name), name)
    assert EXERCISES[name](function).state == "not attempted yet"
