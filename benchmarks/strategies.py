"""All strategies side by side on the table: by children, and by the hours they would have taken.

Winners are chosen by validation and reported by test, of trainings that chose nothing.
"""

import math

import numpy as np
from laboratory import TRIALS, Laboratory, options, points, record_curves, say
from record import save_figure, table, write_record

from nasedu import ConvLayer, ConvNet
from nasedu.controller import make_strategy
from nasedu.searching import best_at, best_so_far, bootstrap, expected_best, mean_of_others, winners
from nasedu.tables import simulated_clock
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
LOWEST = 0.018  # error at the foot of the pictures, with room for a name below the best of all
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
        every = self.table.tested[:, place]
        chosen = place == self.best
        test = mean_of_others(self.table.tested, [place])[0] if chosen else np.nanmean(every)
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
        name: [mean_of_others(lab.table.tested, places) for places in own]
        for name, own in chosen.items()
    }
    return chosen, tested


def say_some(values, **how):
    """Write mean and interval of those there are, and how many if not all."""
    has = ~np.isnan(values)
    count = "" if has.all() else f", {has.sum()} seeds"
    return say(bootstrap(values[has]), **how) + count


def searches(lab):
    """Return what every strategy finds: ``(S, n)`` places by name."""
    decisions = lab.table.space.decisions
    return {
        name: lab.found(
            f"{kind}-" + "-".join(f"{v:g}" for v in settings.values()),
            lambda seed, k=kind, s=settings: make_strategy(k, decisions, seed, **s),
        )
        for name, (kind, settings) in STRATEGIES.items()
    }


def main():
    lab = Laboratory(options(__doc__))
    nets, found = Networks(lab), searches(lab)
    at = np.union1d(points(), AT)
    best = {name: best_so_far(lab.accuracy[p])[:, at - 1] for name, p in found.items()}
    curves = {name: bootstrap(own) for name, own in best.items()}
    record_curves(lab, "strategies", curves, at)
    lines = {
        "best of all": lab.accuracy[nets.best],
        "largest": lab.accuracy[nets.largest],
        "by hand": lab.accuracy[nets.by_hand],
    }
    look = {"lines": lines, "y": "best validation accuracy so far", "errors": True}
    title = f"Six strategies, {len(lab.seeds)} seeds"
    made = intervals_figure(curves, at, title, unit="children trained", space_size=lab.size, **look)
    made.axes[0].set_ylim(bottom=LOWEST)
    pictures = [save_figure(made, __file__, "children")]
    shortest = min(
        simulated_clock(lab.table.seconds[0, own], workers=WORKERS)[-1] / 3600
        for places in found.values()
        for own in places
    )
    hours = np.geomspace(shortest / 100, shortest, 60)
    timed = {name: bootstrap(by_hours(lab, p, hours)) for name, p in found.items()}
    made = intervals_figure(timed, hours, title, unit=f"simulated hours, {WORKERS} workers", **look)
    made.axes[0].set_ylim(bottom=LOWEST)
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
    goals = best_networks(lab.accuracy)
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
        + "\n## Children until one of the best networks is found\n\n"
        "The columns: the median over the seeds; how many of the seeds took fewer children than "
        "chance's exact median (about half would, by chance); and the share of the seeds that find "
        "one at all. Chance's exact median is the first number of draws at which at least half of "
        "all random searches have found one.\n\n"
        + "".join(reach(lab, found, good) for good in goals)
        + "## Test accuracy of the winner by validation\n\n"
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


def best_networks(accuracy, share=0.001):
    """Return which networks are among the best, twice: with and without ties at the last of them.

    Accuracies are counts of 300 images, so that many networks share the one at the border.
    """
    border = np.sort(accuracy)[-max(1, round(share * len(accuracy)))]
    return accuracy >= border, accuracy > border


def chance_median(good):
    """Return the exact median of the draws until random search finds one of some networks.

    It draws every network with probability 1 / N, again and again (with replacement). So the first
    n draws miss all k of N with probability (1 - k/N)^n, and the median is the first n at which
    that is at most a half: n = log(1/2) / log(1 - k/N), rounded up.
    """
    return math.ceil(math.log(0.5) / math.log1p(-good.mean()))


def reach(lab, found, good):
    """Write a table of how many children each strategy takes until it finds one of these."""
    chance, seeds = chance_median(good), len(lab.seeds)
    rows = []
    for name, places in found.items():
        hits = good[places]
        first = np.where(hits.any(1), hits.argmax(1) + 1.0, np.inf)
        middle = np.median(first)
        rows.append(
            [
                name,
                f"{middle:,.0f}" if np.isfinite(middle) else f"over {TRIALS:,}",
                f"{(first < chance).sum()} of {seeds}",
                f"{100 * hits.any(1).mean():.0f} %",
            ]
        )
    rows.append(["chance, exactly", f"{chance:,}", "–", f"{100 * (1 - miss(good, TRIALS)):.0f} %"])
    lowest = lab.accuracy[good].min()
    return (
        f"The {good.sum()} networks ({100 * good.mean():.2f} %) with an accuracy of at least "
        f"{lowest:.4f}:\n\n"
        + table(["", "median", f"in fewer than {chance:,}", "find one"], rows)
        + "\n"
    )


def miss(good, draws):
    """Return how probable it is that so many draws hit none of these networks."""
    return (1 - good.mean()) ** draws


if __name__ == "__main__":
    main()
