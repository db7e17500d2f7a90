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

from nasedu.course.case_generator import CaseGenerator
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
    generator = CaseGenerator(seed, zlib.crc32(exercise.name.encode()))
    hidden = tuple(draw(generator) for _ in range(NUM_CASES))
    return replace(exercise, cases=exercise.cases + hidden)


def _space(r: CaseGenerator) -> ConvNetSpace:
    """Return a small space without skip connections."""

    def some(values: tuple[int, ...], least: int) -> tuple[int, ...]:
        chosen = r.choice(values, r.count(least, len(values)), replace=False)
        return tuple(int(value) for value in sorted(chosen))

    heights, widths = some((1, 3, 5, 7, 9), 2), some((1, 3, 5, 7), 2)
    return ConvNetSpace(r.count(2, 6), heights, widths, some(SIZES, 3), skip_connections=False)


def _tokens(r: CaseGenerator) -> Case:
    space = _space(r)
    choices = (space.filter_heights, space.filter_widths, space.num_filters)
    return [r.count(0, len(values) - 1) for values in choices], space


def _layer(r: CaseGenerator) -> Case:
    (height, width, filters), space = _tokens(r)
    layer = (space.filter_heights[height], space.filter_widths[width], space.num_filters[filters])
    return layer, space


def _strided(r: CaseGenerator) -> Case:
    """Return layers that read some of what is before them, and an image."""
    layers = []
    for layer in range(1, r.count(3, 5)):
        inputs = sorted({layer - 1, r.count(0, layer - 1)})
        layers.append((SIZES[r.count(0, 5)], r.count(1, 2), inputs))
    return layers, r.count(1, 3), r.count(8, 33)


def _parameters(r: CaseGenerator) -> Case:
    """Return the parameters of a chain that there is, layer by layer."""
    counts, channels = [], 1
    for _ in range(r.count(2, 4)):
        height, width = (2 * r.count(0, 3) + 1 for _ in range(2))
        filters = (8, 16, 24, 36)[r.count(0, 3)]
        counts.append(height * width * channels * filters + 2 * filters)
        channels = filters
    return (counts,)


def _lstm_step(r: CaseGenerator) -> Case:
    units = r.count(1, 4)
    return tuple(r.exact(n * units) for n in (1, 1, 4, 1))


def _small_controller(r: CaseGenerator) -> Case:
    units, choices = r.count(2, 3), r.count(2, 4)
    tokens = [r.count(0, choices - 1) for _ in range(r.count(2, 4))]
    shapes = (units,), (2 * units, 4 * units), (4 * units,), *[(choices, units)] * 2, (choices,)
    return tokens, *(r.exact(*shape) for shape in shapes)


def _sequence(r: CaseGenerator) -> Case:
    steps = [r.chances(r.count(2, 4)).tolist() for _ in range(r.count(2, 5))]
    return steps, [r.count(0, len(step) - 1) for step in steps]


def _joint(r: CaseGenerator) -> Case:
    a, b = r.count(2, 4), r.count(2, 4)
    both = r.chances(a), r.chances(a, b)
    return tuple(torch.tensor(chances, dtype=torch.float32) for chances in both)


def _pulls(r: CaseGenerator) -> Case:
    arms, pulls = r.count(2, 5), r.count(2, 6)
    actions = torch.tensor(r.integers(0, arms, pulls))
    return r.tensor(arms), actions, r.tensor(pulls, low=0.1), r.number()


def _counter(r: CaseGenerator) -> Case:
    choices = [r.count(2, 5) for _ in range(r.count(3, 6))]
    return [r.count(0, count - 1) for count in choices], choices


def _loss(r: CaseGenerator) -> Case:
    children, tokens = r.count(2, 5), r.count(2, 5)
    log_probs = r.tensor(children, tokens, low=-2.0, high=-0.1)
    return log_probs, r.tensor(children, low=0.1), r.number()


def _estimates(r: CaseGenerator) -> Case:
    weights = r.count(2, 4)
    return r.tensor(r.count(2, 6), weights), r.tensor(weights, low=0.2)


def _wiring(r: CaseGenerator) -> Case:
    """Return what each layer reads, in a network of up to seven."""
    inputs = [[0]]
    for layer in range(2, r.count(3, 7) + 1):
        chosen = [j for j in range(1, layer) if r.random() < 0.4]
        inputs.append(chosen or [0])
    return (inputs,)


def _anchor(r: CaseGenerator) -> Case:
    coins = r.numbers(r.count(2, 6))
    return coins, r.count(0, 2 ** len(coins) - 1)


def _resamples(r: CaseGenerator) -> Case:
    seeds, drawn = r.count(3, 6), r.count(5, 9)
    indices = r.integers(0, seeds, (drawn, seeds))
    return np.array(r.numbers(seeds)), indices, r.number(0.5, 0.95)


