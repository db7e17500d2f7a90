"""The exercises: their solutions are the package's own, and every mistake has its sentence."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
import torch
from torch import nn

from nasedu import ConvNetSpace
from nasedu.course import check
from nasedu.course.exercise import Exercise

EXERCISES = check.EXERCISES.values()
MISTAKES = [
    pytest.param(exercise, hint, id=f"{exercise.name}-{hint[:50]}")
    for exercise in EXERCISES
    for hint in exercise.mistakes
]


@pytest.mark.parametrize("exercise", EXERCISES, ids=check.EXERCISES)
def test_the_solution_passes_and_a_stub_does_not(exercise):
    def stub(*arguments):
        raise NotImplementedError

    assert exercise(exercise.solution, strict=True).passed
    assert exercise(stub).state == "not attempted yet"


@pytest.mark.parametrize(("exercise", "hint"), MISTAKES)
def test_every_mistake_gets_its_own_sentence(exercise, hint):
    result = exercise(exercise.mistakes[hint])
    assert not result.passed
    assert result.sentence.endswith(f". {hint}")


@pytest.mark.parametrize("exercise", EXERCISES, ids=check.EXERCISES)
def test_an_exercise_is_named_as_in_check_and_documented(exercise):
    assert isinstance(exercise, Exercise)
    assert getattr(check, exercise.name) is exercise
    for parameter in inspect.signature(exercise.solution).parameters:
        assert f"{parameter}: " in (exercise.__doc__ or "")
    assert all(hint.endswith(".") for hint in exercise.mistakes)


# Mistakes as students write them. -------------------------------------------------------------


def reward_of_final_epoch(valid_curve):
    return valid_curve[len(valid_curve) - 1] ** 3


def best_forgetting(rewards):
    best, result = rewards[0], []
    for reward in rewards:
        best = best if reward > best else reward
        result.append(best)
    return np.array(result)


def best_once(rewards):
    best = -math.inf
    for reward in rewards:
        best = max(best, reward)
    return best


def decode_from_one(tokens, space):
    height, width, filters = (token - 1 for token in tokens)
    return (space.filter_heights[height], space.filter_widths[width], space.num_filters[filters])


def size_by_numpy(space):
    choices = [len(space.filter_heights), len(space.filter_widths), len(space.num_filters)]
    return np.prod(np.array(choices * space.num_layers))


def size_of_one_layer(space):
    return len(space.filter_heights) * len(space.filter_widths) * len(space.num_filters)


def log_prob_of_modes(conditionals, tokens):
    return sum(np.log(np.max(step)) for step in conditionals)


def log_prob_multiplied(conditionals, tokens):
    result = 1.0
    for step, token in zip(conditionals, tokens, strict=True):
        result *= math.log(step[token])
    return result


def token_by_searchsorted(probabilities, uniform):
    return np.searchsorted(np.cumsum(probabilities), uniform)


def token_by_argmax(probabilities, uniform):
    return int(np.argmax(probabilities))


def token_by_count(probabilities, uniform):
    return sum(uniform >= edge for edge in np.cumsum([0, *probabilities]))


def slope_of_loss(logits, action):
    logits = logits.clone().requires_grad_()
    nn.functional.cross_entropy(logits, torch.tensor(action)).backward()
    return logits.grad


def one_hot(logits, action):
    result = torch.zeros_like(logits)
    result[action] = 1
    return result


def _gradient(logits, actions, rewards, weigh):
    total = torch.zeros(len(logits))
    for action, reward in zip(actions, rewards, strict=True):
        gradient = -torch.softmax(logits, 0)
        gradient[action] += 1
        total += weigh(reward) * gradient
    return total


def reinforce_summed(logits, actions, rewards, baseline):
    return _gradient(logits, actions, rewards, lambda reward: reward - baseline)


def reinforce_down(logits, actions, rewards, baseline):
    return _gradient(logits, actions, rewards, lambda r: baseline - r) / len(rewards)


def reinforce_plus(logits, actions, rewards, baseline):
    return _gradient(logits, actions, rewards, lambda r: r + baseline) / len(rewards)


def reinforce_without(logits, actions, rewards, baseline):
    return _gradient(logits, actions, rewards, lambda r: r) / len(rewards)


STUDENTS = [
    (check.reward_from_curve, reward_of_final_epoch, "the final epoch"),
    (check.reward_from_curve, lambda curve: np.max(curve) ** 3, "the best of all epochs"),
    (check.reward_from_curve, lambda curve: sorted(curve[-5:])[-1], "the cube is missing"),
    (check.reward_from_curve, lambda curve: np.mean(curve[-5:]) ** 3, "the mean of the last 5"),
    (check.best_so_far, best_forgetting, "the running minimum"),
    (check.best_so_far, best_once, "the best of all, once"),
    (check.decode_layer, lambda tokens, space: tuple(tokens), "A token is not a value"),
    (check.decode_layer, decode_from_one, "counts choices from 1"),
    (check.encode_layer, lambda layer, space: layer, "These are the values"),
    (check.space_size, size_by_numpy, "counts in 64 bits"),
    (check.space_size, size_of_one_layer, "That is one layer"),
    (check.space_size, lambda s: float(s.size), "as a float"),
    (check.log_prob, log_prob_of_modes, "most probable token"),
    (check.log_prob, log_prob_multiplied, "multiplies the logs"),
    (check.sample_token, token_by_argmax, "most probable token"),
    (check.sample_token, token_by_searchsorted, "use `<`, not `<=`"),
    (check.sample_token, token_by_count, "one too many"),
    (check.grad_log_softmax, slope_of_loss, "The sign is wrong"),
    (check.grad_log_softmax, one_hot, "forgets to subtract the softmax"),
    (check.reinforce_gradient, reinforce_summed, "the sum over the samples; take the mean"),
    (check.reinforce_gradient, reinforce_down, "The sign is wrong"),
    (check.reinforce_gradient, reinforce_plus, "adds the baseline"),
    (check.reinforce_gradient, reinforce_without, "forgets the baseline: weigh"),
]


@pytest.mark.parametrize(("exercise", "function", "fragment"), STUDENTS)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment.lower() in result.sentence.lower()


# Other ways to be right. ----------------------------------------------------------------------


def grad_by_autograd(logits, action):
    logits = logits.clone().requires_grad_()
    torch.log_softmax(logits, 0)[action].backward()
    return logits.grad


def grad_by_numpy(logits, action):
    logits = logits.numpy()
    return np.eye(len(logits))[action] - np.exp(logits) / np.exp(logits).sum()


def reinforce_by_autograd(logits, actions, rewards, baseline):
    logits = logits.clone().requires_grad_()
    log_probs = torch.log_softmax(logits, 0)[actions]
    ((rewards - baseline) * log_probs).mean().backward()
    return logits.grad


OTHERS = [
    (check.best_so_far, np.maximum.accumulate),
    (check.best_so_far, lambda rewards: torch.tensor(rewards).cummax(0).values),
    (check.decode_layer, lambda t, s: np.array(check.decode_layer.solution(t, s))),
    (check.log_prob, lambda p, t: math.log(math.prod(q[k] for q, k in zip(p, t, strict=True)))),
    (check.sample_token, lambda p, u: np.searchsorted(np.cumsum(p), u, side="right")),
    (check.grad_log_softmax, grad_by_autograd),
    (check.grad_log_softmax, grad_by_numpy),
    (check.reinforce_gradient, reinforce_by_autograd),
]


@pytest.mark.parametrize(("exercise", "function"), OTHERS)
def test_other_right_ways_pass(exercise, function):
    assert exercise(function, strict=True).passed


# The solutions are what the package does. -----------------------------------------------------

SPACE = ConvNetSpace(3, (1, 3, 5), (1, 7), (8, 24, 36), skip_connections=False)


def test_space_and_layers_agree_with_the_space():
    assert check.space_size.solution(SPACE) == SPACE.size == 18**3
    for tokens in ([0, 1, 2], [2, 0, 1]):
        layer = SPACE.decode(tokens).layers[0]
        described = (layer.filter_height, layer.filter_width, layer.num_filters)
        assert check.decode_layer.solution(tokens, SPACE) == described
        assert check.encode_layer.solution(described, SPACE) == tokens


def test_reward_is_the_package_s():
    from nasedu.training.rewards import cubed_accuracy

    for (curve,) in check.reward_from_curve.cases:
        assert check.reward_from_curve.solution(curve) == cubed_accuracy(curve)


def test_sampled_tokens_have_their_probabilities():
    probabilities = [0.2, 0.5, 0.0, 0.3]
    grid = [(i + 0.5) / 1000 for i in range(1000)]
    tokens = [check.sample_token.solution(probabilities, uniform) for uniform in grid]
    assert [tokens.count(k) / 1000 for k in range(4)] == probabilities
