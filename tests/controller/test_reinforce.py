import itertools

import pytest
import torch

from nasedu.controller import Controller, Reinforce
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(2, (1, 3), (3,), (8, 16))


def reinforce(scale=1.0, **settings):
    controller = Controller(SPACE.decisions, hidden_size=6, seed=0).double()
    with torch.no_grad():
        for weights in controller.parameters():
            weights.mul_(scale)
    return Reinforce(controller, **settings)


def every_sequence():
    return torch.tensor(list(itertools.product(*(range(d.num_tokens) for d in SPACE.decisions))))


def rewards_of(sequences):
    """A reward that no single decision explains."""
    return torch.sin(sequences.double() @ torch.arange(1.0, 9.0, dtype=torch.float64)) + 1


def gradients(controller, loss):
    controller.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in controller.parameters() if p.grad is not None])


def test_weighted_by_probability_the_estimator_is_the_enumerated_gradient():
    strategy = reinforce(scale=8)
    controller, sequences = strategy.controller, every_sequence()
    rewards = rewards_of(sequences)
    expected_reward = (controller(tokens=sequences).log_probs.sum(1).exp() * rewards).sum()
    enumerated = gradients(controller, -expected_reward)
    rollout = controller(tokens=sequences)
    probability = rollout.log_probs.sum(1).exp().detach()
    # Weighting advantages by probability turns the mean into an expectation; any baseline will do.
    advantages = (rewards - 0.7) * probability * len(sequences)
    estimated = gradients(controller, strategy.loss(rollout, advantages))
    assert enumerated.abs().max() > 1e-3
    assert (estimated - enumerated).abs().max() < 1e-9


def test_the_mean_over_50_000_samples_is_the_enumerated_gradient():
    strategy = reinforce(scale=8)
    controller, sequences = strategy.controller, every_sequence()
    rewards = rewards_of(sequences)
    rollout = controller(tokens=sequences)
    probability = rollout.log_probs.sum(1).exp()
    enumerated = gradients(controller, -(probability * rewards).sum())
    # One gradient a sequence; then 50,000 samples are a count of each.
    each = torch.stack(
        [
            gradients(controller, strategy.loss(controller(tokens=s[None]), r[None] - 0.7))
            for s, r in zip(sequences, rewards, strict=True)
        ]
    )
    n, generator = 50_000, torch.Generator().manual_seed(1)
    with torch.no_grad():
        tokens = controller(n, generator=generator).tokens
    index = {tuple(s): i for i, s in enumerate(sequences.tolist())}
    drawn = torch.tensor([index[tuple(row)] for row in tokens.tolist()])
    share = torch.bincount(drawn, minlength=len(sequences)).double() / n
    mean = share @ each
    standard_error = ((share @ each**2 - mean**2) / n).sqrt()
    assert ((mean - enumerated).abs() <= 4 * standard_error + 1e-12).all()
    assert (standard_error < 0.05 * enumerated.abs().max()).all()


def test_tell_follows_the_gradient_with_adam():
    strategy, twin = reinforce(lr=0.01), reinforce(lr=0.01)
    tokens = every_sequence()[:4]
    rewards = rewards_of(tokens)
    adam = torch.optim.Adam(twin.controller.parameters(), lr=0.01)
    log_probs = twin.controller(tokens=tokens).log_probs.sum(1)
    (-((rewards - rewards.mean()) * log_probs).sum() / 4).backward()
    adam.step()
    strategy.tell(tokens, rewards)
    for a, b in zip(strategy.controller.parameters(), twin.controller.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


def test_good_children_become_more_likely_and_bad_ones_less():
    strategy = reinforce(lr=0.01)
    good, bad = every_sequence()[3:4], every_sequence()[20:21]
    before = strategy.controller(tokens=torch.cat([good, bad])).log_probs.sum(1)
    strategy.tell(torch.cat([good, bad]), torch.tensor([1.0, 0.0]))
    after = strategy.controller(tokens=torch.cat([good, bad])).log_probs.sum(1)
    assert after[0] > before[0]
    assert after[1] < before[1]


def test_the_baseline_starts_at_the_first_mean_and_moves_reward_by_reward():
    strategy = reinforce(baseline_decay=0.9)
    tokens = every_sequence()[:2]
    stats = strategy.tell(tokens, torch.tensor([0.2, 0.6]))
    assert stats.baseline == pytest.approx(0.4)
    expected = 0.9 * (0.9 * 0.4 + 0.1 * 0.2) + 0.1 * 0.6
    assert strategy.baseline == pytest.approx(expected)
    assert strategy.tell(tokens, torch.tensor([1.0, 1.0])).baseline == pytest.approx(expected)


def test_stats_describe_the_policy_before_the_update():
    strategy = reinforce()
    tokens = every_sequence()[:5]
    rollout = strategy.controller(tokens=tokens)
    stats = strategy.tell(tokens, torch.arange(5.0))
    assert stats.mean_reward == 2
    assert stats.entropy == pytest.approx(rollout.entropies.sum(1).mean().item())
    assert stats.probabilities[0] == pytest.approx(rollout.probabilities[0].mean(0).tolist())
    assert [len(p) for p in stats.probabilities] == [2, 1, 2, 0, 2, 1, 2, 1]
    assert stats.gradient_norm > 0


def test_it_learns_a_bandit():
    space = ConvNetSpace(1, (1, 3, 5, 7), (3,), (8,), skip_connections=False)
    strategy = Reinforce(Controller(space.decisions, seed=0), lr=0.03)
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        tokens = strategy.ask(8, generator=generator)
        strategy.tell(tokens, (tokens[:, 0] == 2).double())
    tokens = strategy.ask(200, generator=generator)
    assert (tokens[:, 0] == 2).double().mean() > 0.9


@pytest.mark.parametrize("rewards", [[1.0], [1.0, float("nan")], [[1.0, 2.0]], [1.0, float("inf")]])
def test_rewards_must_be_one_finite_number_each(rewards):
    strategy = reinforce()
    before = strategy.state_dict()["controller.first_input"].clone()
    with pytest.raises(SettingError, match="one finite number each"):
        strategy.tell(every_sequence()[:2], torch.tensor(rewards))
    assert torch.equal(strategy.state_dict()["controller.first_input"], before)


def test_a_controller_that_diverged_is_an_error():
    with pytest.raises(SettingError, match=r"diverged: lr is 1e\+30"):
        reinforce(lr=1e30).tell(every_sequence()[:2], torch.tensor([0.0, 1.0]))


@pytest.mark.parametrize(
    "settings", [{"lr": 0}, {"lr": float("inf")}, {"lr": float("nan")}, {"baseline_decay": 1.1}]
)
def test_settings_out_of_range(settings):
    with pytest.raises(SettingError, match=str(next(iter(settings.values())))):
        reinforce(**settings)
