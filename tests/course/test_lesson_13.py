"""Lesson 13: what students write, and what its solutions promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nasedu.course import check
from nasedu.data import load_text

# Mistakes as students write them. -------------------------------------------------------------


def divides_the_perplexity(perplexity, num_words, num_characters):
    return perplexity / (num_characters / num_words)


def in_nats(perplexity, num_words, num_characters):
    return math.log(perplexity) / (num_characters / num_words)


def shares_out_one_word(perplexity, num_words, num_characters):
    return math.log2(perplexity) / num_characters


def without_brackets(across, words_again, characters_again):
    return across / words_again**0.5 * characters_again**0.5


def takes_the_worst(words, characters):
    chosen = words.index(max(words))
    return characters[chosen] - min(characters)


def never_chooses_on_words(words, characters):
    return characters[characters.index(min(characters))] - min(characters)


STUDENTS = [
    (check.bits_per_character, in_nats, "Those are nats"),
    (check.bits_per_character, divides_the_perplexity, "That shares out the perplexity"),
    (check.bits_per_character, lambda p, n, m: np.log2(p), "Those are bits per word"),
    (
        check.bits_per_character,
        lambda p, n, m: 2 ** (n * math.log2(p) / m),
        "is the perplexity",
    ),
    (check.bits_per_character, lambda p, n, m: m / n * math.log2(p), "are swapped"),
    (check.bits_per_character, shares_out_one_word, "of a single word"),
    (check.bits_per_character, lambda p, n, m: n * np.log10(p) / m, "base 10"),
    (check.bits_per_character, lambda p, n, m: n / m * math.log2(1 / p), "no minus"),
    (check.corrected_correlation, without_brackets, "put brackets around"),
    (check.corrected_correlation, lambda r, w, c: abs(r) / (w * c) ** 0.5, "keep its sign"),
    (check.corrected_correlation, lambda r, w, c: r / (w * c), "The root is missing"),
    (check.corrected_correlation, lambda r, w, c: r * (w * c) ** 0.5, "do not multiply"),
    (check.corrected_correlation, lambda r, w, c: r / ((w + c) / 2), "not the mean of the two"),
    (check.corrected_correlation, lambda r, w, c: r / min(w, c), "not the smaller"),
    (check.transfer_regret, takes_the_worst, "Fewer bits are better"),
    (check.transfer_regret, never_chooses_on_words, "it chooses on characters"),
    (check.transfer_regret, lambda w, c: c[w.index(min(w))], "subtract the lowest"),
    (check.transfer_regret, lambda w, c: min(c) - c[w.index(min(w))], "The sign is wrong"),
    (check.transfer_regret, lambda w, c: np.mean(c) - min(c), "what dice cost"),
    (check.transfer_regret, lambda w, c: c[w.index(min(w))] / min(c) - 1, "That is a share"),
    (check.transfer_regret, lambda w, c: c[w.index(min(w))] - min(w), "subtracts bits a word"),
    (check.transfer_regret, lambda w, c: c[0] - c[1], "Work this case out"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


# Other ways to be right. ----------------------------------------------------------------------

OTHERS = [
    (check.bits_per_character, lambda p, n, m: math.log(p, 2) * (n / m)),
    (check.bits_per_character, lambda p, n, m: np.log2(p ** (n / m))),
    (check.corrected_correlation, lambda r, w, c: r / math.sqrt(w) / math.sqrt(c)),
    (check.transfer_regret, lambda w, c: np.array(c)[np.argmin(w)] - np.min(c)),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# What the solutions promise. ------------------------------------------------------------------


def test_words_and_characters_cost_a_text_the_same_bits():
    words, characters = load_text("pydocs"), load_text("pydocs-chars")
    num_words, num_characters = len(words.valid), len(characters.valid)
    each = check.bits_per_character.solution(250.0, num_words, num_characters)
    assert each * num_characters == pytest.approx(num_words * math.log2(250))


def test_the_correction_undoes_what_noise_does():
    rng = np.random.default_rng(0)
    words, characters = rng.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 100_000).T

    def twice(task, noise):
        return [task + noise * rng.normal(size=task.shape) for _ in range(2)]

    first, second = twice(words, 0.6), twice(characters, 0.9)

    def correlation(a, b):
        return float(np.corrcoef(a, b)[0, 1])

    across = correlation(first[0], second[0])
    again = correlation(*first), correlation(*second)
    assert across < 0.5
    corrected = check.corrected_correlation.solution(across, *again)
    assert corrected == pytest.approx(0.7, abs=0.02)


def test_who_chooses_the_best_regrets_nothing():
    assert check.transfer_regret.solution([1.0, 2.0], [0.5, 0.9]) == 0
