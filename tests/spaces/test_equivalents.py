from itertools import permutations

import numpy as np
import pytest

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.errors import SearchSpaceError
from nasedu.spaces import ConvNetSpace, sequences_at
from nasedu.spaces.equivalents import equivalence_classes


def renamed(net, order):
    """Return the network with its layers in another order, or None if one would come too early."""
    place = {0: 0} | {number: i for i, number in enumerate(order, start=1)}
    layers = []
    for number in order:
        layer = net.layers[number - 1]
        inputs = tuple(sorted(place[i] for i in layer.inputs))
        if inputs[-1] >= place[number]:
            return None
        sizes = layer.filter_height, layer.filter_width, layer.num_filters
        layers.append(ConvLayer(*sizes, inputs=inputs))
    return ConvNet(tuple(layers))


def test_networks_are_in_one_class_if_renaming_layers_makes_them_equal():
    space = ConvNetSpace(3, (1, 3), (1,), (8,))
    nets = [space.decode(row) for row in sequences_at(space.decisions, np.arange(space.size))]
    classes = equivalence_classes(space)
    number = dict(zip(nets, classes.tolist(), strict=True))
    for net in nets:
        names = {renamed(net, order) for order in permutations((1, 2, 3))} - {None}
        assert {other for other in nets if number[other] == number[net]} == names


def test_chains_are_all_different():
    space = ConvNetSpace(3, (1, 3), (1, 3), (8,), strides=(1, 2), skip_connections=False)
    assert len(set(equivalence_classes(space))) == space.size


def test_deep_networks_have_too_many_orders():
    with pytest.raises(SearchSpaceError, match="num_layers is 7; expected at most 6"):
        equivalence_classes(ConvNetSpace(7, (1,), (1,), (8,)))


def test_layers_do_not_change_places_across_a_pooling():
    plain = ConvNetSpace(2, (1, 3), (1,), (8,))
    pooled = ConvNetSpace(2, (1, 3), (1,), (8,), pool_after=(1,))
    assert len(set(equivalence_classes(plain))) == plain.size - 1  # both read the image: 1x1, 3x1
    assert len(set(equivalence_classes(pooled))) == pooled.size


def test_pooling_layers_are_one_whatever_their_number_of_filters():
    space = ConvNetSpace(
        1, (1, 3), (1,), (8, 16), operations=("conv", "max"), learning_rates=(0.1, 0.2)
    )
    nets = {space.decode(row) for row in sequences_at(space.decisions, np.arange(space.size))}
    assert len(set(equivalence_classes(space))) == len(nets) == 2 * (2 * 2 + 2)
