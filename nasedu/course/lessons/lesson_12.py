"""Lesson 12: Penn Treebank, and what is a fair comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from statistics import fmean

from nasedu.course.exercise import exercise

Result = Mapping[str, float]


def _mean_nats(nats: Sequence[float], counts: Sequence[int]) -> float:
    return sum(nats) / sum(counts)


@exercise(
    ([50.0, 30.0], [10, 20]),
    ([6.0, 6.0, 6.0], [2, 3, 1]),
    ([4.0], [4]),
    ([0.0, 12.0], [5, 3]),
    mistakes={
        "That is the mean of the pieces' perplexities. Add up nats and words, then one exp.": (
            lambda nats, counts: fmean(exp(a / n) for a, n in zip(nats, counts, strict=True))
        ),
        "That weighs perplexities with their words. Average the nats, then one exp.": (
            lambda nats, counts: (
                sum(n * exp(a / n) for a, n in zip(nats, counts, strict=True)) / sum(counts)
            )
        ),
        "A short piece counts as much as a long one there. Divide all nats by all words.": (
            lambda nats, counts: exp(fmean(a / n for a, n in zip(nats, counts, strict=True)))
        ),
        "Those are the mean nats of a word; the perplexity is e to them.": _mean_nats,
        "Nats are natural logarithms: take e and not 2.": (
            lambda nats, counts: 2 ** _mean_nats(nats, counts)
        ),
        "The nats are of -log P already: no minus.": (
            lambda nats, counts: exp(-_mean_nats(nats, counts))
        ),
        "That divides by the number of pieces; divide by the number of words.": (
            lambda nats, counts: exp(sum(nats) / len(counts))
        ),
        "Nobody divides by the number of words there.": lambda nats, counts: exp(sum(nats)),
        "`nats` holds sums already and no means: do not multiply by the counts.": (
            lambda nats, counts: exp(
                sum(a * n for a, n in zip(nats, counts, strict=True)) / sum(counts)
            )
        ),
    },
)
def text_perplexity(nats, counts):
    """Return the perplexity of a whole text that was scored in
    pieces.

    Args:
        nats: Of every piece the sum of -log P over its words.
        counts: How many words each has.
    """
    # all nats by all words, then one exponential
    return exp(sum(nats) / sum(counts))


def _parameters(
    hidden: int,
    leaves: int,
    symbols: int,
    tied: bool,
    *,
    tables: int | None = None,
    bias: bool = True,
    matrices: int = 2,
) -> int:
    words = (tables or (1 if tied else 2)) * symbols * hidden
    return words + bias * symbols + 2 * leaves * matrices * hidden**2


@exercise(
    (740, 8, 10_000, False),
    (740, 8, 10_000, True),
    (3, 2, 7, True),
    (3, 2, 7, False),
    (1, 1, 2, False),
    mistakes={
        "The cells have twice as many: two layers, and two matrices in every leaf.": (
            lambda *a: _parameters(*a, matrices=1)
        ),
        "The output has a bias, a number a symbol.": lambda *a: _parameters(*a, bias=False),
        "If it is not tied, the output has a table of its own, as large as the embedding.": (
            lambda *a: _parameters(*a, tables=1)
        ),
        "If it is tied, one table serves as the embedding and in the output: count it once.": (
            lambda *a: _parameters(*a, tables=2)
        ),
        "It is the other way round: tied weights are there once, others twice.": (
            lambda h, n, v, tied: _parameters(h, n, v, not tied)
        ),
        "Those are the weights of the cells alone; words have a table, too.": (
            lambda h, n, v, tied: 4 * n * h**2
        ),
        "The tables of the words are missing, V x H numbers each.": (
            lambda h, n, v, tied: v + 4 * n * h**2
        ),
        "Only leaves have weights; the nodes above them have none.": (
            lambda h, n, v, tied: _parameters(h, 2 * n - 1, v, tied)
        ),
        "A matrix has H x H numbers, and not H.": (
            lambda h, n, v, tied: _parameters(h, 0, v, tied) + 4 * n * h
        ),
        "The bias of the output has a number for each of the V words, and not H.": (
            lambda h, n, v, tied: _parameters(h, n, v, tied, bias=False) + h
        ),
        "A tied output has its bias, too; only the table is shared.": (
            lambda h, n, v, tied: _parameters(h, n, v, tied, bias=not tied)
        ),
    },
)
def num_parameters(hidden, leaves, symbols, tied):
    """Return how many numbers a language model of two layers of a
    tree-shaped cell trains.

    Args:
        hidden: H, numbers of h, c, x and of an embedding.
        leaves: Leaves of the cell; each has two matrices of H x H and
            no bias.
        symbols: V, words in the vocabulary. The output has a bias for
            each.
        tied: Whether output and embedding share their (V, H) table.
    """
    # tables and bias of the words, then two layers of two matrices
    # a leaf
    words = (1 if tied else 2) * symbols * hidden + symbols
    return words + 2 * leaves * 2 * hidden**2


def _chosen(results: Sequence[Result], key: str) -> Result:
    return min(results, key=lambda row: row[key])


@exercise(
    (
        [
            {"lr": 0.1, "valid": 119.0, "test": 126.0},
            {"lr": 1.0, "valid": 118.0, "test": 121.0},
            {"lr": 4.0, "valid": 130.0, "test": 117.0},
        ],
    ),
    ([{"lr": 0.5, "valid": 90.0, "test": 95.0}],),
    (
        [
            {"lr": 0.1, "valid": 82.0, "test": 79.0},
            {"lr": 0.3, "valid": 84.0, "test": 83.0},
            {"lr": 1.0, "valid": 80.0, "test": 82.0},
        ],
    ),
    mistakes={
        "That is the lowest of the test. Choose by the validation text, then read off the test.": (
            lambda results: _chosen(results, "test")["test"]
        ),
        "That is the validation perplexity that chose; report the test of the same training.": (
            lambda results: _chosen(results, "valid")["valid"]
        ),
        "That is the learning rate that was chosen; report its test perplexity.": (
            lambda results: _chosen(results, "valid")["lr"]
        ),
        "That is the mean of all trainings; report the one that validates best.": (
            lambda results: fmean(row["test"] for row in results)
        ),
        "Lower is better: take the training with the lowest validation perplexity.": (
            lambda results: max(results, key=lambda row: row["valid"])["test"]
        ),
        "The test takes part in the choice there; let the validation text choose alone.": (
            lambda results: min(results, key=lambda row: row["valid"] + row["test"])["test"]
        ),
        "That is the place of the chosen training; report its test perplexity.": (
            lambda results: min(range(len(results)), key=lambda i: results[i]["valid"])
        ),
        "That takes the first training; choose by the validation perplexity.": (
            lambda results: results[0]["test"]
        ),
        "That takes the last training, of the highest rate; choose by the validation perplexity.": (
            lambda results: results[-1]["test"]
        ),
    },
)
def tuned(results):
    """Return the test perplexity to report of a cell that was trained
    with several rates.

    Args:
        results: One for each learning rate, with `"lr"`, `"valid"`
            and `"test"`.
    """
    # the validation text chooses, and the test text of that same
    # training is reported
    return min(results, key=lambda row: row["valid"])["test"]
