import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasedu import RecurrentCellSpace, compare, draw, published
from nasedu.errors import SettingError

BASE_2 = RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0])
EDGE = re.compile(r"^\s*(\w+) -> (\w+) ", re.MULTILINE)


@st.composite
def cells(draw):
    base = draw(st.sampled_from([1, 2, 4, 8]))
    space = RecurrentCellSpace(base, ("add", "max"), ("identity", "sin", "tanh"))
    return space.decode([draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions])


@given(cells())
@settings(max_examples=30)
def test_both_pictures_have_every_edge_once(cell):
    edges = EDGE.findall(draw(cell).dot)
    assert len(edges) == len(set(edges))
    for k in range(len(cell)):
        for i in cell.inputs(k):
            source = "injected" if i == cell.cell_input else f"activation{i}"
            assert (source, f"combine{k}") in edges
            assert ((f"tree{i}", f"tree{k}") in edges) == (cell.base < 8)  # else no room
    assert (f"combine{cell.cell_output}", "c_t") in edges  # before the activation
    assert (f"activation{cell.cell_input}", "inject") in edges
    assert sum(a.startswith("x") for a, _ in edges) == cell.base


@given(cells())
@settings(max_examples=5)
def test_any_cell_is_drawn_without_a_warning(cell):
    ElementTree.fromstring(draw(cell).svg)


def test_the_memory_and_the_next_node_s_number_stand_apart():
    dot = draw(RecurrentCellSpace(2).decode([0] * 10)).dot  # c_t leaves node 0, beside node 1
    places = dict(re.findall(r'^\s*(\w+) \[.*pos="([^"]+)"', dot, re.MULTILINE))
    (x, y), (other_x, other_y) = (map(float, places[k].split(",")) for k in ("c_t", "number1"))
    assert abs(x - other_x) < 20 and abs(y - other_y) > 15


def test_its_text_is_the_worked_example():
    lines = [line.split("  ")[-1].strip() for line in str(draw(BASE_2)).splitlines()]
    assert lines == [
        "computes",
        "a0 = tanh(W0 x_t + U0 h_t-1)",
        "a0' = relu(a0 + c_t-1)",
        "a1 = relu(W1 x_t * U1 h_t-1)",
        "c_t = W1 x_t * U1 h_t-1",
        "a2 = sigmoid(a0' * a1)",
        "h_t = a2",
    ]


def test_alt_text_names_every_node_and_the_memory():
    alt = draw(published.NAS_CELL).alt
    assert "3 mul relu" in alt
    assert "injected into the output of node 8 by add tanh" in alt
    assert "value of node 12 before its activation" in alt


def test_a_cell_has_no_matrix():
    with pytest.raises(SettingError, match="style 'graph' only"):
        draw(BASE_2, style="matrix")


def test_comparing_marks_what_differs():
    other = RecurrentCellSpace(2).decode([0, 1, 0, 3, 1, 2, 0, 3, 2, 0])
    drawing = compare(BASE_2, other)
    assert str(drawing).splitlines()[-1] == "1 of 3 nodes and the indices differ"
    assert "1: mul relu against add relu" in drawing.alt
    marked = re.findall(r"^\s*(\w+) \[.*penwidth=3", drawing.dot, re.MULTILINE)
    assert marked == ["a1", "aindices", "b1", "bindices"]
    assert "the same" in str(compare(BASE_2, BASE_2))


def test_a_cell_and_a_network_are_not_compared():
    for pair in ((BASE_2, published.NAS_CNN_V1), (published.NAS_CNN_V1, BASE_2)):
        with pytest.raises(SettingError, match="expected two of one kind"):
            compare(*pair)


def test_cells_of_different_bases_are_not_compared():
    with pytest.raises(SettingError, match="base 2 and 8"):
        compare(BASE_2, published.NAS_CELL)


def test_the_time_of_a_value_stands_lower_than_its_letter():
    """Also in programs that do not lower what stands in <SUB>."""
    root = ElementTree.fromstring(draw(published.NAS_CELL).svg)
    words = [(text.text.strip(), float(text.get("y"))) for text in root.findall(".//{*}text")]
    pairs = [
        (low - high)
        for (letter, high), (time, low) in pairwise(words)
        if letter in ("h", "c", "x") and time in ("t", "t−1")
    ]
    assert len(pairs) >= 10
    assert all(2 < lower < 10 for lower in pairs)
