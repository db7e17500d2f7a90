import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nasedu import CellNode, RecurrentCell, RecurrentCellSpace, build
from nasedu.viewing.widgets.cell_trace import decimals, trace

BASE_2 = RecurrentCellSpace(2).decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0])


@st.composite
def cells(draw):
    base = draw(st.sampled_from([1, 2, 4, 8]))
    space = RecurrentCellSpace(base, ("add", "mul", "max"), ("identity", "sin", "tanh", "relu"))
    return space.decode([draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions])


@given(cells(), st.integers(0, 9))
@settings(max_examples=40)
def test_it_ends_where_the_package_ends(cell, seed):
    torch.manual_seed(seed)
    child = build(cell, input_size=1, hidden_size=1, fast=False).double()
    x, h, c = torch.randn(3, 1, 1, dtype=torch.float64)
    h_t, c_t = child.step(x, h, c)
    from_x, from_h = (child.weight_ih * x).flatten(), (child.weight_hh * h).flatten()
    stops = trace(cell, from_x.tolist(), from_h.tolist(), c.item())
    known = {name: value for stop in stops for name, value in stop.values.items()}
    assert known["h_t"] == pytest.approx(h_t.item(), abs=1e-12)
    assert known["c_t"] == pytest.approx(c_t.item(), abs=1e-12)
    assert known["c_last"] == c.item()
    assert len(stops) == len(cell) + 3  # nodes, memory out and in, the end


def test_the_worked_example_in_words():
    words = [stop.words for stop in trace(BASE_2, (0.4, 1.6), (-0.25, 0.75), 0.6)]
    assert words == [
        "Node 0, a leaf, adds W0 x and U0 h: 0.400 + (−0.250) = 0.150. Its tanh is 0.149.",
        "Memory in: what node 0 gives and c_t-1: 0.149 + 0.600 = 0.749. Its relu is 0.749.",
        "Node 1, a leaf, multiplies W1 x and U1 h: 1.600 × 0.750 = 1.200. Its relu is 1.200.",
        "Memory out: c_t is the value of node 1 before its activation: 1.200.",
        "Node 2 multiplies what nodes 0 and 1 give: 0.749 × 1.200 = 0.899. Its sigmoid is 0.711.",
        "The end: h_t is what the root, node 2, gives: 0.711.",
    ]


def test_both_indices_on_the_root():
    cell = RecurrentCell((CellNode("max", "sin"),), CellNode("mul", "identity"), 0, 0)
    node, out, into, end = trace(cell, (0.5,), (-1.0,), -2.0)
    assert node.words.startswith("Node 0, a leaf, takes the larger of W0 x and U0 h: max(0.500, −1")
    assert out.values == {"c_t": 0.5}  # before the sine, and before the injection
    assert into.values["injected"] == end.values["h_t"] == -2 * node.values["activation0"]
    assert into.words.endswith("× (−2.000) = −0.959. The identity leaves it: −0.959.")


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0001, "0.000"), (-1.5, "−1.500"), (12345.6, "1.23e+04"), (float("inf"), "inf")],
)
def test_numbers_are_short(value, text):
    assert decimals(value) == text
