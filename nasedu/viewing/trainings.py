"""The picture of a training: loss and accuracy of every epoch, of a grid all its points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nasedu.errors import SettingError
from nasedu.viewing.columns import INK, QUIET
from nasedu.viewing.pens import PENS
from nasedu.viewing.pictures import OKABE_ITO
from nasedu.viewing.sheets import SMALL, name_axes, plain, sheet, write_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Record = Mapping[str, Any]
BLUE, FEW = PENS[0], 20  # epochs that get a mark each


@plain
def training_figure(record: Record) -> Figure:
    """Draw loss and validation accuracy by epoch, the test accuracy, and a grid's other points.

    Args:
        record: What `train_final` or `train_grid` returned, or ``outcome.json``.

    Raises:
        SettingError: The record has no curve.
    """
    outcome = _outcome(record)
    figure, [[loss, accuracy]] = sheet(4.2, columns=2, gap=0.06)
    for other in _others(record):
        for axes, name in ((loss, "train_curve"), (accuracy, "valid_curve")):
            curve = other[name]
            axes.plot(range(1, len(curve) + 1), curve, color=QUIET, linewidth=1.2, alpha=0.6)
    _add_curve(loss, outcome["train_curve"], "training")
    _add_curve(accuracy, outcome["valid_curve"], "validation")
    if (test := outcome["test_accuracy"]) is not None:
        look = {"marker": "*", "markersize": 15, "linestyle": "none", "clip_on": False}
        colour, label = OKABE_ITO["vermillion"], f"test, once: {test:.4f}"
        accuracy.plot([len(outcome["valid_curve"])], [test], color=colour, label=label, **look)
    if _others(record):
        accuracy.plot([], [], color=QUIET, linewidth=1.2, alpha=0.6, label="grid: the others")
    loss.set_ylim(bottom=0)
    loss.legend(loc="upper right", fontsize=SMALL, labelcolor=INK, framealpha=0.85)
    accuracy.legend(loc="lower right", fontsize=SMALL, labelcolor=INK, framealpha=0.85)
    for axes, name in ((loss, "mean loss of an epoch, nats"), (accuracy, "accuracy")):
        axes.locator_params(axis="x", integer=True)
        axes.margins(x=0.05)
        name_axes(axes, "epoch", name)
    write_title(figure, f"Training: {record['data']['title']}")
    return figure


def training_alt(record: Record) -> str:
    """Say what `training_figure` shows."""
    outcome = _outcome(record)
    valid, test = outcome["valid_curve"], outcome["test_accuracy"]
    text = (
        f"After {len(valid)} epochs on {record['data']['title']} the validation accuracy is "
        f"{valid[-1]:.4f}, its best {max(valid):.4f}"
    )
    text += f", and the test accuracy {test:.4f}" if test is not None else ""
    if others := _others(record):
        text += f". {len(others)} other points of the grid were trained"
        best = [max(other["valid_curve"][-5:]) for other in others if other["valid_curve"]]
        if best:
            text += f"; in their last five epochs they reach {min(best):.4f} to {max(best):.4f}"
    return f"{text}."


def _add_curve(axes: Axes, curve: list[float], label: str) -> None:
    look = {"color": BLUE.colour, "linewidth": 2.4, "label": f"{label}, last: {curve[-1]:.4f}"}
    marks = {"marker": BLUE.marker, "markersize": 6} if len(curve) <= FEW else {}
    axes.plot(range(1, len(curve) + 1), curve, **look, **marks)


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
