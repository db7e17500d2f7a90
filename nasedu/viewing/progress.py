"""A search in words: what it is, a line a batch, what came out."""

from __future__ import annotations

from nasedu.searching import Finished, Started, Trial, Updated
from nasedu.spaces import read_space


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
        f"images, {data['recipe']['epochs']} epochs a child"
    )


def batch_line(event: Updated) -> str:
    """Say how one batch did, with a further line for every child that failed."""
    accuracies = [accuracy_of(trial) for trial in event.trials if trial.state == "finished"]
    line = f"batch {event.number:3d}"
    if accuracies:
        mean = sum(accuracies) / len(accuracies)
        line += f"  accuracy {mean:.3f} ({min(accuracies):.3f} to {max(accuracies):.3f})"
    if event.stats:
        line += f"  reward {event.stats.mean_reward:.3f}"
        if event.stats.baseline is not None:
            line += f"  baseline {event.stats.baseline:.3f}"
    if event.best:
        line += f"  best {accuracy_of(event.best):.3f} (child {event.best.number})"
    for trial in event.trials:
        if trial.state == "failed":
            line += f"\n           child {trial.number} failed: {trial.reason}"
    return line


def closing_lines(event: Finished) -> str:
    """Say which child was best, or that none was."""
    if event.best is None or event.best.outcome is None:
        return "every child failed: the first reason is " + repr(event.study.trials()[0].reason)
    net = read_space(event.study.config.space).decode(event.best.tokens)
    return (
        f"best child: {event.best.number}, validation accuracy {accuracy_of(event.best):.3f}, "
        f"{event.best.outcome.num_parameters:,} parameters\n{net}"
    )


def accuracy_of(trial: Trial) -> float:
    """Return the best validation accuracy of a finished child, 0 to 1."""
    return max(trial.outcome.valid_curve) if trial.outcome else float("nan")


def duration(seconds: float) -> str:
    """Return a time in the two units that matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
