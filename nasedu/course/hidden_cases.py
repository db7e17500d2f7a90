"""The hidden cases of exercises: drawn anew from a seed, so that nobody can write their answers.

A right function passes with any seed. Somebody who has returned the answers of the cases that a
lesson shows, or has met them by luck, does not.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from nasedu.course.exercise import Exercise
from nasedu.spaces import ConvNetSpace, RecurrentCellSpace

Case = tuple[Any, ...]
NUM_CASES = 3
SIZES = (8, 12, 16, 20, 24, 36, 48)  # of filters


def with_hidden_cases(exercise: Exercise, seed: int) -> Exercise:
    """Return an exercise that tries hidden cases after its own.

    Args:
        exercise: One that `CASES` has no way to draw for stays as it is.
        seed: The same seed gives the same cases.
    """
    draw = CASES.get(exercise.name)
    if draw is None:
        return exercise
    # each exercise has draws of its own: another one, added to the course, changes none
    generator = np.random.default_rng([seed, zlib.crc32(exercise.name.encode())])
    hidden = tuple(draw(generator) for _ in range(NUM_CASES))
    return replace(exercise, cases=exercise.cases + hidden)


def _count(r: Generator, low: int, high: int) -> int:
    """Return an int from low to high, both possible."""
    return int(r.integers(low, high + 1))


def _number(r: Generator, low: float = 0.05, high: float = 0.95) -> float:
    return round(float(r.uniform(low, high)), 3)


def _numbers(r: Generator, count: int, low: float = 0.05, high: float = 0.95) -> list[float]:
    """Return different numbers, in no order."""
    while True:
        drawn = [_number(r, low, high) for _ in range(count)]
        if len(set(drawn)) == count:
            return drawn


def _tensor(r: Generator, *shape: int, low: float = -1.0, high: float = 1.0) -> Tensor:
    return torch.tensor(r.uniform(low, high, shape), dtype=torch.float32)


def _chances(r: Generator, *shape: int) -> np.ndarray:
    """Return probabilities that sum to 1 along the last axis."""
    return r.dirichlet(np.ones(shape[-1]), shape[:-1])


def _space(r: Generator) -> ConvNetSpace:
    """Return a small space without skip connections."""

    def some(values: tuple[int, ...], least: int) -> tuple[int, ...]:
        chosen = r.choice(values, _count(r, least, len(values)), replace=False)
        return tuple(int(value) for value in sorted(chosen))

    heights, widths = some((1, 3, 5, 7, 9), 2), some((1, 3, 5, 7), 2)
    return ConvNetSpace(_count(r, 2, 6), heights, widths, some(SIZES, 3), skip_connections=False)


def _tokens(r: Generator) -> Case:
    space = _space(r)
    choices = (space.filter_heights, space.filter_widths, space.num_filters)
    return [_count(r, 0, len(values) - 1) for values in choices], space


def _layer(r: Generator) -> Case:
    (height, width, filters), space = _tokens(r)
    layer = (space.filter_heights[height], space.filter_widths[width], space.num_filters[filters])
    return layer, space


def _odd(r: Generator, least: int = 1) -> int:
    """Return the side of a filter, at most 9."""
    return int(r.choice(range(least, 10, 2)))


def _strided(r: Generator) -> Case:
    """Return layers that read some of what is before them, and an image."""
    layers = []
    for layer in range(1, _count(r, 3, 5)):
        inputs = sorted({layer - 1, _count(r, 0, layer - 1)})
        layers.append((SIZES[_count(r, 0, 5)], _count(r, 1, 2), inputs))
    return layers, _count(r, 1, 3), _count(r, 8, 33)


def _parameters(r: Generator) -> Case:
    """Return the parameters of a chain that there is, layer by layer."""
    counts, channels = [], 1
    for _ in range(_count(r, 2, 4)):
        height, width = (2 * _count(r, 0, 3) + 1 for _ in range(2))
        filters = (8, 16, 24, 36)[_count(r, 0, 3)]
        counts.append(height * width * channels * filters + 2 * filters)
        channels = filters
    return (counts,)


def _exact(r: Generator, *shape: int) -> Tensor:
    return torch.tensor(r.uniform(-1, 1, shape))


def _lstm_step(r: Generator) -> Case:
    units = _count(r, 1, 4)
    return tuple(_exact(r, n * units) for n in (1, 1, 4, 1))


def _small_controller(r: Generator) -> Case:
    units, choices = _count(r, 2, 3), _count(r, 2, 4)
    tokens = [_count(r, 0, choices - 1) for _ in range(_count(r, 2, 4))]
    shapes = (units,), (2 * units, 4 * units), (4 * units,), *[(choices, units)] * 2, (choices,)
    return tokens, *(_exact(r, *shape) for shape in shapes)


def _sequence(r: Generator) -> Case:
    steps = [_chances(r, _count(r, 2, 4)).tolist() for _ in range(_count(r, 2, 5))]
    return steps, [_count(r, 0, len(step) - 1) for step in steps]


def _joint(r: Generator) -> Case:
    a, b = _count(r, 2, 4), _count(r, 2, 4)
    both = _chances(r, a), _chances(r, a, b)
    return tuple(torch.tensor(chances, dtype=torch.float32) for chances in both)


def _pulls(r: Generator) -> Case:
    arms, pulls = _count(r, 2, 5), _count(r, 2, 6)
    actions = torch.tensor(r.integers(0, arms, pulls))
    return _tensor(r, arms), actions, _tensor(r, pulls, low=0.1), _number(r)


def _counter(r: Generator) -> Case:
    choices = [_count(r, 2, 5) for _ in range(_count(r, 3, 6))]
    return [_count(r, 0, count - 1) for count in choices], choices


def _loss(r: Generator) -> Case:
    children, tokens = _count(r, 2, 5), _count(r, 2, 5)
    log_probs = _tensor(r, children, tokens, low=-2.0, high=-0.1)
    return log_probs, _tensor(r, children, low=0.1), _number(r)


def _estimates(r: Generator) -> Case:
    weights = _count(r, 2, 4)
    return _tensor(r, _count(r, 2, 6), weights), _tensor(r, weights, low=0.2)


def _wiring(r: Generator) -> Case:
    """Return what each layer reads, in a network of up to seven."""
    inputs = [[0]]
    for layer in range(2, _count(r, 3, 7) + 1):
        chosen = [j for j in range(1, layer) if r.random() < 0.4]
        inputs.append(chosen or [0])
    return (inputs,)


def _anchor(r: Generator) -> Case:
    coins = _numbers(r, _count(r, 2, 6))
    return coins, _count(r, 0, 2 ** len(coins) - 1)


def _resamples(r: Generator) -> Case:
    seeds, drawn = _count(r, 3, 6), _count(r, 5, 9)
    indices = r.integers(0, seeds, (drawn, seeds))
    return np.array(_numbers(r, seeds)), indices, _number(r, 0.5, 0.95)


def _depth(r: Generator) -> Case:
    every = _count(r, 3, 40)
    return _count(r, 1, 8 * every), _count(r, 2, 8), _count(r, 1, 4), every


def _paired(r: Generator, low: float, high: float, other: tuple[float, float]) -> Case:
    count = _count(r, 4, 8)
    return _numbers(r, count, low, high), _numbers(r, count, *other)


def _cell(r: Generator) -> Case:
    base = int(r.choice((2, 4, 8)))
    space = RecurrentCellSpace(base)
    cell = space.decode([_count(r, 0, len(each.choices) - 1) for each in space.decisions])
    return _numbers(r, base, -1.5, 1.5), _numbers(r, base, -1.5, 1.5), _number(r, -1, 1), cell


def _node(r: Generator) -> Case:
    base = 2 ** _count(r, 1, 5)
    return _count(r, 0, 2 * base - 2), base


def _pieces(r: Generator) -> Case:
    counts = [_count(r, 1, 30) for _ in range(_count(r, 2, 5))]
    return [round(count * _number(r, 2.0, 5.0), 3) for count in counts], counts


def _trainings(r: Generator) -> Case:
    """Return a grid in any order; its best lies at an end more often than inside."""
    rates = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0][: _count(r, 3, 6)]
    valid = [v if r.random() < 0.8 else math.inf for v in _numbers(r, len(rates), 70, 130)]
    valid[r.choice([0, -1, len(rates) // 2], p=[0.45, 0.45, 0.1])] = 60.0
    order = r.permutation(len(rates))
    return ([{"lr": rates[k], "valid": valid[k]} for k in order],)


def _events(r: Generator) -> Case:
    """Return pulls and pushes of some replicas; each pulls before it pushes."""
    events, busy = [], set()
    replicas = _count(r, 2, 4)
    for _ in range(_count(r, 10, 16)):
        replica = _count(r, 1, replicas)
        events.append(("push" if replica in busy else "pull", replica))
        busy ^= {replica}
    return (events,)


def _deliveries(r: Generator) -> Case:
    """Return pushes of three replicas, numbered as they are sent; any may arrive again later."""
    counts, messages = {1: 0, 2: 0, 3: 0}, []
    for _ in range(_count(r, 6, 10)):
        if messages and r.random() < 0.4:
            messages.append(messages[_count(r, 0, len(messages) - 1)])
            continue
        replica = _count(r, 1, 3)
        counts[replica] += 1
        messages.append((replica, counts[replica], _number(r)))
    return (messages,)


def _drawn(r: Generator) -> Case:
    """Return how often tokens were drawn and how probable they are, no longer quite the same."""
    count = _count(r, 2, 6)
    drawn, said = 0.9 * _chances(r, 2, count) + 0.1 / count  # none is nearly impossible
    counts = r.multinomial(_count(r, 50, 500), drawn)
    return tuple(torch.tensor(each, dtype=torch.float32) for each in (counts, said))


def _failures(r: Generator) -> Case:
    """Return which checks fail for which bugs: most often one, else none or several."""
    bugs, checks = _count(r, 3, 6), _count(r, 2, 5)
    failed = torch.zeros(bugs, checks, dtype=torch.int64)
    for row in failed:
        row[r.permutation(checks)[: r.choice((0, 1, 2), p=(0.2, 0.6, 0.2))]] = 1
    return (failed,)


def _shared(r: Generator) -> Case:
    """Return weights for the largest layer, no two alike, and the size of one that uses a part."""
    height, width = _odd(r, 3), _odd(r, 3)
    filters, channels = _count(r, 2, 5), _count(r, 1, 3)
    shape = filters, channels, height, width
    weight = r.permutation(math.prod(shape)).reshape(shape)
    smaller = (2 * _count(r, 0, side // 2) + 1 for side in (height, width))
    return weight, _count(r, 1, filters), *smaller


def _ranking(r: Generator) -> Case:
    count = _count(r, 4, 9)
    return *(_numbers(r, count) for _ in range(3)), _count(r, 2, count - 1)


def _printed(r: Generator) -> Case:
    decimals = _count(r, 0, 4)
    return (f"{r.uniform(0, 100):.{decimals}f}",)


def _search_work(r: Generator) -> Case:
    counts = _count(r, 2, 9000), _count(r, 500, 60_000), _count(r, 2, 60)
    return *counts, _number(r, 0.1, 9) * 1e9, _number(r, 0.1, 9) * 1e12


def _chain(r: Generator) -> Case:
    layers = _count(r, 2, 5)
    return [_odd(r) for _ in range(layers)], [_count(r, 1, 48) for _ in range(layers)]


def _losses(r: Generator) -> Case:
    """Return losses that grow and end in NaN, most often; the first is always a number."""
    losses = sorted(_numbers(r, _count(r, 2, 6), 1, 90))
    losses += [math.inf] * _count(r, 0, 2)
    return (losses + [math.nan] * _count(r, 0, 3),)


CASES: dict[str, Callable[[Generator], Case]] = {
    "reward_from_curve": lambda r: (_numbers(r, _count(r, 1, 9)),),
    "best_so_far": lambda r: (_numbers(r, _count(r, 4, 9), -1, 1),),
    "decode_layer": _tokens,
    "encode_layer": _layer,
    "space_size": lambda r: (_space(r),),
    "used_weights": lambda r: (2 * _count(r, 1, 8) + 1, _count(r, 1, 9)),
    "depths_and_sizes": _strided,
    "num_descriptions": _parameters,
    "other_way_round": _joint,
    "log_prob": _sequence,
    "sample_token": lambda r: (_chances(r, _count(r, 2, 5)).tolist(), _number(r, 0.0, 0.98)),
    "grad_log_softmax": lambda r: (_tensor(r, 5), _count(r, 0, 4)),
    "reinforce_gradient": _pulls,
    "rewards_remembered": lambda r: (_number(r, 0.3), _number(r, 0.3)),
    "lstm_backward": _lstm_step,
    "controller_gradient": _small_controller,
    "place_of": _counter,
    "policy_gradient_loss": _loss,
    "noise_to_signal": _estimates,
    "batch_for_noise": lambda r: (_number(r, 0.5, 20), _number(r, 0.2, 4)),
    "leave_one_out_baseline": lambda r: (_tensor(r, _count(r, 2, 8), low=0.0),),
    "anchor_probability": _anchor,
    "inputs_from_mask": lambda r: (_count(r, 0, 31), 6),
    "loose_ends": _wiring,
    "share_of_wins": lambda r: (_numbers(r, _count(r, 2, 6)), _numbers(r, _count(r, 2, 6))),
    "expected_best": lambda r: (_numbers(r, _count(r, 3, 8)), _count(r, 1, 6)),
    "bootstrap_interval": _resamples,
    "num_layers": _depth,
    "pushes": lambda r: (np.array(_numbers(r, _count(r, 3, 8))), _count(r, 1, 9)),
    "correlation_of_groups": lambda r: ([2, *(_count(r, 1, 9) for _ in range(_count(r, 1, 5)))],),
    "node_inputs": _node,
    "cell_step": _cell,
    "cell_space_size": lambda r: (2 ** _count(r, 1, 4), _count(r, 1, 4), _count(r, 1, 6)),
    "text_perplexity": _pieces,
    "num_parameters": lambda r: (
        *(_count(r, 2, 800), 2 ** _count(r, 1, 3), _count(r, 20, 9000), bool(r.random() < 0.5)),
    ),
    "where_to_look": _trainings,
    "perplexity_of_rest": lambda r: (
        *(_number(r, 20, 300), _count(r, 500, 900), _number(r, 2, 20), _count(r, 50, 400)),
    ),
    "trainings_needed": lambda r: (_number(r, 0.2, 0.8), _number(r, 0.6, 0.97)),
    "transfer_regret": lambda r: _paired(r, 7, 10, (2, 4)),
    "share_at_work": lambda r: (r.uniform(0.5, 9.0, (_count(r, 2, 5), _count(r, 2, 6))),),
    "staleness": _events,
    "sum_counted_once": _deliveries,
    "largest_z": _drawn,
    "only_check": _failures,
    "separable_parameters": lambda r: (_count(r, 1, 96), int(r.choice(SIZES)), _odd(r)),
    "shared_filters": _shared,
    "chosen_within": _ranking,
    "printed_range": _printed,
    "standard_error": lambda r: (*_numbers(r, 2, 1, 60), _count(r, 100, 20_000)),
    "gpu_days": _search_work,
    "count_parameters": _chain,
    "adam_weight": lambda r: (_numbers(r, _count(r, 2, 6), -3, 3), _number(r, 0.001, 0.1)),
    "first_nan": _losses,
    "rnn_states": lambda r: (_numbers(r, _count(r, 2, 6), -1, 1), *_numbers(r, 2, -2, 2)),
    "bits_per_symbol": lambda r: (_numbers(r, _count(r, 2, 8)),),
}
"""A case of an exercise, by its name."""

WITHOUT_CASES = {
    "run_search": "a search already draws from a seed, and its own cases try several",
}
"""Exercises for which no case is drawn, and why."""
