"""Learners that are advanced together learn what each would have learned alone."""

import dataclasses

import pytest
import torch

from nasedu.controller import Controller, Reinforce, advance_together
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace
from nasedu.training import one_thread

SPACE = ConvNetSpace(3, (1, 3), (3, 5, 7), (8, 24))
WEIGHTS = torch.rand(
    len(SPACE.decisions), dtype=torch.float64, generator=torch.Generator().manual_seed(5)
)


@pytest.fixture(autouse=True)
def alone_on_its_core():
    """Threads cost such small products more than they bring, above all beside other tests."""
    with one_thread():
        yield


def reward(tokens):
    """Rewards ``(...)`` of tokens ``(..., T)``."""
    return (tokens.double() * WEIGHTS).sum(-1) / 5


def learner(seed, lr=0.01, space=SPACE, dtype=torch.float64, **settings):
    return Reinforce(Controller(space.decisions, 8, seed=seed).to(dtype), lr, **settings)


def generators(count, start=0):
    return [torch.Generator().manual_seed(start + i) for i in range(count)]


def learn_alone(one, generator, updates, batch=8):
    found = []
    for _ in range(updates):
        tokens = one.ask(batch, generator=generator)
        one.tell(tokens, reward(tokens))
        found.append(tokens)
    return found


def assert_same_state(a, b, tolerance):
    mine, theirs = a.state_dict(), b.state_dict()
    assert mine.keys() == theirs.keys()
    assert mine.pop("baseline") == pytest.approx(theirs.pop("baseline"), abs=tolerance)
    for name, value in mine.items():
        assert torch.allclose(value, theirs[name], rtol=0, atol=tolerance), name


def test_they_equal_the_single_runs_over_200_updates():
    together, alone = ([learner(seed) for seed in range(3)] for _ in range(2))
    steps = list(advance_together(together, generators(3), reward, updates=200))
    assert len(steps) == 200
    for i, (one, generator) in enumerate(zip(alone, generators(3), strict=True)):
        tokens = learn_alone(one, generator, 200)
        assert all(torch.equal(t, step[0][i]) for t, step in zip(tokens, steps, strict=True))
        assert_same_state(together[i], one, 1e-10)


def test_what_is_yielded_is_what_was_told():
    for tokens, rewards in advance_together(
        [learner(0), learner(1)], generators(2), reward, updates=3, batch=5
    ):
        assert tokens.shape == (2, 5, len(SPACE.decisions))
        assert torch.equal(rewards, reward(tokens))
        for row in tokens.reshape(-1, tokens.shape[-1]).tolist():
            SPACE.check(row)


def test_afterwards_each_goes_on_alone_as_if_it_always_had():
    together, alone = ([learner(seed) for seed in range(2)] for _ in range(2))
    sources, twins = generators(2), generators(2)
    for one, generator in zip(together, sources, strict=True):
        learn_alone(one, generator, 3)
    list(advance_together(together, sources, reward, updates=4))
    for mine, theirs, source, twin in zip(together, alone, sources, twins, strict=True):
        tokens = learn_alone(mine, source, 5)
        assert all(map(torch.equal, tokens, learn_alone(theirs, twin, 12)[7:]))
        assert_same_state(mine, theirs, 1e-12)
    assert together[0].controller is not together[1].controller


@pytest.mark.parametrize("way", ["close", "break", "error"])
def test_a_loop_that_is_left_hands_back_what_was_learned(way):
    together, alone = ([learner(seed) for seed in range(2)] for _ in range(2))
    count = 0

    def failing(tokens):
        nonlocal count
        count += 1
        if way == "error" and count == 4:
            raise RuntimeError("no rewards today")
        return reward(tokens)

    steps = advance_together(together, generators(2), failing, updates=100)
    if way == "error":
        with pytest.raises(RuntimeError):
            list(steps)
    else:
        for _, _ in zip(range(3), steps, strict=False):
            pass
        if way == "close":
            steps.close()
        del steps
    for mine, theirs, generator in zip(together, alone, generators(2), strict=True):
        learn_alone(theirs, generator, 3)
        assert_same_state(mine, theirs, 1e-12)


