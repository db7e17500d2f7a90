"""All strategies side by side on a table: by children, and by the hours they would have taken.

Winners are chosen by validation and reported by test, of trainings that chose nothing.
"""

import math

import numpy as np
from laboratory import FIRST, Laboratory, options, points, record_curves, say
from record import save_figure, table, write_record
from winners_on_test import ahead_of, say_some, tests_of, without_diverged

from nasedu import CellNode, ConvLayer, ConvNet, RecurrentCell
from nasedu.controller import make_strategy
from nasedu.problems import problem_of
from nasedu.searching import (
    best_at,
    best_so_far,
    bootstrap,
    expected_best,
    mean_of_others,
)
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
CHANCE = "random search"
LOWEST = 0.018  # error at the foot of the pictures, with room for a name below the best of all
GATED = RecurrentCell(
    (CellNode("add", "tanh"), CellNode("add", "sigmoid"), CellNode("mul", "tanh")),
    CellNode("add", "identity"),
    cell_output=2,
    cell_input=0,
)
FIGURE_5 = RecurrentCell(
    (CellNode("add", "tanh"), CellNode("mul", "relu"), CellNode("mul", "sigmoid")),
    CellNode("add", "relu"),
    cell_output=1,
    cell_input=0,
)
BY_HAND = {  # what one would write down without a search, chosen before any table was looked at
    "three layers of 3x3, 24 filters": ConvNet(tuple(ConvLayer(3, 3, 24, (i,)) for i in range(3))),
    "one gate, as in an LSTM: c = sigmoid(.) (tanh(.) + c), h = tanh(c)": GATED,
    "the example of figure 5": FIGURE_5,
}


class Children:
    """The table's children that searches are compared with.

    Attributes:
        places: Where they stand, by what they are called in the record.
        lines: Their values on validation, by what they are called in the pictures.
        has_sizes: Whether some children are larger than others.
    """

    def __init__(self, lab):
        self.lab, parameters, kind = lab, lab.table.parameters, lab.table.problem
        self.best = int(lab.score.argmax())
        self.has_sizes = bool(np.ptp(parameters))
        drawn = {"best of all": self.best}
        self.places = {"best by validation": self.best}
        if self.has_sizes:
            drawn["largest"] = self.places["largest"] = int(parameters.argmax())
        for name, net in BY_HAND.items():
            if problem_of(net) is kind:
                place = int(lab.table.places([lab.table.space.encode(net)])[0])
                drawn.setdefault("by hand", place)
                self.places[f"by hand: {name}"] = place
        self.lines = {name: lab.sign * lab.score[place] for name, place in drawn.items()}

    def rows(self):
        """Describe each; of the best by validation the trainings that did not choose it."""
        lab, rows = self.lab, []
        for name, place in self.places.items():
            every = lab.tested[:, [place]]
            tested = mean_of_others(every, [0]) if place == self.best else np.nanmean(every, 0)
            size = f"{lab.table.parameters[place]:,}"
            rows.append([name, size, *(told(lab, v) for v in (lab.score[place], tested[0]))])
        return rows

    def largest_first(self):
        """Return a row of the record: what one finds who takes the largest first; or none."""
        if not self.has_sizes:
            return []
        by_size = np.argsort(-self.lab.table.parameters, kind="stable")
        found = best_so_far(self.lab.score[by_size])
        values = [told(self.lab, found[n - 1]) for n in self.lab.stops]
        return [["largest first (parameters alone)", *values]]

    def about_size(self):
        """Say what the number of parameters explains."""
        parameters = self.lab.table.parameters
        if not self.has_sizes:
            return f"All have {parameters[0]:,} parameters: the size explains nothing."
        share = np.corrcoef(np.log(parameters), self.lab.score)[0, 1] ** 2
        return (
            f"The logarithm of the number of parameters alone explains {100 * share:.0f} % of the "
            f"variance of {self.lab.measure.short}."
        )


