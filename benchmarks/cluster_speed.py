"""What a cluster costs beside a local pool: children a minute, and what each trial costs more.

Two nodes of Ray on this machine, a core each, against a pool of two processes. The children are
real networks on the digits, of about two seconds; both train the same ones, in turns. Then
children that take no time at all: what is left is what it costs to send a trial and take its
outcome. The time to start is given apart. Run it on a machine that does nothing else.
"""

import argparse
import time

from ray_nodes import Nodes
from record import spread, table, write_record

from nasedu import ConvNetSpace, Recipe
from nasedu.controller import make_strategy
from nasedu.runs import Trial
from nasedu.searching import RayWorkers, TrainingEvaluator
from nasedu.searching.workers import PoolWorkers
from nasedu.training import Outcome

SPACE = ConvNetSpace(4, num_filters=(24, 36), skip_connections=False)


class Nothing:
    """Takes no time."""

    is_instant = False
    settings = {"kind": "nothing", "title": "no rewards"}  # noqa: RUF012

    def prepare(self):
        """Nothing to load."""

    def cost(self, trial):
        return 0.0

    def __call__(self, trial):
        return Outcome(0.5)


def trials(number):
    """Return children of about the same size, the same ones each time."""
    import torch

    chooser = make_strategy("random", SPACE.decisions)
    rows = chooser.ask(number, generator=torch.Generator().manual_seed(0)).tolist()
    return [Trial(i, 1, tuple(row), i) for i, row in enumerate(rows, start=1)]


def measure(make, given):
    """Return seconds to start, seconds for all trials, and those that the children took."""
    begun = time.perf_counter()
    workers = make()
    try:
        ready = time.perf_counter()
        for trial in given:
            workers.submit(trial)
        seconds = [outcome.seconds for _, outcome in workers.completed()]
        return ready - begun, time.perf_counter() - ready, seconds
    finally:
        workers.cancel()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--children", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=14, help="so that a child takes two seconds")
    parser.add_argument("--instant", type=int, default=500, help="children that take no time")
    options = parser.parse_args()
    real = TrainingEvaluator(SPACE, "digits", Recipe(epochs=options.epochs))
    real.prepare()
    given, instant = trials(options.children), trials(options.instant)
    starts, paces, costs, lasted = {}, {}, {}, []
    with Nodes() as nodes:
        nodes.start("second")
        makers = {
            "pool": lambda evaluator: PoolWorkers(evaluator, 2, 600.0),
            "cluster": lambda evaluator: RayWorkers(nodes.address, 2).begin(evaluator, 99, 600.0),
        }
        for _ in range(options.rounds):
            for name, make in makers.items():
                start, wall, seconds = measure(lambda make=make: make(real), given)
                starts.setdefault(name, []).append(start)
                paces.setdefault(name, []).append(60 * len(given) / wall)
                lasted += seconds
                _, wall, _ = measure(lambda make=make: make(Nothing()), instant)
                costs.setdefault(name, []).append(1000 * wall / len(instant))
                print(name, f"{paces[name][-1]:.1f} a minute, {costs[name][-1]:.2f} ms", flush=True)
    ratios = [a / b for a, b in zip(paces["cluster"], paces["pool"], strict=True)]
    rows = [
        [name, spread(paces[name], 1), spread(costs[name]), spread(starts[name], 1)]
        for name in makers
    ]
    write_record(
        __file__,
        "A cluster beside a local pool",
        f"{options.rounds} rounds of {options.children} children of {spread(lasted, 1)} s, median "
        "(lowest to highest). Children per minute on the cluster, as a share of the pool's in the "
        f"same round: {spread(ratios, 3)}.\n\n"
        + table(
            ["two workers", "children per minute", "ms for an empty trial", "s to start"], rows
        ),
    )


if __name__ == "__main__":
    main()