def _depth(r: CaseGenerator) -> Case:
    every = r.count(3, 40)
    return r.count(1, 8 * every), r.count(2, 8), r.count(1, 4), every


def _cell(r: CaseGenerator) -> Case:
    base = int(r.choice((2, 4, 8)))
    space = RecurrentCellSpace(base)
    cell = space.decode([r.count(0, len(each.choices) - 1) for each in space.decisions])
    return r.numbers(base, -1.5, 1.5), r.numbers(base, -1.5, 1.5), r.number(-1, 1), cell


def _node(r: CaseGenerator) -> Case:
    base = 2 ** r.count(1, 5)
    return r.count(0, 2 * base - 2), base


def _pieces(r: CaseGenerator) -> Case:
    counts = [r.count(1, 30) for _ in range(r.count(2, 5))]
    return [round(count * r.number(2.0, 5.0), 3) for count in counts], counts


def _trainings(r: CaseGenerator) -> Case:
    """Return a grid in any order; its best lies at an end more often than inside."""
    rates = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0][: r.count(3, 6)]
    valid = [v if r.random() < 0.8 else math.inf for v in r.numbers(len(rates), 70, 130)]
    valid[r.choice([0, -1, len(rates) // 2], p=[0.45, 0.45, 0.1])] = 60.0
    order = r.permutation(len(rates))
    return ([{"lr": rates[k], "valid": valid[k]} for k in order],)


def _events(r: CaseGenerator) -> Case:
    """Return pulls and pushes of some replicas; each pulls before it pushes."""
    events, busy = [], set()
    replicas = r.count(2, 4)
    for _ in range(r.count(10, 16)):
        replica = r.count(1, replicas)
        events.append(("push" if replica in busy else "pull", replica))
        busy ^= {replica}
    return (events,)


def _deliveries(r: CaseGenerator) -> Case:
    """Return pushes of three replicas, numbered as they are sent; any may arrive again later."""
    counts, messages = {1: 0, 2: 0, 3: 0}, []
    for _ in range(r.count(6, 10)):
        if messages and r.random() < 0.4:
            messages.append(messages[r.count(0, len(messages) - 1)])
            continue
        replica = r.count(1, 3)
        counts[replica] += 1
        messages.append((replica, counts[replica], r.number()))
    return (messages,)


def _drawn(r: CaseGenerator) -> Case:
    """Return how often tokens were drawn and how probable they are, no longer quite the same."""
    count = r.count(2, 6)
    drawn, said = 0.9 * r.chances(2, count) + 0.1 / count  # none is nearly impossible
    counts = r.multinomial(r.count(50, 500), drawn)
    return tuple(torch.tensor(each, dtype=torch.float32) for each in (counts, said))


def _failures(r: CaseGenerator) -> Case:
    """Return which checks fail for which bugs: most often one, else none or several."""
    bugs, checks = r.count(3, 6), r.count(2, 5)
    failed = torch.zeros(bugs, checks, dtype=torch.int64)
    for row in failed:
        row[r.permutation(checks)[: r.choice((0, 1, 2), p=(0.2, 0.6, 0.2))]] = 1
    return (failed,)


def _shared(r: CaseGenerator) -> Case:
    """Return weights for the largest layer, no two alike, and the size of one that uses a part."""
    height, width = r.odd(3), r.odd(3)
    filters, channels = r.count(2, 5), r.count(1, 3)
    shape = filters, channels, height, width
    weight = r.permutation(math.prod(shape)).reshape(shape)
    smaller = (2 * r.count(0, side // 2) + 1 for side in (height, width))
    return weight, r.count(1, filters), *smaller


def _ranking(r: CaseGenerator) -> Case:
    count = r.count(4, 9)
    return *(r.numbers(count) for _ in range(3)), r.count(2, count - 1)


def _printed(r: CaseGenerator) -> Case:
    decimals = r.count(0, 4)
    return (f"{r.uniform(0, 100):.{decimals}f}",)


def _search_work(r: CaseGenerator) -> Case:
    counts = r.count(2, 9000), r.count(500, 60_000), r.count(2, 60)
    return *counts, r.number(0.1, 9) * 1e9, r.number(0.1, 9) * 1e12


def _chain(r: CaseGenerator) -> Case:
    layers = r.count(2, 5)
    return [r.odd() for _ in range(layers)], [r.count(1, 48) for _ in range(layers)]


def _losses(r: CaseGenerator) -> Case:
    """Return losses that grow and end in NaN, most often; the first is always a number."""
    losses = sorted(r.numbers(r.count(2, 6), 1, 90))
    losses += [math.inf] * r.count(0, 2)
    return (losses + [math.nan] * r.count(0, 3),)


def _twice(r: CaseGenerator) -> Case:
    """Return two trainings of some cells, equally good on average and not equally spread."""
    count = r.count(3, 8)
    own = r.uniform(2.0, 4.0, count)
    first, second = (own + r.normal(0, spread, count) for spread in (0.2, 0.6))
    return first, second - second.mean() + first.mean()


CASES: dict[str, Callable[[CaseGenerator], Case]] = {
    "reward_from_curve": lambda r: (r.numbers(r.count(1, 9)),),
    "best_so_far": lambda r: (r.numbers(r.count(4, 9), -1, 1),),
    "decode_layer": _tokens,
    "encode_layer": _layer,
    "space_size": lambda r: (_space(r),),
    "used_weights": lambda r: (2 * r.count(1, 8) + 1, r.count(1, 9)),
    "depths_and_sizes": _strided,
    "num_descriptions": _parameters,
    "other_way_round": _joint,
    "log_prob": _sequence,
    "sample_token": lambda r: (r.chances(r.count(2, 5)).tolist(), r.number(0.0, 0.98)),
    "grad_log_softmax": lambda r: (r.tensor(5), r.count(0, 4)),
    "reinforce_gradient": _pulls,
    "rewards_remembered": lambda r: (r.number(0.3), r.number(0.3)),
    "lstm_backward": _lstm_step,
    "controller_gradient": _small_controller,
    "place_of": _counter,
    "policy_gradient_loss": _loss,
    "noise_to_signal": _estimates,
    "batch_for_noise": lambda r: (r.number(0.5, 20), r.number(0.2, 4)),
    "leave_one_out_baseline": lambda r: (r.tensor(r.count(2, 8), low=0.0),),
    "anchor_probability": _anchor,
    "inputs_from_mask": lambda r: (r.count(0, 31), 6),
    "loose_ends": _wiring,
    "share_of_wins": lambda r: (r.numbers(r.count(2, 6)), r.numbers(r.count(2, 6))),
    "expected_best": lambda r: (r.numbers(r.count(3, 8)), r.count(1, 6)),
    "bootstrap_interval": _resamples,
    "num_layers": _depth,
    "pushes": lambda r: (np.array(r.numbers(r.count(3, 8))), r.count(1, 9)),
    "correlation_of_groups": lambda r: ([2, *(r.count(1, 9) for _ in range(r.count(1, 5)))],),
    "node_inputs": _node,
    "cell_step": _cell,
    "cell_space_size": lambda r: (2 ** r.count(1, 4), r.count(1, 4), r.count(1, 6)),
    "text_perplexity": _pieces,
    "num_parameters": lambda r: (
        *(r.count(2, 800), 2 ** r.count(1, 3), r.count(20, 9000), bool(r.random() < 0.5)),
    ),
    "where_to_look": _trainings,
    "perplexity_of_rest": lambda r: (
        *(r.number(20, 300), r.count(500, 900), r.number(2, 20), r.count(50, 400)),
    ),
    "trainings_needed": lambda r: (r.number(0.2, 0.8), r.number(0.6, 0.97)),
    "ngram_precision": lambda r: (
        *([str(w) for w in r.choice(["ein", "Euro", "und"], r.count(5, 9))] for _ in range(2)),
        r.count(1, 3),
    ),
    "share_at_work": lambda r: (r.uniform(0.5, 9.0, (r.count(2, 5), r.count(2, 6))),),
    "staleness": _events,
    "sum_counted_once": _deliveries,
    "largest_z": _drawn,
    "only_check": _failures,
    "separable_parameters": lambda r: (r.count(1, 96), int(r.choice(SIZES)), r.odd()),
    "shared_filters": _shared,
    "chosen_within": _ranking,
    "printed_range": _printed,
    "standard_error": lambda r: (*r.numbers(2, 1, 60), r.count(100, 20_000)),
    "gpu_days": _search_work,
    "count_parameters": _chain,
    "share_of_cell": _twice,
    "neighbour_correlation": lambda r: (r.uniform(0, 1, (r.count(2, 4), r.count(3, 7))),),
    "adam_weight": lambda r: (r.numbers(r.count(2, 6), -3, 3), r.number(0.001, 0.1)),
    "first_nan": _losses,
    "rnn_states": lambda r: (r.numbers(r.count(2, 6), -1, 1), *r.numbers(2, -2, 2)),
    "bits_per_symbol": lambda r: (r.numbers(r.count(2, 8)),),
}
"""A case of an exercise, by its name."""

WITHOUT_CASES = {
    "run_search": "a search already draws from a seed, and its own cases try several",
}
"""Exercises for which no case is drawn, and why."""
