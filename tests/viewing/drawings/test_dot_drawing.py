import base64
import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nasedu import ConvLayer, ConvNet, ConvNetSpace, draw, published
from nasedu.errors import DrawingError, SettingError
from nasedu.viewing import Drawing
from nasedu.viewing.drawings import dot_drawing
from nasedu.viewing.drawings.conv_net_graph import hue_of

FOUR = ConvNet(
    (
        ConvLayer(3, 5, 36, (0,)),
        ConvLayer(1, 7, 64, (0,)),
        ConvLayer(7, 7, 24, (1, 2)),
        ConvLayer(3, 3, 48, (1,)),
    )
)
EDGE = re.compile(r"^\s*(image|layer\d+) -> (layer\d+|classifier) ", re.MULTILINE)
CELL = re.compile(r'^\s*"(layer\d+|classifier) (reads|without) (image|layer\d+)" ', re.MULTILINE)


@st.composite
def nets(draw):
    """Networks of 1 to 9 layers with any skip connections, some with strides."""
    num_layers = draw(st.integers(1, 9))
    space = ConvNetSpace(num_layers, strides=draw(st.sampled_from([(1,), (1, 2)])))
    return space.decode([draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions])


def pairs(net):
    """Who reads whom, in the words of the pictures."""
    names = ["image", *(f"layer{i}" for i in range(1, len(net) + 1))]
    inner = [(names[j], names[i]) for i, a in enumerate(net.layers, 1) for j in a.inputs]
    return Counter([*inner, *((names[j], "classifier") for j in net.loose_ends)])


@given(nets())
def test_the_graph_has_every_connection_once_and_no_other(net):
    assert Counter(EDGE.findall(draw(net).dot)) == pairs(net)


@given(nets())
def test_the_matrix_marks_every_connection_and_leaves_the_rest_empty(net):
    cells = CELL.findall(draw(net, style="matrix").dot)
    marked = Counter((source, target) for target, reads, source in cells if reads == "reads")
    assert marked == pairs(net)
    assert len(cells) == (len(net) + 1) * (len(net) + 2) // 2


@given(nets())
@settings(max_examples=15)
def test_any_network_is_drawn_without_a_warning_and_is_well_formed(net):
    for style in ("graph", "matrix"):
        ElementTree.fromstring(draw(net, style=style).svg)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("style", ["graph", "matrix"])
def test_pooling_is_marked_where_it_is(style):
    net = ConvNet((*FOUR.layers, ConvLayer(3, 3, 0, (3, 4), operation="average")), (2, 4))
    dot = draw(net, style=style).dot
    marks = {"graph": r"cut(\d)_left -> cut\1_right", "matrix": r"pooling(\d)_above"}
    assert re.findall(marks[style], dot) == ["2", "4"]
    assert "average 3×3" in dot
    assert dot.count("pooled 2×2") + dot.count("2×2 max pooling") == 1  # what the mark means
    ElementTree.fromstring(draw(net, style=style).svg)
    assert not re.search(marks[style], draw(FOUR, style=style).dot)


def test_large_numbers_fit_into_their_boxes():
    layers = (ConvLayer(11, 11, 1024, (0,), 4, 4), ConvLayer(15, 13, 2048, (0, 1), 10, 12))
    for style in ("graph", "matrix"):
        draw(ConvNet(layers), shape=(3, 2240, 2240), num_classes=1000, style=style).svg  # noqa: B018


def test_each_kind_of_connection_has_its_own_line():
    lines = dict(re.findall(r"^\s*(\w+ -> \w+) \[(.*)\]$", draw(FOUR).dot, re.MULTILINE))
    assert "style=dotted" in lines["image -> layer2"]
    assert "style=dashed" in lines["layer3 -> classifier"]
    assert "arrowhead=diamond" in lines["layer3 -> classifier"]
    assert "style" not in lines["layer1 -> layer3"]
    assert "penwidth=3" in lines["layer2 -> layer3"]


def test_the_main_chain_is_straight_and_skips_bulge():
    lines = dict(re.findall(r'^\s*(\w+ -> \w+) \[.*pos="e,([^"]*)"', draw(FOUR).dot, re.MULTILINE))
    xs = {name: {p.split(",")[0] for p in pos.split()} for name, pos in lines.items()}
    assert xs["layer2 -> layer3"] == {"0"}
    assert len(xs["layer1 -> layer3"]) == 3


def test_odd_layers_send_their_arcs_to_the_right_and_even_ones_to_the_left():
    for source, pos in re.findall(
        r'^\s*layer(\d+) -> layer\d+ \[.*pos="e,([^"]*)"', draw(published.NAS_CNN_V1).dot, re.M
    ):
        far = max((float(p.split(",")[0]) for p in pos.split()), key=abs)
        assert far == 0 or (far > 0) == bool(int(source) % 2)


def test_boxes_show_filter_and_output():
    texts = "".join(ElementTree.fromstring(draw(FOUR, shape=(3, 28, 20)).svg).itertext())
    for text in ("1×7", "64", "× 28 × 20", "72 →", "4 layers · 2 skip connections · 137,190"):
        assert text in texts.replace("\xa0", " ")


def test_its_text_is_the_layer_table():
    drawing = draw(FOUR)
    assert str(drawing) == drawing.text
    assert drawing.text.splitlines()[3].split() == ["2", "1x7", "0", "64x32x32", "1,472"]


