"""Lesson 06: what students write, and what its solutions promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nasedu.course import check

# Mistakes as students write them. -------------------------------------------------------------


def noise_by_std(samples, exact):
    return samples.std(0, correction=0).norm() / exact.norm()


def noise_of_lengths(samples, exact):
    return torch.linalg.norm(samples - exact, dim=1).mean() / torch.linalg.norm(exact)


def noise_along_the_samples(samples, exact):
    return ((samples - exact) ** 2).sum(0).mean() ** 0.5 / exact.norm()


def noise_per_weight(samples, exact):
    return torch.sqrt(((samples - exact) ** 2).mean()) / exact.norm()


def others_one_by_one(rewards):
    total = 0.0
    for reward in rewards:
        total += reward
    return [total / len(rewards) for _ in rewards]


def children_before(rewards):
    return [float(rewards[:i].mean()) if i else 0.0 for i in range(len(rewards))]


STUDENTS = [
    (check.noise_to_signal, noise_by_std, "measures from the mean of the samples"),
    (check.noise_to_signal, lambda s, e: s.std(0).norm() / e.norm(), "what `std` does"),
    (check.noise_to_signal, noise_along_the_samples, "`.sum(1)`"),
    (check.noise_to_signal, noise_of_lengths, "the mean distance"),
    (check.noise_to_signal, noise_per_weight, "a length needs their sum"),
    (check.batch_for_noise, lambda noise, wanted: noise**2 / wanted**2, "is not whole"),
    (check.batch_for_noise, lambda noise, wanted: noise**2 // wanted**2, "rounds down"),
    (check.batch_for_noise, lambda noise, wanted: math.ceil(noise / wanted), "square root"),
    (check.leave_one_out_baseline, others_one_by_one, "leave out the child's own reward"),
    (check.leave_one_out_baseline, children_before, "the mean of the children before"),
    (check.leave_one_out_baseline, lambda r: (r.sum() - r) / len(r), "divide by `B - 1`"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


# Other ways to be right. ----------------------------------------------------------------------


def noise_by_numpy(samples, exact):
    squares = [np.sum((row - exact.numpy()) ** 2) for row in samples.numpy()]
    return float(np.sqrt(np.mean(squares)) / np.linalg.norm(exact.numpy()))


def others_by_hand(rewards):
    rewards = rewards.tolist()
    return [np.mean(rewards[:i] + rewards[i + 1 :]) for i in range(len(rewards))]


def others_by_matrix(rewards):
    n = len(rewards)
    return (1 - torch.eye(n)) @ rewards / (n - 1)


OTHERS = [
    (check.noise_to_signal, noise_by_numpy),
    (check.batch_for_noise, lambda noise, wanted: int(np.ceil((noise / wanted) ** 2))),
    (check.batch_for_noise, lambda noise, wanted: -int(-((noise / wanted) ** 2) // 1)),
    (check.leave_one_out_baseline, others_by_hand),
    (check.leave_one_out_baseline, others_by_matrix),
    (check.leave_one_out_baseline, lambda r: r - (r - r.mean()) * len(r) / (len(r) - 1)),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# What the solutions promise. ------------------------------------------------------------------


@pytest.mark.parametrize(("noise", "wanted"), check.batch_for_noise.cases)
def test_the_batch_is_the_smallest_that_is_quiet_enough(noise, wanted):
    size = check.batch_for_noise.solution(noise, wanted)
    assert noise / size**0.5 <= wanted
    assert size == 1 or noise / (size - 1) ** 0.5 > wanted


def test_the_noise_of_a_batch_is_that_of_a_child_over_the_square_root():
    generator = torch.Generator().manual_seed(0)
    exact = torch.tensor([1.0, -1.0, 0.5])
    children = exact + 2 * torch.randn(64 * 2000, 3, generator=generator)
    one = check.noise_to_signal.solution(children, exact)
    many = check.noise_to_signal.solution(children.view(2000, 64, 3).mean(1), exact)
    assert float(one / many) == pytest.approx(8, rel=0.03)


def test_leaving_one_out_is_the_mean_baseline_without_its_bias():
    rewards = torch.tensor([0.1, 0.7, 0.3, 0.9], dtype=torch.float64)
    advantages = rewards - check.leave_one_out_baseline.solution(rewards)
    torch.testing.assert_close(advantages * (1 - 1 / 4), rewards - rewards.mean())
