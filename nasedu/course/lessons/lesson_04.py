"""Lesson 04: policy gradient from a bandit."""

from __future__ import annotations

from math import ceil, log

import torch
from torch import Tensor, tensor

from nasedu.course.exercise import exercise


def _one_hot(logits: Tensor, actions: Tensor | int) -> Tensor:
    return torch.eye(len(logits))[actions]


@exercise(
    (tensor([0.0, 1.0, -1.0]), 1),
    (tensor([0.5, 0.5]), 0),
    (tensor([2.0, -1.0, 0.5, 1.0]), 3),
    mistakes={
        "The sign is wrong: that is the gradient of the loss, minus the log-probability.": (
            lambda logits, a: logits.softmax(0) - _one_hot(logits, a)
        ),
        "That forgets to subtract the softmax, which raising one logit takes from the others.": (
            _one_hot
        ),
        "That is the softmax; the answer is 1 minus it at the action, and minus it elsewhere.": (
            lambda logits, a: logits.softmax(0)
        ),
        "That is minus the softmax; add 1 at the action.": (lambda logits, a: -logits.softmax(0)),
        "That is the gradient of the probability; divide by the action's probability.": (
            lambda logits, a: logits.softmax(0)[a] * (_one_hot(logits, a) - logits.softmax(0))
        ),
        "That subtracts the logits; subtract their softmax.": (
            lambda logits, a: _one_hot(logits, a) - logits
        ),
        "That is the log-probability; this asks for its slope in every logit.": (
            lambda logits, a: logits.log_softmax(0)[a]
        ),
        "These are the log-probabilities; this asks for the slope of one of them.": (
            lambda logits, a: logits.log_softmax(0)
        ),
        "That is the slope in the action's own logit; the others have theirs.": (
            lambda logits, a: 1 - logits.softmax(0)[a]
        ),
        "That is right at the action; the others are not 0, since they lower its probability.": (
            lambda logits, a: _one_hot(logits, a) * (1 - logits.softmax(0))
        ),
    },
)
def grad_log_softmax(logits, action):
    """Return the gradient of log softmax(logits)[action], (K,).

    Args:
        logits: A tensor of K numbers.
        action: Which arm was pulled, an int.
    """
    # 1 at the action, minus the softmax everywhere
    gradient = -logits.softmax(0)
    gradient[action] += 1
    return gradient


def _slopes(logits: Tensor, actions: Tensor) -> Tensor:
    """Return ``(B, K)``: the gradient of each action's log-probability."""
    return _one_hot(logits, actions) - logits.softmax(0)


