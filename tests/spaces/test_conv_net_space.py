import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu.architectures import ConvLayer, ConvNet, cost, published
from nasedu.errors import SearchSpaceError
from nasedu.spaces import PRESETS, ConvNetSpace, Decision

KINDS = ConvNetSpace(
    3, (1, 3), (3,), (8, 16), operations=("conv", "max", "average"), learning_rates=(0.01, 0.1)
)
ONE = (ConvLayer(3, 3, 24, (0,)),)

choices = st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(tuple)
spaces = st.builds(
    ConvNetSpace,
    num_layers=st.integers(1, 7),
    filter_heights=choices,
    filter_widths=choices,
    num_filters=choices,
    strides=st.sampled_from([(1,), (2,), (1, 2, 3)]),
    skip_connections=st.booleans(),
    learning_rates=st.sampled_from([(), (0.1,), (0.01, 0.1)]),
    block_depth=st.integers(1, 3),
    pool_after=st.sampled_from([(), (1,)]),
)


@st.composite
def spaces_and_tokens(draw):
    space = draw(spaces)
    depth = draw(st.integers(1, space.num_layers))
    decisions = space.decisions[: space.steps_before + depth * space.steps_per_layer]
    return space, [draw(st.integers(0, d.num_tokens - 1)) for d in decisions]


@given(spaces_and_tokens())
def test_tokens_come_back_from_the_network_they_describe(drawn):
    space, tokens = drawn
    assert space.encode(space.decode(tokens)) == tokens


@given(spaces_and_tokens())
def test_a_network_is_the_beginning_of_every_deeper_one(drawn):
    space, tokens = drawn
    deeper = [*tokens, *(0 for _ in space.decisions[len(tokens) :])]
    net, grown = space.decode(tokens), space.decode(deeper)
    assert grown.layers[: len(net)] == net.layers
    assert tuple(i for i in grown.pool_after if i <= len(net)) == net.pool_after
    assert grown.learning_rate == net.learning_rate


@given(st.data())
def test_networks_with_pooling_layers_come_back_from_their_tokens(data):
    tokens = [data.draw(st.integers(0, d.num_tokens - 1)) for d in KINDS.decisions]
    net = KINDS.decode(tokens)
    words = KINDS.encode(net)
    assert KINDS.decode(words) == net
    for decision, said, token in zip(KINDS.decisions, words, tokens, strict=True):
        pooling = net.layers[decision.layer - 1].is_pooling
        assert said == (0 if pooling and decision.name == "num_filters" else token)


def test_order_of_decisions_with_kinds_and_a_learning_rate():
    names = [d.name for d in KINDS.decisions]
    each = ["operation", "filter_height", "filter_width", "num_filters", "anchor"]
    assert names == ["learning_rate", *each * 3]
    assert KINDS.decisions[0] == Decision("learning_rate", 1, (0.01, 0.1))
    assert (KINDS.steps_before, KINDS.steps_per_layer) == (1, 5)
    assert KINDS.size == 2 * (3 * 2 * 1 * 2) ** 3 * 2 * 4


def test_one_layer_with_a_learning_rate_has_whole_layers():
    space = ConvNetSpace(1, (3,), (3,), (8,), learning_rates=(0.1, 1))
    assert space.steps_per_layer == 4
    assert space.decode([1, 0, 0, 0, 0]).learning_rate == 1.0


def test_later_fields_are_in_the_json_only_if_they_are_used():
    # The space's JSON stands in recorded studies: that of early spaces must not change.
    assert ConvNetSpace(3, (1, 3), (5,), (8, 24)).to_json() == (
        '{"filter_heights":[1,3],"filter_widths":[5],"kind":"conv_net_space","num_filters":[8,24],'
        '"num_layers":3,"schema":1,"skip_connections":true,"strides":[1]}'
    )
    for space in (KINDS, *PRESETS.values()):
        assert ConvNetSpace.from_json(space.to_json()) == space


