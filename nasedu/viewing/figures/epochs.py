"""The picture of a training: loss and result of every epoch, of a grid all its points."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nasedu.errors import SettingError
from nasedu.problems import read_architecture
from nasedu.training.measure import ACCURACY, Measure
from nasedu.training.outcome import renamed
from nasedu.viewing.figures.pens import PENS
from nasedu.viewing.figures.sheets import SMALL, name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import INK, OKABE_ITO, QUIET, Picture
from nasedu.viewing.units import RESULT, measure_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Record = Mapping[str, Any]
BLUE, FEW = PENS[0], 20  # epochs that get a mark each


@plain
def training_figure(record: Record) -> Picture:
    """Draw loss and validation result by epoch, the test result, and a grid's other points.

    Args:
        record: What `train_final` or `train_grid` returned, or ``outcome.json``.

    Raises:
        SettingError: The record has no curve.
    """
    outcome, of = _outcome(record), _measure(record)
    figure, [[loss, results]] = sheet(4.2, columns=2, gap=0.06)
    others = {"color": QUIET, "linewidth": 1.2, "alpha": 0.6}
    for other in _others(record):
        for axes, curve in ((loss, other["train_curve"]), (results, _read(other, of))):
            axes.plot(range(1, len(curve) + 1), curve, **others)
    train, valid = outcome["train_curve"], _read(outcome, of)
    _add_curve(loss, train, f"training, last: {train[-1]:.4f}")
    _add_curve(results, valid, f"validation, last: {of.text(valid[-1], more=1)}")
    if (test := _test(outcome, of)) is not None:
        look = {"marker": "*", "markersize": 15, "linestyle": "none", "clip_on": False}
        colour, label = OKABE_ITO["vermillion"], f"test, once: {of.text(test, more=1)}"
        kept = record.get("kept_epoch", len(valid))  # where the weights that were tested are from
        results.plot([kept], [test], color=colour, label=label, **look)
    if _others(record):
        results.plot([], [], label="grid: the others", **others)
    loss.set_ylim(bottom=0)
    # an accuracy rises and its loss falls to 0; where those of a text lie nobody knows beforehand
    corners = ("upper right", "lower right") if of.higher_is_better else ("best", "best")
    loss.legend(loc=corners[0], fontsize=SMALL, labelcolor=INK, framealpha=0.85)
    results.legend(loc=corners[1], fontsize=SMALL, labelcolor=INK, framealpha=0.85)
    lower = "" if of.higher_is_better else "\n(lower is better)"
    for axes, name in ((loss, "mean loss of an epoch, nats"), (results, f"{of.short}{lower}")):
        axes.locator_params(axis="x", integer=True)
        axes.margins(x=0.05)
        name_axes(axes, "epoch", name)
    write_title(figure, f"Training: {record['data']['title']}")
    return Picture(figure, _finding(record, outcome, of))


def _finding(record: Record, outcome: Mapping[str, Any], of: Measure) -> str:
    """Say where the training ended."""
    valid, test = _read(outcome, of), _test(outcome, of)
    best = of.text(of.best(outcome["valid_curve"]), more=1)
    verb, its = ("are", "their") if of.is_plural else ("is", "its")
    text = (
        f"After {len(valid)} epochs on {record['data']['title']} the {of.label} {verb} "
        f"{of.text(valid[-1], more=1)}, {its} best {best}"
    )
    text += "" if test is None else f", and the test {of.short} {of.text(test, more=1)}"
    if others := _others(record):
        text += f". {len(others)} other points of the grid were trained"
        found = [of.best(one["valid_curve"][-5:]) for one in others if one["valid_curve"]]
        if found:
            low, high = (of.text(value, more=1) for value in (min(found), max(found)))
            text += f"; in their last five epochs they reach {low} to {high}"
    return f"{text}."


def _add_curve(axes: Axes, curve: Sequence[float], label: str) -> None:
    look = {"color": BLUE.colour, "linewidth": 2.4, "label": label}
    marks = {"marker": BLUE.marker, "markersize": 6} if len(curve) <= FEW else {}
    axes.plot(range(1, len(curve) + 1), curve, **look, **marks)


def _measure(record: Record) -> Measure:
    """Return what the child was measured in; of a record without a child that is an accuracy."""
    if (document := record.get("architecture")) is None:
        return ACCURACY
    net = read_architecture(json.dumps(document))
    return measure_for(net, record["data"]) or RESULT


def _read(outcome: Mapping[str, Any], of: Measure) -> list[float]:
    return [of.read(point) for point in outcome["valid_curve"]]


def _test(outcome: Mapping[str, Any], of: Measure) -> float | None:
    point = renamed(outcome).get("test")
    return None if point is None else of.read(point)


def _outcome(record: Record) -> Mapping[str, Any]:
    outcome = record.get("outcome")
    if not isinstance(outcome, Mapping) or not outcome.get("valid_curve"):
        raise SettingError("the record has no learning curve; expected that of a training")
    return outcome


def _others(record: Record) -> list[Mapping[str, Any]]:
    """Return the outcomes of the grid's points but the winner's."""
    winner = list(record["outcome"]["valid_curve"]), list(record["outcome"]["train_curve"])
    outcomes = [row["outcome"] for row in record.get("grid", ())]
    return [o for o in outcomes if (list(o["valid_curve"]), list(o["train_curve"])) != winner]
