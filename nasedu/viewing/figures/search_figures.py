"""The figures of a search: how the children did, the best so far, what size explains.

Each takes a study or its trials, or several by name (``{"REINFORCE": a, "random search": b}``),
each of which may be a list: the same search from several seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nasedu.runs import Trial
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.figures.findings import (
    best_finding,
    curves_finding,
    reward_finding,
    size_finding,
)
from nasedu.viewing.figures.pens import Pen, pens_of
from nasedu.viewing.figures.series import (
    Search,
    Searches,
    Series,
    asked,
    best_distinct,
    pareto_front,
    scored,
    series_of,
    share_explained,
    sizes,
)
from nasedu.viewing.figures.sheets import (
    add_legend,
    count_on_log_scale,
    fit_unit,
    name_axes,
    plain,
    say_empty,
    sheet,
    write_title,
)
from nasedu.viewing.pictures import INK, OKABE_ITO, QUIET, Picture
from nasedu.viewing.units import value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARK = 0.04  # of the height of an axis: more than half a mark


@plain
def reward_figure(searches: Searches, of: str | Measure = REWARD.name) -> Picture:
    """Draw how every child did, with the mean of each batch.

    Around the mean of a lone search lies a band of one standard deviation of its batch, and
    its baseline is drawn if it has one; around the mean of several seeds lies a band from the
    lowest seed to the highest. A child that failed is a cross at the bottom.

    Args:
        searches: A study, its trials, or several by name.
        of: ``"reward"``, or what the best result of a child is told in: ``"accuracy"``,
            ``"perplexity"``, ``"bits"`` or another `Measure`.

    Raises:
        SettingError: Nothing to show, more than four searches, or another ``of``.
    """
    series, of = asked(searches, of)
    figure, [[axes]] = sheet(4.4)
    _fit(axes, series, of)
    for one, pen in zip(series, _pens(series), strict=True):
        if len(one.seeds) == 1:
            _add_dots(axes, one, of, pen, faint=len(series) > 1)
        _add_means(axes, one, of, pen, banded=len(series) == 1 or len(one.seeds) > 1)
    if len(series) == 1 and of == REWARD:
        _add_baseline(axes, series[0])
    _add_failures(axes, series)
    lone = any(len(one.seeds) == 1 for one in series)
    title = f"{of.label.capitalize()} of every child" if lone else f"Mean {of.label} of a batch"
    _finish(figure, axes, series, title, of)
    return Picture(figure, reward_finding(series, of))


@plain
def best_figure(searches: Searches, of: str | Measure = REWARD.name) -> Picture:
    """Draw the best value found so far after each child, as steps.

    Several seeds are drawn as their mean, with a band from the lowest to the highest.

    Args:
        searches: A study, its trials, or several by name.
        of: ``"reward"``, or what the best result of a child is told in: ``"accuracy"``,
            ``"perplexity"``, ``"bits"`` or another `Measure`.

    Raises:
        SettingError: Nothing to show, more than four searches, or another ``of``.
    """
    series, of = asked(searches, of)
    figure, [[axes]] = sheet(3.8)
    bests = [one.best_so_far(of) for one in series]
    for one, best, pen in zip(series, bests, _pens(series), strict=True):
        _add_best(axes, one, best, pen, of)
    _look_closely(axes, bests, series, of)
    _finish(figure, axes, series, f"Best {of.label} so far", of)
    return Picture(figure, best_finding(series, of))


@plain
def size_figure(searches: Searches, front: bool = True) -> Picture:
    """Draw rewards against numbers of parameters, and how much the size alone explains.

    Args:
        searches: A study, its trials, or several by name; seeds are put together.
        front: Whether to draw the Pareto front of a lone search: the children that no
            smaller or equally small one beats.

    Raises:
        SettingError: Nothing to show, or more than four searches.
    """
    series = series_of(searches)
    figure, [[axes]] = sheet(4.4)
    count_on_log_scale(axes)
    _fit(axes, series, REWARD)
    for one, pen in zip(series, _pens(series), strict=True):
        size, rewards = sizes(one.trials)
        look = {"color": pen.colour, "alpha": 0.55, "edgecolor": "white", "linewidth": 0.5}
        label = one.label or "a child"
        share = share_explained(one.trials)
        words = "" if share is None else f"log(parameters) explains {100 * share:.0f} %"
        if one.label and words:
            label, words = f"{label}: {words}", ""
        if size.size:
            axes.scatter(np.exp(size), rewards, s=44, marker=pen.marker, label=label, **look)
        if share is not None:
            _add_fit(axes, one, pen, words)
    if front and len(series) == 1:
        _add_front(axes, series[0].trials)
    _finish(figure, axes, series, "Reward against size", REWARD, "parameters (log scale)")
    return Picture(figure, size_finding(series))


@plain
def curves_figure(search: Search | Series, n: int = 5) -> Picture:
    """Draw the learning curves of the best ``n`` different networks.

    Args:
        search: A study or its trials.
        n: How many, at most.

    Raises:
        SettingError: What is given is no search.
    """
    [one] = series_of(search)
    of = one.curve_measure
    figure, [[axes]] = sheet(3.8)
    colours = [OKABE_ITO[c] for c in ("blue", "vermillion", "green", "purple", "orange")]
    best = [t for t in best_distinct(one.trials, n) if t.outcome and t.outcome.valid_curve]
    for rank, trial in enumerate(best):
        curve = [of.read(point) for point in trial.outcome.valid_curve] if trial.outcome else []
        look = {"color": colours[rank % 5], "marker": "o^sDv"[rank % 5], "linewidth": 2.2}
        label = f"child {trial.number}: {of.text(value_of(trial, of) or 0.0)}"
        axes.plot(range(1, len(curve) + 1), curve, markersize=8, label=label, **look)
    axes.locator_params(axis="x", integer=True)
    _finish(figure, axes, (one,), "Learning curves of the best", of, "epoch")
    return Picture(figure, curves_finding(one, best))


def _pens(series: Sequence[Series]) -> list[Pen]:
    return pens_of(one.name for one in series)


def _fit(axes: Axes, series: Sequence[Series], of: Measure) -> None:
    """Let the y axis begin at 0 and, unless lower is better, end at 1 or a half or quarter.

    Where values lie below 0 the axis is left as it is.
    """
    values = np.concatenate([one.dots(of)[1] for one in series])
    if (values < 0).any():
        return  # the rewards of a kind of one's own may lie anywhere
    if all(one.measure and not one.measure.higher_is_better for one in series):
        top = 1.04 * values.max(initial=0.0) or 1.0
        axes.set_ylim(-0.04 * top, top)
    else:
        fit_unit(axes, values)


def _add_dots(axes: Axes, one: Series, of: Measure, pen: Pen, faint: bool) -> None:
    x, y = one.dots(of)
    if not x.size:
        return
    colour = pen.colour if faint else OKABE_ITO["sky blue"]
    look = {"color": colour, "alpha": 0.35 if faint else 0.75, "linewidth": 0}
    axes.scatter(x, y, s=30, marker=pen.marker, label=None if faint else "a child", **look)


def _add_means(axes: Axes, one: Series, of: Measure, pen: Pen, banded: bool) -> None:
    batches = one.batches(of)
    if not batches.place.size:
        return
    if banded:
        look = {"color": pen.colour, "alpha": 0.16, "linewidth": 0}
        axes.fill_between(batches.place, batches.low, batches.high, **look)
    label = one.label or "mean of a batch ± standard deviation"
    look = {"color": pen.colour, "linestyle": pen.dashes, "linewidth": 2.6}
    marks = {"marker": pen.marker, "markersize": 7, "markeredgecolor": "white"}
    axes.plot(batches.place, batches.mean, label=label, **look, **marks)


def _add_baseline(axes: Axes, one: Series) -> None:
    known = one.baselines
    rows = [(t.number, b) for t in one.trials if (b := known.get((t.learner, t.batch))) is not None]
    if rows:
        look = {"color": OKABE_ITO["vermillion"], "linestyle": (0, (4, 1.5)), "linewidth": 2.2}
        axes.plot(*zip(*rows, strict=True), drawstyle="steps-mid", label="baseline", **look)


def _add_failures(axes: Axes, series: Sequence[Series]) -> None:
    failed = [t.number for one in series for t in one.trials if t.state == "failed"]
    if failed:
        low, high = axes.get_ylim()
        floor = low - 0.06 * (high - low)  # a row of its own, below every reward
        axes.set_ylim(floor - 0.05 * (high - low), high)
        look = {"color": INK, "marker": "x", "linestyle": "none", "markeredgewidth": 2.2}
        label = f"failed ({len(failed)})"
        axes.plot(failed, [floor] * len(failed), label=label, markersize=8, **look)


def _add_best(axes: Axes, one: Series, best: np.ndarray, pen: Pen, of: Measure) -> None:
    known = np.isfinite(best).all(axis=0)
    x, best = np.arange(1, best.shape[1] + 1)[known], best[:, known]
    if not x.size:
        return
    mean = best.mean(axis=0)
    steps = np.flatnonzero(np.diff(mean, prepend=-np.inf))
    look = {"color": pen.colour, "linestyle": pen.dashes, "linewidth": 2.6}
    marks = {"marker": pen.marker, "markevery": list(steps), "markersize": 7}
    label = f"{one.label or 'best so far'}: {of.text(mean[-1])}"
    axes.plot(x, mean, drawstyle="steps-post", label=label, **look, **marks)
    if len(one.seeds) > 1:
        band = {"color": pen.colour, "alpha": 0.16, "linewidth": 0, "step": "post"}
        axes.fill_between(x, best.min(axis=0), best.max(axis=0), **band)


def _look_closely(
    axes: Axes, bests: Sequence[np.ndarray], series: Sequence[Series], of: Measure
) -> None:
    """Let the axis begin where the first batches ended: what matters comes after."""
    first = [sum(t.batch == 1 for t in one.seeds[0]) for one in series]
    after = [best[:, n - 1 :] for n, best in zip(first, bests, strict=True) if n]
    values = np.concatenate([a[np.isfinite(a)] for a in after]) if after else np.array([])
    if values.size:
        span = max(np.ptp(values), 0.02 * np.abs(values).max()) or 1.0
        worse, better = 0.35 * span, 0.1 * span
        below, above = (worse, better) if of.higher_is_better else (better, worse)
        low, high = values.min() - below, values.max() + above
        room = MARK * (high - low)
        marks = np.concatenate([best.mean(axis=0) for best in bests])
        axes.set_ylim(_clear_of(marks, low, -room), _clear_of(marks, high, room))


def _clear_of(marks: np.ndarray, limit: float, room: float) -> float:
    """Return the limit, moved outwards by ``room`` from any mark that it would cut in two."""
    cut = marks[np.abs(marks - limit) < abs(room)]
    if not cut.size:
        return limit
    outermost = cut.max() if room > 0 else cut.min()
    return _clear_of(marks, outermost + 1.001 * room, room)


def _add_fit(axes: Axes, one: Series, pen: Pen, label: str) -> None:
    """Draw the straight line through rewards against log(parameters)."""
    size, rewards = sizes(one.trials)
    slope, height = np.polyfit(size, rewards, 1)
    ends = np.array([size.min(), size.max()])
    look = {"color": pen.colour if one.name else INK, "linestyle": pen.dashes, "linewidth": 2}
    axes.plot(np.exp(ends), slope * ends + height, label=label, **look)


def _add_front(axes: Axes, trials: Sequence[Trial]) -> None:
    front = scored(pareto_front(trials))
    if front:
        _, rewards, parameters = zip(*front, strict=True)
        look = {"color": OKABE_ITO["vermillion"], "linestyle": (0, (4, 1.5)), "linewidth": 1.8}
        rings = {"marker": "o", "markersize": 9, "fillstyle": "none", "markeredgewidth": 1.8}
        label = "best for its size"
        axes.plot(parameters, rewards, drawstyle="steps-post", label=label, **look, **rings)


def _finish(
    figure: Figure,
    axes: Axes,
    series: Sequence[Series],
    title: str,
    of: Measure,
    x: str = "child",
) -> None:
    """Name axes and figure, explain the marks, and say so if there are none."""
    lower = "" if of.higher_is_better else "\n(lower is better)"
    name_axes(axes, x, f"{of.label}{lower}")
    if x == "child":
        axes.set_xlim(0, max(one.planned for one in series) + 1)
    if not any(t.state == "finished" for one in series for t in one.trials):
        say_empty(axes, "no child has finished")
    if x == "child" and any(len(one.seeds) > 1 for one in series):
        axes.fill_between([], [], [], color=QUIET, alpha=0.25, label="lowest to highest seed")
    titles = {one.data for one in series}
    data = titles.pop() if len(titles) == 1 else ""
    write_title(figure, f"{title}: {data}" if data else title)
    add_legend(axes)