def test_a_block_is_densely_connected_and_who_reads_it_reads_all_of_it():
    space = ConvNetSpace(3, (3,), (3,), (8, 16), block_depth=2, pool_after=(2,))
    net = space.decode([0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0b11])
    inputs = [(0,), (0, 1), (1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2, 3, 4, 5)]
    assert [layer.inputs for layer in net.layers] == inputs
    assert [layer.num_filters for layer in net.layers] == [16, 16, 8, 8, 16, 16]
    assert net.pool_after == (4,)


def test_blocks_without_skip_connections_read_the_block_before():
    space = ConvNetSpace(2, (3,), (3,), (8,), skip_connections=False, block_depth=2)
    assert [a.inputs for a in space.decode([0] * 6).layers] == [(0,), (0, 1), (1, 2), (1, 2, 3)]


def test_the_papers_spaces():
    v1, v2, v3 = (PRESETS[f"cifar10-v{i}"] for i in (1, 2, 3))
    assert v1 == ConvNetSpace()
    assert v2.size == (4 * 4 * 3 * 3 * 4) ** 20 * 2**190
    assert v3.size == (4 * 4 * 4) ** 13 * 2**78
    deepest = v3.decode([d.num_tokens - 1 for d in v3.decisions])
    assert (len(deepest), deepest.pool_after) == (39, (12, 24))
    assert cost(deepest).num_parameters > 7.1e6 > cost(v3.decode([0] * 13 * 4)).num_parameters


@given(spaces)
def test_json_gives_the_same_space(space):
    assert ConvNetSpace.from_json(space.to_json()) == space


@pytest.mark.parametrize("skips", [True, False])
def test_size_counts_every_sequence_and_every_sequence_is_another_network(skips):
    space = ConvNetSpace(3, (1, 3), (3,), (8, 16), skip_connections=skips)
    every = itertools.product(*(range(d.num_tokens) for d in space.decisions))
    nets = {space.decode(tokens) for tokens in every}
    assert len(nets) == space.size == 4**3 * (8 if skips else 1)


def test_size_is_exact_beyond_floats():
    # 15 layers of the paper's choices: 64^15 filters, and one bit for each pair of layers.
    assert ConvNetSpace().size == 64**15 * 2**105


def test_order_of_decisions_in_a_layer():
    names = [d.name for d in ConvNetSpace(2, strides=(1, 2)).decisions if d.layer == 2]
    assert names == [
        "filter_height",
        "filter_width",
        "stride_height",
        "stride_width",
        "num_filters",
        "anchor",
    ]


def test_an_anchor_is_a_bit_mask_over_earlier_layers():
    space = ConvNetSpace(4, (3,), (3,), (8,))
    net = space.decode([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0b10, 0, 0, 0, 0b101])
    assert [layer.inputs for layer in net.layers] == [(0,), (1,), (2,), (1, 3)]


def test_a_layer_that_chose_nothing_takes_the_image():
    space = ConvNetSpace(2, (3,), (3,), (8,))
    assert space.decode([0, 0, 0, 0, 0, 0, 0, 0]).layers[1].inputs == (0,)


def test_without_skip_connections_every_layer_feeds_the_next():
    space = ConvNetSpace(3, (3,), (3,), (8,), skip_connections=False)
    assert [layer.inputs for layer in space.decode([0] * 9).layers] == [(0,), (1,), (2,)]


def test_the_published_network_is_in_the_papers_space():
    space = ConvNetSpace()
    assert space.decode(space.encode(published.NAS_CNN_V1)) == published.NAS_CNN_V1


