"""The lessons as notebooks for other graders: sources for nbgrader and for Otter Assign.

Both tools make the students' version from a teacher's notebook in which the solution is marked. The
exercise's cell and the lesson's solution become one such cell, with a test below it that asks the
course's own check; hidden cases are drawn from a seed. What the rest of a lesson needs of the
solution it takes from the package, where a student's copy has none.

Formats: nbgrader's cell metadata, schema version 3, and Otter's notebook format v1.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasedu.course.check import EXERCISES
from nasedu.course.lesson_cells import NOT_FOR_STUDENTS, STUB, exercise_of
from nasedu.errors import DataError

LESSON_LINK = re.compile(r"\]\((?=(\w\d)_\w+\.ipynb)")  # to a lesson in the same folder


@dataclass(frozen=True, slots=True)
class MarkedExercise:
    """An exercise of a lesson, as its two cells have it.

    Attributes:
        name: Of the function.
        head: All before the function's body, docstring included.
        body: The lines of the solution, indented.
    """

    name: str
    head: str
    body: str

    def answer(self, begin: str, end: str, after: str = "") -> str:
        """Return the cell with the solution between two marks, and perhaps lines after them."""
        lines = (self.head, f"    {begin}", self.body, f"    {end}", after)
        return "\n".join(line for line in lines if line)


def grader_notebook(path: Path, tool: str, seed: int) -> str:
    """Return a lesson for a grader, as the text of a notebook.

    Args:
        path: The lesson, with its solutions.
        tool: A name in `TOOLS`.
        seed: Of the hidden cases.

    Raises:
        DataError: It is no notebook, or an exercise of it has no solution there.
    """
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise DataError(f"{path} is no notebook that can be read: {reason}") from None
    solutions = {
        name: node
        for cell in _tagged(notebook.cells, "solution")
        for name, node in _functions(cell.source).items()
    }
    cells = [] if tool == "nbgrader" else [_raw("ASSIGNMENT CONFIG", CONFIG.format(path.stem))]
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        if name := exercise_of(cell, "exercise"):  # an open one is for a person
            cells += TOOLS[tool](_marked(name, cell.source, solutions, path), seed)
        elif not tags & NOT_FOR_STUDENTS:
            cells.append(cell)
    known = {cell.id for cell in notebook.cells}
    notebook.cells = [_bare(cell) for cell in cells]
    for number, cell in enumerate(notebook.cells):
        if cell.id not in known:  # nbformat draws one, and the same lesson shall be the same file
            cell.id = f"{tool}-{number}"
    return nbformat.writes(notebook) + "\n"


def _tagged(cells: list[Any], tag: str) -> Iterator[Any]:
    return (cell for cell in cells if tag in cell.metadata.get("tags", ()))


def _functions(source: str) -> dict[str, tuple[str, ast.FunctionDef]]:
    """Return the functions of a cell by name, with the cell."""
    nodes = ast.parse(source).body
    return {node.name: (source, node) for node in nodes if isinstance(node, ast.FunctionDef)}


def _marked(
    name: str, source: str, solutions: Mapping[str, tuple[str, ast.FunctionDef]], path: Path
) -> MarkedExercise:
    node = _functions(source).get(name, ("", None))[1]
    if node is None or name not in EXERCISES or f"{name}_solution" not in solutions:
        raise DataError(f"{path}: exercise {name!r} has no solution in the lesson")
    written, solution = solutions[f"{name}_solution"]
    last = node.body[0] if ast.get_docstring(node) else None
    end = (last.end_lineno if last else node.body[0].lineno - 1) or node.lineno
    body = solution.body[1:] if ast.get_docstring(solution) else solution.body
    lines = written.splitlines()[body[0].lineno - 1 : solution.end_lineno]
    return MarkedExercise(name, "\n".join(source.splitlines()[:end]), "\n".join(lines))


def _bare(cell: Any) -> Any:
    """Return a cell without what it printed; each lesson has a folder of its own here."""
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    else:
        cell.source = LESSON_LINK.sub(r"](../lesson_\1/", cell.source)
    return cell


def _code(source: str, **metadata: Any) -> Any:
    from nbformat.v4 import new_code_cell

    return new_code_cell(source, metadata=metadata)


def _from_package(name: str) -> str:
    return f"# The package's own, for the cells below.\n{name}_solution = check.{name}.solution"


def _hidden(name: str, seed: int) -> str:
    return (
        "from nasedu.course.hidden_cases import with_hidden_cases\n\n"
        f"result = with_hidden_cases(check.{name}, {seed})({name})\n"
        "assert result.passed, result.sentence"
    )


def _nbgrader_cells(task: MarkedExercise, seed: int) -> list[Any]:
    """Return the answer, its test, and what the rest of the lesson needs."""

    def meta(grade_id: str, **given: Any) -> dict[str, Any]:
        flags = {"grade": False, "solution": False, "locked": True, "task": False}
        return {"schema_version": 3, "grade_id": grade_id, **flags, **given}

    name = task.name
    test = (
        f"result = check.{name}({name})\n"
        "assert result.passed, result.sentence\n\n"
        "### BEGIN HIDDEN TESTS\n"
        f"{_hidden(name, seed)}\n"
        "### END HIDDEN TESTS"
    )
    answer = task.answer("### BEGIN SOLUTION", "### END SOLUTION")
    return [
        _code(answer, tags=["exercise"], nbgrader=meta(name, solution=True, locked=False)),
        _code(test, nbgrader=meta(f"{name}-test", grade=True, points=1)),
        _code(_from_package(name), nbgrader=meta(f"{name}-package")),
    ]


CONFIG = """name: {}
init_cell: true
check_all_cell: false
export_cell: false
tests:
    ok_format: false
"""


def _raw(head: str, lines: str = "") -> Any:
    from nbformat.v4 import new_raw_cell

    return new_raw_cell(f"# {head}\n{lines}".rstrip())


def _otter_cells(task: MarkedExercise, seed: int) -> list[Any]:
    """Return a question: the answer, a public test and a hidden one; then the package's own."""
    name = task.name
    prompt = f'    """ # BEGIN PROMPT\n    {STUB}\n    """; # END PROMPT'

    def test(kind: str, lines: str, hidden: bool) -> Any:
        indented = "\n".join(f"    {line}" if line else "" for line in lines.splitlines())
        return _code(
            f'""" # BEGIN TEST CONFIG\nhidden: {str(hidden).lower()}\n""" # END TEST CONFIG\n'
            f"def test_{kind}({name}):\n{indented}\n\n"
            f"test_{kind}({name})  # IGNORE"
        )

    imports = "from nasedu.course import check\n"  # a test sees the student's names alone
    public = f"{imports}\nresult = check.{name}({name})\nassert result.passed, result.sentence"
    return [
        _raw("BEGIN QUESTION", f"name: {name}\npoints: 1"),
        _raw("BEGIN SOLUTION"),
        _code(
            task.answer("# BEGIN SOLUTION NO PROMPT", "# END SOLUTION", prompt), tags=["exercise"]
        ),
        _raw("END SOLUTION"),
        _raw("BEGIN TESTS"),
        test("cases", public, hidden=False),
        test("hidden_cases", imports + _hidden(name, seed), hidden=True),
        _raw("END TESTS"),
        _raw("END QUESTION"),
        _code(_from_package(name)),
    ]


TOOLS: dict[str, Callable[[MarkedExercise, int], list[Any]]] = {
    "nbgrader": _nbgrader_cells,
    "otter": _otter_cells,
}
"""By the name of the grader what makes its cells of an exercise."""
