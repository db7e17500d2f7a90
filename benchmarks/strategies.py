"""All strategies side by side on the table: by children, and by the hours they would have taken.

Winners are chosen by validation and reported by test, of trainings that chose nothing.
"""

import numpy as np
from experiment import TRIALS, Laboratory, options, points, record_curves, save_figure, say
from record import table, write_record

from nasedu import ConvLayer, ConvNet
from nasedu.controller import make_strategy
from nasedu.searching import best_so_far, bootstrap, expected_best, simulated_clock
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

    def test(self, places):
        """Return test accuracy of networks, the mean of the trainings after the first if any."""
        later = self.table.test_accuracy[1:, places]
        first = self.table.test_accuracy[0, places]
        count = (~np.isnan(later)).sum(0)
        return np.where(count > 0, np.nansum(later, 0) / np.maximum(count, 1), first)

    def row(self, name, place):
        """Describe one network."""
        return [
            name,
            f"{self.table.parameters[place]:,}",
            f"{self.lab.accuracy[place]:.3f}",
            f"{float(self.test(np.array([place]))[0]):.3f}",
        ]


def winners(lab, places, n):
    """Return the network of each seed that is best by validation among its first ``n``."""
    own = lab.accuracy[places[:, :n]]
    return places[np.arange(len(places)), own.argmax(1)]


def by_hours(lab, places, hours):
    """Return the best accuracy found after so many simulated hours: ``(S, P)``."""
    rows = []
    for own in places:
        ends = simulated_clock(lab.table.seconds[0, own], workers=WORKERS) / 3600
        order = np.argsort(ends, kind="stable")
        best = best_so_far(lab.accuracy[own][order])
        done = np.searchsorted(ends[order], hours, side="right")
        rows.append(np.where(done > 0, best[np.maximum(done, 1) - 1], 0.0))
    return np.array(rows)


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
    record_curves("strategies", curves, at)
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
    tested = {
        name: [nets.test(winners(lab, places, n)) for n in AT] for name, places in found.items()
    }
    test_rows = [[name, *(say(bootstrap(v)) for v in own)] for name, own in tested.items()]
    test_ahead = [
        [name]
        + [
            say(bootstrap(a - b), sign=True)
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
        "Intervals: 95 %, bootstrap over seeds; differences are between searches of one seed.\n\n"
        f"![Best accuracy so far by children]({pictures[0]})\n\n"
        f"![Best accuracy so far by simulated hours]({pictures[1]})\n\n"
        "## Best validation accuracy\n\n"
        + table(head, rows)
        + "\nMinus random search:\n\n"
        + table(head, ahead)
        + f"\n## Children until one of the best {count} networks (0.1 %) is found\n\n"
        + table(["", "median", "share of seeds that find one"], reach)
        + "\n## Test accuracy of the winner by validation\n\n"
        "The mean of the trainings that did not choose it, where the table has any.\n\n"
        + table(head, test_rows)
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
