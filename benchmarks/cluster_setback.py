"""A setback on the simulated cluster: a policy forgets what it had learned, and learns it again.

On the table of cells, at the paper's learning rate, 100 replicas go through one. Two suspects are
taken away, one at a time: gradients that come late (with a quarter of the replicas), and children
that diverge and teach nothing (with a reward of 0 for them).
"""

import argparse
from dataclasses import replace

import numpy as np
from cluster_simulated import FREE, LR, on_a_cluster
from laboratory import Laboratory
from record import spread, table, write_record

from nasedu.searching.simulation import PAPER_NETWORKS
from nasedu.tables import TabularEvaluator

TABLE, SEEDS, CHILDREN, WINDOW = "cells_base_2", 8, 8_000, 400
CLEAR, DRAWN = 0.3, 1_000  # a rise in bits; random searches, to see whether luck rises as far
FEW = "25 replicas"
PUNISHED = "100 replicas, reward 0 for a child that diverges"


class Punishing(TabularEvaluator):
    """Pays 0 for a child that diverged, of which nothing is learned otherwise."""

    def rewards(self, tokens):
        return super().rewards(tokens).nan_to_num(0.0)


def windows(values):
    """Return ``(S, n)`` values of children as means of so many, one after the other."""
    return values.reshape(len(values), -1, WINDOW).mean(2)


def setbacks(means):
    """Return how far each search rises above its lowest mean before, and when, ``(S,)`` each.

    Args:
        means: ``(S, W)`` of windows, less is better.

    Returns:
        The highest rise, the window of it, and the window that had been lowest until then.
    """
    lowest = np.minimum.accumulate(means, 1)
    rises = means[:, 1:] - lowest[:, :-1]
    last = rises.argmax(1) + 1
    first = np.array([own[:at].argmin() for own, at in zip(means, last, strict=True)])
    return rises.max(1), last, first


def different(places, window):
    """Return how many different children each search asks for in a window of its own."""
    parts = places.reshape(len(places), -1, WINDOW)
    return [len(set(own[at].tolist())) for own, at in zip(parts, window, strict=True)]


def row(lab, name, found):
    """Return a line of the table of one scheme."""
    places = found["places"]
    means = windows(-lab.score[places])
    rises, last, first = setbacks(means)
    each = np.arange(len(means))
    return [
        name,
        f"{np.mean(found['staleness']):.1f}",
        f"{(rises > CLEAR).sum()} of {len(rises)}",
        spread(rises.tolist(), 2),
        spread(means[each, first].tolist(), 2),
        spread(means[each, last].tolist(), 2),
        spread(different(places, first), 0),
        spread(different(places, last), 0),
        spread(means[:, -1].tolist(), 2),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, help="do this one of the three, and write nothing")
    only = parser.parse_args().only
    lab = Laboratory(argparse.Namespace(table=TABLE, seeds=SEEDS))
    schemes = {
        FREE: ("setback", PAPER_NETWORKS, None),
        FEW: ("setback-few", replace(PAPER_NETWORKS, replicas=25), None),
        PUNISHED: ("setback-punished", PAPER_NETWORKS, Punishing(lab.table)),
    }
    names = list(schemes) if only is None else [list(schemes)[only]]
    rows = []
    for name in names:
        title, cluster, evaluator = schemes[name]
        found = on_a_cluster(lab, title, cluster, LR, trials=CHILDREN, evaluator=evaluator)
        rows.append(row(lab, name, found))
    if only is not None:
        return
    draws = np.random.default_rng(0).integers(lab.size, size=(DRAWN, CHILDREN))
    by_chance = (setbacks(windows(-lab.score[draws]))[0] > CLEAR).sum()
    heads = [
        *("scheme", "steps late", f"searches that rise by over {CLEAR:g}", "highest rise"),
        *("lowest mean before", "highest mean", "different cells then", "at the highest"),
        f"last {WINDOW} of {CHILDREN:,}",
    ]
    write_record(
        __file__,
        "A setback on the simulated cluster",
        f"The table {TABLE}, {SEEDS} seeds of each scheme, {CHILDREN:,} children, lr {LR:g}, "
        "otherwise as in `cluster_simulated.py`. Bits per character, less is better: means of "
        f"{WINDOW} children, one window after the other, of each search alone. A rise is how far a "
        "window lies above the lowest before it. Median, lowest and highest of the searches. "
        f"A policy that has learned nothing has a mean of {-lab.score.mean():.2f} bits, and of "
        f"{DRAWN:,} random searches {by_chance} rise by over {CLEAR:g}.\n\n" + table(heads, rows),
    )


if __name__ == "__main__":
    main()
