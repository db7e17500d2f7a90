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


def weights_in_every_node(hidden, leaves, symbols, tied):
    return (2 - tied) * symbols * hidden + symbols + 4 * (2 * leaves - 1) * hidden**2


def no_tables(hidden, leaves, symbols, tied):
    return symbols + 4 * leaves * hidden**2


def matrices_of_one_row(hidden, leaves, symbols, tied):
    return (2 - tied) * symbols * hidden + symbols + 4 * leaves * hidden


def bias_of_h(hidden, leaves, symbols, tied):
    return (2 - tied) * symbols * hidden + hidden + 4 * leaves * hidden**2


def no_bias_if_tied(hidden, leaves, symbols, tied):
    bias = 0 if tied else symbols
    return (2 - tied) * symbols * hidden + bias + 4 * leaves * hidden**2


def sums_as_means(nats, counts):
    return math.exp(sum(a * n for a, n in zip(nats, counts, strict=True)) / sum(counts))


def best_test(results):
    return min(row["test"] for row in results)


def best_valid(results):
    return min(row["valid"] for row in results)


def best_of_both(results):
    return min(results, key=lambda row: (row["valid"] + row["test"]) / 2)["test"]


def place_of_best(results):
    return [row["valid"] for row in results].index(best_valid(results))


def worst_valid(results):
    return sorted(results, key=lambda row: row["valid"])[-1]["test"]


@pytest.mark.parametrize(
    ("grade", "mistake", "hint"),
    [
        (check.text_perplexity, mean_of_perplexities, "mean of the pieces'"),
        (check.text_perplexity, unweighted_nats, "all nats by all words"),
        (check.text_perplexity, nats_alone, "e to them"),
        (check.text_perplexity, sums_as_means, "do not multiply"),
        (check.num_parameters, one_layer, "twice as many"),
        (check.num_parameters, weights_in_every_node, "Only leaves have weights"),
        (check.num_parameters, no_tables, "tables of the words are missing"),
        (check.num_parameters, matrices_of_one_row, "H x H numbers"),
        (check.num_parameters, bias_of_h, "each of the V words"),
        (check.num_parameters, no_bias_if_tied, "A tied output has its bias"),
        (check.num_parameters, always_tied, "a table of its own"),
        (check.num_parameters, without_bias, "has a bias"),
        (check.tuned, best_test, "by the validation text"),
        (check.tuned, best_valid, "report the test"),
        (check.tuned, worst_valid, "Lower is better"),
        (check.tuned, best_of_both, "takes part in the choice"),
        (check.tuned, place_of_best, "the place of the chosen training"),
        (check.tuned, lambda results: results[0]["test"], "the first training"),
        (check.tuned, lambda results: results[-1]["test"], "the last training"),
        (check.tuned, lambda rows: max(rows, key=lambda row: row["lr"])["test"], "highest rate"),
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
