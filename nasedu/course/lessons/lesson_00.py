"""Lesson 00: propose, measure, adjust."""

from __future__ import annotations

from itertools import accumulate

from nasedu.course.exercise import exercise

FINAL = "the final epoch; take the best of the last 5"
EVERY = "the best of all epochs; only the last 5 count"
MEAN = "the mean of the last 5 epochs; take the best of them"
CUBE = "and the cube is missing: `** 3`"


@exercise(
    ([0.2, 0.9, 0.3, 0.5, 0.7, 0.8, 0.6],),
    ([0.3, 0.8, 0.4, 0.5, 0.6, 0.7],),
    ([0.1, 0.9, 0.4, 0.5, 0.6, 0.7],),
    ([0.9, 0.7, 0.5, 0.4, 0.3, 0.2],),
    ([0.9, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],),
    ([0.1, 0.3, 0.2, 0.4, 0.5, 0.6],),
    ([0.6, 0.2],),
    ([0.5],),
    mistakes={
        f"That is {FINAL}.": lambda curve: curve[-1] ** 3,
        f"That is {FINAL}; {CUBE}.": lambda curve: curve[-1],
        f"That is {EVERY}.": lambda curve: max(curve) ** 3,
        f"That is {EVERY}; {CUBE}.": max,
        f"That is {MEAN}.": lambda curve: (sum(curve[-5:]) / len(curve[-5:])) ** 3,
        f"That is {MEAN}; {CUBE}.": lambda curve: sum(curve[-5:]) / len(curve[-5:]),
        f"The best of the last 5 epochs is right, {CUBE}.": lambda curve: max(curve[-5:]),
        "That is squared, not cubed.": lambda curve: max(curve[-5:]) ** 2,
        "That is three times the best; cubed is `** 3`.": lambda curve: max(curve[-5:]) * 3,
        "That takes 4 epochs; the last 5 are `[-5:]`.": lambda curve: max(curve[-4:]) ** 3,
        "That takes 6 epochs; the last 5 are `[-5:]`.": lambda curve: max(curve[-6:]) ** 3,
        "That leaves out the final epoch: a slice to `-1` stops before it; use `[-5:]`.": (
            lambda curve: max(curve[-5:-1] or curve) ** 3
        ),
        "That takes the first 5 epochs; the last 5 are `[-5:]`.": lambda curve: max(curve[:5]) ** 3,
    },
)
def reward_from_curve(valid_curve):
    """Return the best accuracy of the last 5 epochs, cubed.

    Args:
        valid_curve: Validation accuracy, 0 to 1, after every epoch;
            maybe fewer than 5.
    """
    return max(valid_curve[-5:]) ** 3


@exercise(
    ([0.2, 0.5, 0.4, 0.7, 0.6],),
    ([0.9, 0.1, 0.3],),
    ([0.1, 0.2, 0.2, 0.4],),
    ([-0.3, -0.5, -0.1],),
    ([0.5],),
    mistakes={
        "That is the best of all, once; after every child, return the best until then.": max,
        "That is the best of all at every place, also before it was found.": (
            lambda rewards: [max(rewards)] * len(rewards)
        ),
        "These are the rewards themselves: keep the larger of each and the best before it.": list,
        "These are the rewards sorted; keep their order and carry the best along.": sorted,
        "That is the running mean; carry the largest along.": (
            lambda rewards: [sum(rewards[:i]) / i for i in range(1, len(rewards) + 1)]
        ),
        "That is the running minimum: turn the comparison round.": (
            lambda rewards: list(accumulate(rewards, min))
        ),
        "That is the running sum; carry the largest along.": (
            lambda rewards: list(accumulate(rewards))
        ),
        "That leaves out the current child: its reward counts as soon as it is known.": (
            lambda rewards: [rewards[0], *accumulate(rewards[:-1], max)]
        ),
        "That compares only with the child before; compare with the best of all before.": (
            lambda rewards: [max(rewards[max(0, i - 1) : i + 1]) for i in range(len(rewards))]
        ),
        "That starts from 0, which is above rewards below 0; start from the first reward.": (
            lambda rewards: list(accumulate(rewards, max, initial=0))[1:]
        ),
    },
)
def best_so_far(rewards):
    """Return for every child the best reward until then.

    This is the running maximum: a child's own reward counts, too.

    Args:
        rewards: One for each child, in the order of the search.
    """
    best = []
    for reward in rewards:
        best.append(max(reward, best[-1]) if best else reward)
    return best