def told(lab, score):
    """Write one score in the table's measure."""
    return f"{lab.sign * score:.3f}" if np.isfinite(score) else "–"


def by_hours(lab, places, hours):
    """Return the best score found after so many simulated hours: ``(S, P)``."""
    clocks = [simulated_clock(lab.table.seconds[0, own], workers=WORKERS) / 3600 for own in places]
    worst = lab.score.min()
    return np.array(
        [
            best_at(lab.score[own], ends, hours, worst)
            for own, ends in zip(places, clocks, strict=True)
        ]
    )


def verdict(ahead, i):
    """Return whom the intervals tell from random search: ahead of it, not told apart, behind."""
    groups = {True: [], None: [], False: []}
    for name, intervals in ahead.items():
        one = intervals[i]
        groups[bool(one.mean > 0) if one.excludes_zero else None].append(
            name.replace(", lr ", " at ")
        )
    return [", ".join(names) or "–" for names in groups.values()]


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


def draw(lab, children, found, best, at):
    """Draw the curves over children and over hours; return the names of the pictures."""
    curves = {name: bootstrap(lab.sign * own) for name, own in best.items()}
    record_curves(lab, "strategies", curves, at)
    shortest = min(
        simulated_clock(lab.table.seconds[0, own], workers=WORKERS)[-1] / 3600
        for places in found.values()
        for own in places
    )
    hours = np.geomspace(shortest / 100, shortest, 60)
    timed = {n: bootstrap(lab.sign * by_hours(lab, p, hours)) for n, p in found.items()}
    look = {"lines": children.lines, "y": f"best {lab.measure.label} so far"}
    look["errors"] = lab.table.task.is_share  # shares of the data, which meet close to 1
    names = []
    for part, own, x, unit in (
        ("children", curves, at, {"unit": "children trained", "space_size": lab.size}),
        ("hours", timed, hours, {"unit": f"simulated hours, {WORKERS} workers"}),
    ):
        title = f"Six strategies, {len(lab.seeds)} seeds"
        made = intervals_figure(own, x, title, **look, **unit)
        if look["errors"]:
            made.axes[0].set_ylim(bottom=LOWEST)
        names.append(save_figure(made, lab.record(__file__), part))
    return names


