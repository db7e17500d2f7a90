"""The records of a study: what stands in a row of its file, and how it is written and read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as tensors_to_bytes
from torch import Generator, Tensor

from nasedu.controller import Strategy, UpdateStats
from nasedu.documents import read_json
from nasedu.errors import StudyError
from nasedu.runs.trial import Trial
from nasedu.training import Outcome
from nasedu.values import checked, fill

ALONE = 0  # the learner of a search that has one


@dataclass(frozen=True, slots=True)
class Update:
    """One update as recorded.

    Attributes:
        number: Counts the updates of its learner, from 1.
        stats: What it looked like; None if all children failed.
        learner: Who made it.
    """

    number: int
    stats: UpdateStats | None
    learner: int = ALONE


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """Return the trial with the highest reward, the earliest of equals, or None."""
    rewarded = [t for t in trials if t.reward is not None]
    return max(rewarded, key=lambda t: (t.reward, -t.number), default=None)


@contextmanager
def readable(path: Path | None) -> Iterator[None]:
    """Turn what damaged records raise into one line."""
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise StudyError(
            f"{path or 'the study in memory'} holds a record that cannot be read ({error}); "
            "restore it or choose another run folder"
        ) from None


def check_counted(numbers: Sequence[int]) -> None:
    """Raise ValueError unless records are counted one by one from 1."""
    for expected, number in enumerate(numbers, start=1):
        if number != expected:
            raise ValueError(f"number {number} stands where {expected} should")


def read_trial(row: tuple) -> Trial:
    """Return a trial from its row; ValueError or the like if it cannot be one."""
    number, batch, tokens, seed, outcome, learner, policy = row
    read = Outcome.from_json(outcome) if outcome else None
    asked = checked(read_json(tokens), tuple[int, ...], "tokens")
    checked([batch, seed, learner, policy], tuple[int, int, int, int], "batch, seed and learner")
    if not 1 <= batch <= number or policy < 0 or learner < 0:
        raise ValueError(f"trial {number} is of batch {batch}, learner {learner}, policy {policy}")
    return Trial(number, batch, asked, seed, read, learner, policy)


def stats_column(stats: UpdateStats | None) -> str:
    """Return the statistics of an update as JSON."""
    plain = {name: getattr(stats, name) for name in stats.__slots__} if stats else None
    if plain and plain["staleness"] is None:  # nor has it a place in early studies
        del plain["staleness"]
    return json.dumps(plain, allow_nan=False)


def read_stats(text: str) -> UpdateStats | None:
    """Return what `stats_column` wrote."""
    fields = read_json(text)
    return None if fields is None else fill(UpdateStats, fields)


def state_columns(strategy: Strategy, generator: Generator) -> tuple[str, bytes, bytes]:
    """Return a learner's state: plain values as JSON, tensors as safetensors, the generator."""
    state = strategy.state_dict()
    tensors = {k: v.detach().contiguous() for k, v in state.items() if isinstance(v, Tensor)}
    plain = {k: v for k, v in state.items() if k not in tensors}
    text = json.dumps(plain, allow_nan=False)
    return text, tensors_to_bytes(tensors), generator_column(generator)


def generator_column(generator: Generator) -> bytes:
    """Return the state of a random generator."""
    return generator.get_state().numpy().tobytes()


def restore_columns(
    strategy: Strategy, generator: Generator, plain: str, tensors: bytes, state: bytes
) -> None:
    """Bring strategy and generator to where `state_columns` found them."""
    fields = checked(read_json(plain), dict[str, Any], "the state")
    strategy.load_state_dict({**fields, **tensors_from_bytes(tensors)})
    generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
