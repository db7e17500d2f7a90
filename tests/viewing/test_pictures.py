import base64
import re
import subprocess
import sys
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from nasedu.errors import DrawingError, SettingError
from nasedu.viewing import picture, rank_figure
from nasedu.viewing.pictures import MAX_BYTES, OKABE_ITO

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def figure():
    figure, axes = pyplot.subplots(figsize=(4, 3))
    axes.plot([1, 2, 3], [1, 4, 9], color=OKABE_ITO["blue"])
    yield figure
    pyplot.close(figure)


class Images(HTMLParser):
    """The images of a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


def test_a_notebook_gets_an_image_with_alt_text_and_a_png_for_paper(figure):
    shown = picture(figure, 'the "reward"\n  < grows')
    data = shown._repr_mimebundle_()
    assert list(data) == ["text/html", "image/png", "text/plain"]
    assert data["text/plain"] == 'the "reward" < grows'
    [image] = Images(data["text/html"]).found
    assert image["alt"] == 'the "reward" < grows'
    assert image["src"] == f"data:image/png;base64,{data['image/png']}"
    assert "max-width: 100%" in image["style"]
    with Image.open(BytesIO(base64.b64decode(data["image/png"]))) as png:
        assert png.info["dpi"] == pytest.approx((100, 100), abs=0.1)
        assert png.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)  # for dark pages, too
    assert len(shown.png) < MAX_BYTES


def test_its_window_is_closed(figure):
    picture(figure, "it grows")
    assert figure.number not in pyplot.get_fignums()


def test_axes_and_subfigures_lead_to_the_figure(figure):
    whole = picture(figure, "it grows").png
    assert picture(figure.axes[0], "it grows").png == whole
    part = figure.subfigures().subplots()
    assert picture(part, "it grows").png.startswith(b"\x89PNG")


def test_a_heavy_figure_still_fits(figure):
    noise = np.random.default_rng(0).random((300, 400, 3))
    figure.axes[0].imshow(noise, aspect="auto", interpolation="none")
    figure.set_size_inches(8, 6)
    shown = picture(figure, "noise")
    assert len(shown.png) < MAX_BYTES
    with Image.open(BytesIO(shown.png)) as image:
        assert image.info["dpi"][0] < 99


def test_later_changes_are_not_seen(figure):
    shown = picture(figure, "it grows")
    before = shown.png
    figure.axes[0].set_title("changed")
    assert shown.png == before


def test_what_is_drawn_into_a_picture_of_ours_is_seen_until_it_is_shown():
    drawn = rank_figure([0.1, 0.2], [[1], [2]])
    plain = picture(drawn, "it grows")
    drawn.axes[0].set_title("changed")
    assert drawn.png != plain.png  # which was drawn before
    shown = drawn.png
    drawn.axes[0].set_title("changed again")
    assert drawn.png == shown


def test_a_picture_can_be_given_other_words():
    drawn = rank_figure([0.1, 0.2], [[1], [2]])
    told = picture(drawn, "it grows")
    assert told.alt == "it grows" != drawn.alt
    assert told.png == drawn.png


def test_html_with_a_caption(figure):
    html = picture(figure, 'a < b & "c"').html
    [image] = Images(html).found
    assert image["alt"] == 'a < b & "c"'
    assert html.endswith("<figcaption>a &lt; b &amp; &quot;c&quot;</figcaption></figure>")


def test_a_figure_of_a_notebook_needs_no_tex(tmp_path):
    with pyplot.rc_context({"text.usetex": True}):
        figure, axes = pyplot.subplots(figsize=(4, 3))
        axes.plot([1, 2, 3])
        axes.set_title("sizes")
        assert picture(figure, "it grows").save(tmp_path / "a.pdf").exists()
        assert pyplot.rcParams["text.usetex"] is True  # theirs, for other figures


def test_saving(figure, tmp_path):
    shown = picture(figure, "it grows")
    root = ElementTree.fromstring(shown.save(tmp_path / "a.svg").read_text())
    assert root.get("role") == "img"
    assert root[1].text == "it grows"
    assert shown.save(tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()
    assert shown.save(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert shown.save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(DrawingError, match=r"expected a name in \.png, \.svg, \.pdf"):
        shown.save(tmp_path / "a.dot")


def test_a_stable_repr(figure):
    assert repr(picture(figure, "it grows")) == "Picture('it grows')"


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_alt_text_is_asked_for(figure, alt):
    with pytest.raises(SettingError, match="expected a sentence"):
        picture(figure, alt)
    assert figure.number in pyplot.get_fignums()


def test_something_else_is_no_picture():
    with pytest.raises(SettingError, match="a list is no picture"):
        picture([1, 2], "a list")


def test_colours_are_those_of_okabe_and_ito():
    assert len(OKABE_ITO) == 8
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in OKABE_ITO.values())


def test_drawing_loads_no_matplotlib_and_no_torch():
    code = "import sys, nasedu; nasedu.draw; print({'matplotlib', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
