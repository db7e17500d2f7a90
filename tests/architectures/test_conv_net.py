import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasedu.architectures import ConvLayer, ConvNet, cost, published
from nasedu.errors import ArchitectureError

ONE = (ConvLayer(3, 3, 8, (0,)),)


@st.composite
def conv_nets(draw):
    """Any valid network of up to six layers."""
    sizes = st.integers(1, 9)
    layers = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        inputs = draw(st.sets(st.integers(0, number - 1), min_size=1))
        height, width, filters = draw(sizes), draw(sizes), draw(sizes)
        strides = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        operation = draw(st.sampled_from(("conv", "conv", "max", "average")))
        filters = filters if operation == "conv" else 0
        reads = tuple(sorted(inputs))
        layers.append(ConvLayer(height, width, filters, reads, *strides, operation))
    places = draw(st.sets(st.integers(1, len(layers))))
    rate = draw(st.none() | st.floats(1e-6, 10) | st.integers(1, 3))
    return ConvNet(tuple(layers), tuple(sorted(places)), rate)


@given(conv_nets())
def test_json_gives_the_same_network_and_digest(net):
    again = ConvNet.from_json(net.to_json())
    assert again == net
    assert again.digest == net.digest


@given(conv_nets(), conv_nets())
def test_digests_differ_exactly_when_networks_do(a, b):
    assert (a.digest == b.digest) == (a == b)


def test_digest_is_the_recorded_one():
    # Digests stand in recorded studies and tables: they must never change.
    net = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(1, 5, 16, (0, 1), 2, 1)))
    assert net.digest == "8bcea7e70a8cc4032b0c30cee59d3e62f7575dae6725a69716fbb9b705d4c678"
    assert (
        published.NAS_CNN_V1.digest
        == "8cf29cb8314cb5f26d2f388365c65cd27adf39292800a0d4bc77b2b7d75cb808"
    )


def test_loose_ends_are_the_outputs_nobody_reads():
    net = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (2,))))
    assert net.loose_ends == (1, 3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ConvLayer(0, 3, 8, (0,)), "filter_height is 0; expected an integer of at least 1"),
        (lambda: ConvLayer(3, True, 8, (0,)), "filter_width is True"),
        (lambda: ConvLayer(3, 3, 8.0, (0,)), "num_filters is 8.0"),
        (lambda: ConvLayer(3, 3, 8, (0,), 0), "stride_height is 0"),
        (lambda: ConvLayer(3, 3, 8, ()), "at least one layer"),
        (lambda: ConvLayer(3, 3, 8, 0), "inputs is 0; expected a list"),
        (lambda: ConvLayer(3, 3, 8, (1, 0)), "ascending"),
        (lambda: ConvLayer(3, 3, 8, (0, 0)), "ascending"),
        (lambda: ConvLayer(3, 3, 8, (-1,)), "inputs[0] is -1"),
        (lambda: ConvNet(()), "1 to 62 layers"),
        (lambda: ConvNet((ConvLayer(3, 3, 8, (1,)),)), "layer 1 takes layer 1 as an input"),
        (lambda: ConvNet((ConvLayer(3, 3, 8, (0,)),) * 63), "layers: 63"),
        (lambda: ConvNet(("conv",)), "expected a ConvLayer"),
        (lambda: ConvLayer(3, 3, 8, (0,), operation="sum"), "operation is 'sum'; expected one of"),
        (lambda: ConvLayer(3, 3, 8, (0,), operation="max"), "num_filters is 8 of max pooling"),
        (lambda: ConvLayer(3, 3, 0, (0,)), "num_filters is 0; expected an integer of at least 1"),
        (
            lambda: ConvNet(ONE, pool_after=(2,)),
            "pool_after names layer 2, but the network has 1 layers; expected layers from 1 to 1",
        ),
        (lambda: ConvNet(ONE, pool_after=(0,)), "pool_after[0] is 0; expected an integer"),
        (lambda: ConvNet(ONE * 2, pool_after=(2, 1)), "pool_after is (2, 1); expected layers"),
        (lambda: ConvNet(ONE, pool_after="1"), "pool_after is '1'; expected a list"),
        (lambda: ConvNet(ONE, learning_rate=0), "learning_rate is 0; expected a number above 0"),
        (lambda: ConvNet(ONE, learning_rate=float("nan")), "learning_rate is nan"),
        (lambda: ConvNet(ONE, learning_rate="0.1"), "learning_rate is '0.1'"),
        (lambda: ConvNet(ONE).with_more_filters(0), "more is 0; expected an integer of at least 1"),
    ],
)
def test_invalid_networks_cannot_be_made(make, words):
    with pytest.raises(ArchitectureError) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_json_of_networks_without_pooling_says_nothing_of_it():
    # What early studies recorded: the words stay the same, and with them the digests.
    fields = json.loads(published.NAS_CNN_V1.to_json())
    assert sorted(fields) == ["kind", "layers", "schema"]
    known = ["filter_height", "filter_width", "inputs", "num_filters"]
    assert sorted(fields["layers"][0]) == [*known, "stride_height", "stride_width"]


