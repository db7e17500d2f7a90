import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu.architectures import (
    ACTIVATIONS,
    COMBINES,
    CellNode,
    ConvNet,
    RecurrentCell,
    published,
)
from nasedu.errors import ArchitectureError
from nasedu.problems import read_architecture

NODE = CellNode("add", "tanh")
NODES = st.builds(CellNode, st.sampled_from(COMBINES), st.sampled_from(ACTIVATIONS))


@st.composite
def cells(draw):
    """Any valid cell of base 1 to 8."""
    size = 2 * draw(st.sampled_from([1, 2, 4, 8])) - 1
    nodes = tuple(draw(st.lists(NODES, min_size=size, max_size=size)))
    indices = st.integers(0, size - 1)
    return RecurrentCell(nodes, draw(NODES), draw(indices), draw(indices))


@given(cells())
def test_json_gives_the_same_cell_and_digest(cell):
    again = RecurrentCell.from_json(cell.to_json())
    assert again == cell
    assert again.digest == cell.digest
    assert read_architecture(cell.to_json()) == cell


@given(cells(), cells())
def test_digests_differ_exactly_when_cells_do(a, b):
    assert (a.digest == b.digest) == (a == b)


def test_digests_are_the_recorded_ones():
    # Digests stand in recorded studies: they must never change.
    assert (
        published.NAS_CELL.digest
        == "d5b79d0d2b9bc39ae769c5e3a13da57b90d8ea7f8196c210416a73ea9ad240a7"
    )
    assert (
        published.NAS_CELL_MAX_SIN.digest
        == "9bc6b88d3ac721b560b5c2dabdc6c56515fe180e39fe12232172d03a64922a35"
    )


@given(cells())
def test_every_node_but_the_root_feeds_one_later_node(cell):
    fed = [i for k in range(len(cell)) for i in cell.inputs(k)]
    assert sorted(fed) == list(range(len(cell) - 1))
    assert all(i < k for k in range(len(cell)) for i in cell.inputs(k))


def test_nodes_of_base_8_are_numbered_as_in_the_paper():
    cell = published.NAS_CELL
    assert cell.base == 8
    assert cell.levels == (range(8), range(8, 12), range(12, 14), range(14, 15))
    assert [cell.inputs(k) for k in (0, 8, 11, 12, 13, 14)] == [
        (),
        (0, 1),
        (6, 7),
        (8, 9),
        (10, 11),
        (12, 13),
    ]


def test_the_other_kind_is_read_too():
    assert isinstance(read_architecture(published.NAS_CNN_V1.to_json()), ConvNet)
    with pytest.raises(ArchitectureError, match="not valid JSON"):
        read_architecture("{")
    for text in ('{"kind": "cat"}', '{"kind": ["conv_net"]}', "[]", '"conv_net"'):
        words = "a 'recurrent_cell', a 'choice' or a 'nas_net'; name a kind of your own"
        with pytest.raises(ArchitectureError, match=words):
            read_architecture(text)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: CellNode("plus", "tanh"), "combine is 'plus'; expected one of add, mul, max"),
        (lambda: CellNode("add", None), "activation is None"),
        (lambda: RecurrentCell((), NODE, 0, 0), "nodes: 0; expected 2 * base - 1 nodes"),
        (lambda: RecurrentCell((NODE,) * 5, NODE, 0, 0), "nodes: 5"),
        (lambda: RecurrentCell((NODE,) * 4, NODE, 0, 0), "nodes: 4"),
        (lambda: RecurrentCell(NODE, NODE, 0, 0), "nodes is CellNode("),
        (lambda: RecurrentCell((NODE, "add", NODE), NODE, 0, 0), "nodes[1] is 'add'"),
        (lambda: RecurrentCell((NODE,), "add", 0, 0), "cell_inject is 'add'"),
        (lambda: RecurrentCell((NODE,) * 3, NODE, 3, 0), "cell_output is 3; expected one of the 3"),
        (lambda: RecurrentCell((NODE,) * 3, NODE, 0, -1), "cell_input is -1"),
        (lambda: RecurrentCell((NODE,) * 3, NODE, True, 0), "cell_output is True"),
    ],
)
def test_invalid_cells_cannot_be_made(make, words):
    with pytest.raises(ArchitectureError) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def document(**changes):
    node = {"combine": "add", "activation": "tanh"}
    fields = {"kind": "recurrent_cell", "schema": 1, "nodes": [node], "cell_inject": node}
    return json.dumps({**fields, "cell_output": 0, "cell_input": 0, **changes})


def test_a_document_is_read():
    assert RecurrentCell.from_json(document()) == RecurrentCell((NODE,), NODE, 0, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (published.NAS_CNN_V1.to_json(), "this JSON is a 'conv_net'; expected a 'recurrent_cell'"),
        (document(schema=2), "newer nasedu"),
        (document(nodes=3), "nodes is 3; expected a list"),
        (document(nodes=[3]), "nodes[0] is 3"),
        (document(nodes=[{"combine": "add"}]), "nodes[0]: activation is missing"),
        (
            document(nodes=[{"combine": "add", "activation": "cos"}]),
            "[0]: activation is 'cos'",
        ),
        (document(cell_inject=None), "cell_inject is None"),
        (document(cell_inject={"combine": "add", "activation": "tanh", "x": 1}), "field 'x'"),
        (document(cell_output="0"), "cell_output is '0'; expected an integer"),
        (
            document(cell_output=None).replace("null", "1" * 5000),
            "is an integer of more than 63 bits",
        ),
        (document(biases=True), "unknown field 'biases'; expected"),
        (document(cell_input=7), "cell_input is 7"),
    ],
)
def test_malformed_json_names_what_is_wrong(text, words):
    with pytest.raises(ArchitectureError) as caught:
        RecurrentCell.from_json(text)
    assert words in str(caught.value)
