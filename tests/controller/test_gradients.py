"""Learning in two steps: `tell` is the gradient of a batch, applied at once."""

import pytest
import torch

from nasedu import Controller, ConvNetSpace, Reinforce
from nasedu.controller import PPO
from nasedu.controller.reinforce import baseline_after

SPACE = ConvNetSpace(3, (1, 3), (1, 3), (4, 8))
REWARDS = torch.tensor([0.1, 0.4, 0.2, 0.7], dtype=torch.float64)


def learner(kind=Reinforce, seed=1):
    return kind(Controller(SPACE.decisions, hidden_size=8, seed=seed), lr=0.05)


def asked(strategy, num_layers=None):
    source = torch.Generator().manual_seed(2)
    return strategy.ask(4, generator=source, num_layers=num_layers)


def same(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    assert ours.keys() == theirs.keys()
    return all(
        torch.equal(value, theirs[key]) if isinstance(value, torch.Tensor) else value == theirs[key]
        for key, value in ours.items()
    )


def test_gradient_and_apply_are_what_tell_does_to_the_last_bit():
    told, stepped = learner(), learner()
    for _ in range(3):
        tokens = asked(told)
        stats = told.tell(tokens, REWARDS)
        gradients = stepped.gradient(tokens, REWARDS)
        stepped.apply(gradients)
        assert gradients.stats == stats
    assert same(told, stepped)


@pytest.mark.parametrize("kind", [Reinforce, PPO])
def test_a_gradient_leaves_the_strategy_as_it_is(kind):
    one, untouched = learner(kind), learner(kind)
    one.gradient(asked(one), REWARDS)
    assert same(one, untouched) and one.baseline is None


def test_gradients_of_an_older_policy_move_the_baseline_that_is_there():
    server, replica = learner(), learner()
    stale = replica.gradient(asked(replica), REWARDS)
    server.tell(asked(server), 1 - REWARDS)
    expected = baseline_after(server.baseline, REWARDS, server.baseline_decay)
    server.apply(stale)
    assert server.baseline == expected


def test_a_head_that_a_batch_does_not_use_keeps_its_moments_and_its_count_of_steps():
    one = learner()
    one.tell(asked(one), REWARDS)
    before = {key: torch.as_tensor(value).clone() for key, value in one.state_dict().items()}
    shallow = asked(one, num_layers=1)  # whose only anchor point has nothing to choose
    gradients = one.gradient(shallow, REWARDS)
    unused = [name for name, gradient in gradients.by_name.items() if gradient is None]
    assert unused and len(unused) < len(gradients.by_name)
    one.apply(gradients)
    after = one.state_dict()
    for name in one.weights:
        steps = [state.get(f"adam.{name}.step") for state in (before, after)]
        moved = None in steps or not torch.equal(*steps)
        assert moved == (name not in unused), name


def test_further_steps_of_ppo_are_told_of_no_reward():
    one = learner(PPO)
    tokens = asked(one)
    one.tell(tokens, REWARDS)
    assert one.baseline == baseline_after(float(REWARDS.mean()), REWARDS, one.baseline_decay)