def test_each_draws_from_its_own_generator_alone():
    torch.manual_seed(0)
    first = list(advance_together([learner(0), learner(0)], generators(2), reward, updates=2))
    torch.manual_seed(1)
    again = list(advance_together([learner(0), learner(0)], generators(2), reward, updates=2))
    assert all(torch.equal(a[0], b[0]) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0][0][0], first[0][0][1])


@pytest.mark.parametrize(
    "other",
    [
        lambda: learner(1, lr=0.02),
        lambda: learner(1, baseline_decay=0.5),
        lambda: learner(1, space=dataclasses.replace(SPACE, num_layers=2)),
        lambda: learner(1, dtype=torch.float32),
        lambda: Reinforce(Controller(SPACE.decisions, 9).double(), 0.01),
    ],
    ids=["lr", "decay", "decisions", "dtype", "hidden size"],
)
def test_learners_that_differ_in_more_than_weights_are_refused(other):
    with pytest.raises(SettingError, match="expected learners that differ in their weights alone"):
        list(advance_together([learner(0), other()], generators(2), reward, updates=1))


def test_a_learner_of_another_age_goes_on_as_it_would_alone():
    together, alone = ([learner(seed) for seed in range(2)] for _ in range(2))
    for old in (together[0], alone[0]):
        learn_alone(old, torch.Generator(), 5)
    list(advance_together(together, generators(2), reward, updates=5))
    for mine, theirs, generator in zip(together, alone, generators(2), strict=True):
        learn_alone(theirs, generator, 5)
        assert_same_state(mine, theirs, 1e-12)


@pytest.mark.parametrize(("learners", "sources"), [(0, 0), (2, 1), (1, 2)])
def test_every_learner_needs_a_generator(learners, sources):
    made = [learner(seed) for seed in range(learners)]
    with pytest.raises(SettingError, match=f"{learners} learners with {sources} generators"):
        list(advance_together(made, generators(sources), reward, updates=1))


def test_an_infinite_reward_is_refused_and_nothing_is_learned():
    together, before = [learner(0), learner(1)], [learner(0), learner(1)]
    with pytest.raises(SettingError, match="a reward is infinite"):
        list(
            advance_together(together, generators(2), lambda t: reward(t) * float("inf"), updates=1)
        )
    assert_untouched(together, before)


def assert_untouched(learners, before):
    for mine, theirs in zip(learners, before, strict=True):
        weights = theirs.controller.state_dict()
        assert all(torch.equal(v, weights[k]) for k, v in mine.controller.state_dict().items())
        assert mine.baseline == theirs.baseline


@pytest.mark.parametrize("batch", [1, 2, 8])
def test_a_child_that_failed_teaches_what_it_teaches_alone_nothing(batch):
    def failing(tokens):
        rewards = reward(tokens)
        return torch.where(tokens.sum(-1) % 2 == 0, torch.nan, rewards)  # about half of them

    together, alone = ([learner(seed) for seed in range(3)] for _ in range(2))
    steps = list(advance_together(together, generators(3), failing, updates=30, batch=batch))
    missed = torch.stack([rewards.isnan() for _, rewards in steps])
    assert missed.any() and (batch > 2 or missed.all(-1).any())  # whole batches of one and two
    for i, (one, generator) in enumerate(zip(alone, generators(3), strict=True)):
        for tokens, _ in steps:
            asked = one.ask(batch, generator=generator)
            assert torch.equal(asked, tokens[i])
            rewards = failing(asked)
            if not rewards.isnan().all():
                one.tell(asked[~rewards.isnan()], rewards[~rewards.isnan()])
        assert_same_state(together[i], one, 1e-10)


def test_a_learner_none_of_whose_children_trained_stays_as_it_is():
    together, before = [learner(0), learner(1)], [learner(0), learner(1)]
    list(advance_together(together, generators(2), lambda t: reward(t) * float("nan"), updates=3))
    assert_untouched(together, before)


@pytest.mark.parametrize("lr", [1e7, 1e30])
def test_a_learning_rate_that_is_too_large_is_told_as_it_is_alone(lr):
    alone, source = learner(0, lr), generators(1)[0]
    with pytest.raises(SettingError, match="the controller diverged") as single:
        learn_alone(alone, source, updates=3)
    steps = advance_together([learner(s, lr) for s in (1, 0)], generators(2), reward, updates=3)
    with pytest.raises(SettingError, match="the controller diverged") as together:
        list(steps)
    assert str(single.value) == str(together.value)
