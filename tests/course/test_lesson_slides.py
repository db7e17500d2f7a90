"""The slides of every lesson: all its figures and questions, and nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from command_line import nasedu

from nasedu.course.lesson_slides import lesson_path, slides_page
from nasedu.errors import DataError, SettingError

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


class Page(HTMLParser):
    """What stands on a page: tags with their attributes, and words apart from the notes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.shown, self.noted, self.kinds, self.within = [], "", "", [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("aside", "style", "script"):
            self.within = tag
        if tag == "section":
            self.kinds.append(dict(attrs)["class"])

    def handle_endtag(self, tag):
        self.within = "" if tag == self.within else self.within

    def handle_data(self, data):
        self.shown += "" if self.within else data
        self.noted += data if self.within == "aside" else ""

    def images(self, tex):
        found = [each for tag, each in self.tags if tag == "img"]
        return [each for each in found if (each.get("class") == "tex") is tex]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.name[:2])
def lesson(request):
    cells = nbformat.read(request.param, as_version=4).cells
    return cells, Page(slides_page(request.param))


def outputs(cells, kind):
    return [
        str(output.get("data", {}).get(kind, ""))
        for cell in cells
        if cell.cell_type == "code" and "instructor" not in cell.metadata.get("tags", ())
        for output in cell.outputs
    ]


def test_every_figure_is_there_with_its_alt_text(lesson):
    cells, page = lesson
    html = "".join(outputs(cells, "text/html"))
    images = page.images(tex=False)
    assert [each["src"] for each in images] == re.findall(r'<img src="([^"]+)"', html)
    assert all(each["alt"] for each in images + page.images(tex=True))
    assert page.kinds.count("figure") == len(images)


def test_every_question_is_there_and_its_answer_in_the_notes_alone(lesson):
    cells, page = lesson
    asked = [text for text in outputs(cells, "text/plain") if text.startswith("Predict first. ")]
    (quiz,) = [html for html in outputs(cells, "text/html") if "Open the answer" in html]
    num_quiz = quiz.count("✔ Right.")  # three of a lesson, ten of a refresher
    assert num_quiz in (3, 10)
    assert page.kinds.count("question") == len(asked) + num_quiz
    told = [html for html in outputs(cells, "text/html") if "No guess was made. " in html]
    assert page.noted.count("Answer: ") == len(told) <= len(asked)
    assert "Answer: " not in page.shown
    assert page.noted.count("✔ Right.") == num_quiz and "✔" not in page.shown


def test_every_exercise_is_a_slide_without_its_solution(lesson):
    cells, page = lesson
    exercises = [cell for cell in cells if "exercise" in cell.metadata.get("tags", ())]
    assert page.kinds.count("exercise") == len(exercises)
    assert "_solution" not in page.shown + page.noted


def test_notes_for_teachers_are_notes(lesson):
    cells, page = lesson
    notes = [c.source for c in cells if "instructor" in c.metadata.get("tags", ())]
    for_teachers = any("**For teachers.**" in source for source in notes)
    assert ("For teachers." in page.noted) == for_teachers and "For teachers." not in page.shown


def test_the_page_has_one_title_and_needs_nothing(lesson):
    _, page = lesson
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1 and page.kinds[0] == "title" and page.kinds.count("points") < 2
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object")
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith("data:")
    for mark in ("**", "$", "`", "](", "\\"):
        assert mark not in page.shown


def test_a_figure_stands_below_the_heading_of_its_section(tmp_path):
    """A cell may have the section's heading and that of an exercise; the summary, other lists."""
    html = '<img src="data:image/png;base64,AA" alt="a curve">'
    output = nbformat.v4.new_output("execute_result", {"text/html": html})
    first, second = (nbformat.v4.new_code_cell("show", outputs=[output]) for _ in range(2))
    texts = (
        "# A title\n\n## Early",
        "## Late\n\n### Exercise 1: solve it",
        "## To read\n\n- A. Author (2017).\n\n## Summary\n\n- Three steps: propose, adjust. More.",
        "### A common mistake: all is well",
    )
    early, late, summary, mistake = map(nbformat.v4.new_markdown_cell, texts)
    cells = [early, first, late, second, summary, mistake]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    page = slides_page(tmp_path / "a.ipynb")
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == ["Early", "Late", "Summary", "All is well"]
    assert "<p>Three steps: propose, adjust.</p>" in page and "Author" not in page


def test_only_the_page_s_own_script_may_run():
    text = slides_page(LESSONS[0])
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text and "default-src 'none'" in text


def test_text_of_a_lesson_is_escaped(tmp_path):
    cell = nbformat.v4.new_code_cell("guess = predict()")
    cell.outputs = [
        nbformat.v4.new_output("execute_result", {"text/plain": "Predict first. <b>x</b>? (a & b)"})
    ]
    title = nbformat.v4.new_markdown_cell("# A <script>alert(1)</script> title")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, cell]), tmp_path / "a.ipynb")
    text = slides_page(tmp_path / "a.ipynb")
    assert "<script>alert" not in text and "<b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;?" in text and "a &amp; b" in text


def test_html_of_a_quiz_is_reduced_to_code_and_stress(tmp_path):
    cell = nbformat.v4.new_code_cell('quiz("00")')
    item = (
        "<li><p><strong>Is <code>a &lt; b</code>?<a href='http://x.y'>z</a></strong></p>"
        "<details><summary><em>yes</em><iframe></summary>"
        "<p><strong>No.</strong> x</p></details></li>"
    )
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/html": f"<ol>{item}</ol>"})]
    title = nbformat.v4.new_markdown_cell("# A title")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, cell]), tmp_path / "a.ipynb")
    page = slides_page(tmp_path / "a.ipynb")
    assert "Is <code>a &lt; b</code>?z" in page and "<em>yes</em>" in page
    assert "<iframe" not in page and "http://x.y" not in page


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 3}'])
def test_a_file_that_is_no_lesson(tmp_path, content):
    (tmp_path / "a.ipynb").write_text(content)
    with pytest.raises(DataError, match=r"a\.ipynb is no notebook of a lesson: "):
        slides_page(tmp_path / "a.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "b.ipynb")
    with pytest.raises(DataError, match="neither pictures nor questions; was it run"):
        slides_page(tmp_path / "b.ipynb")
    with pytest.raises(DataError, match="cannot be read: No such file"):
        slides_page(tmp_path / "none.ipynb")


def test_a_lesson_is_found_by_its_number():
    assert lesson_path("00") == LESSONS[0] or lesson_path("00").resolve() == LESSONS[0]
    assert lesson_path("x/y.ipynb") == Path("x/y.ipynb")
    for wrong in ("99", "*", "../00", "/00", "**x", ""):
        with pytest.raises(SettingError, match="expected a number such as 04, or an"):
            lesson_path(wrong)


def test_the_command(tmp_path):
    told = nasedu("course", "slides", "00", tmp_path / "a.html")
    assert told.startswith(f"slides: {tmp_path / 'a.html'}, ")
    assert (tmp_path / "a.html").read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(SettingError, match="no lesson '99'"):
        nasedu("course", "slides", "99", tmp_path / "b.html")
    assert not (tmp_path / "b.html").exists()
