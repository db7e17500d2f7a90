"""Numbers in the prose of lessons: each stands in an output, in a record, or in a list of reasons.

Looked at are numbers with a decimal point, a thousands comma or five digits, in text, in comments
and in what pictures, guesses and prints say in words. What bears them: what a cell printed
(unless it only repeats its own words), the code of the lesson, and the records in data/tables
and benchmarks/ that the lesson links to. lesson_numbers.toml holds the rest, with reasons.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
REASONS = tomllib.loads(Path(__file__).with_name("lesson_numbers.toml").read_text("utf-8"))

NUMBER = re.compile(r"(?<![\w.,/-])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{5,})(?!\w|[.,]\d)")
PLACE = re.compile(  # sections and figures are no quantities
    r"\b(?:sections?|figures?|tables?|appendix)\s[A-Z\d.]+(?:(?:, and |, | and | to )\d+\.?\d*)*",
    re.IGNORECASE,
)
TARGET = re.compile(r"\]\([^)]*\)")
RECORD = re.compile(r"\]\(\S*?((?:data/tables|benchmarks)/\w+\.md)")
WORDS = ("picture", "Drawing", "predict", "print")  # calls whose strings are read by people


def numbers(text):
    """Return the numbers of a text, as they are written."""
    text = PLACE.sub(" ", TARGET.sub("]", text)).replace("{,}", ",").replace("−", "-")
    return NUMBER.findall(text)


def values(text):
    return {value(number) for number in numbers(text)}


def value(number):
    return Decimal(number.replace(",", ""))


def python(cell):
    """Return the source of a cell without what only IPython understands."""
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.MULTILINE)


def comments(cell):
    tokens = tokenize.generate_tokens(io.StringIO(python(cell)).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def strings(cell):
    """Return what a cell says in words of its own; the computed parts of an f-string are none."""
    calls = [node for node in ast.walk(ast.parse(python(cell))) if isinstance(node, ast.Call)]
    pending = [call for call in calls if getattr(call.func, "id", "") in WORDS]
    said = []
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.append(node.value)
        elif not isinstance(node, ast.FormattedValue):
            pending.extend(ast.iter_child_nodes(node))
    return said


def literals(cell):
    """Return the numbers in the code of a cell; where it draws, only those that it asserts."""
    draws = "hide-input" in cell.metadata.get("tags", ())
    nodes = list(ast.walk(ast.parse(python(cell))))
    if draws:
        nodes = [each for node in nodes if isinstance(node, ast.Assert) for each in ast.walk(node)]
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    return {Decimal(str(constant)) for constant in constants if type(constant) in (int, float)}


def outputs(cell):
    """Return what a cell printed; a quiz only repeats itself."""
    if "quiz(" in cell.source:
        return ""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        texts.append(output.get("text", data.get("text/markdown", data.get("text/plain", ""))))
    return "\n".join(texts)


def borne(cells):
    """Return the values that something other than prose bears."""
    found = set()
    for cell in cells:
        if cell.cell_type == "code":
            found |= literals(cell)
            found |= values(outputs(cell)) - values("\n".join(strings(cell)))
        else:
            for record in RECORD.findall(cell.source):
                found |= values((ROOT / record).read_text("utf-8"))
    return found


def prose(cells):
    """Yield the name of a cell and a number that stands in its prose."""
    for cell in cells:
        texts = [cell.source] if cell.cell_type == "markdown" else []
        if cell.cell_type == "code":
            texts = comments(cell) + strings(cell)
        for text in texts:
            for number in numbers(text):
                yield cell.id, number


def unborne(number):
    """Return the numbers in the prose of a lesson that nothing in it bears, with their cells."""
    cells = nbformat.read(LESSONS[number], as_version=4).cells
    known = borne(cells)
    return [(cell, written) for cell, written in prose(cells) if value(written) not in known]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_number_in_prose_is_borne_out(lesson):
    reasons = REASONS["any"] | REASONS.get(lesson, {})
    bare = [(cell, written) for cell, written in unborne(lesson) if written not in reasons]
    assert not bare, "print it, assert it, link to its record, or give a reason in the list"


def test_no_reason_is_given_for_a_number_that_is_not_there():
    needed = {lesson: {written for _, written in unborne(lesson)} for lesson in LESSONS}
    stale = {("any", written) for written in REASONS["any"].keys() - set().union(*needed.values())}
    for lesson in REASONS.keys() - {"any"}:
        rest = needed.get(lesson, set()) - REASONS["any"].keys()
        stale |= {(lesson, written) for written in REASONS[lesson].keys() - rest}
    assert not stale


def lesson(*cells):
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    return [make[kind](source, id=f"cell-{i}") for i, (kind, source) in enumerate(cells)]


@pytest.mark.parametrize(
    ("kind", "source", "found"),
    [
        ("markdown", "All of the 20,692 weights, and 0.5 of section 4.1.", ["20,692", "0.5"]),
        (
            "markdown",
            r"From $16{,}384$ to 12800 in [this](x_1.25.md), tables 1 and 2.5.",
            ["16,384", "12800"],
        ),
        ("code", "x = f(1)  # (20692,)", ["20692"]),
        ("code", 'picture(x, f"It has {x:.2f} and 0.75.")', ["0.75"]),
        ("code", '%pip install a==1.2\nplt.text("0.75")', []),
    ],
)
def test_numbers_are_found_in_words(kind, source, found):
    assert [number for _, number in prose(lesson((kind, source)))] == found


def test_what_was_printed_bears_a_number_but_its_own_words_do_not():
    (cell,) = lesson(("code", 'print(f"{x:,} and 0.25")\nassert y == 1_000_000'))
    cell.outputs = [nbformat.v4.new_output("stream", text="20,412 and 0.25\n")]
    assert borne([cell]) == {Decimal(20412), Decimal(1000000)}
    cell.metadata.tags = ["hide-input"]
    cell.source = "axes.text(0.25, 0.75)\nassert 0.5 < y"
    cell.outputs = []
    assert borne([cell]) == {Decimal("0.5")}


def test_a_record_bears_what_it_says():
    (cell,) = lesson(("markdown", "See [the record](../benchmarks/first_search.md)."))
    assert borne([cell]) == values((ROOT / "benchmarks" / "first_search.md").read_text("utf-8"))
