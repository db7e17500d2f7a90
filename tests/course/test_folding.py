"""Exported lessons keep closed what a lesson hides."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import nasedu.course

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


class Folds(HTMLParser):
    """What a page shows at once, and what stands in its folds."""

    def __init__(self, page):
        super().__init__()
        self.depth, self.summary, self.skipped = 0, False, False
        self.open, self.folded, self.labels = "", "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.depth += tag == "details"
        self.summary = tag == "summary" or self.summary
        self.skipped = tag in ("style", "script") or self.skipped

    def handle_endtag(self, tag):
        self.depth -= tag == "details"
        self.summary = self.summary and tag != "summary"
        self.skipped = self.skipped and tag not in ("style", "script")

    def handle_data(self, data):
        if self.skipped:
            return
        if self.summary:
            self.labels.append(data)
        elif self.depth:
            self.folded += data
        else:
            self.open += data


def export(notebook):
    templates = Path(nasedu.course.__file__).parent / "templates"
    exporter = HTMLExporter(template_name="folded", extra_template_basedirs=[str(templates)])
    folds = Folds(exporter.from_notebook_node(notebook)[0])
    assert folds.depth == 0
    return folds


def test_solutions_notes_and_hidden_code_are_folded_and_outputs_of_the_latter_are_not():
    def output(text):
        return [new_output("stream", text=text)]

    cells = [
        new_code_cell("task_source", outputs=output("task_output")),
        new_code_cell("a", metadata={"tags": ["solution", "hide-cell"]}, outputs=output("b")),
        new_markdown_cell("notes_text", metadata={"tags": ["instructor"]}),
        new_code_cell(
            "drawing_source",
            metadata={"jupyter": {"source_hidden": True}},
            outputs=output("drawing_output"),
        ),
    ]
    folds = export(new_notebook(cells=cells))
    assert folds.labels == ["Solution", "For teachers", "Code"]
    for word in ("task_source", "task_output", "drawing_output"):
        assert word in folds.open
        assert word not in folds.folded
    for word in ("notes_text", "drawing_source"):
        assert word in folds.folded
        assert word not in folds.open


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_no_lesson_shows_its_solutions_or_notes_when_exported(path):
    folds = export(nbformat.read(path, as_version=4))
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    solutions = [c for c in cells if "solution" in c["metadata"].get("tags", [])]
    assert folds.labels.count("Solution") == len(solutions) > 0
    assert "_solution(" in folds.folded
    assert "def " in folds.open
    for cell in solutions:
        name = "".join(cell["source"]).partition("def ")[2].partition("(")[0]
        assert f"def {name}(" not in folds.open
    assert "For teachers." not in folds.open
