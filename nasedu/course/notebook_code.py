"""The code of a notebook: what of it a function needs, found without running a line.

A notebook is not run to grade a function of it: that would take minutes, and one broken cell would
cost all that follows. Of its cells only those statements are taken that the function needs: its
own definition, the imports and helpers that it names, what those name, and so on. A notebook of a
student may hold anything, so grading reads it in the process of the function, which has limits.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from nasedu.course.answers import code
from nasedu.errors import DataError

UNREADABLE = (SyntaxError, ValueError, RuntimeError, MemoryError)  # what deep code raises, too
MAGIC = re.compile(r"\A\s*%%(?:time|capture)\b.*\n")  # which runs its cell as any other
DEFINITION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)


def code_of(text: str, name: str) -> list[str]:
    """Return the sources of a notebook's code cells, without those of the lesson's solutions.

    Args:
        text: Of the notebook.
        name: Of its file.

    Raises:
        DataError: It is no notebook that can be read.
    """
    try:
        cells = nbformat.reads(text, as_version=4).cells
        return [
            str(cell.source)
            for cell in cells
            if cell.cell_type == "code" and "solution" not in cell.metadata.get("tags", ())
        ]
    except Exception as error:  # a file of a student may hold anything
        reason = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise DataError(f"{name} is no notebook that can be read: {reason}") from None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a notebook's cell, at its outermost level.

    Attributes:
        source: Its code.
        binds: Names that it gives a value to.
        needs: Names that it, or a function in it, takes from the notebook.
        error: Why the cell cannot be read; such a cell is one statement.
    """

    source: str
    binds: frozenset[str]
    needs: frozenset[str] = field(default_factory=frozenset)
    error: str = ""


def program_of(cells: Sequence[str], name: str) -> str | None:
    """Return the code that defines a function as its notebook does last; None if it does not.

    Args:
        cells: Sources of the code cells, in order.
        name: Of the function.

    Raises:
        DataError: The cell with the function is no Python.
    """
    statements = [statement for cell in cells for statement in _statements(cell)]
    last = _binding(statements, name, len(statements))
    if last is None:
        return None
    wanted, pending = {last}, [last]
    while pending:
        here = pending.pop()
        if statements[here].error:
            raise DataError(statements[here].error)
        for needed in statements[here].needs - {name}:
            there = _binding(statements, needed, here)
            if there is not None and there not in wanted:
                wanted.add(there)
                pending.append(there)
    stars = {i for i, each in enumerate(statements) if each.source.endswith("import *")}
    return "\n".join(statements[i].source for i in sorted(wanted | stars)) + "\n"


def _binding(statements: Sequence[Statement], name: str, here: int) -> int | None:
    """Return which statement binds a name: the last one before here, else the last of all."""
    places = [i for i, statement in enumerate(statements) if name in statement.binds and i != here]
    return max((i for i in places if i < here), default=max(places, default=None))


def _statements(cell: str) -> Iterator[Statement]:
    """Yield the statements of a cell; one that cannot be read is in the place of its function."""
    try:
        cell = TransformerManager().transform_cell(MAGIC.sub("", cell))  # without %magic and !shell
        tree = ast.parse(cell)
    except UNREADABLE as error:
        yield _unreadable(cell, error)
        return
    for node in tree.body:
        try:
            yield _statement(ast.unparse(node))
        except UNREADABLE as error:  # what a parser lets pass, as `return` outside of a function
            yield _unreadable(ast.get_source_segment(cell, node) or cell, error)


def _statement(source: str) -> Statement:
    table = symtable.symtable(source, "<cell>", "exec")
    symbols = table.get_symbols()
    return Statement(
        source,
        frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported()),
        frozenset(_taken(table)),
    )


def _unreadable(source: str, error: Exception) -> Statement:
    number = getattr(error, "lineno", None)
    line = f" (line {number})" if number else ""
    words = ": ".join((type(error).__name__, *map(str, error.args[:1])))
    reason = f"Its cell cannot be read: {code(words)}{line}."
    return Statement(source, frozenset(DEFINITION.findall(source)), error=reason)


def _taken(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that code takes from around it, those inside of functions too."""
    is_outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_outermost or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _taken(child)
