import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasedu import ConvLayer, ConvNet, ConvNetSpace, compare, published
from nasedu.errors import DrawingError, SettingError

A = ConvNet(
    (
        ConvLayer(3, 5, 36, (0,)),
        ConvLayer(1, 7, 64, (1,)),
        ConvLayer(7, 7, 24, (1, 2)),
        ConvLayer(3, 3, 48, (1, 3)),
    )
)
B = ConvNet(
    (
        ConvLayer(3, 5, 36, (0,)),
        ConvLayer(5, 7, 64, (1,)),
        ConvLayer(7, 7, 48, (1, 2)),
        ConvLayer(3, 3, 48, (2, 3)),
        ConvLayer(5, 5, 24, (3, 4)),
    )
)
EDGE = re.compile(r"^\s*([ab])_(?:layer)?(\w+) -> [ab]_(?:layer)?(\w+) \[(.*)\]$", re.MULTILINE)


@st.composite
def nets(draw):
    space = ConvNetSpace(draw(st.integers(1, 5)))
    return space.decode([draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions])


def connections(net):
    inner = [(str(j or "image"), str(i)) for i, a in enumerate(net.layers, 1) for j in a.inputs]
    return {*inner, *((str(j), "classifier") for j in net.loose_ends)}


@given(nets(), nets())
def test_every_connection_once_and_dashed_where_the_other_lacks_it(a, b):
    edges = EDGE.findall(compare(a, b).dot)
    for side, net, other in (("a", a, b), ("b", b, a)):
        found = Counter((j, i) for s, j, i, _ in edges if s == side)
        assert found == Counter(connections(net))
        dashed = {(j, i) for s, j, i, look in edges if s == side and "style=dashed" in look}
        assert dashed == connections(net) - connections(other)


@given(nets(), nets())
@settings(max_examples=10)
def test_any_two_networks_are_drawn_without_a_warning(a, b):
    ElementTree.fromstring(compare(a, b).svg)


def box(drawing, name):
    (label,) = re.findall(rf"^\s*{name} \[(.*)\]$", drawing.dot, re.MULTILINE)
    return label


def sign(drawing, layer):
    return re.search(r"label=\"?([^\s\"]+)", box(drawing, f"sign{layer}"))[1]


def test_differences_are_marked_by_shape_and_sign():
    drawing = compare(A, B)
    assert [sign(drawing, i) for i in range(1, 6)] == ["=", "≠", "≠", "≠", "+"]
    assert "<U>1×7</U>" in box(drawing, "a_layer2")
    assert "<U>5×7</U>" in box(drawing, "b_layer2")
    assert "<U><B>48</B>" in box(drawing, "b_layer3")
    assert "<U>" not in box(drawing, "b_layer4")  # only its inputs differ: its arcs are dashed
    assert "penwidth=3" in box(drawing, "b_layer4")
    assert "<U>" not in box(drawing, "a_layer1")
    assert "penwidth=1.4" in box(drawing, "a_layer1")
    assert 'style="filled,dashed"' in box(drawing, "b_layer5")
    assert "a_layer5" not in drawing.dot


def test_layers_of_one_number_and_both_classifiers_stand_in_one_row():
    places = dict(re.findall(r'^\s*([ab]_\w+) \[.*pos="(\S+)"', compare(A, B).dot, re.MULTILINE))
    for name in ("image", "layer1", "layer4", "classifier"):
        (xa, ya), (xb, yb) = (places[f"{s}_{name}"].split(",") for s in "ab")
        assert ya == yb
        assert float(xa) == -float(xb)


def test_as_text():
    assert str(compare(A, B, names=("first", "second"))).splitlines() == [
        "   layer       first          second         differs",
        "   1           3x5 36 <- 0    3x5 36 <- 0",
        "*  2           1x7 64 <- 1    5x7 64 <- 1    filter",
        "*  3           7x7 24 <- 1,2  7x7 48 <- 1,2  filters",
        "*  4           3x3 48 <- 1,3  3x3 48 <- 2,3  inputs",
        "+  5           -              5x5 24 <- 3,4  only here",
        "*  classifier  <- 4           <- 5           inputs",
        "   parameters  162,102        424,134",
        "4 of 5 layers and 6 connections differ",
    ]


