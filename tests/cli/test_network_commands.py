import pytest
from PIL import Image

from nasedu.cli import app
from nasedu.errors import SettingError

CELL = "published:NAS_CELL"


def nasedu(*arguments):
    return app([str(argument) for argument in arguments], standalone_mode=False) or 0


def test_a_picture_becomes_a_slide(tmp_path):
    out = tmp_path / "slide.png"
    assert nasedu("draw", CELL, "--out", out, "--slide", "The paper's cell") == 0
    width, height = Image.open(out).size
    assert width / height == pytest.approx(16 / 9, rel=0.01)


def test_a_slide_is_written_somewhere():
    with pytest.raises(SettingError, match=r"--slide .* --out"):
        nasedu("draw", CELL, "--slide", "The paper's cell")


def test_a_drawing_that_answers_is_a_page(tmp_path):
    assert nasedu("draw", CELL, "--out", tmp_path / "cell.html") == 0
    assert "Recurrent cell" in (tmp_path / "cell.html").read_text(encoding="utf-8")