@exercise(
    (tensor([0.0, 1.0, -1.0]), tensor([1, 0, 2, 1]), tensor([0.9, 0.2, 0.4, 0.7]), 0.5),
    (tensor([0.5, -0.5]), tensor([0, 1, 1]), tensor([1.0, 0.0, 0.5]), 0.25),
    (tensor([0.3, 0.0, -0.3, 0.6]), tensor([3, 2]), tensor([0.1, 0.8]), 0.0),
    (tensor([1.0, 0.0]), tensor([1]), tensor([0.3]), 0.6),
    mistakes={
        "That is the sum over the samples; take the mean.": (
            lambda logits, a, r, b: (r - b) @ _slopes(logits, a)
        ),
        "The sign is wrong: that goes down, as for a loss; the reward should go up.": (
            lambda logits, a, r, b: -(r - b) @ _slopes(logits, a) / len(r)
        ),
        "That is the sum, with the wrong sign; take the mean, and go up.": (
            lambda logits, a, r, b: -(r - b) @ _slopes(logits, a)
        ),
        "That weighs by the probability again; drawing the samples has done that already.": (
            lambda logits, a, r, b: ((r - b) * logits.softmax(0)[a]) @ _slopes(logits, a) / len(r)
        ),
        "That adds the baseline; subtract it.": (
            lambda logits, a, r, b: (r + b) @ _slopes(logits, a) / len(r)
        ),
        "That forgets the baseline: weigh each sample by its reward minus the baseline.": (
            lambda logits, a, r, b: r @ _slopes(logits, a) / len(r)
        ),
        "That forgets the baseline, and is the sum over the samples; take the mean.": (
            lambda logits, a, r, b: r @ _slopes(logits, a)
        ),
        "That forgets the rewards: weigh each sample by its reward minus the baseline.": (
            lambda logits, a, r, b: _slopes(logits, a).mean(0)
        ),
        "That subtracts the mean of these rewards; subtract the baseline that was given.": (
            lambda logits, a, r, b: (r - r.mean()) @ _slopes(logits, a) / len(r)
        ),
        "That forgets to subtract the softmax from each sample's one-hot action.": (
            lambda logits, a, r, b: (r - b) @ _one_hot(logits, a) / len(r)
        ),
        "That divides by the number of actions; divide by the number of samples.": (
            lambda logits, a, r, b: (r - b) @ _slopes(logits, a) / len(logits)
        ),
        "That is the gradient of each sample; take the mean over the samples.": (
            lambda logits, a, r, b: (r - b)[:, None] * _slopes(logits, a)
        ),
        "That takes the mean over the actions; take it over the samples.": (
            lambda logits, a, r, b: ((r - b)[:, None] * _slopes(logits, a)).mean(1)
        ),
        "That averages rewards and slopes separately; multiply sample by sample, then average.": (
            lambda logits, a, r, b: (r - b).mean() * _slopes(logits, a).mean(0)
        ),
        "That is the last sample alone: add up inside the loop.": (
            lambda logits, a, r, b: (r[-1] - b) * _slopes(logits, a)[-1]
        ),
    },
)
def reinforce_gradient(logits, actions, rewards, baseline):
    """Return the estimated gradient of the expected reward.

    It has one number for each logit.

    Args:
        logits: A tensor of K numbers.
        actions: The arms that were pulled, a tensor of B ints.
        rewards: What each pull paid, a tensor of B numbers.
        baseline: What to compare the rewards with, one number.
    """
    # each sample pushes its own action by its advantage
    # (B, K)
    slopes = torch.eye(len(logits))[actions] - logits.softmax(0)
    advantages = rewards - baseline  # (B,)
    return (advantages[:, None] * slopes).mean(0)


def _remembered(decay: float, share: float) -> float:
    """Return the same as a number with a fraction."""
    return log(1 - share) / log(decay)


@exercise(
    (0.95, 0.5),
    (0.95, 0.9),
    (0.9, 0.5),
    (0.8, 0.3),
    (0.5, 0.8),
    (0.99, 0.5),
    mistakes={
        "That counts each reward with the weight of the newest, 1 - decay; older ones have less.": (
            lambda decay, share: ceil(share / (1 - decay))
        ),
        "That is 1 / (1 - decay), whatever the share: the mean age of a reward in the baseline.": (
            lambda decay, share: round(1 / (1 - decay))
        ),
        "That is a number with a fraction; rewards are whole, so round up.": _remembered,
        "That rounds down: so few hold a little less than the share.": (
            lambda decay, share: int(_remembered(decay, share))
        ),
        "That is one too many: the newest reward counts as the first.": (
            lambda decay, share: ceil(_remembered(decay, share)) + 1
        ),
        "That takes decay ** n for the weight of the newest n; it is that of all before them.": (
            lambda decay, share: ceil(log(share) / log(decay))
        ),
        "That exchanges the two shares: the old baseline keeps `decay`, a reward has the rest.": (
            lambda decay, share: ceil(_remembered(1 - decay, share))
        ),
    },
)
def rewards_remembered(decay, share):
    """Return how many of the newest rewards hold a share of the
    baseline: the fewest whose weights sum to it, or more.

    Args:
        decay: What the old baseline is multiplied by at each reward,
            above 0 and below 1.
        share: The share of the baseline's whole weight, above 0 and
            below 1.
    """
    # after n rewards, decay ** n of the old baseline is left; the
    # rest of the weight is that of the n newest rewards
    n = 0
    while 1 - decay**n < share:
        n += 1
    return n