def test_sixty_two_layers_fit_into_int64():
    space = ConvNetSpace(62, (3,), (3,), (8,))
    tokens = [d.num_tokens - 1 for d in space.decisions]
    assert max(tokens) < 2**63
    assert space.decode(tokens).layers[-1].inputs == tuple(range(1, 62))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ConvNetSpace(0), "num_layers is 0"),
        (lambda: ConvNetSpace(63), "num_layers is 63; expected at most 62"),
        (lambda: ConvNetSpace(2, filter_heights=()), "filter_heights is ()"),
        (lambda: ConvNetSpace(2, num_filters=(8, 8)), "num_filters is (8, 8)"),
        (lambda: ConvNetSpace(2, strides=(0,)), "strides[0] is 0"),
        (lambda: ConvNetSpace(2, filter_widths=3), "filter_widths is 3; expected a list"),
        (lambda: ConvNetSpace(2).decode([0, 0]), "2 tokens are not whole layers"),
        (lambda: ConvNetSpace(2).decode([]), "0 tokens are not whole layers"),
        (lambda: ConvNetSpace(1).decode([0] * 8), "8 tokens are not whole layers"),
        (
            lambda: ConvNetSpace(2).decode([0, 4, 0, 0]),
            "token 4 is out of range for 'filter_width' of layer 1; expected 0 <= token < 4",
        ),
        (lambda: ConvNetSpace(2).decode([0, 0, 0, 1]), "'anchor' of layer 1"),
        (lambda: ConvNetSpace(2).decode([0, 0, -1, 0]), "token -1 is out of range"),
        (
            lambda: ConvNetSpace(1, (3,)).encode(ConvNet((ConvLayer(5, 3, 24, (0,)),))),
            "filter_height of layer 1 is 5; this space has (3,)",
        ),
        (
            lambda: ConvNetSpace(2).encode(
                ConvNet((ConvLayer(3, 3, 24, (0,)), ConvLayer(3, 3, 24, (0, 1))))
            ),
            "layer 2 with inputs (0, 1)",
        ),
        (
            lambda: ConvNetSpace(1).encode(ConvNet((ConvLayer(3, 3, 24, (0,), 2, 1),))),
            "layer 1 with inputs (0,) and strides 2x1",
        ),
        (lambda: ConvNetSpace(1).encode(published.NAS_CNN_V1), "15 layers; this space has 1"),
        (lambda: ConvNetSpace(2, block_depth=0), "block_depth is 0"),
        (
            lambda: ConvNetSpace(21, block_depth=3),
            "num_layers is 21 in blocks of 3; expected at mo",
        ),
        (lambda: ConvNetSpace(2, operations=("conv", "sum")), "operations[1] is 'sum'; expected"),
        (lambda: ConvNetSpace(2, operations=()), "operations is ()"),
        (lambda: ConvNetSpace(2, learning_rates=(0.1, -1)), "learning_rates[1] is -1"),
        (lambda: ConvNetSpace(2, learning_rates=(0.1, 0.1)), "learning_rates is (0.1, 0.1)"),
        (lambda: ConvNetSpace(2, pool_after=(3,)), "pool_after is (3,); expected layers from 1 to"),
        (lambda: ConvNetSpace(2, pool_after=(2, 1)), "pool_after is (2, 1)"),
        (lambda: ConvNetSpace(2, pool_after=("1",)), "pool_after[0] is '1'"),
        (
            lambda: KINDS.decode([0] * 5),
            "5 tokens are not whole layers of this space; expected one",
        ),
        (lambda: KINDS.encode(ConvNet(ONE, learning_rate=0.5)), "learning_rate of layer 1 is 0.5"),
        (
            lambda: ConvNetSpace(1, (3,)).encode(ConvNet(ONE, learning_rate=0.5)),
            "learning_rate of the network is 0.5; networks of this space have None",
        ),
        (
            lambda: ConvNetSpace(1, (3,)).encode(ConvNet(ONE, pool_after=(1,))),
            "pool_after of the network is (1,); networks of this space have ()",
        ),
        (lambda: ConvNetSpace(2, (3,), block_depth=2).encode(ConvNet(ONE)), "has 2 blocks of 2"),
        (lambda: ConvNetSpace.from_json("{}"), "expected a 'conv_net_space'"),
    ],
)
def test_bad_input_names_the_value(make, words):
    with pytest.raises(SearchSpaceError) as caught:
        make()
    assert words in str(caught.value)


def test_num_tokens():
    assert Decision("anchor", 5).num_tokens == 16
    assert Decision("num_filters", 1, (8, 16, 24)).num_tokens == 3
