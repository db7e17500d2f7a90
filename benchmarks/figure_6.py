"""Figure 6 of the paper on a table: policy gradient against random search, best 1, 5 and 15.

The paper draws the difference in perplexity over the number of models, for the recurrent cell;
here it is the difference in the table's measure, so that above zero policy gradient is better.
"""

import numpy as np
from laboratory import FIRST, Laboratory, options, points, record_curves, say
from record import save_figure, table, write_record

from nasedu import RandomSearch
from nasedu.searching import (
    best_so_far,
    bootstrap_difference,
    expected_best,
    mean_of_best,
    mean_of_others,
    winners,
)
from nasedu.viewing import intervals_figure

CHILDREN = 12_800
RATES = {"lr 0.0006": 0.0006, "lr 0.01": 0.01}
TOPS = (1, 5, 15)
EARLY = {FIRST: (200, 800)}  # children after which a table's curves are read first


def stops(lab):
    """Return the numbers of children at which the curves are told."""
    return (*EARLY.get(lab.table.name, lab.stops[:2]), lab.trials, CHILDREN // 2, CHILDREN)


def differences(lab, policy, random, at):
    """Return by k the interval of the difference between the means of the best k, ``(P,)``."""
    found = {}
    for k in TOPS:
        means = [mean_of_best(places, lab.score, k)[:, at - 1] for places in (policy, random)]
        found[f"best {k}"] = bootstrap_difference(*means)
    return found


def verdict(name, curve, i):
    """Say what the interval at a point supports."""
    if not curve.excludes_zero[i]:
        return f"with {name}, the seeds show no clear difference"
    return f"with {name}, {'policy gradient' if curve.mean[i] > 0 else 'random search'} is ahead"


def tested(lab, policy, random, n):
    """Say how far apart the winners after n children are on test, and how many seeds say so.

    Of trainings that did not choose; searches whose winner has none are left out.
    """
    own = [mean_of_others(lab.tested, winners(places, lab.score, n)) for places in (policy, random)]
    has = [values[~np.isnan(values)] for values in own]
    count = " and ".join(f"{len(values)}" for values in has)
    said = say(bootstrap_difference(*has), sign=True)
    return f"{said} ({count} of {len(lab.seeds)} winners have such trainings)"


def main():
    lab = Laboratory(options(__doc__))
    random = lab.found(
        "random-long", lambda _: RandomSearch(lab.table.space.decisions), trials=CHILDREN
    )
    told, script, measure = stops(lab), lab.record(__file__), lab.measure
    at = np.union1d(points(CHILDREN, 16), told)
    judged = [int(np.searchsorted(at, n)) for n in lab.stops if n in at]
    body, sentences = "", []
    for name, lr in RATES.items():
        policy = lab.reinforce(f"reinforce-{lr:g}-long", lr=lr, trials=CHILDREN)
        curves = differences(lab, policy, random, at)
        record_curves(lab, f"figure 6, {name}", curves, at)
        made = intervals_figure(
            curves,
            at,
            f"{lab.minus('policy gradient', 'random search')}, {name}",
            y=f"difference in {measure.label}",
            unit="children trained",
            space_size=lab.size,
            lines={"no difference": 0.0},
        )
        picture = save_figure(made, script, name.replace("lr 0.", ""))
        rows = [
            [f"{n:,}", f"{100 * n / lab.size:.1f} %"]
            + [say(curve, int(np.searchsorted(at, n)), sign=True) for curve in curves.values()]
            for n in told
        ]
        unique = [np.mean([len(set(own[:n])) / n for own in policy.tolist()]) for n in told]
        body += f"## Learning rate {lr:g}\n\n![Difference of the best 1, 5 and 15]({picture})\n\n"
        body += table(["children", "of the space", *curves], rows)
        body += f"\nShare of different {lab.things} among all that policy gradient asked for: "
        body += ", ".join(f"{100 * u:.0f} % of {n:,}" for u, n in zip(unique, told, strict=True))
        learned = lab.middle(lab.score[policy][:, -800:])
        body += f". {measure.middle_name.capitalize()} {measure.short} of its last 800 children: "
        body += (
            f"{learned:.3f}. The same difference for the winners on test, in trainings that did "
        )
        body += "not choose them: " + "; ".join(
            f"after {n:,} children {tested(lab, policy, random, n)}" for n in lab.stops
        )
        body += ".\n\n"
        sentences += [
            f"At {name}, after {at[i]:,} children ({100 * at[i] / lab.size:.1f} %): "
            + "; ".join(verdict(k, c, i) for k, c in curves.items())
            for i in judged
        ]
    exact = expected_best(lab.score, at)
    gap = np.abs(best_so_far(lab.score[random])[:, at - 1].mean(0) - exact).max()
    write_record(
        __file__,
        "Figure 6: policy gradient against random search",
        f"{len(lab.seeds)} seeds, {CHILDREN:,} children each in batches of 8, two layers of 35. A "
        f"child that is found twice counts once. {lab.minus('policy gradient', 'random search')}, "
        f"in {measure.label}: above 0, policy gradient is better. Intervals: 95 %, bootstrap over "
        "the seeds of each of the two, which are not paired: they cover the luck of the searches, "
        f"on this one training of all {lab.things} and these data.\n\n"
        "**What the intervals support:** "
        + ". ".join(sentences)
        + ".\n\n"
        + body
        + f"Random search's mean best is within {gap:.4f} of its exact expectation everywhere. "
        f"Over all {lab.things} the best is {lab.sign * lab.score.max():.3f}, the "
        f"{measure.middle_name} {lab.middle(lab.score):.3f}. Beyond 5 % of so small a space, luck "
        "finds the best too: read the later part of a curve as a learning curve.\n",
        path=script,
    )


if __name__ == "__main__":
    main()