def test_the_alt_text_says_how_many_and_which():
    alt = compare(A, B, names=("first", "second")).alt
    assert "4 of 5 layers and 6 connections differ." in alt
    assert "2 (filter); 3 (filters); 4 (inputs); 5 (only here)." in alt
    assert "Only in first: 1 to 4, 4 to the classifier." in alt
    assert "Only in second: 2 to 4, 3 to 5, 4 to 5, 5 to the classifier." in alt


def test_equal_networks():
    drawing = compare(A, A)
    assert drawing.text.endswith("the two networks are the same")
    assert "The two networks are the same." in drawing.alt
    assert "dashed" not in drawing.dot
    assert "≠" not in drawing.dot


def test_the_known_slip_in_copies_of_figure_7_is_one_dashed_arc_a_side():
    layers = published.NAS_CNN_V1.layers
    copy = ConvNet((*layers[:-1], replace(layers[-1], inputs=(6, 7, 11, 12, 13, 14))))
    drawing = compare(published.NAS_CNN_V1, copy, style="graph")
    dashed = [(s, j, i) for s, j, i, look in EDGE.findall(drawing.dot) if "dashed" in look]
    assert dashed == [("a", "2", "15"), ("b", "6", "15")]
    assert "1 of 15 layers and 2 connections differ" in drawing.alt


def test_dense_networks_are_one_matrix():
    layers = published.NAS_CNN_V1.layers
    copy = ConvNet((*layers[:-1], replace(layers[-1], inputs=(6, 7, 11, 12, 13, 14))))
    drawing = compare(published.NAS_CNN_V1, copy, names=("ours", "<theirs>"))
    assert (
        drawing.dot
        == compare(published.NAS_CNN_V1, copy, names=("ours", "<theirs>"), style="matrix").dot
    )
    marks = dict(re.findall(r"^\s*(mark\d+_\d+) \[(.*)\]$", drawing.dot, re.MULTILINE))
    assert len(marks) == 16 * 17 // 2
    for name, shape in (("15_2", "triangle"), ("15_6", "circle"), ("15_7", "square")):
        assert f"shape={shape}" in marks[f"mark{name}"]
    assert sum("shape=triangle" in look or "width=0.26" in look for look in marks.values()) == 2
    texts = "".join(ElementTree.fromstring(drawing.svg).itertext()).replace("\xa0", " ")
    for words in ("only ours", "only <theirs>", "both", "neither", "1 of 15 layers and 2"):
        assert words in texts


def test_of_a_cell_only_what_differs_is_on_yellow():
    a = published.NAS_CELL
    first = replace(a.nodes[0], activation="relu")
    drawing = compare(a, replace(a, nodes=(first, *a.nodes[1:])))
    yellow = re.findall(r'BGCOLOR="#F0E442"><U>(\w+)</U>', drawing.dot)
    assert yellow == ["sigmoid", "relu"]


def test_strides_are_a_difference_of_the_filter():
    one = ConvNet((ConvLayer(3, 3, 24, (0,)),))
    assert (
        "filter" in compare(one, ConvNet((ConvLayer(3, 3, 24, (0,), 2, 1),))).text.splitlines()[1]
    )


def test_names_may_hold_anything():
    drawing = compare(A, B, names=("<b> & \\n", 'say "hi"'))
    texts = "".join(ElementTree.fromstring(drawing.svg).itertext())
    assert "only in <b> & \\n" in texts.replace("\xa0", " ")
    assert 'only in say "hi"' in texts.replace("\xa0", " ")
    ElementTree.fromstring(compare(A, B, names=("\x1b[31m \x00", "\udc80")).svg)


def test_saved_like_any_drawing(tmp_path):
    assert compare(A, B).save(tmp_path / "ab.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_compared():
    with pytest.raises(DrawingError, match="cannot draw a str"):
        compare(A, "b")
    for names in (("a", "a"), ("a", ""), ("a", "b", "c")):
        with pytest.raises(SettingError, match="expected two names that differ"):
            compare(A, B, names=names)


def test_pooling_and_learning_rates_that_differ_are_told():
    drawing = compare(A, ConvNet(A.layers, (1, 2), 0.1))
    assert (
        drawing.text.splitlines()[-1] == "pooling: none and after 1,2; learning rate: none and 0.1"
    )
    assert "Pooling: none and after 1,2" in drawing.alt
    assert drawing.dot.count("cut1_left ->") == 1
    same = ConvNet(A.layers, (1, 2), 0.1)
    assert "the two networks are the same" in compare(same, same).text
