"""Lesson 10: its solutions agree with what the package uses, and students are understood."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from nasedu import Controller, ConvNetSpace, Reinforce
from nasedu.course import check
from nasedu.searching import DepthSchedule


def test_the_depth_is_the_package_s():
    schedule = DepthSchedule(6, 2, 1600)
    for number in (1, 2, 1599, 1600, 1601, 3200, 3201, 12_799, 12_800):
        expected = schedule.num_layers(number, deepest=20)
        assert check.num_layers.solution(number, 6, 2, 1600) == expected


def test_rank_correlation_is_spearman_s():
    rng = np.random.default_rng(0)
    for _ in range(5):
        a, b = rng.random((2, 30))
        assert check.rank_correlation.solution(a, b) == pytest.approx(spearmanr(a, b)[0])


def test_pushes_are_in_proportion_to_what_reinforce_does_with_the_first_batch():
    space = ConvNetSpace(2, (1, 3), (1,), (8, 16))
    accuracies = np.array([0.3, 0.5, 0.45, 0.2])
    pushes = check.pushes.solution(accuracies, 3)
    assert np.abs(pushes).sum() == pytest.approx(1) and pushes.sum() == pytest.approx(0)

    controller = Controller(space.decisions, seed=0)
    tokens = controller(4, generator=torch.Generator().manual_seed(0)).tokens
    learner = Reinforce(controller, lr=1e-9)
    learner.tell(tokens, torch.from_numpy(accuracies**3))
    theirs = torch.cat([p.grad.flatten() for p in controller.parameters() if p.grad is not None])
    controller.zero_grad()
    Reinforce.loss(controller(tokens=tokens), torch.from_numpy(pushes)).backward()
    mine = torch.cat([p.grad.flatten() for p in controller.parameters() if p.grad is not None])
    cosine = torch.nn.functional.cosine_similarity(mine, theirs, dim=0)
    assert cosine == pytest.approx(1, abs=1e-4)


# Mistakes as students write them. -------------------------------------------------------------


def depth_from_0(number, start, step, every):
    return start + step * int(number / every)


def depth_smooth(number, start, step, every):
    return start + step * (number - 1) / every


def depth_that_multiplies_first(number, start, step, every):
    return start + step * (number - 1) // every


def push_over_the_sum_of_advantages(accuracies, power):
    rewards = accuracies**power
    advantages = rewards - rewards.mean()
    return advantages / advantages.sum()


def push_around_the_mean_accuracy(accuracies, power):
    advantages = accuracies**power - sum(accuracies) / len(accuracies)
    return advantages / abs(advantages).sum()


def push_of_powered_advantages(accuracies, power):
    advantages = (accuracies - np.mean(accuracies)) ** power
    return advantages / np.sum(np.abs(advantages))


def push_of_nothing_subtracted(accuracies, power):
    rewards = np.power(accuracies, power)
    return rewards / sum(rewards)


def push_without_signs(accuracies, power):
    rewards = accuracies**power
    distance = np.abs(rewards - rewards.mean())
    return distance / distance.sum()


def correlation_of_places(a, b):
    return np.corrcoef(np.argsort(a), np.argsort(b))[0, 1]


def correlation_of_sorted(a, b):
    return np.corrcoef(sorted(a), sorted(b))[0, 1]


def correlation_of_distances(a, b):
    n = len(a)
    d = [sorted(a).index(x) - sorted(b).index(y) for x, y in zip(a, b, strict=True)]
    return 1 - 6 * sum(map(abs, d)) / (n * (n**2 - 1))


def correlation_without_6(a, b):
    n = len(a)
    d = [sorted(a).index(x) - sorted(b).index(y) for x, y in zip(a, b, strict=True)]
    return 1 - sum(each**2 for each in d) / (n * (n**2 - 1))


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.num_layers, depth_from_0, "divide `number - 1`"),
        (check.num_layers, depth_smooth, "use `//`"),
        (check.num_layers, depth_that_multiplies_first, "before it divides"),
        (check.num_layers, lambda n, first, s, e: first + n - 1 // e * s, "between parentheses"),
        (check.pushes, push_around_the_mean_accuracy, "the mean of the *rewards*"),
        (check.pushes, lambda a, p: check.pushes.solution(a, 3), "the cube, whatever `power` is"),
        (check.pushes, push_of_powered_advantages, "take it of the accuracy"),
        (check.pushes, push_of_nothing_subtracted, "The baseline is missing"),
        (check.pushes, push_without_signs, "loses the signs"),
        (check.rank_correlation, correlation_of_places, "use it twice"),
        (check.rank_correlation, correlation_of_sorted, "breaks up the pairs"),
        (check.rank_correlation, correlation_of_distances, "have to be squared"),
        (check.rank_correlation, correlation_without_6, "The 6 is missing"),
        (check.rank_correlation, lambda a, b: np.corrcoef(a, b)[0, 1], "by their ranks first"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert result.state == "not right yet"
    assert fragment in result.sentence


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_division_by_the_sum_of_advantages_is_understood():
    result = check.pushes(push_over_the_sum_of_advantages)
    assert "Advantages sum to 0" in result.sentence


def depth_by_loop(number, start, step, every):
    layers = start
    while number > every:
        number, layers = number - every, layers + step
    return layers


def pushes_by_list(accuracies, power):
    rewards = [float(a) ** power for a in accuracies]
    above = [reward - sum(rewards) / len(rewards) for reward in rewards]
    return [each / sum(map(abs, above)) for each in above]


def correlation_by_formula(a, b):
    n = len(a)
    d = [sorted(a).index(x) - sorted(b).index(y) for x, y in zip(a, b, strict=True)]
    return 1 - 6 * sum(each**2 for each in d) / (n * (n**2 - 1))


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        (check.num_layers, depth_by_loop),
        (check.pushes, pushes_by_list),
        (check.rank_correlation, correlation_by_formula),
        (check.rank_correlation, lambda a, b: spearmanr(a, b)[0]),
    ],
)
def test_another_right_way_passes(exercise, function):
    assert exercise(function, strict=True).passed
