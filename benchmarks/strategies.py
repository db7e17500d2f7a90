"""All strategies side by side on the table: by children, and by the hours they would have taken.

Winners are chosen by validation and reported by test, of trainings that chose nothing.
"""

import numpy as np
from experiment import TRIALS, Laboratory, options, points, record_curves, save_figure, say
from record import table, write_record

from nasedu import ConvLayer, ConvNet
from nasedu.controller import make_strategy
from nasedu.searching import (
    best_at,
    best_so_far,
    bootstrap,
    expected_best,
    mean_of_others,
    simulated_clock,
    winners,
)
from nasedu.viewing import intervals_figure

WORKERS = 2
STRATEGIES = {
    "REINFORCE, lr 0.0006": ("reinforce", {}),
    "REINFORCE, lr 0.01": ("reinforce", {"lr": 0.01}),
    "PPO, lr 0.003": ("ppo", {"lr": 0.003}),
    "evolution": ("evolution", {}),
    "local search": ("local", {}),
    "random search": ("random", {}),
}
AT = (96, 504, TRIALS)  # 0.2, 1.1 and 5 % of the space
BY_HAND = ConvNet(tuple(ConvLayer(3, 3, 24, (i,)) for i in range(3)))


class Networks:
    """The table's networks that searches are compared with."""

    def __init__(self, lab):
        self.lab, self.table = lab, lab.table
        self.best = int(lab.accuracy.argmax())
        self.largest = int(self.table.parameters.argmax())
        self.by_hand = int(self.table.places([self.table.space.encode(BY_HAND)])[0])
        self.by_size = np.argsort(-self.table.parameters, kind="stable")

    def row(self, name, place):
        """Describe one network; of the best by validation the trainings that did not choose it."""
        every = self.table.test_accuracy[:, place]
        chosen = place == self.best
        test = mean_of_others(self.table.test_accuracy, [place])[0] if chosen else np.nanmean(every)
        return [
            name,
            f"{self.table.parameters[place]:,}",
            f"{self.lab.accuracy[place]:.3f}",
            f"{test:.3f}",
        ]


def by_hours(lab, places, hours):
    """Return the best accuracy found after so many simulated hours: ``(S, P)``."""
    clocks = [simulated_clock(lab.table.seconds[0, own], workers=WORKERS) / 3600 for own in places]
    return np.array(
        [best_at(lab.accuracy[own], ends, hours) for own, ends in zip(places, clocks, strict=True)]
    )


def tests_of(lab, found):
    """Return by strategy and number of children the winners ``(S,)`` and their test ``(S,)``."""
    chosen = {
        name: [winners(places, lab.accuracy, n) for n in AT] for name, places in found.items()
    }
    tested = {
        name: [mean_of_others(lab.table.test_accuracy, places) for places in own]
        for name, own in chosen.items()
    }
    return chosen, tested


def say_some(values, **how):
    """Write mean and interval of those there are, and how many if not all."""
    has = ~np.isnan(values)
    count = "" if has.all() else f", {has.sum()} seeds"
    return say(bootstrap(values[has]), **how) + count


