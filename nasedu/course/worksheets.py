"""The worksheets: tasks for paper whose numbers are each student's own, and their answers.

The numbers come from a seed and the student's name, so that neighbours can talk about the way and
cannot copy the result. The answers are computed by the package, or by automatic differentiation.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator

from nasedu.architectures import CellNode
from nasedu.children import build
from nasedu.errors import SettingError
from nasedu.searching import expected_best
from nasedu.spaces import ConvNetSpace, RecurrentCellSpace
from nasedu.viewing.page_template import html_from

TEMPLATE = Path(__file__).parent / "templates" / "worksheet.html"


@dataclass(frozen=True, slots=True)
class PaperTask:
    """A task for paper.

    Attributes:
        title: Its heading.
        lines: What is given, and what is asked last.
        answers: For each number that is asked for its name and its value, as it is written.
    """

    title: str
    lines: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


Maker = Callable[[Generator], PaperTask]


def read_tokens(r: Generator) -> PaperTask:
    """Read a sentence, and count its space (lesson 01)."""
    heights, widths, filters = (
        _some(r, values, int(r.integers(2, 5)))
        for values in ((1, 3, 5, 7), (1, 3, 5, 7), (8, 16, 24, 36))
    )
    depth = int(r.integers(2, 5))
    space = ConvNetSpace(depth, heights, widths, filters, skip_connections=False)
    tokens = [int(r.integers(len(decision.choices))) for decision in space.decisions]
    layers = space.decode(tokens).layers
    return PaperTask(
        "A sentence",
        (
            f"Filter heights {_list(heights)}, widths {_list(widths)}, numbers of filters "
            f"{_list(filters)}; {depth} layers without skip connections. Tokens count from 0.",
            f"Which network is {' '.join(map(str, tokens))}? How many networks has the space?",
        ),
        (
            *(
                (f"layer {i}", f"{each.filter_height}×{each.filter_width}, {each.num_filters}")
                for i, each in enumerate(layers, start=1)
            ),
            ("networks", f"{space.size:,}"),
        ),
    )


def probability(r: Generator) -> PaperTask:
    """Multiply conditionals (lesson 03)."""
    tokens, steps = [int(r.integers(3)) for _ in range(3)], []
    for _ in range(3):
        parts = r.permutation([r.integers(1, 4), r.integers(1, 4)])
        steps.append([int(parts[0]) / 10, int(parts[1]) / 10, 1 - int(sum(parts)) / 10])
    product = math.prod(step[token] for step, token in zip(steps, tokens, strict=True))
    return PaperTask(
        "The probability of a sequence",
        (
            "A controller takes three steps. Given its answers so far, tokens 0, 1 and 2 have at",
            *(
                f"step {i}: the probabilities {', '.join(f'{chance:.1f}' for chance in step)}"
                for i, step in enumerate(steps, start=1)
            ),
            f"How probable is the sequence {' '.join(map(str, tokens))}, and what is its "
            "log-probability, in nats?",
        ),
        (("probability", f"{product:.3f}"), ("log-probability", f"{math.log(product):.3f}")),
    )


def policy_update(r: Generator) -> PaperTask:
    """Estimate a gradient, and take a step along it (lesson 04)."""
    chances, rewards = _some(r, (0.2, 0.3, 0.5), 3), r.integers(1, 10, 3) / 10
    chances = [chances[i] for i in r.permutation(3)]
    arms, baseline, rate = r.permutation(3)[:2], int(r.integers(3, 7)) / 10, 0.5
    logits = torch.tensor(chances, dtype=torch.float64).log().requires_grad_()
    pulled = torch.tensor(arms)
    advantages = torch.tensor(rewards)[pulled] - baseline
    (advantages * logits.log_softmax(0)[pulled]).mean().backward()
    gradient = logits.grad
    assert gradient is not None
    new = (logits.detach() + rate * gradient).softmax(0)
    names, first, second = "ABC", *(int(arm) for arm in arms)
    return PaperTask(
        "A step of REINFORCE",
        (
            f"Three arms have the probabilities {', '.join(f'{p:.1f}' for p in chances)}, from a "
            "softmax over three logits, which are their logarithms.",
            f"Arm {names[first]} is pulled and pays {rewards[first]:.1f}, arm {names[second]} is "
            f"pulled and pays {rewards[second]:.1f}. The baseline is {baseline:.1f}.",
            f"Estimate the gradient in the three logits (the mean over the two pulls). Take one "
            f"step along it with the rate {rate}: what are the probabilities then?",
        ),
        (
            ("gradient", ", ".join(f"{value:+.3f}" for value in gradient.tolist())),
            ("probabilities", ", ".join(f"{value:.3f}" for value in new.tolist())),
        ),
    )


def anchor(r: Generator) -> PaperTask:
    """Turn coins into a set and a token (lesson 07)."""
    layer = int(r.integers(4, 6))
    coins = [int(c) / 10 for c in r.integers(1, 10, layer - 1)]
    mask = int(r.integers(1, 2 ** (layer - 1)))
    chosen = [j for j in range(1, layer) if mask >> (j - 1) & 1]
    chance = math.prod(p if j in chosen else 1 - p for j, p in enumerate(coins, start=1))
    return PaperTask(
        "An anchor point",
        (
            f"Layer {layer} throws a coin for each layer before it. From layer 1 on they come up "
            f"with {', '.join(f'{p:.1f}' for p in coins)}.",
            f"How probable is it that it reads exactly {_list(chosen)}? What is the token of this "
            "set, if the lowest bit stands for layer 1?",
        ),
        (("probability", f"{chance:.4f}"), ("token", str(mask))),
    )


def best_of_draws(r: Generator) -> PaperTask:
    """Compute what random search finds (lesson 09)."""
    values = sorted(int(v) / 100 for v in r.choice(np.arange(20, 99), 4, replace=False))
    draws = int(r.integers(2, 5))
    [mean] = expected_best(np.array(values), [draws])
    return PaperTask(
        "What random search finds",
        (
            f"A space has four networks, with accuracies {', '.join(f'{v:.2f}' for v in values)}.",
            f"Random search draws {draws}, each from all four. What is the exact mean of the best?",
        ),
        (("mean of the best", f"{mean:.4f}"),),
    )


def worked_cell(r: Generator) -> PaperTask:
    """Compute a step of a cell of base 2 (lesson 11)."""
    space = RecurrentCellSpace(2)
    cell = space.decode([int(r.integers(len(each.choices))) for each in space.decisions])
    weights = r.choice((-2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0), 4)  # W_0, W_1, U_0, U_1
    x, h, c = (int(v) / 10 or 0.5 for v in r.integers(-9, 10, 3))
    layer = build(cell, input_size=1, hidden_size=1)
    state = (torch.tensor([[h]]), torch.tensor([[c]]))
    with torch.no_grad():
        for name, pair in (("weight_ih", weights[:2]), ("weight_hh", weights[2:])):
            getattr(layer, name).copy_(torch.tensor(pair[:, None]))
        _, (new_h, new_c) = layer(torch.tensor([[[x]]]), state)
    w0, w1, u0, u1 = weights
    return PaperTask(
        "A cell of base 2",
        (
            *(f"Node {k}: {_words(node)}." for k, node in enumerate(cell.nodes)),
            f"The old memory comes in after node {cell.cell_input}: {_words(cell.cell_inject)}. "
            f"The new memory goes out at node {cell.cell_output}, before its activation (and "
            "before the old one comes in, if that is at the same node).",
            f"One unit: x = {x}, old h = {h}, old c = {c}; W₀ = {w0:g}, U₀ = {u0:g}, "
            f"W₁ = {w1:g}, U₁ = {u1:g}. Compute the new h and the new c.",
        ),
        (("new h", f"{new_h.item():.3f}"), ("new c", f"{new_c.item():.3f}")),
    )


WORKSHEETS: dict[int, tuple[Maker, ...]] = {
    1: (read_tokens, probability, policy_update),
    2: (anchor, best_of_draws, worked_cell),
}
"""By their numbers, as the syllabus has them."""


def tasks_of(number: int, seed: int, student: str) -> list[PaperTask]:
    """Return the tasks of a worksheet with a student's own numbers.

    Raises:
        SettingError: No worksheet has this number.
    """
    if number not in WORKSHEETS:
        known = ", ".join(map(str, WORKSHEETS))
        raise SettingError(f"there is no worksheet {number}; expected one of {known}")
    own = [seed, number, zlib.crc32(student.encode())]
    return [make(np.random.default_rng([*own, i])) for i, make in enumerate(WORKSHEETS[number])]


def sheets_page(number: int, seed: int, students: Sequence[str], *, answers: bool) -> str:
    """Return a page to print, a sheet a student.

    Args:
        number: Of the worksheet.
        seed: Of all numbers.
        students: Their names.
        answers: The answers, for the teacher, in place of the tasks.

    Raises:
        SettingError: No worksheet has this number.
    """
    sheets = [(student, tasks_of(number, seed, student)) for student in students]
    return html_from(TEMPLATE, number=number, seed=seed, sheets=sheets, answers=answers)


def _some(r: Generator, values: Sequence[float], count: int) -> tuple:
    """Return some of the values, in their order."""
    return tuple(values[i] for i in sorted(r.choice(len(values), count, replace=False)))


def _list(values: Sequence[object]) -> str:
    return "{" + ", ".join(map(str, values)) + "}"


def _words(node: CellNode) -> str:
    return f"{node.combine}, {node.activation}"
