import pytest
import torch

from nasedu.controller import PPO, Controller, Reinforce, Rollout, reinforce
from nasedu.errors import SettingError
from nasedu.spaces import ConvNetSpace

SPACE = ConvNetSpace(2, (1, 3), (3, 5), (8, 16))


def controller(scale=1.0):
    policy = Controller(SPACE.decisions, hidden_size=6, seed=0).double()
    with torch.no_grad():
        for weights in policy.parameters():
            weights.mul_(scale)
    return policy


def some_children(policy, n=8):
    with torch.no_grad():
        tokens = policy(n, generator=torch.Generator().manual_seed(1)).tokens
    return tokens, torch.linspace(0.1, 0.9, n, dtype=torch.float64)


def gradients(policy, loss):
    policy.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in policy.parameters() if p.grad is not None])


def test_before_any_step_the_surrogate_has_the_policy_gradient():
    policy = controller(scale=8)
    strategy = PPO(policy)
    tokens, rewards = some_children(policy)
    rollout = policy(tokens=tokens)
    old, advantages = rollout.log_probs.detach(), rewards - 0.4
    expected = gradients(policy, Reinforce.loss(rollout, advantages))
    surrogate = strategy.clipped_loss(policy(tokens=tokens), old, advantages)
    torch.testing.assert_close(gradients(policy, surrogate), expected, rtol=0, atol=1e-12)
    assert expected.abs().max() > 1e-3


def test_with_one_epoch_it_is_reinforce():
    ppo, twin = PPO(controller(), 0.01, epochs=1), Reinforce(controller(), 0.01)
    tokens, rewards = some_children(ppo.controller)
    for factor in (1.0, 0.5, 0.7):
        assert ppo.tell(tokens, factor * rewards) == twin.tell(tokens, factor * rewards)
    mine, theirs = ppo.state_dict(), twin.state_dict()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(torch.as_tensor(mine[k]), torch.as_tensor(theirs[k])) for k in mine)


def test_the_surrogate_by_hand():
    # Of two decisions one became likelier, one less, by more than 20 %; first rewarded, then not.
    ratios = torch.tensor([[1.5, 0.5], [1.5, 0.5]], dtype=torch.float64)
    log_probs = ratios.log().requires_grad_()
    zero = torch.zeros(2, 2, dtype=torch.float64)
    rollout = Rollout(zero.long(), log_probs, zero)
    advantages = torch.tensor([1.0, -1.0], dtype=torch.float64)
    loss = PPO(controller(), clip=0.2).clipped_loss(rollout, zero, advantages)
    assert loss.item() == pytest.approx(-((1.2 + 0.5) + (-1.5 - 0.8)) / 2)
    loss.backward()
    # Only what was moved the wrong way is pulled back.
    expected = torch.tensor([[0.0, -0.5], [1.5, 0.0]], dtype=torch.float64) / 2
    torch.testing.assert_close(log_probs.grad, expected)


def test_clipping_stops_the_ratios_from_running_away():
    tokens = torch.tensor([[0, 0, 1, 0, 1, 1, 0, 1], [1, 1, 0, 0, 0, 0, 1, 0]])
    ratios = {}
    for clip in (0.2, 1e6):
        strategy = PPO(controller(), lr=0.003, clip=clip, epochs=100)
        before = strategy.controller(tokens=tokens).log_probs
        strategy.tell(tokens, torch.tensor([1.0, 0.0]))
        ratios[clip] = (strategy.controller(tokens=tokens).log_probs - before).exp()
    # Decisions share weights and Adam has momentum, so ratios come to rest a little beyond.
    assert 1.2 < ratios[0.2][0].max() < 1.6
    assert 0.8 > ratios[0.2][1].min() > 0.4
    assert ratios[1e6][0].max() > 1.8
    assert ratios[1e6][1].min() < 0.1


def test_it_learns_more_from_the_same_children_than_reinforce():
    space = ConvNetSpace(1, (1, 3, 5, 7), (3,), (8,), skip_connections=False)
    right = []
    for kind in (PPO, Reinforce):
        strategy = kind(Controller(space.decisions, seed=0), lr=0.01)
        generator = torch.Generator().manual_seed(0)
        for _ in range(8):
            tokens = strategy.ask(8, generator=generator)
            strategy.tell(tokens, (tokens[:, 0] == 2).double())
        tokens = strategy.ask(400, generator=generator)
        right.append((tokens[:, 0] == 2).double().mean().item())
    assert right[0] > 0.9
    assert right[1] < 0.6


def test_stats_are_those_of_the_first_step():
    strategy, twin = PPO(controller(), lr=0.01), Reinforce(controller(), lr=0.01)
    tokens, rewards = some_children(twin.controller)
    assert strategy.tell(tokens, rewards) == twin.tell(tokens, rewards)
    assert strategy.baseline == twin.baseline


def test_bad_rewards_change_nothing():
    strategy = PPO(controller())
    tokens, _ = some_children(strategy.controller)
    before = {k: v.clone() for k, v in strategy.controller.state_dict().items()}
    with pytest.raises(SettingError, match="one finite number each"):
        strategy.tell(tokens, torch.full((8,), float("nan")))
    assert all(torch.equal(before[k], v) for k, v in strategy.controller.state_dict().items())


def test_a_controller_that_diverged_is_an_error():
    strategy = PPO(controller(), lr=1e30)
    with pytest.raises(SettingError, match=r"diverged: lr is 1e\+30"):
        strategy.tell(*some_children(controller()))


def test_it_may_diverge_in_a_later_step(monkeypatch):
    children = some_children(controller())
    once, often = (PPO(controller(), lr=1, clip=1e3, epochs=epochs) for epochs in (1, 20))
    once.tell(*children)
    norm = torch.nn.utils.get_total_norm(once.controller.parameters()).item()
    monkeypatch.setattr(reinforce, "DIVERGED", 1.05 * norm)
    with pytest.raises(SettingError, match="diverged: lr is 1;"):
        often.tell(*children)


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": -1},
        {"clip": 0},
        {"clip": float("inf")},
        {"epochs": 0},
        {"epochs": 2.5},
    ],
)
def test_settings_out_of_range(settings):
    ((name, value),) = settings.items()
    with pytest.raises(SettingError, match=f"{name} is {value}"):
        PPO(controller(), **settings)
