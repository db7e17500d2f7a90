"""A drawing as a slide: the drawing's own DOT, on a sheet of 16:9 with a title that has room."""

import re
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from nasedu import ConvLayer, ConvNet, compare, draw, published
from nasedu.errors import DrawingError
from nasedu.viewing import Drawing
from nasedu.viewing.drawings.renderer import render

FOUR = ConvNet(tuple(ConvLayer(3, 5, 24, (0, i)[not i :]) for i in range(4)))
DRAWINGS = {
    "graph": lambda: draw(FOUR),
    "matrix": lambda: draw(FOUR, style="matrix"),
    "deep": lambda: draw(published.NAS_CNN_V1),
    "cell": lambda: draw(published.NAS_CELL),
    "compared": lambda: compare(FOUR, published.NAS_CNN_V1),
}


def title_of(svg):
    """Return the words with the largest letters, and the size of these in points."""
    top = max(
        ElementTree.fromstring(svg).findall(".//{*}text"),
        key=lambda text: float(text.get("font-size")),
    )
    return top.text, float(top.get("font-size")) * float(re.search(r"scale\((\S+)", svg)[1])


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_slide_is_sixteen_by_nine_and_its_title_above(name):
    slide = DRAWINGS[name]().slide("What was & found")
    text, size = title_of(slide.svg)
    assert (text, slide.title) == ("What was & found",) * 2
    assert 20 < size < 40  # points, of a slide 540 high
    picture = np.asarray(Image.open(BytesIO(render(slide.dot, "png", 96))).convert("L"))
    height, width = picture.shape
    assert width / height == pytest.approx(16 / 9, rel=0.01)
    title = np.flatnonzero((picture[: round(0.13 * height)] < 128).any(axis=0))
    assert (title[0] + title[-1]) / 2 == pytest.approx(width / 2, abs=0.02 * width)


def test_the_drawing_itself_stays_and_so_do_its_words():
    drawing = draw(FOUR)
    slide = drawing.slide()
    assert slide.title == drawing.title
    assert (slide.text, slide.alt) == (drawing.text, drawing.alt)
    assert set(drawing.dot.splitlines()[:-1]) <= set(slide.dot.splitlines())


@pytest.mark.parametrize(("title", "wide"), [("a word " * 20, 1), ("探索" * 30, 2)])
def test_a_long_title_shrinks(title, wide):
    dot = draw(FOUR).slide(title).dot
    size, low, high = (
        float(re.search(pattern, dot)[1])
        for pattern in (
            r"slide_title .*fontsize=([\d.]+)",
            r'slide_low .*pos="([-\d.]+)',
            r'slide_high .*pos="([-\d.]+)',
        )
    )
    assert 0.6 * size * wide * len(title.strip()) < high - low


def test_a_title_of_several_lines_is_one():
    assert title_of(draw(FOUR).slide("two\n  lines").svg)[0] == "two lines"


def test_what_cannot_be_a_slide_is_said():
    with pytest.raises(DrawingError, match="title of the slide is empty"):
        draw(FOUR).slide(" \n")
    with pytest.raises(DrawingError, match="networks and cells"):
        Drawing("digraph { a -> b }", "a b", "a and b", "letters").slide()
