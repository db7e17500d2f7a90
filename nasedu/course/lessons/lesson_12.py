"""Lesson 12: Penn Treebank, and what is a fair comparison."""

from __future__ import annotations

import math
from math import exp, inf
from statistics import fmean

from nasedu.course.exercise import exercise


def _mean_nats(nats, counts):
    return sum(nats) / sum(counts)


@exercise(
    ([50.0, 30.0], [10, 20]),
    ([6.0, 6.0, 6.0], [2, 3, 1]),
    ([4.0], [4]),
    ([0.0, 12.0], [5, 3]),
    mistakes={
        "That is the mean of the pieces' perplexities. Add up nats and words, then one exp.": (
            lambda nats, counts: fmean(math.exp(a / n) for a, n in zip(nats, counts, strict=True))
        ),
        "That weighs perplexities with their words. Average the nats, then one exp.": (
            lambda nats, counts: (
                sum(n * math.exp(a / n) for a, n in zip(nats, counts, strict=True)) / sum(counts)
            )
        ),
        "A short piece counts as much as a long one there. Divide all nats by all words.": (
            lambda nats, counts: math.exp(fmean(a / n for a, n in zip(nats, counts, strict=True)))
        ),
        "Those are the mean nats of a word; the perplexity is e to them.": _mean_nats,
        "Nats are natural logarithms: take e and not 2.": (
            lambda nats, counts: 2 ** _mean_nats(nats, counts)
        ),
        "The nats are of -log P already: no minus.": (
            lambda nats, counts: math.exp(-_mean_nats(nats, counts))
        ),
        "That divides by the number of pieces; divide by the number of words.": (
            lambda nats, counts: math.exp(sum(nats) / len(counts))
        ),
        "That forgets to divide by the number of words.": lambda nats, counts: math.exp(sum(nats)),
        "`nats` holds sums already and no means: do not multiply by the counts.": (
            lambda nats, counts: math.exp(
                sum(a * n for a, n in zip(nats, counts, strict=True)) / sum(counts)
            )
        ),
    },
)
def text_perplexity(nats, counts):
    """Return the perplexity of a text that was scored in pieces.

    Args:
        nats: Of every piece the sum of -log P over its words.
        counts: How many words each has.
    """
    # all nats by all words, then one exponential
    return exp(sum(nats) / sum(counts))


def _parameters(hidden, leaves, symbols, tied, *, tables=None, bias=True, matrices=2):
    words = (tables or (1 if tied else 2)) * symbols * hidden
    return words + bias * symbols + 2 * leaves * matrices * hidden**2


@exercise(
    (740, 8, 10_000, False),
    (740, 8, 10_000, True),
    (3, 2, 7, True),
    (3, 2, 7, False),
    (1, 1, 2, False),
    mistakes={
        "The cells have twice as many: two layers, with two matrices in every leaf.": (
            lambda *a: _parameters(*a, matrices=1)
        ),
        "The output has a bias: a number for each symbol.": lambda *a: _parameters(*a, bias=False),
        "If it is not tied, the output has a table of its own, as large as the embedding.": (
            lambda *a: _parameters(*a, tables=1)
        ),
        "If it is tied, one table serves as the embedding and in the output: count it once.": (
            lambda *a: _parameters(*a, tables=2)
        ),
        "It is the other way round: tied weights count once, others twice.": (
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
    """Count what a language model of two layers of a cell trains.

    Args:
        hidden: H, numbers of h, c, x and of an embedding.
        leaves: Leaves of the cell; each has two matrices of H x H and
            no bias.
        symbols: V, words in the vocabulary. The output has a bias for
            each.
        tied: Whether output and embedding share their (V, H) table.
    """
    tables = 1 if tied else 2
    words = tables * symbols * hidden + symbols
    return words + 2 * leaves * 2 * hidden**2


def _grid(rates, perplexities):
    return [{"lr": r, "valid": p} for r, p in zip(rates, perplexities, strict=True)]


def _place(best, rates):
    """Return the side of the grid on which the best rate lies."""
    return -1 if best == min(rates) else int(best == max(rates))


def _best(results):
    """Return the best rate; if all failed, the lowest."""
    return min(results, key=lambda row: (row["valid"], row["lr"]))["lr"]


def _side(results):
    return _place(_best(results), [row["lr"] for row in results])


def _by_place(results):
    """Look where the best stands in the list, as if rates stood there in order."""
    best = min(range(len(results)), key=lambda i: results[i]["valid"])
    return _place(best, range(len(results)))


def _of_learned(results):
    """Look at the trainings that did not fail alone."""
    return _side([row for row in results if row["valid"] < inf])


def _all_failed(results):
    return all(row["valid"] == inf for row in results)


@exercise(
    (_grid((4.0, 1.0, 2.0), (144.0, 118.0, 116.0)),),
    (_grid((0.5, 1.0, 2.0), (212.0, 157.0, 131.0)),),
    (_grid((4.0, 1.0, 16.0, 0.25), (131.0, 119.0, inf, 117.0)),),
    (_grid((4.0, 0.25, 16.0, 1.0), (inf, inf, inf, inf)),),
    (_grid((0.001, 0.01, 0.003), (202.0, inf, 178.0)),),
    mistakes={
        "Rates may stand in any order: look whether the best rate is the lowest or the highest, "
        "and not where it stands in the list.": _by_place,
        "It is the other way round: -1 if lower rates have to be tried, 1 if higher ones.": (
            lambda results: -_side(results)
        ),
        "Say which way as well: -1 if the best lies at the lower end, 1 at the upper one.": (
            lambda results: abs(_side(results))
        ),
        "Lower is better: the best rate has the lowest perplexity.": (
            lambda results: _place(
                max(results, key=lambda row: row["valid"])["lr"],
                [row["lr"] for row in results],
            )
        ),
        "If all trainings failed, nobody knows where the best is. Most often the steps were too "
        "large: try lower rates.": (lambda results: 0 if _all_failed(results) else _side(results)),
        "If all trainings failed, try lower rates: most often the steps were too large.": (
            lambda results: 1 if _all_failed(results) else _side(results)
        ),
        "A failed training was tried, too. If it has the highest rate, the best lies inside: do "
        "not leave it out.": (lambda results: -1 if _all_failed(results) else _of_learned(results)),
        "That looks at the upper end alone; lower rates may be better as well.": (
            lambda results: max(_side(results), 0)
        ),
        "That looks at the lower end alone; higher rates may be better as well.": (
            lambda results: min(_side(results), 0)
        ),
        "That is the best rate. Say where it lies in the grid: -1, 0 or 1.": _best,
    },
)
def where_to_look(results):
    """Say whether a grid may stop, or which way it has to grow.

    Args:
        results: One for each rate that was tried, in any order, with
            `"lr"` and `"valid"`, the validation perplexity. It is
            infinite where the training failed.

    Returns:
        -1 if lower rates have to be tried: the best is the lowest so
        far, or all failed. 1 if higher rates have to be: the best is
        the highest so far. 0 if the best lies inside.
    """
    rates = [row["lr"] for row in results]
    # if all have failed, the lowest rate counts as the best
    best = min(results, key=lambda row: (row["valid"], row["lr"]))
    if best["lr"] == min(rates):
        return -1
    return int(best["lr"] == max(rates))
