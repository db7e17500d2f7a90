"""Winners on test: what trainings that chose nothing say of what searches hand in.

Legend of shapes: S searches, one a seed.
"""

import numpy as np
from laboratory import say
from record import table

from nasedu.searching import bootstrap, bootstrap_difference, mean_of_others, winners
from nasedu.tables import DIVERGED


def tests_of(lab, found):
    """Return by strategy and number of children the winners ``(S,)`` and their test ``(S,)``."""
    chosen = {
        name: [winners(places, lab.score, n) for n in lab.stops] for name, places in found.items()
    }
    tested = {
        name: [mean_of_others(lab.tested, places) for places in own] for name, own in chosen.items()
    }
    return chosen, tested


def known(values):
    """Return those values that are not NaN."""
    return values[~np.isnan(values)]


def say_some(lab, scores):
    """Write mean and interval of those there are, and how many if not all."""
    count = "" if len(known(scores)) == len(scores) else f", {len(known(scores))} seeds"
    return say(bootstrap(lab.sign * known(scores))) + count


def ahead_of(by_name, other):
    """Return how far each strategy is ahead, an interval for every number of children."""
    return {
        name: [
            bootstrap_difference(known(a), known(b))
            for a, b in zip(own, by_name[other], strict=True)
        ]
        for name, own in by_name.items()
        if name != other
    }


def without_diverged(lab, chosen, tested, other):
    """Say how far each is ahead by the winners that finished later, too, and how many did not.

    A training that diverged counts as the worst of all, so that one or two of fifty winners can
    make a mean and its interval. Returns nothing if all finished.
    """
    failed = {
        name: [(lab.table.test[1:, places] == DIVERGED).any(0) for places in own]
        for name, own in chosen.items()
    }
    if not any(one.any() for own in failed.values() for one in own):
        return ""
    left = {
        name: [np.where(one, np.nan, t) for one, t in zip(failed[name], own, strict=True)]
        for name, own in tested.items()
    }
    ahead = ahead_of(left, other) | {other: [None] * len(lab.stops)}
    rows = [
        [name] + [f"{one.sum()}; {say(lead, sign=True) if lead else '–'}" for one, lead in pairs]
        for name, pairs in ((n, zip(failed[n], ahead[n], strict=True)) for n in failed)
    ]
    return (
        "\nA winner that diverges in a later training counts as the worst there. How many of the "
        f"{len(lab.seeds)} do, and the same differences without them. (Who leaves them out "
        "chooses by the test. So this says what the intervals above hang on, and no more.)\n\n"
        + table(["", *(f"{n:,} children" for n in lab.stops)], rows)
    )
