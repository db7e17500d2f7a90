"""The prose of the code: a docstring opens with what the module holds, which is not too much."""

import ast
import json
import re
from pathlib import Path

import pytest

import nasedu

HOME = Path(nasedu.__file__).parent
ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = {"What", "Which", "Who", "Whose", "Whether", "Where", "When", "Why", "How", "If"}
OTHERS = {
    "Is",
    "Are",
    "In",
    "On",
    "For",
    "From",
    "To",
    "Not",
    "This",
    "That",
    "It",
    "There",
    "Here",
}
GERUNDS = {"Going", "Reading", "Importing", "Fetching", "Training", "Drawing", "Making", "Building"}


def opening(path):
    """Return the first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.py")), ids=lambda p: str(p.relative_to(HOME)))
def test_a_module_opens_with_its_noun(path):
    line = opening(path)
    first = line.partition(" ")[0]
    assert first and first not in QUESTIONS | OTHERS | GERUNDS, line
    assert line.endswith((".", "?")), line


def test_an_opening_that_is_no_noun_is_seen(tmp_path):
    (tmp_path / "a.py").write_text('"""What a figure is drawn from."""\n')
    with pytest.raises(AssertionError, match="What a figure"):
        test_a_module_opens_with_its_noun(tmp_path / "a.py")


LONGEST = 350  # lines of a module that one still reads in one go


@pytest.mark.parametrize("path", sorted(HOME.rglob("*.py")), ids=lambda p: str(p.relative_to(HOME)))
def test_a_module_is_read_in_one_go(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


RATE = re.compile(
    r"\b(?:bits|G?FLOP|operations|numbers?|perplexity|rows?|zeros)\san?\s(?:channel|character|"
    r"child|class|decision|digit|epoch|filter|image|parameter|symbol|unit|word)\b"
)
KINDS = "notebooks/*.ipynb", "docs/**/*.md", "benchmarks/**/*.md", "data/**/*.md", "*.md"
PAGES = sorted(path for kind in KINDS for path in ROOT.glob(kind))


def rates(text):
    """Return where a text says "bits a word" for "bits per word"."""
    return RATE.findall(re.sub(r"data:image/[^\"]*|\"image/png\": \"[^\"]*", "", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_rate_is_per_something(page):
    assert not rates(page.read_text(encoding="utf-8"))


def test_a_rate_in_other_words_is_seen():
    assert rates("1.2 bits a\ncharacter, 128 FLOP a parameter, one number a decision") == [
        "bits a\ncharacter",
        "FLOP a parameter",
        "number a decision",
    ]
    assert not rates("1.2 bits per character; a number and a filter")


# In these lessons a cell is a recurrent cell or a cell of NASNet, so a cell of code is "the code".
ABOUT_CELLS = "09", "10", "11", "12", "13", "14", "15", "16", "18"
CELL_OF_CODE = re.compile(
    r"\bcell (?:checks|asserts|prints|counts|repeats|tests)\b|\b(?:next|last|code) cell\b|"
    r"\b(?:the|this) cell (?:above|below|runs)\b|\bno cell (?:here|tells|of this lesson)\b|"
    r"\bcell before checks\b|\brun the (?:\w+ )?cells?\b|\bas a cell shows\b",
    re.IGNORECASE,
)


def cells_of_code(notebook):
    """Return where the prose of a lesson says "cell" and means a cell of the notebook."""
    prose = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    return [
        found for lines in prose for found in CELL_OF_CODE.findall(" ".join("".join(lines).split()))
    ]


@pytest.mark.parametrize("number", ABOUT_CELLS)
def test_one_kind_of_cell_is_called_a_cell(number):
    (page,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    assert not cells_of_code(json.loads(page.read_text(encoding="utf-8")))


def test_a_cell_of_code_is_seen():
    said = (
        "More by a fifth, which the cell\nchecks. The next cell counts them. (No cell tells the "
        "two apart.) The next cell of the lesson runs it; the cell above asserts both."
    )
    kept = "The cell computes two lists. A cell below it has learned, as did the cell before."
    cells = [{"cell_type": kind, "source": [said]} for kind in ("markdown", "code")]
    assert cells_of_code({"cells": cells}) == [
        "cell checks",
        "next cell",
        "No cell tells",
        "next cell",
        "the cell above",
    ]
    assert not cells_of_code({"cells": [{"cell_type": "markdown", "source": [kept]}]})
