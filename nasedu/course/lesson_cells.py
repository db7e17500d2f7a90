"""The cells of a lesson that are made from its exercises.

The source of a solution, in ``nasedu.course.lessons``, is the only text of an exercise. A lesson's
task cell has its signature and docstring, its solution cell has all of it under another name. Such
a cell is known by its tag, ``exercise`` or ``solution``, and by the call of the check in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from nasedu.course.exercise import Exercise

WIDTH = 70  # characters of a line in a lesson
STUB = 'raise NotImplementedError("your turn")'
NOT_FOR_STUDENTS = frozenset({"solution", "instructor"})  # tags of cells
CHECK_CALL = re.compile(r"^check\.(\w+)\(", re.MULTILINE)

Cell = dict[str, Any]


def task_source(exercise: Exercise) -> str:
    """Return a task cell: what to write, and the check of it."""
    lines = exercise.source.splitlines()
    head = "\n".join(lines[: _function(exercise.source).body[0].end_lineno])
    return f"{head}\n    {STUB}\n\n\ncheck.{exercise.name}({exercise.name})"


def solution_source(exercise: Exercise) -> str:
    """Return a solution cell: the function under another name, and a check that has to pass."""
    name = f"{exercise.name}_solution"
    call = f"check.{exercise.name}({name}, strict=True)"
    if len(call) > WIDTH:
        call = f"check.{exercise.name}(\n    {name}, strict=True\n)"
    return f"{_renamed(exercise.source, name)}\n\n\n{call}"


def unlocking_source(name: str) -> str:
    """Return the cell that a student has in the place of a solution."""
    return (
        "from nasedu.course import solution\n\n"
        f'{name}_solution = solution("{name}")\n{name}_solution'
    )


def exercise_of(cell: Cell, tag: str) -> str | None:
    """Return the name of the exercise that a cell with this tag belongs to; else None."""
    found = CHECK_CALL.search("".join(cell["source"])) if tag in _tags(cell) else None
    return found[1] if found else None


def exercise_source(cell: Cell, exercises: Mapping[str, Exercise]) -> str | None:
    """Return what a lesson's cell has to hold if an exercise makes it; else None.

    What stands above the function in a task cell is given by the lesson, and stays.
    """
    for tag, source_of in (("exercise", task_source), ("solution", solution_source)):
        name = exercise_of(cell, tag)
        if name is not None and name in exercises:
            given, function, _ = "".join(cell["source"]).partition(f"def {name}(")
            return (given if function else "") + source_of(exercises[name])
    return None


def student_cells(cells: list[Cell]) -> list[Cell]:
    """Return the cells of a lesson without a teacher's notes and without solutions."""
    shown = []
    for cell in cells:
        if NOT_FOR_STUDENTS & {*_tags(cell)}:
            name = exercise_of(cell, "solution")
            if name is None or "instructor" in _tags(cell):
                continue
            source = unlocking_source(name).splitlines(keepends=True)
            cell = {**cell, "source": source, "metadata": {"tags": ["unlock"]}}
        shown.append(cell)
    return shown


def _tags(cell: Cell) -> list[str]:
    return cell["metadata"].get("tags", [])


def _function(source: str) -> ast.FunctionDef:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return function


def _renamed(source: str, name: str) -> str:
    """Return the source of a function under another name, also where it calls itself."""
    function = _function(source)
    lines = source.splitlines()
    calls = {
        (node.lineno, node.col_offset)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == function.name
    }
    for number, column in sorted(calls | {(1, len("def "))}, reverse=True):
        line = lines[number - 1]
        end = column + len(function.name)
        lines[number - 1] = line[:column] + name + line[end:]
    return "\n".join([*_wrapped(lines[0]), *lines[1:]])


def _wrapped(signature: str) -> list[str]:
    """Return the first line of a function as one that fits, or as several."""
    if len(signature) <= WIDTH:
        return [signature]
    head, parameters = signature.removesuffix("):").split("(", 1)
    inside = [f"    {parameters}"]
    if len(inside[0]) > WIDTH:
        inside = [f"    {each}," for each in parameters.split(", ")]
    return [f"{head}(", *inside, "):"]
