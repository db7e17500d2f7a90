import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasedu import Controller, Reinforce, published
from nasedu.architectures.nas_net import NAS_OPERATIONS
from nasedu.errors import SearchSpaceError
from nasedu.spaces import NasNetSpace

spaces = st.builds(
    NasNetSpace,
    num_blocks=st.integers(1, 4),
    operations=st.sampled_from([("identity",), ("max_3x3", "conv_1x1"), NAS_OPERATIONS]),
    combines=st.sampled_from([("add",), ("add", "concatenate"), ("concatenate",)]),
)


@st.composite
def spaces_and_tokens(draw):
    space = draw(spaces)
    return space, [draw(st.integers(0, d.num_tokens - 1)) for d in space.decisions]


@given(spaces_and_tokens())
def test_tokens_come_back_from_the_cells_they_describe(drawn):
    space, tokens = drawn
    net = space.decode(tokens)
    assert space.encode(net) == tokens
    assert {block.combine for cell in net.cells.values() for block in cell.blocks} <= {
        *space.combines
    }


@given(spaces)
def test_json_gives_the_same_space(space):
    assert NasNetSpace.from_json(space.to_json()) == space


def test_the_papers_space_has_fifty_decisions_and_their_size():
    space = NasNetSpace()
    assert len(space.decisions) == 2 * 5 * 5
    inputs = 2 * 3 * 4 * 5 * 6
    assert space.size == (inputs**2 * (13 * 13 * 2) ** 5) ** 2


@given(spaces)
def test_decisions_of_one_name_have_the_same_choices(space):
    choices = {}
    for decision in space.decisions:
        assert choices.setdefault(decision.name, decision.choices) == decision.choices
    assert f"left_input_b{space.num_blocks - 1}" in choices
    pairs = [(decision.name, decision.layer) for decision in space.decisions]
    assert len(set(pairs)) == len(pairs)


def test_the_published_cells_are_in_the_space_by_the_rule_of_the_text_alone():
    space = NasNetSpace()
    ruled = published.NASNET_A.by_rule()
    assert space.decode(space.encode(ruled)) == ruled
    with pytest.raises(SearchSpaceError, match=r"normal cell gives states \(1, 2, 3, 4, 5, 6\)"):
        space.encode(published.NASNET_A)


def test_the_controller_learns_it_as_it_learns_any_other():
    """More and more blocks add, if adding is what is rewarded."""
    torch.manual_seed(0)
    space = NasNetSpace(2)
    strategy = Reinforce(Controller(space.decisions), lr=0.03)
    generator, added = torch.Generator().manual_seed(0), []
    for _ in range(40):
        tokens = strategy.ask(16, generator=generator)
        nets = [space.decode(row) for row in tokens.tolist()]
        share = [str(net).count(" + ") / 4 for net in nets]
        strategy.tell(tokens, torch.tensor(share))
        added.append(sum(share) / len(share))
    assert added[0] < 0.65 and sum(added[-5:]) / 5 > 0.9


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NasNetSpace(31), "num_blocks is 31; expected at most 30"),
        (lambda: NasNetSpace(operations=()), "operations is \\(\\)"),
        (lambda: NasNetSpace(combines=("add", "add")), "combines is \\('add', 'add'\\)"),
        (lambda: NasNetSpace(2).decode([0] * 19), "19 tokens are not two cells of 2 blocks"),
        (lambda: NasNetSpace(2).decode([2, *[0] * 19]), "token 2 is out of range"),
        (lambda: NasNetSpace(4).encode(published.NASNET_A), "normal cell has 5 blocks; this"),
    ],
)
def test_what_is_not_of_the_space_is_named(make, words):
    with pytest.raises(SearchSpaceError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_an_operation_or_a_way_to_join_that_the_space_lacks_is_named():
    ruled = published.NASNET_A.by_rule()
    few = NasNetSpace(5, NAS_OPERATIONS[:12])
    with pytest.raises(SearchSpaceError, match="right_operation is separable_7x7; this space has"):
        few.encode(ruled)
    blocks = (dataclasses.replace(ruled.normal.blocks[0], combine="concatenate"),)
    cell = dataclasses.replace(ruled.normal, blocks=blocks)
    net = dataclasses.replace(ruled, normal=cell, reduction=cell)
    with pytest.raises(SearchSpaceError, match="a block would concatenate; this space has"):
        NasNetSpace(1, combines=("add",)).encode(net)
