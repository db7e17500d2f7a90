"""Lesson 05: its exercises agree with the package, and tell students what they did."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from torch import Generator, nn

from nasedu import Controller, ConvNetSpace, Reinforce
from nasedu.controller import Rollout
from nasedu.course import check
from nasedu.course.lessons.lesson_05 import _ONE, _LookUp
from nasedu.spaces import places_of

SPACE = ConvNetSpace(1, (1, 3, 5), (1, 3), (8, 24), skip_connections=False)


def test_places_count_the_sentences_in_order():
    choices = [decision.num_tokens for decision in SPACE.decisions]
    every = list(product(*map(range, choices)))
    places = [check.place_of.solution(tokens, choices) for tokens in every]
    assert places == list(range(SPACE.size))
    assert places == places_of(SPACE.decisions, every).tolist()


def test_loss_is_the_package_s():
    for log_probs, rewards, baseline in check.policy_gradient_loss.cases:
        rollout = Rollout(torch.zeros(log_probs.shape), log_probs, torch.zeros(log_probs.shape))
        expected = Reinforce.loss(rollout, rewards - baseline)
        assert check.policy_gradient_loss.solution(log_probs, rewards, baseline) == expected


@pytest.mark.parametrize("case", check.run_search.cases)
def test_search_is_the_package_s(case):
    space, look_up, updates, lr, seed = case
    strategy = Reinforce(Controller(space.decisions, seed=seed), lr=lr)
    generator = Generator().manual_seed(seed)
    rows = []
    for _ in range(updates):
        tokens = strategy.ask(8, generator=generator)
        stats = strategy.tell(tokens, look_up(tokens))
        rows.append([stats.mean_reward, stats.baseline])
    assert np.allclose(check.run_search.solution(*case), rows)


# As students write it. ------------------------------------------------------------------------


def student(mean=True, forget=False, both=True, moved=False, cubed=1, optimizer=torch.optim.Adam):
    """Return a search in a student's words: all tokens are scored once more, after sampling."""

    def run_search(space, look_up, updates, lr, seed):
        torch.manual_seed(seed)
        controller = Controller(space.decisions, seed=seed)
        steps = optimizer(controller.parameters(), lr=lr)
        generator = Generator().manual_seed(seed)
        history, baseline = [], None
        for _ in range(updates):
            with torch.no_grad():
                tokens = controller(8, generator=generator).tokens
            rewards = look_up(tokens) ** cubed
            if baseline is None:
                baseline = rewards.mean()
            total = controller(tokens=tokens).log_probs.sum(1)
            loss = -((rewards - baseline) * total)
            steps.zero_grad()
            (loss.mean() if mean else loss.sum()).backward()
            if not forget:
                steps.step()
            compared = baseline
            for reward in rewards:
                baseline = 0.95 * baseline + 0.05 * reward
            pair = rewards.mean(), baseline if moved else compared
            history.append(pair if both else pair[0])
        return history

    return run_search


def adam_as_it_comes(space, look_up, updates, lr, seed):
    return student()(space, look_up, updates, 1e-3, seed)


def own_choices_too(tokens, choices):
    place = 0
    for token, count in zip(tokens, choices, strict=True):
        place = (place + token) * count
    return place


def powers(tokens, choices):
    last = len(tokens) - 1
    return sum(t * c ** (last - i) for i, (t, c) in enumerate(zip(tokens, choices, strict=True)))


def test_a_search_in_other_words_is_right():
    assert check.run_search(student(), strict=True).passed
    # Adam divides the gradient by its own size: a sum in place of the mean changes nothing
    assert check.run_search(student(mean=False)).passed


@pytest.mark.parametrize(
    ("exercise", "function", "fragment"),
    [
        (check.place_of, lambda t, c: int("".join(map(str, t)), max(c)), "on paper"),
        (check.place_of, lambda t, c: int("".join(map(str, t))), "decimal"),
        (check.place_of, own_choices_too, "single rows"),
        (check.place_of, powers, "each decision that comes after"),
        (check.policy_gradient_loss, lambda p, r, b: -((r - b) * p.sum()).mean(), "`.sum(1)`"),
        (check.place_of, lambda t, c: list(t), "3 numbers"),
        (
            check.policy_gradient_loss,
            lambda p, r, b: nn.functional.mse_loss(p.sum(1), r - b),
            "on paper",
        ),
        (check.policy_gradient_loss, lambda p, r, b: -(p.mean(1) * (r - b)).mean(), "tokens too"),
        (check.policy_gradient_loss, lambda p, r, b: -(p.sum(1) @ (r - b)), "sum over the child"),
        (check.run_search, student(forget=True), "never changes"),
        (check.run_search, student(both=False), "holds"),
        (check.run_search, student(moved=True), "after it has moved"),
        (check.run_search, student(cubed=3), "cubed twice"),
        (check.run_search, student(optimizer=torch.optim.SGD), "without Adam"),
        (check.run_search, student(optimizer=torch.optim.RMSprop), "parts number 2 is the first"),
        (check.run_search, adam_as_it_comes, "give it `lr`"),
        (check.run_search, lambda space, look_up, updates, lr, seed: None, "`return`"),
    ],
)
def test_students_read_what_they_did(exercise, function, fragment):
    result = exercise(function)
    assert not result.passed
    assert fragment in result.sentence


def test_no_two_networks_of_the_exercise_earn_the_same():
    every = torch.tensor(list(product(range(2), repeat=3)))
    assert len(set(_LookUp()(every).tolist())) == _ONE.size == len(every)
