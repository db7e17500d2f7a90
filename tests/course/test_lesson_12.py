"""Lesson 12: what students write, and what its solutions promise."""

from __future__ import annotations

import math

import pytest

from nasedu import published
from nasedu.children.language_model import count_parameters
from nasedu.course import check

# Mistakes as students write them. -------------------------------------------------------------


def mean_of_perplexities(nats, counts):
    pieces = [math.exp(a / n) for a, n in zip(nats, counts, strict=True)]
    return sum(pieces) / len(pieces)


def unweighted_nats(nats, counts):
    means = [a / n for a, n in zip(nats, counts, strict=True)]
    return math.exp(sum(means) / len(means))


def nats_alone(nats, counts):
    return sum(nats) / sum(counts)


def one_layer(hidden, leaves, symbols, tied):
    tables = symbols * hidden if tied else 2 * symbols * hidden
    return tables + symbols + leaves * 2 * hidden * hidden


def always_tied(hidden, leaves, symbols, tied):
    return symbols * hidden + symbols + 2 * leaves * 2 * hidden * hidden


def without_bias(hidden, leaves, symbols, tied):
    return (2 - tied) * symbols * hidden + 4 * leaves * hidden * hidden


def best_test(results):
    return min(row["test"] for row in results)


def best_valid(results):
    return min(row["valid"] for row in results)


def worst_valid(results):
    return sorted(results, key=lambda row: row["valid"])[-1]["test"]


@pytest.mark.parametrize(
    ("grade", "mistake", "hint"),
    [
        (check.text_perplexity, mean_of_perplexities, "mean of the pieces'"),
        (check.text_perplexity, unweighted_nats, "all nats by all words"),
        (check.text_perplexity, nats_alone, "e to them"),
        (check.num_parameters, one_layer, "twice as many"),
        (check.num_parameters, always_tied, "a table of its own"),
        (check.num_parameters, without_bias, "has a bias"),
        (check.tuned, best_test, "by the validation text"),
        (check.tuned, best_valid, "report the test"),
        (check.tuned, worst_valid, "Lower is better"),
    ],
)
def test_a_usual_mistake_is_told_what_is_wrong(grade, mistake, hint):
    found = grade(mistake)
    assert found.state == "not right yet"
    assert hint in found.sentence


def test_the_solutions_pass():
    assert check.text_perplexity(lambda nats, counts: math.exp(sum(nats) / sum(counts))).passed
    assert check.tuned(lambda rows: min(rows, key=lambda row: row["valid"])["test"]).passed


def solution(hidden, leaves, symbols, tied):
    return (1 if tied else 2) * symbols * hidden + symbols + 4 * leaves * hidden**2


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("hidden", [1, 180, 740])
def test_the_exercise_counts_what_a_model_has(hidden, tied):
    assert check.num_parameters(solution).passed
    model = count_parameters(published.NAS_CELL, 10_000, hidden, tied=tied)
    assert solution(hidden, 8, 10_000, tied) == model
