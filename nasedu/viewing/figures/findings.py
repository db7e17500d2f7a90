"""Findings: what the figures show, in words, computed from what they are drawn from.

One function for each figure: its alt text, for those who cannot see the picture, and a caption
for those who can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from nasedu.runs import Trial
from nasedu.spaces import Decision, Space
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.drawings.view import decision_words, view_of
from nasedu.viewing.figures.series import Series, scored, share_explained
from nasedu.viewing.units import value_of

Probabilities = tuple[tuple[float, ...], ...]  # of every choice, decision by decision

NOTHING = "No child has finished yet"


def reward_finding(series: Sequence[Series], of: Measure) -> str:
    """Say how the children did, and how that changed."""
    return _for_each(series, lambda one: _reward_finding(one, of))


def best_finding(series: Sequence[Series], of: Measure) -> str:
    """Say what the best child reached, and when it came."""
    return _for_each(series, lambda one: _best_finding(one, of))


def size_finding(series: Sequence[Series]) -> str:
    """Say how much the sizes explain."""
    return _for_each(series, _size_finding)


def curves_finding(one: Series, best: Sequence[Trial]) -> str:
    """Say where the learning curves of the best children end."""
    if not best:
        return f"{NOTHING}."
    of = one.curve_measure
    reached = [value_of(trial, of) or 0.0 for trial in best]
    name = of.label if of.is_plural else f"a {of.label}"
    text = f"Child {best[0].number} reaches {name} of {of.text(reached[0])}"
    if len(best) > 1:
        others = f"{of.text(min(reached[1:]))} to {of.text(max(reached[1:]))}"
        text += f", the next {len(best) - 1} different {one.view.things} {others}"
    return f"{text}."


def probabilities_finding(
    number: int, last: Probabilities, decisions: Sequence[Decision], space: Space
) -> str:
    """Say what the controller is sure of, and what not yet.

    Args:
        number: Number of the last update.
        last: The probabilities then.
        decisions: What they are of.
        space: The space of the decisions.
    """
    view = view_of(space)
    favourites = []
    for decision, shares in zip(decisions, last, strict=False):
        if decision.choices:
            choice = decision.choices[int(np.argmax(shares))]
            words = f"{decision_words(decision)} {choice} in {view.place_of(decision, space)}"
            favourites.append((max(shares), words, len(decision.choices)))
    if not favourites:  # anchors alone, whose sets have no favourite
        return f"At update {number}, the probability of every connection."
    (low, doubtful, n), (high, sure, _) = min(favourites), max(favourites)
    return (
        f"At update {number} the controller is surest of {sure} (probability {high:.2f}) and "
        f"least sure of {doubtful} ({low:.2f}; an even choice of {n} would give {1 / n:.2f})."
    )


def _for_each(series: Sequence[Series], finding: Callable[[Series], str]) -> str:
    sentences = []
    for one in series:
        text = finding(one)
        sentences.append(f"{one.label}: {text[0].lower()}{text[1:]}." if one.label else f"{text}.")
    return " ".join(sentences)


def _reward_finding(one: Series, of: Measure) -> str:
    numbers, values = one.dots(of)
    states = [t.state for t in one.trials]
    failed, ended = states.count("failed"), states.count("failed") + states.count("finished")
    if values.size:
        in_order = values[np.argsort(numbers, kind="stable")]
        text = f"Mean {of.label} {_trend(in_order, of, len(one.seeds))}"
    elif failed == len(one.trials) > 0:
        return f"All {failed} children failed"
    else:
        text = NOTHING
    if one.baselines and of == REWARD:
        text += f"; the baseline ends at {REWARD.text(one.baselines[max(one.baselines)], -1)}"
    return f"{text}; {failed} of {ended} failed" if failed else text


class Change(NamedTuple):
    """How the mean of values in the order of asking changes, and its standard error."""

    first: float
    last: float
    error: float


def change_of(values: np.ndarray) -> Change | None:
    """Compare the first and the last quarter of values; None if a quarter has no deviation."""
    quarter = len(values) // 4
    if quarter < 2:
        return None
    first, last = values[:quarter], values[-quarter:]
    error = np.sqrt((first.var(ddof=1) + last.var(ddof=1)) / quarter)
    return Change(float(first.mean()), float(last.mean()), float(error))


def _trend(values: np.ndarray, of: Measure, seeds: int = 1) -> str:
    """Say how values in the order of asking change, and whether by more than twice its error."""
    n, change = len(values), change_of(values)
    if change is None:
        return f"is {of.text(values.mean(), -1)} over {n} {'child' if n == 1 else 'children'}"
    difference = change.last - change.first
    verb = "rises" if difference > 0 else "falls"
    if abs(difference) <= 2 * change.error:
        is_little = abs(difference) <= change.error
        verb = "hardly changes," if is_little else "changes by no more than chance may,"
    return (
        f"{verb} from {of.text(change.first, -1)} in the first quarter of {n // seeds} children "
        f"to {of.text(change.last, -1)} in the last"
    )


def _best_finding(one: Series, of: Measure) -> str:
    best = one.best_so_far(of)
    if not best.size or not np.isfinite(best[:, -1]).any():
        return NOTHING
    ends, n = best[:, -1], best.shape[1]
    if len(ends) > 1:
        spread = f"{of.text(np.nanmin(ends))} to {of.text(np.nanmax(ends))}"
        mean = of.text(float(np.nanmean(ends)))
        return f"After {n} children the best {of.label} is {mean} ({spread})"
    number = int(np.flatnonzero(best[0] == ends[0])[0]) + 1
    return f"The best {of.label}, {of.text(ends[0])}, comes with child {number} of {n}"


def _size_finding(one: Series) -> str:
    children = scored(one.trials)
    if not children:
        return NOTHING
    counts = [child.num_parameters for child in children]
    if not any(counts):
        return "No child tells how many parameters it has"
    best = max(children, key=lambda child: (child.reward, -child.trial.number)).num_parameters
    text = f"Children have {min(counts):,} to {max(counts):,} parameters, the best {best:,}"
    share = share_explained(one.trials)
    if share is None:
        return f"{text}; too few differ to say what their size explains"
    return f"{text}; log(parameters) explains {100 * share:.0f} % of the rewards' variance"