def test_more_filters_in_every_convolution_and_nothing_else():
    layers = (ConvLayer(3, 3, 6, (0,)), ConvLayer(3, 3, 0, (1,), 2, 2, "max"))
    net = ConvNet((*layers, ConvLayer(1, 5, 36, (0, 2))), (1,), 0.1)
    more = net.with_more_filters(40)
    assert [layer.num_filters for layer in more.layers] == [46, 0, 76]
    back = [layer.num_filters - 40 * (not layer.is_pooling) for layer in more.layers]
    assert (
        ConvNet(
            tuple(replace(a, num_filters=n) for a, n in zip(more.layers, back, strict=True)),
            (1,),
            0.1,
        )
        == net
    )


@pytest.mark.parametrize(
    ("net", "weights", "parameters"),
    [
        (published.NAS_CNN_V1, 4_199_868, 4_201_630),
        (published.NAS_CNN_V1_DENSE, 6_629_148, 6_630_910),  # 5.56 % error in section 4.1
        (published.NAS_CNN_V1_CHAIN, 807_372, 809_134),  # 7.97 %
    ],
)
def test_the_published_network_and_its_two_variants(net, weights, parameters):
    counts = cost(net)
    assert counts.num_parameters == parameters
    assert sum(c.num_parameters - 2 * c.out_channels for c in counts.layers) == weights
    assert [replace(a, inputs=(0,)) for a in net.layers] == [
        replace(a, inputs=(0,)) for a in published.NAS_CNN_V1.layers
    ]
    assert net.loose_ends == (15,)


def test_the_two_variants_read_all_and_one():
    dense, chain = published.NAS_CNN_V1_DENSE.layers, published.NAS_CNN_V1_CHAIN.layers
    assert [a.inputs for a in dense] == [(0,), *(tuple(range(1, i)) for i in range(2, 16))]
    assert [a.inputs for a in chain] == [(i,) for i in range(15)]


def document(**changes):
    layer = {"filter_height": 3, "filter_width": 3, "num_filters": 8, "inputs": [0]}
    fields = {"kind": "conv_net", "schema": 1, "layers": [{**layer, **changes.pop("layer", {})}]}
    return json.dumps({**fields, **changes})


def test_strides_may_be_left_out_of_the_json():
    assert ConvNet.from_json(document()).layers[0].stride_height == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not valid JSON"),
        ("[1]", "expected a 'conv_net'"),
        ('{"kind": "cell"}', "this JSON is a 'cell'"),
        (document(schema=2), "newer nasedu"),
        (document(dropout=0.5), "unknown field 'dropout'; expected"),
        (document(layers=3), "layers is 3; expected a list"),
        (document(layers=[3]), "layers[0] is 3; expected a ConvLayer"),
        (document(layer={"inputs": [1]}), "layer 1 takes layer 1"),
        (document(layer={"inputs": "0"}), "layers[0]: inputs is '0'"),
        (document(layer={"inputs": ["0"]}), "layers[0]: inputs[0] is '0'"),
        (document(layer={"num_filters": None}), "layers[0]: num_filters is None"),
        (document(layer={"pooling": 2}), "unknown field 'pooling'"),
        (document(layer={"operation": "sum"}), "layers[0]: operation is 'sum'"),
        (document(layer={"operation": []}), "layers[0]: operation is []"),
        (document(pool_after=1), "pool_after is 1; expected a list"),
        (document(pool_after=["1"]), "pool_after[0] is '1'"),
        (document(pool_after=[3]), "pool_after names layer 3"),
        (document(learning_rate=-1), "learning_rate is -1"),
    ],
)
def test_malformed_json_names_what_is_wrong(text, words):
    with pytest.raises(ArchitectureError) as caught:
        ConvNet.from_json(text)
    assert words in str(caught.value)


def test_the_published_network_counts_as_the_paper_says():
    # Table 1: 4.2 M parameters. 4,199,868 convolution weights + 1,272 batch norm + 490 linear.
    counts = cost(published.NAS_CNN_V1)
    assert counts.num_parameters == 4_201_630
    assert counts.classifier.num_parameters == 490
    assert counts.flop // 2 == pytest.approx(4.30e9, rel=1e-3)
    skips = sum(len(layer.inputs) for layer in published.NAS_CNN_V1.layers) - 15
    assert len(published.NAS_CNN_V1) == 15
    assert skips == 51  # the curves of figure 7, beside the straight arrow into every layer
