"""The run of an explorer: every child, every update, and what the policy was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nasedu.errors import SettingError
from nasedu.runs import Trial, UpdateRecord
from nasedu.spaces import Decision
from nasedu.training.measure import REWARD, Measure
from nasedu.viewing.diagnosis import diagnose
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.drawings.view import View, decision_words
from nasedu.viewing.explorer.packing import (
    compressed,
    compressed_scenes,
    compressed_tokens,
    width_of,
)
from nasedu.viewing.figures.probabilities import recorded_probabilities
from nasedu.viewing.figures.series import pareto_front
from nasedu.viewing.report.run_summary import RunSummary
from nasedu.viewing.units import value_of

SCALE = 10_000  # of a probability as a whole number, of which two bytes are enough
Json = dict[str, Any]


def explored_run(run: RunSummary) -> Json:
    """Return a run as JSON values, which the page reads by these names (``data.js``).

    Its numbers are those of the study; probabilities are those before each update, averaged over
    the children of its batch, as the study keeps them.
    """
    trials, view, of = run.trials, run.view, run.measure
    steps = UpdateColumns(trials, run.series.updates)
    distinct = {tokens: i for i, tokens in enumerate(dict.fromkeys(t.tokens for t in trials))}
    scenes = (view.scene(run.space.decode(tokens), run.data) for tokens in distinct)
    status = "Finished" if run.is_complete else "Unfinished"
    return {
        "title": printable(run.title),
        "lead": printable(f"{run.config.trials:,} {view.searched(run.space)}"),
        "status": f"{status}: {len(run.finished):,} finished, {len(run.failed):,} failed",
        "thing": view.thing,
        "things": view.things,
        "count": len(trials),
        "reward": _measure(REWARD),
        "measure": None if of == REWARD else _measure(of),
        "decisions": _decisions(run.space.decisions, view, run.space),
        "columns": {
            **_columns(trials, of),
            "step": compressed([steps.index_of[t.learner, t.batch] for t in trials], "u4"),
            "scene": compressed([distinct[t.tokens] for t in trials], "u4"),
            "depth": compressed([len(t.tokens) for t in trials], "u2"),
            "tokens": compressed_tokens([t.tokens for t in trials], run.space.decisions),
        },
        "scenes": compressed_scenes(scenes),
        "steps": steps.columns,
        "policy": _policy(run),
        "front": [t.number - 1 for t in pareto_front(trials)],
        "reasons": {t.number - 1: printable(t.reason) for t in trials if t.reason},
        "diagnosis": [
            [printable(f.sentence), printable(f.evidence), printable(f.next_experiment)]
            for f in diagnose(run.series)
        ],
    }


def _measure(of: Measure) -> Json:
    return {
        "label": of.label,
        "short": of.short,
        "digits": of.digits,
        "small": of.has_small_values,
        "higher": of.higher_is_better,
    }


def _decisions(decisions: Sequence[Decision], view: View, space: Any) -> list[Json]:
    """Return the decisions: place, words and choices; of an anchor point the earlier layers."""
    return [
        {
            "name": printable(decision_words(d)),
            "place": printable(view.place_of(d, space)),
            "choices": [printable(c) for c in d.choices or range(1, d.layer)],
            "anchor": d.is_anchor,
            "width": width_of(d),
        }
        for d in decisions
    ]


def _columns(trials: Sequence[Trial], of: Measure) -> Json:
    """Return what is known of every child, compressed; NaN where nothing is."""
    outcomes = [t.outcome for t in trials]
    rewards = [math.nan if t.reward is None else t.reward for t in trials]
    values = [math.nan if (v := value_of(t, of)) is None else v for t in trials]
    counts = {
        name: [float(v) if o and (v := getattr(o, name)) else math.nan for o in outcomes]
        for name in ("num_parameters", "flop", "seconds")
    }
    packs: Json = {name: compressed(column) for name, column in counts.items() if _is_known(column)}
    packs["reward"] = compressed(rewards)
    if of != REWARD:
        packs["value"] = compressed(values)
    packs["state"] = compressed(
        [("asked", "finished", "failed").index(t.state) for t in trials], "u1"
    )
    return packs


def _is_known(column: Sequence[float]) -> bool:
    """Whether a column says anything: a function's number has no size and takes no time."""
    return any(value > 0 for value in column)


class UpdateColumns:
    """The updates of a run, those of several learners in the order in which they asked.

    Attributes:
        index_of: The place of an update, by its learner and its number.
        columns: Compressed: learner, number, and what the update looked like; NaN where it had
            none.
    """

    def __init__(self, trials: Sequence[Trial], updates: Sequence[UpdateRecord]) -> None:
        keys = list(dict.fromkeys((t.learner, t.batch) for t in trials))
        stats = {(u.learner, u.number): u.stats for u in updates}
        self.index_of = {key: i for i, key in enumerate(keys)}
        self.columns: Json = {
            "learner": compressed([learner for learner, _ in keys], "u2"),
            "number": compressed([number for _, number in keys], "u4"),
        }
        for name in ("mean_reward", "baseline", "entropy", "gradient_norm"):
            told = [getattr(stats.get(key), name, None) for key in keys]
            self.columns[name] = compressed([math.nan if v is None else v for v in told])


def _policy(run: RunSummary) -> Json | None:
    """Return the probabilities before each update, ``(U, P)``; None if there are none.

    They are whole numbers, and each as its change since the update before: a policy that moves
    slowly takes little room.
    """
    try:
        recorded_probabilities(run.series)  # which also checks that they are those of the space
    except SettingError:
        return None
    told = {(u.learner, u.number): u.stats for u in run.series.updates}
    rows: list[np.ndarray] = []
    for key in dict.fromkeys((t.learner, t.batch) for t in run.trials):
        stats = told.get(key)
        shares = [p for choices in stats.probabilities for p in choices] if stats else []
        rows.append(np.array(shares, dtype=float))
    lengths = [len(row) for row in rows]
    whole = np.zeros((len(rows), max(lengths)), dtype="<u2")  # shallow children decide less
    for place, row in zip(whole, rows, strict=True):
        place[: len(row)] = np.round(row * SCALE)
    changes = np.diff(whole, axis=0, prepend=whole[:1] * 0)  # modulo 65,536, as the page adds them
    return {
        "scale": SCALE,
        "lengths": compressed(lengths, "u2"),
        "changes": compressed(changes, "u2"),
    }
