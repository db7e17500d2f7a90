import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasedu import Controller, build, published
from nasedu.architectures import CellNode, RecurrentCell
from nasedu.controller import STRATEGIES, make_strategy
from nasedu.errors import SearchSpaceError
from nasedu.spaces import RecurrentCellSpace, count_sequences, places_of, sequences_at
from nasedu.spaces.recurrent_cell_space import node_orders

LARGE = RecurrentCellSpace(
    combines=("add", "mul", "max"), activations=("identity", "tanh", "sigmoid", "relu", "sin")
)
spaces = st.builds(
    RecurrentCellSpace,
    base=st.sampled_from([1, 2, 4, 8]),
    combines=st.sampled_from([("add",), ("add", "mul"), ("max", "add", "mul")]),
    activations=st.sampled_from([("tanh",), ("identity", "tanh", "sigmoid", "relu"), ("sin",)]),
)


@st.composite
def spaces_and_tokens(draw):
    space = draw(spaces)
    return space, [draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions]


@given(spaces_and_tokens())
def test_tokens_come_back_from_the_cell_they_describe(drawn):
    space, tokens = drawn
    cell = space.decode(tokens)
    assert space.encode(cell) == tokens
    assert space.decode(space.encode(cell)) == cell


@given(spaces)
def test_json_gives_the_same_space(space):
    assert RecurrentCellSpace.from_json(space.to_json()) == space


def test_size_counts_every_sequence_and_every_sequence_is_another_cell():
    space = RecurrentCellSpace(2, ("add", "mul"), ("tanh", "relu"))
    every = itertools.product(*(range(d.num_tokens) for d in space.decisions))
    cells = {space.decode(tokens) for tokens in every}
    assert len(cells) == space.size == 4**3 * 4 * 9


def test_size_is_the_papers_exactly():
    # Section 3.4: about 6 x 10^16 cells of base 8.
    assert RecurrentCellSpace().size == 8**15 * 8 * 225 == 63_331_869_759_897_600
    assert len(RecurrentCellSpace().decisions) == 34


def test_max_and_sin_make_it_larger():
    assert LARGE.size == 15**16 * 225


def test_tokens_of_the_papers_worked_example():
    # Figure 5: add, tanh | mul, relu | mul, sigmoid | inject add, relu | indices 1 and 0.
    space = RecurrentCellSpace(2)
    names = [(d.name, d.layer) for d in space.decisions]
    assert names[:4] == [("combine", 1), ("activation", 1), ("combine", 2), ("activation", 2)]
    assert names[6:] == [
        ("combine", 4),
        ("activation", 4),
        ("cell_output", 4),
        ("cell_input", 4),
    ]
    cell = space.decode([0, 1, 1, 3, 1, 2, 0, 3, 1, 0])
    nodes = (CellNode("add", "tanh"), CellNode("mul", "relu"), CellNode("mul", "sigmoid"))
    assert cell == RecurrentCell(nodes, CellNode("add", "relu"), cell_output=1, cell_input=0)


def test_published_cells_are_in_their_spaces():
    for space, cell in (
        (RecurrentCellSpace(), published.NAS_CELL),
        (LARGE, published.NAS_CELL_MAX_SIN),
    ):
        assert space.decode(space.encode(cell)) == cell


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: RecurrentCellSpace(3), "base is 3; expected a power of two"),
        (lambda: RecurrentCellSpace(0), "base is 0"),
        (lambda: RecurrentCellSpace(128), "base is 128; expected a power of two, 64 at most"),
        (lambda: RecurrentCellSpace(2, ()), "combines is ()"),
        (lambda: RecurrentCellSpace(2, ("add", "add")), "each once"),
        (lambda: RecurrentCellSpace(2, "add"), "combines is 'add'"),
        (lambda: RecurrentCellSpace(2, ("add",), ("cos",)), "activations[0] is 'cos'"),
        (lambda: RecurrentCellSpace(2).decode([0] * 9), "9 tokens are not a cell of base 2"),
        (lambda: RecurrentCellSpace(2).decode([2] + [0] * 9), "token 2 is out of range"),
        (lambda: RecurrentCellSpace(2).encode(published.NAS_CELL), "has base 8"),
        (lambda: RecurrentCellSpace().encode(published.NAS_CELL_MAX_SIN), "node 'max tanh'"),
        (lambda: RecurrentCellSpace.from_json('{"kind": "cell"}'), "'cell'"),
    ],
)
def test_what_is_not_of_the_space_is_named(make, words):
    with pytest.raises(SearchSpaceError) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_controller_samples_and_scores_cells():
    controller = Controller(RecurrentCellSpace().decisions, seed=0)
    rollout = controller(5, generator=torch.Generator().manual_seed(0))
    scored = controller(tokens=rollout.tokens)
    assert torch.allclose(scored.log_probs, rollout.log_probs)
    cells = [RecurrentCellSpace().decode(row) for row in rollout.tokens.tolist()]
    assert len(set(cells)) == 5
    assert set(controller.heads) == {"combine", "activation", "cell_output", "cell_input"}