def main():
    lab = Laboratory(options(__doc__))
    nets, decisions = Networks(lab), lab.table.space.decisions
    found = {
        name: lab.found(
            f"{kind}-" + "-".join(f"{v:g}" for v in settings.values()),
            lambda seed, k=kind, s=settings: make_strategy(k, decisions, seed, **s),
        )
        for name, (kind, settings) in STRATEGIES.items()
    }
    at = np.union1d(points(), AT)
    best = {name: best_so_far(lab.accuracy[p])[:, at - 1] for name, p in found.items()}
    curves = {name: bootstrap(own) for name, own in best.items()}
    record_curves(lab, "strategies", curves, at)
    lines = {
        "best of all": lab.accuracy[nets.best],
        "largest": lab.accuracy[nets.largest],
        "by hand": lab.accuracy[nets.by_hand],
    }
    look = {"lines": lines, "y": "best validation accuracy so far"}
    title = f"Six strategies, {len(lab.seeds)} seeds"
    made = intervals_figure(curves, at, title, unit="children trained", space_size=lab.size, **look)
    pictures = [save_figure(made, __file__, "children")]
    shortest = min(
        simulated_clock(lab.table.seconds[0, own], workers=WORKERS)[-1] / 3600
        for places in found.values()
        for own in places
    )
    hours = np.geomspace(shortest / 100, shortest, 60)
    timed = {name: bootstrap(by_hours(lab, p, hours)) for name, p in found.items()}
    made = intervals_figure(timed, hours, title, unit=f"simulated hours, {WORKERS} workers", **look)
    pictures.append(save_figure(made, __file__, "hours"))

    against = [name for name in STRATEGIES if name != "random search"]
    columns = [int(np.searchsorted(at, n)) for n in AT]
    rows = [[name, *(say(curves[name], i) for i in columns)] for name in STRATEGIES]
    exact = expected_best(lab.accuracy, AT)
    rows += [["random search, exactly", *(f"{v:.3f}" for v in exact)]]
    sized = best_so_far(lab.accuracy[nets.by_size])
    rows += [["largest first (parameters alone)", *(f"{sized[n - 1]:.3f}" for n in AT)]]
    ahead = [
        [name]
        + [
            say(bootstrap(best[name][:, i] - best["random search"][:, i]), sign=True)
            for i in columns
        ]
        for name in against
    ]
    chosen, tested = tests_of(lab, found)
    test_rows = [
        [name, *map(say_some, own), *(f"{len(set(w.tolist()))}" for w in chosen[name][-1:])]
        for name, own in tested.items()
    ]
    test_ahead = [
        [name]
        + [
            say_some(a - b, sign=True)
            for a, b in zip(tested[name], tested["random search"], strict=True)
        ]
        for name in against
    ]
    beside = [
        nets.row("best by validation", nets.best),
        nets.row("largest", nets.largest),
        nets.row("by hand: three layers of 3x3, 24 filters", nets.by_hand),
    ]
    head = ["", *(f"{n:,} children ({100 * n / lab.size:.1f} %)" for n in AT)]
    count = max(1, round(0.001 * lab.size))
    top = np.sort(lab.accuracy)[-count]
    reach = [[name, *reached(lab, p, top)] for name, p in found.items()]
    write_record(
        __file__,
        "All strategies side by side",
        f"{len(lab.seeds)} seeds, {TRIALS:,} children each in batches of 8 (5 % of the space). "
        "Intervals: 95 %, bootstrap over seeds; differences are between searches of one seed. "
        "The learning rates 0.01 and 0.003 were chosen beforehand on a part of this same table; "
        "the paper's 0.0006 is for 12,800 children; random search has nothing to choose.\n\n"
        f"![Best accuracy so far by children]({pictures[0]})\n\n"
        f"![Best accuracy so far by simulated hours]({pictures[1]})\n\n"
        "## Best validation accuracy\n\n"
        + table(head, rows)
        + "\nMinus random search:\n\n"
        + table(head, ahead)
        + f"\n## Children until one of the best {count} networks (0.1 %) is found\n\n"
        + table(["", "median", "share of seeds that find one"], reach)
        + "\n## Test accuracy of the winner by validation\n\n"
        "The mean of the trainings that did not choose it. The table has such of its tenth and of "
        "its best; seeds whose winner has none are left out, which flatters whoever has many such. "
        "Where many seeds hand in the same few networks, the interval knows little of the luck of "
        "their trainings, and nothing of the luck of the test images.\n\n"
        + table([*head, f"different winners of {len(lab.seeds)}, {AT[-1]:,} children"], test_rows)
        + "\nMinus random search:\n\n"
        + table(head, test_ahead)
        + "\n## Beside them\n\n"
        + table(["", "parameters", "validation", "test"], beside)
        + "\nThe logarithm of the number of parameters alone explains "
        f"{100 * np.corrcoef(np.log(lab.table.parameters), lab.accuracy)[0, 1] ** 2:.0f} % of the "
        "variance of accuracy.\n",
    )


def reached(lab, places, accuracy):
    """Say after how many children a network of this accuracy is found, as the median."""
    good = lab.accuracy[places] >= accuracy
    first = np.where(good.any(1), good.argmax(1) + 1.0, np.inf)
    middle = np.median(first)
    return [
        f"{middle:,.0f}" if np.isfinite(middle) else f"over {TRIALS:,}",
        f"{100 * good.any(1).mean():.0f} %",
    ]


if __name__ == "__main__":
    main()
