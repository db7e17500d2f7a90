"""Cheap rankings: who is good among many children, for less than to train each of them.

Each returns scores, higher for children that it takes to be better. Three read a table, so that
they cost nothing here; what they would cost is counted in epochs or trainings.

Legend of shapes: N children that are ranked, E epochs of a whole training, T decisions, K children
whose results are known, F features.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.architectures import ConvNet
from nasedu.children.shared_conv import SharedConv
from nasedu.spaces import sequences_at
from nasedu.tables.network_table import NetworkTable
from nasedu.training import ImageTask
from nasedu.training.hardware import one_thread

Scores = NDArray[np.float64]


def by_first_epochs(table: NetworkTable, places: ArrayLike, epochs: int) -> Scores:
    """Rank children by a training that was stopped after some epochs (early stopping).

    Args:
        table: All children, trained.
        places: ``(N,)`` who is ranked.
        epochs: How many of the E epochs each has; the learning rate falls as if it went on.

    Returns:
        ``(N,)`` points of the first trainings' validation curves.
    """
    return table.sign * table.curves[0, np.asarray(places), epochs - 1]


def by_successive_halving(table: NetworkTable, places: ArrayLike) -> tuple[Scores, int]:
    """Rank children by how long they stay: after every epoch the worse half stops.

    Args:
        table: All children, trained.
        places: ``(N,)`` who is ranked.

    Returns:
        ``(N,)`` scores: the epoch a child reached, and within that its rank; and how many
        epochs were trained in all.
    """
    places = np.asarray(places)
    scores, alive, spent = np.zeros(len(places)), np.arange(len(places)), 0
    for epoch in range(1, table.curves.shape[2] + 1):
        points = by_first_epochs(table, places[alive], epoch)
        order = alive[np.argsort(points, kind="stable")]  # the worst first
        scores[order] = epoch + np.arange(len(order)) / len(order)
        spent += len(alive)
        alive = order[len(order) // 2 :]
    return scores, spent


def by_prediction(table: NetworkTable, known: ArrayLike, places: ArrayLike) -> Scores:
    """Rank children by what a linear model says that was fitted to some that are trained.

    Args:
        table: All children, trained.
        known: ``(K,)`` whose first trainings the model may see.
        places: ``(N,)`` who is ranked.

    Returns:
        ``(N,)`` predicted results.
    """
    features, results = features_of(table, known), table.sign * table.best[0, np.asarray(known)]
    mean = results.mean()
    penalty = np.eye(features.shape[1])  # ridge: there may be more features than children
    weights = np.linalg.solve(features.T @ features + penalty, features.T @ (results - mean))
    return features_of(table, places) @ weights + mean


def features_of(table: NetworkTable, places: ArrayLike) -> Scores:
    """Return features ``(N, F)`` of children: a 1 for every choice made, and the size."""
    places = np.asarray(places)
    tokens = sequences_at(table.space.decisions, places)  # (N, T)
    pairs = zip(table.space.decisions, tokens.T, strict=True)
    choices = [np.eye(decision.num_tokens)[own] for decision, own in pairs]
    sizes = np.log(table.parameters)
    size = (sizes[places] - sizes.mean()) / max(float(sizes.std()), 1e-9)
    return np.hstack([*choices, size[:, None]])


def by_shared_weights(shared: SharedConv, task: ImageTask, nets: Iterable[ConvNet]) -> Scores:
    """Rank networks by their accuracy with weights that all of them share (ENAS).

    Args:
        shared: The shared network, trained.
        task: Whose validation images they classify.
        nets: Who is ranked: N networks of its space.

    Returns:
        ``(N,)`` accuracies on the validation images.
    """
    accuracies = []
    with one_thread():
        for net in nets:
            shared.net = net
            accuracies.append(task.validate(shared))
    return np.array(accuracies)
