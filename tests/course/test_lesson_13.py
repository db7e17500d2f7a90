"""Lesson 13: what students write, and what its solutions promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from nasedu.course import check

# Mistakes as students write them. -------------------------------------------------------------


def averages_perplexities(whole, num_words, part, num_part):
    return (whole * num_words - part * num_part) / (num_words - num_part)


def mixes_logarithms(whole, num_words, part, num_part):
    nats = num_words * math.log(whole) - num_part * math.log(part)
    return 2 ** (nats / (num_words - num_part))


def forgets_how_many(whole, num_words, part, num_part):
    return 2 ** (math.log2(whole) - math.log2(part))


def spread_for_variance(again, wanted):
    k = 1
    while again / (again + (1 - again) / k**0.5) < wanted:
        k += 1
    return k


def whole_variance_stays(again, wanted):
    return math.ceil((1 - again) / (1 - wanted))


def starts_at_two(again, wanted):
    k = 1
    while again / (again + (1 - again) / k) < wanted:
        k += 1
    return k + 1


def merit_itself(again, wanted):
    k = 1
    while math.sqrt(k * again / (1 + (k - 1) * again)) < wanted:
        k += 1
    return k


def runs_of(words, n):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def without_clipping(translation, reference, n):
    runs, wanted = runs_of(translation, n), runs_of(reference, n)
    return sum(run in wanted for run in runs) / len(runs)


def by_sets(translation, reference, n):
    runs, wanted = set(runs_of(translation, n)), set(runs_of(reference, n))
    return len(runs & wanted) / len(runs)


def by_removing(translation, reference, n):
    left, found = runs_of(reference, n), 0
    for run in runs_of(translation, n):
        if run in left:
            left.remove(run)
            found += 1
    return found / len(runs_of(translation, n))


def recall(translation, reference, n):
    return by_removing(reference, translation, n)


STUDENTS = [
    (check.perplexity_of_rest, averages_perplexities, "Perplexities do not add up"),
    (check.perplexity_of_rest, mixes_logarithms, "Two logarithms were mixed"),
    (check.perplexity_of_rest, forgets_how_many, "The part has fewer words"),
    (check.perplexity_of_rest, lambda p, n, q, m: p ** (n / (n - m)), "no bits at all"),
    (
        check.perplexity_of_rest,
        lambda p, n, q, m: (n * math.log2(p) - m * math.log2(q)) / (n - m),
        "Those are bits per word",
    ),
    (check.perplexity_of_rest, lambda p, n, q, m: (p**n / q**m) ** (1 / n), "fewer words"),
    (check.trainings_needed, spread_for_variance, "that is its *spread*"),
    (check.trainings_needed, whole_variance_stays, "the whole variance with it"),
    (check.trainings_needed, starts_at_two, "one too many"),
    (check.trainings_needed, merit_itself, "with merit itself"),
    (check.trainings_needed, lambda a, w: w * (1 - a) / a / (1 - w), "round up"),
    (check.trainings_needed, lambda a, w: int(w * (1 - a) / (a * (1 - w))), "rounded down"),
    (check.trainings_needed, lambda a, w: -(-w // a), "in proportion"),
    (check.ngram_precision, without_clipping, "only as often as the reference"),
    (check.ngram_precision, by_sets, "A set forgets"),
    (check.ngram_precision, recall, "the share of the reference"),
    (
        check.ngram_precision,
        lambda t, r, n: by_removing(t, r, n) * len(runs_of(t, n)),
        "That is how many match",
    ),
    (
        check.ngram_precision,
        lambda t, r, n: by_removing(t, r, n) * len(runs_of(t, n)) / len(t),
        "L - n + 1 runs",
    ),
    (check.ngram_precision, lambda t, r, n: by_removing(t, r, 1), "single words"),
    (
        check.ngram_precision,
        lambda t, r, n: sum(a == b for a, b in zip(t, r, strict=False)) / len(t),
        "at the same place",
    ),
    (check.ngram_precision, lambda t, r, n: 0.5, "Work this case out"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


# Other ways to be right. ----------------------------------------------------------------------

OTHERS = [
    (
        check.perplexity_of_rest,
        lambda p, n, q, m: math.exp((n * math.log(p) - m * math.log(q)) / (n - m)),
    ),
    (check.perplexity_of_rest, lambda p, n, q, m: p * (p / q) ** (m / (n - m))),
    (check.trainings_needed, lambda a, w: max(1, math.ceil(w / a * (1 - a) / (1 - w)))),
    (check.ngram_precision, by_removing),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# What the solutions promise. ------------------------------------------------------------------


def test_whole_part_and_rest_pay_the_same_bits():
    p = np.random.default_rng(0).uniform(0.01, 0.9, 30)
    whole, part, rest = (2 ** -np.log2(each).mean() for each in (p, p[:12], p[12:]))
    assert check.perplexity_of_rest.solution(whole, 30, part, 12) == pytest.approx(rest)


def test_means_of_so_many_trainings_agree_as_wanted():
    rng = np.random.default_rng(0)
    merit = rng.normal(size=100_000)

    def agreement(count):
        first, second = merit + rng.normal(size=(2, count, len(merit))).mean(1)
        return float(np.corrcoef(first, second)[0, 1])

    needed = check.trainings_needed.solution(agreement(1), 0.85)
    assert agreement(needed) > 0.85 > agreement(needed - 1)


def test_precisions_are_those_that_bleu_is_made_of():
    rng = np.random.default_rng(0)
    for _ in range(20):
        both = [rng.choice(["ein", "zwei", "Euro", "und"], size) for size in rng.integers(5, 9, 2)]
        translation, reference = (list(map(str, words)) for words in both)
        bleu = BLEU(smooth_method="none", effective_order=True)
        score = bleu.sentence_score(" ".join(translation), [" ".join(reference)])
        for n, percent in enumerate(score.precisions, start=1):
            found = check.ngram_precision.solution(translation, reference, n)
            assert 100 * found == pytest.approx(percent), n
