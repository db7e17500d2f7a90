"""What every lesson keeps to: it runs to its end, stands as it ran, and its code fits a screen."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
WIDTH = 70  # characters of a line of code
EXERCISE = re.compile(r"^### Exercise (\d+)(, open)?", re.MULTILINE)


def cells(path, *kinds):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type in kinds]


@pytest.fixture(params=LESSONS, ids=lambda path: path.name[:2])
def lesson(request):
    return request.param


def test_run_all_ends(lesson):
    """A tag holds nobody back who presses Run All: only a raw cell, or a switch that is off."""
    tags = {tag for cell in cells(lesson, "code") for tag in cell.metadata.get("tags", ())}
    assert "nbval-skip" not in tags


def test_every_cell_was_executed_in_order(lesson):
    counts = [cell.execution_count for cell in cells(lesson, "code")]
    assert counts == list(range(1, len(counts) + 1))


def test_no_view_stands_as_before_its_search(lesson):
    texts = [
        text
        for cell in cells(lesson, "code")
        for output in cell.outputs
        for kind, text in output.get("data", {}).items()
        if kind.startswith("text/")
    ]
    assert not [text for text in texts if "no child yet" in text]


def test_code_need_not_be_scrolled(lesson):
    wide = {
        (cell.id, line)
        for cell in cells(lesson, "code", "raw")
        for line in cell.source.splitlines()
        if len(line) > WIDTH
    }
    assert not wide


def test_exercises_are_numbered(lesson):
    texts = cells(lesson, "markdown")
    numbers = [int(number) for cell in texts for number, _ in EXERCISE.findall(cell.source)]
    assert numbers == list(range(1, len(numbers) + 1))
    open_ones = [is_open for cell in texts for _, is_open in EXERCISE.findall(cell.source)]
    assert any(open_ones) or lesson.name[:2] in ("00", "01")  # from 02 on
