import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu.architectures import ConvLayer, ConvNet, published
from nasedu.errors import SearchSpaceError
from nasedu.spaces import ConvNetSpace, Decision

choices = st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(tuple)
spaces = st.builds(
    ConvNetSpace,
    num_layers=st.integers(1, 7),
    filter_heights=choices,
    filter_widths=choices,
    num_filters=choices,
    strides=st.sampled_from([(1,), (2,), (1, 2, 3)]),
    skip_connections=st.booleans(),
)


@st.composite
def spaces_and_tokens(draw):
    space = draw(spaces)
    depth = draw(st.integers(1, space.num_layers))
    decisions = space.decisions[: depth * space.steps_per_layer]
    return space, [draw(st.integers(0, d.num_tokens - 1)) for d in decisions]


@given(spaces_and_tokens())
def test_tokens_come_back_from_the_network_they_describe(drawn):
    space, tokens = drawn
    assert space.encode(space.decode(tokens)) == tokens


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
        (lambda: ConvNetSpace(2, strides=(0,)), "strides is 0"),
        (lambda: ConvNetSpace(2, filter_widths=3), "not iterable"),
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