def test_a_notebook_gets_an_image_with_alt_text_a_png_and_the_table():
    drawing = draw(FOUR, alt='Four "layers" & more')
    bundle = drawing._repr_mimebundle_()
    assert list(bundle) == ["text/html", "image/png", "text/plain"]
    assert 'alt="Four &quot;layers&quot; &amp; more" style="max-width: 100%' in bundle["text/html"]
    [svg] = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', bundle["text/html"])
    assert base64.b64decode(svg).decode() == drawing.svg
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == drawing.text


def test_the_svg_has_a_size_of_its_own():
    """CairoSVG draws nothing where CSS says ``height: auto``."""
    root = ElementTree.fromstring(draw(FOUR).svg)
    assert float(root.get("width").removesuffix("pt")) > 100
    assert float(root.get("height").removesuffix("pt")) > 100
    assert root.get("style") is None


def test_a_notebook_without_a_renderer_still_gets_the_table(monkeypatch):
    def nothing(*_):
        raise DrawingError("no program here")

    monkeypatch.setattr("nasedu.viewing.drawings.dot_drawing.render", nothing)
    bundle = draw(FOUR)._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith(draw(FOUR).text)
    assert bundle["text/plain"].endswith("no program here")


def test_the_svg_announces_itself_with_the_finding():
    root = ElementTree.fromstring(draw(FOUR).svg)
    title, desc = root[:2]
    assert root.get("role") == "img"
    assert title.tag.endswith("title")
    assert title.text == f"Convolutional network {FOUR.digest[:8]}"
    assert desc.tag.endswith("desc")
    assert desc.text == (
        "A convolutional network of 4 layers, 2 skip connections, 137,190 parameters. "
        "Skip connections: 1 to 3, 1 to 4. The image also feeds layer 2. "
        "No layer reads layer 3: the classifier does."
    )


def test_alt_text_of_your_own():
    drawing = draw(FOUR, alt="Layers 1 & 2 <both> read the image")
    assert ElementTree.fromstring(drawing.svg)[1].text == "Layers 1 & 2 <both> read the image"


def test_same_network_same_bytes_and_nothing_of_this_machine():
    for style in ("graph", "matrix"):
        one, other = draw(FOUR, style=style), draw(ConvNet.from_json(FOUR.to_json()), style=style)
        assert one.svg == other.svg
        assert "<?xml" not in one.svg
        assert "version" not in one.svg
        assert str(Path.cwd()) not in one.svg
        assert ' id="' not in one.svg  # two drawings on a page would share them


def test_a_stable_repr():
    assert repr(draw(FOUR)).startswith("Drawing(alt='A convolutional network of 4 layers")
    assert draw(FOUR) == draw(FOUR)


def test_saving(tmp_path):
    drawing = draw(FOUR)
    assert drawing.save(tmp_path / "a.svg").read_text(encoding="utf-8") == drawing.svg
    assert drawing.save(tmp_path / "a.dot").read_text(encoding="utf-8") == drawing.dot
    with Image.open(BytesIO(drawing.save(str(tmp_path / "a.PNG")).read_bytes())) as image:
        assert image.format == "PNG"
        assert image.width > 600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.PNG", "a.dot", "a.svg"]


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.svgz"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(DrawingError, match=r"expected a name in \.svg, \.png, \.dot"):
        draw(FOUR).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_cell_of_base_8_needs_the_width_of_a_page():
    assert draw(published.NAS_CELL).is_wide
    assert not draw(FOUR).is_wide and not draw(published.NAS_CNN_V1).is_wide


def test_pdf_is_offered_where_it_can_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(dot_drawing, "writes_pdf", lambda: False)
    with pytest.raises(DrawingError, match=r"expected a name in \.svg, \.png, \.dot, \.html$"):
        draw(FOUR).save(tmp_path / "a.pdf")
    monkeypatch.setattr(dot_drawing, "writes_pdf", lambda: True)
    monkeypatch.setattr(dot_drawing, "render", lambda dot, kind: kind.encode())
    assert draw(FOUR).save(tmp_path / "a.pdf").read_bytes() == b"pdf"


def test_no_two_of_the_layers_with_arcs_share_hue_and_side():
    assert len({(hue_of(layer), layer % 2) for layer in range(1, 15)}) == 14


def test_a_matrix_says_what_its_marks_and_columns_are():
    texts = "".join(ElementTree.fromstring(draw(FOUR, style="matrix").svg).itertext())
    for words in ("filter, and output", "reads the one before", "skip connection", "not read"):
        assert words in texts.replace("\xa0", " ")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.svg"
    path.write_text("old")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DrawingError, match="No space left on device"):
        draw(FOUR).save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.svg"]
    assert path.read_text() == "old"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DrawingError, match="cannot be written"):
        draw(FOUR).save(tmp_path / "nowhere" / "a.svg")


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(DrawingError, match="cannot draw a tuple; expected an architecture"):
        draw(FOUR.layers)
    with pytest.raises(SettingError, match=r"style is 'circle'; expected one of 'graph', 'matrix'"):
        draw(FOUR, style="circle")
    for shape in [(3, 32), (3, 0, 32), 32, (3.0, 32, 32)]:
        with pytest.raises(SettingError, match="shape is"):
            draw(FOUR, shape=shape)
    with pytest.raises(SettingError, match="num_classes is 0"):
        draw(FOUR, num_classes=0)


def test_many_skips_are_not_told_one_by_one():
    alt = draw(published.NAS_CNN_V1).alt
    assert "15 layers, 51 skip connections, 4,201,630 parameters" in alt
    assert "Layer 13 reads the most: 9 outputs" in alt
    assert len(alt) < 200


def test_a_drawing_is_what_others_build_too():
    drawing = Drawing("digraph { a -> b }", "a table", alt="a leads to b", title="A graph")
    assert "a leads to b" in drawing.svg
    assert str(drawing) == "a table"
