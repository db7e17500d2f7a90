"""Lesson 10: its solutions agree with what the package uses, and students are understood."""

from __future__ import annotations

from itertools import chain, combinations, permutations, product

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from nasedu import Controller, ConvNetSpace, Reinforce
from nasedu.controller import DepthSchedule
from nasedu.course import check


def test_the_depth_is_the_package_s():
    schedule = DepthSchedule(6, 2, 1600)
    for number in (1, 2, 1599, 1600, 1601, 3200, 3201, 12_799, 12_800):
        expected = schedule.num_layers(number, deepest=20)
        assert check.num_layers.solution(number, 6, 2, 1600) == expected


@pytest.mark.parametrize("sizes", [(2, 2, 1), (1, 4), (3, 1, 2), (5,)])
def test_the_correlation_of_groups_is_the_mean_over_all_orders_within_them(sizes):
    truth, ends = range(sum(sizes)), np.cumsum(sizes)
    groups = [range(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    every = product(*(permutations(group) for group in groups))
    mean = np.mean([spearmanr(truth, [*chain(*order)])[0] for order in every])
    assert check.correlation_of_groups.solution(sizes) == pytest.approx(mean, abs=1e-9)


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


def groups_by_corrcoef(sizes):
    middles = np.repeat(np.cumsum(sizes) - (np.array(sizes) - 1) / 2, sizes)
    return np.corrcoef(middles, np.arange(len(middles)))[0, 1]


def groups_by_pairs(sizes):
    group = [i for i, size in enumerate(sizes) for _ in range(size)]
    pairs = [a != b for a, b in combinations(group, 2)]
    return sum(pairs) / len(pairs)


def groups_for_many(sizes):
    return 1 - len(sizes) ** -2


def groups_of_equal_weight(sizes):
    ranks = np.arange(sum(sizes))
    middles = [part.mean() for part in np.split(ranks, np.cumsum(sizes)[:-1])]
    return np.mean((np.array(middles) - ranks.mean()) ** 2) / ranks.var()


def groups_turned_around(sizes):
    ranks = np.arange(sum(sizes))
    given = [part[::-1] for part in np.split(ranks, np.cumsum(sizes)[:-1])]
    return spearmanr(ranks, np.concatenate(given))[0]


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
        (check.correlation_of_groups, groups_by_corrcoef, "with the middle rank of each group"),
        (check.correlation_of_groups, groups_by_pairs, "the share of pairs"),
        (check.correlation_of_groups, groups_for_many, "count with these sizes"),
        (check.correlation_of_groups, groups_of_equal_weight, "a group counts by its networks"),
        (check.correlation_of_groups, groups_turned_around, "Take the mean over all orders"),
        (check.correlation_of_groups, lambda sizes: 1, "does not know"),
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


def groups_by_shares(sizes):
    n = sum(sizes)
    return 1 - sum(size**3 - size for size in sizes) / (n**3 - n)


def groups_by_all_pairs_of_ranks(sizes):
    ranks = np.arange(sum(sizes)) - (sum(sizes) - 1) / 2
    group = np.repeat(np.arange(len(sizes)), sizes)
    together = (group[:, None] == group) / np.array(sizes)[group]
    return ranks @ together @ ranks / (ranks @ ranks)


@pytest.mark.parametrize(
    ("exercise", "function"),
    [
        (check.num_layers, depth_by_loop),
        (check.pushes, pushes_by_list),
        (check.correlation_of_groups, groups_by_shares),
        (check.correlation_of_groups, groups_by_all_pairs_of_ranks),
    ],
)
def test_another_right_way_passes(exercise, function):
    assert exercise(function, strict=True).passed