def main():
    lab = Laboratory(options(__doc__))
    children, found = Children(lab), searches(lab)
    at, stops, measure = np.union1d(points(lab.trials), lab.stops), lab.stops, lab.measure
    best = {name: best_so_far(lab.score[p])[:, at - 1] for name, p in found.items()}
    pictures = draw(lab, children, found, best, at)
    columns = [int(np.searchsorted(at, n)) for n in stops]
    at_stops = {name: [own[:, i] for i in columns] for name, own in best.items()}
    rows = [[name, *(say(bootstrap(lab.sign * v)) for v in own)] for name, own in at_stops.items()]
    exact = expected_best(lab.score, stops)
    rows += [["random search, exactly", *(told(lab, v) for v in exact)], *children.largest_first()]
    chosen, tested = tests_of(lab, found)
    test_rows = [
        [name, *(say_some(lab, v) for v in own), f"{len(set(chosen[name][-1].tolist()))}"]
        for name, own in tested.items()
    ]
    ahead, test_ahead = (ahead_of(own, CHANCE) for own in (at_stops, tested))
    ahead_rows, test_ahead_rows = (
        [[name, *(say(one, sign=True) for one in own)] for name, own in by_name.items()]
        for by_name in (ahead, test_ahead)
    )
    verdicts = [
        [f"{n:,} children ({100 * n / lab.size:.1f} %), {part}", *verdict(by_name, i)]
        for part, by_name in (("validation", ahead), ("test", test_ahead))
        for i, n in enumerate(stops)
    ]
    head = ["", *(f"{n:,} children ({100 * n / lab.size:.1f} %)" for n in stops)]
    where = "this same table" if lab.table.name == FIRST else f"the table {FIRST}"
    difference = f"\n{lab.minus('each', CHANCE)}, so that above 0 it is better:\n\n"
    write_record(
        __file__,
        "All strategies side by side",
        f"{len(lab.seeds)} seeds, {lab.trials:,} children each in batches of 8 (5 % of the space). "
        f"The measure: {measure.label}, {'higher' if lab.sign > 0 else 'lower'} is better. "
        "Intervals: 95 %, bootstrap over seeds; for differences, over the seeds of each of the "
        "two, which are not paired. The learning rates 0.01 and 0.003 were chosen beforehand on "
        f"a part of {where}; the paper's 0.0006 is for 12,800 children; random search "
        "has nothing to choose.\n\n"
        "**What the intervals support:**\n\n"
        + table(["", f"ahead of {CHANCE}", "no clear difference", "behind it"], verdicts)
        + f"\n![Best {measure.short} so far by children]({pictures[0]})\n\n"
        f"![Best {measure.short} so far by simulated hours]({pictures[1]})\n\n"
        f"## Best {measure.label}\n\n"
        + table(head, rows)
        + difference
        + table(head, ahead_rows)
        + f"\n## Children until one of the best {lab.things} is found\n\n"
        "The columns: the median over the seeds; how many of the seeds took fewer children than "
        "the exact median of random search (about half would, by chance); and the share of the "
        "seeds that find one. The exact median is the first number of draws at which at least half "
        "of all random searches have found one.\n\n"
        + "".join(reach(lab, found, good) for good in best_children(lab))
        + f"## Test {measure.short} of the winner by validation\n\n"
        "The mean of the trainings that did not choose it. The table has such trainings for its "
        "random tenth and for its best; seeds whose winner has none are left out, which favours a "
        f"strategy with many of them. Where many seeds find the same few {lab.things}, the "
        "interval covers little of the luck of their trainings, and nothing of the luck of the "
        "test data.\n\n"
        + table(
            [*head, f"different winners of {len(lab.seeds)}, {stops[-1]:,} children"], test_rows
        )
        + difference
        + table(head, test_ahead_rows)
        + without_diverged(lab, chosen, tested, CHANCE)
        + "\n## Beside them\n\n"
        + table(["", "parameters", "validation", "test"], children.rows())
        + f"\n{children.about_size()}\n",
        path=lab.record(__file__),
    )


def best_children(lab):
    """Return which children are among the best: with ties at the last of them, and without.

    Accuracies are counts of 300 images, so that many networks share the one at the border. Where
    it is that of one child alone, under whatever descriptions, there is nothing to tell apart.
    """
    with_ties, without = best_networks(lab.score)
    tied = np.unique(lab.table.first[with_ties & ~without])
    return (with_ties, without) if len(tied) > 1 else (with_ties,)


def best_networks(score, share=0.001):
    """Return which networks are among the best, twice: with and without ties at the last."""
    border = np.sort(score)[-max(1, round(share * len(score)))]
    return score >= border, score > border


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
                f"{middle:,.0f}" if np.isfinite(middle) else f"over {lab.trials:,}",
                f"{(first < chance).sum()} of {seeds}",
                f"{100 * hits.any(1).mean():.0f} %",
            ]
        )
    rows.append(
        [
            "random search, exactly",
            f"{chance:,}",
            "–",
            f"{100 * (1 - miss(good, lab.trials)):.0f} %",
        ]
    )
    border = lab.sign * lab.score[good].min()
    least = "at least" if lab.sign > 0 else "at most"
    return (
        f"The {good.sum()} descriptions ({100 * good.mean():.2f} %) with {lab.measure.label} of "
        f"{least} {border:.4f}:\n\n"
        + table(["", "median", f"in fewer than {chance:,}", "find one"], rows)
        + "\n"
    )


def miss(good, draws):
    """Return how probable it is that so many draws hit none of these networks."""
    return (1 - good.mean()) ** draws


if __name__ == "__main__":
    main()