def test_the_controllers_probabilities_of_all_small_cells_sum_to_one():
    space = RecurrentCellSpace(2, ("add", "mul"), ("tanh", "relu"))
    every = torch.from_numpy(sequences_at(space.decisions, range(space.size)))
    with torch.no_grad():
        total = Controller(space.decisions, seed=1)(tokens=every).log_probs.sum(1).exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-4)


def test_small_spaces_are_enumerated():
    decisions = RecurrentCellSpace(2).decisions
    assert count_sequences(decisions) == RecurrentCellSpace(2).size == 8**4 * 9
    places = [0, 1, 36_863]
    assert places_of(decisions, sequences_at(decisions, places)).tolist() == places


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_asks_for_cells_and_is_told(name):
    strategy = make_strategy(name, RecurrentCellSpace().decisions, seed=0)
    source = torch.Generator().manual_seed(0)
    for _ in range(3):
        tokens = strategy.ask(4, generator=source)
        for row in tokens.tolist():
            RecurrentCellSpace().decode(row)
        strategy.tell(tokens, (tokens.sum(1) % 5) / 5)


@pytest.mark.parametrize(
    "space", [RecurrentCellSpace(2), RecurrentCellSpace(4, ("add",), ("tanh", "relu"))]
)
def test_descriptions_of_one_cell_give_equal_outputs_with_equal_weights(space):
    first, x = space.representatives(), torch.randn(5, 2, 3, dtype=torch.float64)
    twins = np.flatnonzero(first != np.arange(space.size))
    for place in np.random.default_rng(0).choice(twins, 60).tolist():
        cells = [
            space.decode(sequences_at(space.decisions, p).tolist()) for p in (place, first[place])
        ]
        a, b = (build(cell, input_size=3, hidden_size=4).double() for cell in cells)
        for order in node_orders(space.base):  # of its leaves, one makes the weights equal
            with torch.no_grad():
                for theirs, ours in zip(a.parameters(), b.parameters(), strict=True):
                    leaves = ours.view(space.base, 4, -1)[list(order[: space.base])]
                    theirs.copy_(leaves.flatten(0, 1))
            if torch.allclose(a(x)[0], b(x)[0], rtol=0, atol=1e-12):
                break
        else:
            pytest.fail(f"{cells[0]} is not {cells[1]}")


def test_of_base_2_half_the_descriptions_are_trained():
    first = RecurrentCellSpace(2).representatives()
    alike = (8 * 8 * 8) * 1  # equal leaves, root, injection, and both indices at the root
    assert len(np.unique(first)) == (36_864 + alike) // 2 == 18_688
    assert np.array_equal(first[first], first)


def test_every_order_of_a_tree_keeps_its_pairs_together():
    for base in (1, 2, 4, 8):
        orders = node_orders(base)
        assert len(set(orders)) == 2 ** (base - 1)
        for order in orders:
            assert sorted(order) == list(range(2 * base - 1))
            for k in range(base - 1):
                below = {*order[2 * k : 2 * k + 2]}
                assert below == {2 * (order[base + k] - base), 2 * (order[base + k] - base) + 1}
