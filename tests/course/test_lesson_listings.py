"""The package's own code in lessons: what a lesson shows is what there is, and holds what it names.

Most lessons train, so their outputs are not compared when they are executed as tests.
"""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

from nasedu.course.copies import LESSONS
from nasedu.viewing import show

NOTEBOOKS = {path.name[:2]: path for path in sorted(LESSONS.glob("*.ipynb"))}
OF_SELF = re.compile(r"`(self\.[^`]+)`")


def cells_of(number):
    return nbformat.read(NOTEBOOKS[number], as_version=4).cells


def parsed(cell):
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.MULTILINE))


def shown_by(cells):
    """Yield each cell that shows code, with the listings as they are now."""
    names: dict = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        tree, imports = parsed(cell), (ast.Import, ast.ImportFrom)
        kept = [node for node in tree.body if isinstance(node, imports)]
        exec(compile(ast.Module(kept, []), cell.id, "exec"), names)  # the project's own lesson
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        things = [call.args[0] for call in calls if getattr(call.func, "id", "") == "show"]
        if things:
            yield cell, [str(show(eval(ast.unparse(thing), names))) for thing in things]


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_listings_are_those_of_the_package_as_it_is(number):
    for cell, listings in shown_by(cells_of(number)):
        outputs = [output.get("data", {}).get("text/plain") for output in cell.outputs]
        assert [listing for listing in listings if listing not in outputs] == [], cell.id


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_code_of_an_object_that_the_prose_names_is_shown(number):
    cells = cells_of(number)
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    code += [listing for _, listings in shown_by(cells) for listing in listings]
    for cell in cells:
        named = OF_SELF.findall(cell.source) if cell.cell_type == "markdown" else []
        assert [name for name in named if name not in "\n".join(code)] == [], cell.id
