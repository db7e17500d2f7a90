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


def rates_of(results):
    return [row["lr"] for row in results]


def first_or_last(results):
    perplexities = [row["valid"] for row in results]
    place = perplexities.index(min(perplexities))
    return -1 if place == 0 else int(place == len(results) - 1)


def other_way_round(results):
    if solved(results) == -1:
        return 1
    return -1 if solved(results) == 1 else 0


def of_the_worst(results):
    worst = max(results, key=lambda row: row["valid"])["lr"]
    rates = sorted(rates_of(results))
    return {rates[0]: -1, rates[-1]: 1}.get(worst, 0)


def nothing_if_all_failed(results):
    if min(row["valid"] for row in results) == math.inf:
        return 0
    return solved(results)


def first_of_the_failed(results):
    best = min(results, key=lambda row: row["valid"])["lr"]
    rates = sorted(rates_of(results))
    return {rates[0]: -1, rates[-1]: 1}.get(best, 0)


def higher_if_all_failed(results):
    if math.isinf(min(row["valid"] for row in results)):
        return 1
    return solved(results)


def without_the_failed(results):
    rows = [row for row in results if not math.isinf(row["valid"])]
    return solved(rows) if rows else -1


def upper_end_alone(results):
    return 1 if best_by_sorting(results) == max(rates_of(results)) else 0


def lower_end_alone(results):
    return -1 if best_by_sorting(results) == min(rates_of(results)) else 0


def best_by_sorting(results):
    return sorted((row["valid"], row["lr"]) for row in results)[0][1]


def solved(results):
    """Say which way a grid has to grow, by sorting twice."""
    rates = sorted(rates_of(results))
    return {rates[0]: -1, rates[-1]: 1}.get(best_by_sorting(results), 0)


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
        (check.where_to_look, first_or_last, "not where it stands in the list"),
        (check.where_to_look, other_way_round, "other way round"),
        (check.where_to_look, lambda rows: abs(solved(rows)), "Say which way"),
        (check.where_to_look, of_the_worst, "Lower is better"),
        (check.where_to_look, nothing_if_all_failed, "nobody knows where the best is"),
        (check.where_to_look, first_of_the_failed, "nobody knows where the best is"),
        (check.where_to_look, higher_if_all_failed, "all trainings failed, try lower"),
        (check.where_to_look, without_the_failed, "A failed training was tried, too"),
        (check.where_to_look, upper_end_alone, "upper end alone"),
        (check.where_to_look, lower_end_alone, "lower end alone"),
        (check.where_to_look, best_by_sorting, "That is the best rate"),
    ],
)
def test_a_usual_mistake_is_told_what_is_wrong(grade, mistake, hint):
    found = grade(mistake)
    assert found.state == "not right yet"
    assert hint in found.sentence


def test_the_solutions_pass():
    assert check.text_perplexity(lambda nats, counts: math.exp(sum(nats) / sum(counts))).passed
    assert check.where_to_look(solved).passed


def solution(hidden, leaves, symbols, tied):
    return (1 if tied else 2) * symbols * hidden + symbols + 4 * leaves * hidden**2


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("hidden", [1, 180, 740])
def test_the_exercise_counts_what_a_model_has(hidden, tied):
    assert check.num_parameters(solution).passed
    model = count_parameters(published.NAS_CELL, 10_000, hidden, tied=tied)
    assert solution(hidden, 8, 10_000, tied) == model
