"""The translator as a picture: its words, and lines as thick as their shares."""

import re

import pytest

from nasedu.errors import DrawingError
from nasedu.viewing import draw_translator

READ, WRITTEN = ["thirty", "-", "four", "<b>"], ["vier", "und", "dreißig", "Euro"]
SHARES = [0.75, 0.125, 0, 0.125]


def test_it_says_which_token_counts_most_for_the_step():
    drawing = draw_translator(READ, WRITTEN, 2, SHARES)
    assert "For dreißig it takes a weighted mean" in drawing.alt
    assert "thirty has the largest share, 0.75." in drawing.alt
    assert drawing.text.splitlines()[:2] == ["read        share for dreißig", "thirty      0.75"]
    assert "<b>" not in drawing.svg and "&lt;b&gt;" in drawing.svg


def test_a_line_is_as_thick_as_its_share_and_comes_from_that_token():
    dot = draw_translator(READ, WRITTEN, 2, SHARES).dot
    found = re.findall(r"output(\d) -> mean \[.*penwidth=([\d.]+)", dot)
    thick = {int(place): float(width) for place, width in found}
    assert max(thick, key=thick.get) == 0 and thick[1] == thick[3] > thick[2] > 0
    assert re.findall(r"mean -> (\w+)", dot) == ["written2"]
    assert re.findall(r"(\w+) -> mean \[.*dashed", dot) == ["write2"]


@pytest.mark.parametrize(("step", "shares"), [(4, SHARES), (-1, SHARES), (0, SHARES[:3])])
def test_a_step_that_is_not_there_is_refused(step, shares):
    with pytest.raises(DrawingError, match="expected one of the steps, and a share for each"):
        draw_translator(READ, WRITTEN, step, shares)
