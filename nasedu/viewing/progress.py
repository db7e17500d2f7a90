"""A search in words: what it is, a line a batch, what came out."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from nasedu.architectures import ConvNet
from nasedu.problems import read_space
from nasedu.searching import Finished, Started, Trial, Updated
from nasedu.viewing.layer_table import count
from nasedu.viewing.measures import LOWER_IS_BETTER, MEASURES, Measure, measure_of, say, value_of

BASELINE_KEY = "\n    baseline (average of earlier rewards: what earns more becomes more probable)"
LAYER_KEY = "(layer: height x width of its filters, their number <- what it reads; 0 is the image)"


def opening_lines(event: Started) -> str:
    """Say what is searched, by whom and on which data."""
    config = event.study.config
    data, strategy = config.evaluator, dict(config.strategy)
    name = strategy.pop("name")
    settings = ", ".join(f"{key} {value}" for key, value in strategy.items())
    resumed = f", {event.num_done} of them trained before" if event.num_done else ""
    is_table = data.get("kind") == "table"
    how = f"looked up in {data['table']}" if is_table else f"{event.workers} at a time"
    by = f"{name} ({settings})" if settings else name
    grow = ", at first of {start} layers, {step} more every {every:,}"
    depth = grow.format(**config.depth) if config.depth else ""
    return (
        f"{event.num_trials:,} children by {by}{depth}, {how}, seed {config.seed}{resumed}\n"
        f"{data['title']}: {data['num_train']:,} training and {data['num_valid']:,} validation "
        f"{unit_of(data)}, {count(data['recipe']['epochs'], 'epoch')} a child"
    )


def batch_line(event: Updated, of: Measure = "accuracy") -> str:
    """Say how one batch did, with a further line for every child that failed.

    Args:
        event: The batch and its update.
        of: What children are measured in, see `measure_of`.
    """
    values = [v for trial in event.trials if (v := value_of(trial, of)) is not None]
    line = f"batch {event.number:3d}"
    if values:
        # One bad cell has a perplexity of thousands, which would rule a mean.
        middle = statistics.median if of in LOWER_IS_BETTER else statistics.fmean
        low, high = say(min(values), of), say(max(values), of)
        line += f"  {short(of)} {say(middle(values), of)} ({low} to {high})"
    if event.stats:
        line += f"  reward {say(event.stats.mean_reward)}"
        if event.stats.baseline is not None:
            line += f"  baseline {say(event.stats.baseline)}"
    if event.best:
        line += f"  best {_result(event.best, of)} (child {event.best.number})"
    for trial in event.trials:
        if trial.state == "failed":
            line += f"\n           child {trial.number} failed: {trial.reason}"
    return line


def key_line(event: Updated, of: Measure = "accuracy") -> str:
    """Say what the figures of `batch_line` are, for those who read them for the first time."""
    middle = "median" if of in LOWER_IS_BETTER else "mean"
    words = [f"{middle} {short(of)} of its children (lowest to highest)"]
    if event.stats:
        words.append("mean reward")
        if event.stats.baseline is not None:
            words.append(BASELINE_KEY)
    return "each line is a batch: " + ", ".join([*words, "best child so far"]).replace(" \n", "\n")


def closing_lines(event: Finished) -> str:
    """Say which child was best, or that none was."""
    if event.best is None or event.best.outcome is None:
        return "every child failed: the first reason is " + repr(event.study.trials()[0].reason)
    config = event.study.config
    net, of = read_space(config.space).decode(event.best.tokens), measure_of(config.evaluator)
    key = f"\n{LAYER_KEY}" if isinstance(net, ConvNet) else ""
    return (
        f"best child: {event.best.number}, {MEASURES[of]} {_result(event.best, of)}, "
        f"{event.best.outcome.num_parameters:,} parameters\n{net}{key}"
    )


def best_words(best: Trial, of: Measure) -> str:
    """Return e.g. ``"best accuracy 0.912 (child 7)"``."""
    return f"best {short(of)} {_result(best, of)} (child {best.number:,})"


def unit_of(evaluator: Mapping[str, Any]) -> str:
    """Return what data are counted in: ``"images"``, ``"words"`` or ``"characters"``."""
    return f"{evaluator.get('unit', 'image')}s"


def short(of: Measure) -> str:
    """Return the measure without saying on which part it was taken."""
    return MEASURES[of].removeprefix("validation ")


def _result(trial: Trial, of: Measure) -> str:
    value = value_of(trial, of)
    return "unknown" if value is None else say(value, of)


def duration(seconds: float) -> str:
    """Return a time in the two units that matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
