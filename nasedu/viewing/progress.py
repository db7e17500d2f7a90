"""A search in words: what it is, a line a batch, what came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasedu.controller import ParameterServers
from nasedu.problems import read_space
from nasedu.runs import Limits, RunConfig, Trial
from nasedu.searching import Finished, Started, Updated
from nasedu.training import Outcome
from nasedu.training.measure import ACCURACY, REWARD, Measure
from nasedu.viewing.drawings.view import view_of
from nasedu.viewing.units import measure_of, space_of, value_of
from nasedu.viewing.words import count

BASELINE_KEY = "\n    baseline (average of earlier rewards: what earns more becomes more probable)"

STALE_KEY = (
    "\n    stale (steps that other replicas' gradients have made while its children trained)"
)


def opening_lines(event: Started) -> str:
    """Say what is searched, by whom and on which data."""
    config = event.study.config
    data, strategy = config.evaluator, dict(config.strategy)
    name = strategy.pop("name")
    settings = ", ".join(f"{key} {value}" for key, value in strategy.items())
    resumed = f", {event.num_done} of them trained before" if event.num_done else ""
    how = f"looked up in {data['table']}" if is_looked_up(data) else f"{event.workers} at a time"
    by = f"{name} ({settings})" if settings else name
    grow = ", at first of {start} layers, {step} more every {every:,}"
    depth = grow.format(**config.depth) if config.depth else ""
    most = f", {Limits(**config.limits).words}" if config.limits else ""
    return (
        f"{event.num_trials:,} children by {by}{depth}{_servers_words(config)}{most}, {how}, "
        f"seed {config.seed}{resumed}"
        f"{_data_line(event)}"
    )


def _servers_words(config: RunConfig) -> str:
    """Say how many replicas learn one policy, if several can."""
    if config.servers is None:
        return ""
    servers = ParameterServers(**config.servers)
    gathered = f", {servers.accumulate} gradients per step" if servers.accumulate > 1 else ""
    of = count(servers.replicas, "replica")
    held = count(servers.shards, "parameter shard")
    return f", {of} of {config.batch} children and {held}{gathered}"


def _data_line(event: Started) -> str:
    """Say on which data children are trained, as far as their evaluator tells."""
    config = event.study.config
    data, view = config.evaluator, view_of(space_of(config))
    words = []
    if {"num_train", "num_valid"} <= data.keys():
        sizes = f"{data['num_train']:,} training and {data['num_valid']:,} validation"
        words.append(f"{sizes} {view.unit_of(data)}")
    if epochs := data.get("recipe", {}).get("epochs"):
        words.append(f"{count(epochs, 'epoch')} per child")
    told = ": ".join(filter(None, (data.get("title"), ", ".join(words))))
    return f"\n{told}" if told else ""


def is_looked_up(evaluator: Mapping[str, Any]) -> bool:
    """Whether children are looked up in a table, by the settings of their evaluator."""
    return "table" in evaluator


def batch_line(event: Updated, of: Measure = ACCURACY) -> str:
    """Say how one batch did, with a further line for every child that failed.

    Args:
        event: The batch and its update.
        of: What children are measured in, see `measure_of`.
    """
    values = [v for trial in event.trials if (v := value_of(trial, of)) is not None]
    line = f"batch {event.number:3d}"
    if values:
        low, high = of.text(min(values)), of.text(max(values))
        line += f"  {of.short} {of.text(of.middle(values))} ({low} to {high})"
    if event.stats:
        if of != REWARD:
            line += f"  reward {REWARD.text(event.stats.mean_reward)}"
        if event.stats.baseline is not None:
            line += f"  baseline {REWARD.text(event.stats.baseline)}"
        if event.stats.staleness is not None:
            line += f"  stale by {event.stats.staleness}"
    if event.best:
        line += f"  best {_result(event.best, of)} (child {event.best.number})"
    for trial in event.trials:
        if trial.state == "failed":
            line += f"\n           child {trial.number} failed: {trial.reason}"
    return line


def key_line(event: Updated, of: Measure = ACCURACY) -> str:
    """Say what the figures of `batch_line` are, for those who read them for the first time."""
    words = [f"{of.middle_name} {of.short} of its children (lowest to highest)"]
    if event.stats:
        if of != REWARD:
            words.append("mean reward")
        if event.stats.baseline is not None:
            words.append(BASELINE_KEY)
        if event.stats.staleness is not None:
            words.append(STALE_KEY)
    return "each line is a batch: " + ", ".join([*words, "best child so far"]).replace(" \n", "\n")


def closing_lines(event: Finished) -> str:
    """Say which child was best, or that none was."""
    if event.best is None or event.best.outcome is None:
        return "every child failed: the first reason is " + repr(event.study.trials()[0].reason)
    config = event.study.config
    space, of = read_space(config.space), measure_of(config)
    net, key = space.decode(event.best.tokens), view_of(space).reading_key
    size = size_words(event.best.outcome)
    told = f"best child: {event.best.number}, {of.label} {_result(event.best, of)}{size}"
    return f"{told}\n{net}" + (f"\n{key}" if key else "")


def size_words(outcome: Outcome) -> str:
    """Return e.g. ``", 1,234 parameters"``; nothing if they were not counted."""
    return f", {outcome.num_parameters:,} parameters" if outcome.num_parameters else ""


def best_words(best: Trial, of: Measure) -> str:
    """Return e.g. ``"best accuracy 0.912 (child 7)"``."""
    return f"best {of.short} {_result(best, of)} (child {best.number:,})"


def _result(trial: Trial, of: Measure) -> str:
    value = value_of(trial, of)
    return "unknown" if value is None else of.text(value)


def duration(seconds: float) -> str:
    """Return a time in the two units that matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
