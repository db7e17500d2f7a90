"""What is taken from a student's notebook: the function, what it needs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nasedu.course.check import EXERCISES
from nasedu.course.grading import lesson_of
from nasedu.course.notebook_code import code_of, program_of
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


def test_a_cell_that_ipython_gives_up_is_one_that_cannot_be_read(monkeypatch):
    from IPython.core import inputtransformer2

    monkeypatch.setattr(inputtransformer2, "TRANSFORM_LOOP_LIMIT", 3)  # of 500
    magic = "\n".join(["%time x = 1"] * 4)
    assert program_of([FUNCTION, magic], "f") == FUNCTION + "\n"
    with pytest.raises(DataError, match="cannot be read: `RuntimeError"):
        program_of([f"{magic}\n{FUNCTION}"], "f")


def test_why_a_cell_cannot_be_read_has_room_in_a_cell():
    name = "x" * 50_000
    with pytest.raises(DataError) as caught:
        program_of([f"def f(a):\n    {name} = 1\n    global {name}"], "f")
    assert len(str(caught.value)) < 300


def test_a_function_that_is_not_there():
    assert program_of(["x = 1"], "f") is None


@pytest.mark.parametrize("cell", ["def f(a)\n    return a", "def f(a):\nreturn a", "def f(a): (\n"])
def test_a_cell_that_is_no_python(cell):
    with pytest.raises(DataError, match=r"Its cell cannot be read: `.*Error: "):
        program_of([FUNCTION, cell], "f")
    assert program_of([cell, FUNCTION], "f") == FUNCTION + "\n"


def test_solutions_and_prose_are_left_out():
    solution = new_code_cell("def f(a):\n    return 7")
    solution.metadata["tags"] = ["solution"]
    cells = [new_markdown_cell("x"), new_code_cell(FUNCTION), solution]
    assert code_of(nbformat.writes(new_notebook(cells=cells)), "04_x.ipynb") == [FUNCTION]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{not json", "[]", '{"cells": 3}', '{"nbformat": 4, "cells": [3, null]}', "\x00\xff"),
        *("null", '{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}'),
        "[" * 100_000 + "]" * 100_000,
    ],
)
def test_a_text_that_is_no_notebook(text):
    with pytest.raises(DataError, match=r"^04_x\.ipynb is no notebook that can be read: "):
        code_of(text, "04_x.ipynb")


@pytest.mark.parametrize("name", EXERCISES)
def test_in_the_lessons_themselves_the_stub_is_what_is_found(name):
    """No later cell of a lesson defines the name of an exercise again."""
    [path] = LESSONS.glob(f"{lesson_of(EXERCISES[name])}_*.ipynb")
    function = run(program_of(code_of(path.read_text("utf-8"), path.name), name), name)
    assert EXERCISES[name](function).state == "not attempted yet"
