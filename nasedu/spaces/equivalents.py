"""Which networks of a small space are one, but for the numbers that their layers bear.

Legend of shapes: N networks, L layers.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from nasedu.errors import SearchSpaceError
from nasedu.spaces.conv_net_space import ConvNetSpace
from nasedu.spaces.enumeration import count_sequences, sequences_at

MOST_LAYERS = 6  # every order of them is tried

Numbers = NDArray[np.int64]


def equivalence_classes(space: ConvNetSpace) -> Numbers:
    """Return, for the network at every place, the number of the class that it is in: ``(N,)``.

    Two layers that could change their places, e.g. both read the image, give one network two
    descriptions. Trained from the same seed they still differ: weights are drawn in the order
    of the layers.

    Raises:
        SearchSpaceError: More than six layers, or too many networks.
    """
    depth = space.num_layers
    if depth > MOST_LAYERS:
        raise SearchSpaceError(f"num_layers is {depth}; expected at most {MOST_LAYERS}")
    rates, kinds, reads = _layers(space)
    keys = []
    for order in permutations(range(depth)):
        if any(set(order[:place]) != set(range(place)) for place in space.pool_after):
            continue  # a layer would be on the other side of a pooling
        before = np.tril(np.ones((depth, depth), bool), -1)
        edges = reads[:, order][:, :, order]  # (N, L, L)
        possible = ~(edges & ~before).any((1, 2))
        masks = (edges << np.arange(depth)).sum(2)  # (N, L)
        each = kinds[:, order] * 2**depth + masks
        key = rates
        for column in each.T:
            key = key * (int(kinds.max()) + 1) * 2**depth + column
        keys.append(np.where(possible, key, np.iinfo(np.int64).max))
    return np.unique(np.min(keys, axis=0), return_inverse=True)[1]


def _layers(space: ConvNetSpace) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    """Return learning rates ``(N,)``, kinds of layers ``(N, L)``, who reads whom ``(N, L, L)``."""
    size, depth, before = count_sequences(space.decisions), space.num_layers, space.steps_before
    tokens = sequences_at(space.decisions, np.arange(size))
    rates, tokens = tokens[:, :before].sum(1), tokens[:, before:].reshape(size, depth, -1)
    kinds = np.zeros((size, depth), np.int64)
    masks = np.broadcast_to((1 << np.arange(depth)) >> 1, (size, depth))  # of a chain
    pools = np.full((size, depth), space.operations[0] != "conv")
    for k, decision in enumerate(space.decisions[before : before + space.steps_per_layer]):
        token = tokens[:, :, k]
        if decision.is_anchor:
            masks = token
            continue
        if decision.name == "operation":
            pools = np.array([choice != "conv" for choice in decision.choices])[token]
        if decision.name == "num_filters":  # which pooling does not have
            token = np.where(pools, 0, token)
        kinds = kinds * decision.num_tokens + token
    return rates, kinds, (masks[:, :, None] >> np.arange(depth) & 1).astype(bool)
