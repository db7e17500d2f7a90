"""Figure 6 of the paper on the table: policy gradient minus random search, best 1, 5 and 15.

The paper draws the difference in perplexity over the number of models, for the recurrent cell;
here it is the difference in validation accuracy, for convolutional networks on the digits.
"""

import numpy as np
from laboratory import TRIALS, Laboratory, options, points, record_curves, say
from record import save_figure, table, write_record

from nasedu import RandomSearch
from nasedu.searching import (
    best_so_far,
    bootstrap,
    expected_best,
    mean_of_best,
    mean_of_others,
    winners,
)
from nasedu.viewing import intervals_figure

CHILDREN = 12_800
RATES = {"lr 0.0006": 0.0006, "lr 0.01": 0.01}
TOPS = (1, 5, 15)
AT = (200, 800, TRIALS, 6400, CHILDREN)


def differences(lab, policy, random, at):
    """Return by k the interval of the difference between the means of the best k, ``(P,)``."""
    found = {}
    for k in TOPS:
        means = [mean_of_best(places, lab.accuracy, k)[:, at - 1] for places in (policy, random)]
        found[f"best {k}"] = bootstrap(means[0] - means[1])
    return found


def verdict(name, curve, at):
    """Say what the interval at 5 % of the space supports."""
    i = int(np.abs(at - TRIALS).argmin())
    if not curve.excludes_zero[i]:
        return f"with {name}, the seeds do not tell the two apart"
    return f"with {name}, {'policy gradient' if curve.mean[i] > 0 else 'random search'} is ahead"


def tested(lab, policy, random, n):
    """Return the interval of the difference in test accuracy of the winners after n children.

    Of trainings that did not choose; seeds where one of the two has none are left out.
    """
    own = [
        mean_of_others(lab.table.tested, winners(places, lab.accuracy, n))
        for places in (policy, random)
    ]
    difference = own[0] - own[1]
    has = ~np.isnan(difference)
    return bootstrap(difference[has]), int(has.sum())


def main():
    lab = Laboratory(options(__doc__))
    random = lab.found(
        "random-long", lambda _: RandomSearch(lab.table.space.decisions), trials=CHILDREN
    )
    at = np.union1d(points(CHILDREN, 16), AT)
    body, sentences = "", []
    for name, lr in RATES.items():
        policy = lab.reinforce(f"reinforce-{lr:g}-long", lr=lr, trials=CHILDREN)
        curves = differences(lab, policy, random, at)
        record_curves(lab, f"figure 6, {name}", curves, at)
        made = intervals_figure(
            curves,
            at,
            f"Policy gradient minus random search, {name}",
            y="difference in validation accuracy",
            unit="children trained",
            space_size=lab.size,
            lines={"no difference": 0.0},
        )
        picture = save_figure(made, __file__, name.replace("lr 0.", ""))
        rows = [
            [f"{n:,}", f"{100 * n / lab.size:.1f} %"]
            + [say(curve, int(np.searchsorted(at, n)), sign=True) for curve in curves.values()]
            for n in AT
        ]
        unique = [np.mean([len(set(own[:n])) / n for own in policy.tolist()]) for n in AT]
        body += f"## Learning rate {lr:g}\n\n![Difference of the best 1, 5 and 15]({picture})\n\n"
        body += table(["children", "of the space", *curves], rows)
        body += "\nShare of different networks among the children of policy gradient: "
        body += ", ".join(f"{100 * u:.0f} % of {n:,}" for u, n in zip(unique, AT, strict=True))
        test, count = tested(lab, policy, random, TRIALS)
        learned = lab.accuracy[policy][:, -800:].mean()
        body += f". Mean accuracy of its last 800 children: {learned:.3f}. Winners "
        body += f"after {TRIALS:,} children on test, by trainings that did not choose them: "
        body += f"{say(test, sign=True)} ({count} of {len(lab.seeds)} seeds have such.)\n\n"
        sentences += [f"at {name}: " + "; ".join(verdict(k, c, at) for k, c in curves.items())]
    exact = expected_best(lab.accuracy, at)
    gap = np.abs(best_so_far(lab.accuracy[random])[:, at - 1].mean(0) - exact).max()
    write_record(
        __file__,
        "Figure 6: policy gradient against random search",
        f"{len(lab.seeds)} seeds, {CHILDREN:,} children each in batches of 8, two layers of 35. A "
        "network that is found twice counts once. Intervals: 95 %, bootstrap over seeds, of the "
        "difference between searches of the same seed: they hold the luck of the searches, on this "
        "one training of every network and these images.\n\n"
        f"**What the intervals support at {TRIALS:,} children (5 % of the space):** "
        + ". ".join(s[0].upper() + s[1:] for s in sentences)
        + ".\n\n"
        + body
        + f"Random search's mean best is within {gap:.4f} of its exact expectation everywhere. "
        f"Over all networks the best is {lab.accuracy.max():.3f}, the mean "
        f"{lab.accuracy.mean():.3f}. Beyond 5 % of so small a space, luck finds the best too: "
        "read what is right of it as a learning curve.\n",
    )


if __name__ == "__main__":
    main()
