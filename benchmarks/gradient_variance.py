"""How far the policy-gradient estimate is from the exact gradient, and what a baseline does.

The space is small enough to sum over all its children: sum of P(a) (R - b) grad log P(a). A child
that diverged teaches nothing, so that P is the probability among those that finished. There a
baseline is no longer free: to leave a child out is to give it the baseline for a reward, and so one
below the mean also pushes towards children that finish.
"""

import numpy as np
import torch
from laboratory import Laboratory, options
from record import table, write_record
from torch.func import functional_call, grad, vmap

from nasedu import Controller, Reinforce
from nasedu.controller import advance_together
from nasedu.spaces.odometer import sequences_at
from nasedu.training import one_thread

STAGES = (0, 40, 160)  # updates of 8 children before the gradient is looked at
RATE, SEEDS, SAMPLES, CHUNK = 0.003, 5, 2048, 3888
BATCHES = (1, 8, 64)


def exact(controller, tokens, rewards):
    """Return what can be summed over all children, ``(N,)`` of them.

    Returns:
        Their probabilities among each other, the mean reward, its exact gradient, and the mean of
        grad log P, both as one vector: zero, but for rounding, if no child is missing.
    """
    parameters = list(controller.parameters())
    sums = [[torch.zeros_like(p) for p in parameters] for _ in range(2)]
    probabilities = []
    for rows, own in zip(tokens.split(CHUNK), rewards.split(CHUNK), strict=True):
        log_p = controller(tokens=rows).log_probs.sum(1)  # (n,)
        p = log_p.detach().exp()
        probabilities.append(p)
        for total, factor in zip(sums, (own, torch.ones_like(own)), strict=True):
            loss = (p * factor * log_p).sum()
            how = {"retain_graph": True, "allow_unused": True, "materialize_grads": True}
            for sum_, part in zip(total, torch.autograd.grad(loss, parameters, **how), strict=True):
                sum_ += part
    p = torch.cat(probabilities)
    whole = p.sum()
    p = p / whole
    mean = (p * rewards).sum()
    with_reward, alone = (torch.cat([part.flatten() for part in s]) / whole for s in sums)
    return p, mean, with_reward - mean * alone, alone


def scores(controller, tokens):
    """Return grad log P of each sequence ``(n, T)``, one row of numbers each."""
    weights = dict(controller.named_parameters())
    module = _Score(controller)

    def log_p(weights, row):
        own = {f"controller.{name}": value for name, value in weights.items()}
        return functional_call(module, own, (row[None].unbind(1),))

    each = vmap(grad(log_p), (None, 0))
    parts = [each(weights, rows) for rows in tokens.split(256)]
    return torch.cat([torch.cat([v.flatten(1) for v in part.values()], 1) for part in parts])


class _Score(torch.nn.Module):
    def __init__(self, controller):
        super().__init__()
        self.controller = controller

    def forward(self, sources):
        return self.controller.unroll(self.controller.decisions, sources).log_probs.sum()


def look(learner, tokens, rewards, generator):
    """Return noise per child and bias, both over |gradient|, by baseline; check; mean reward."""
    p, mean, gradient, drift = exact(learner.controller, tokens, rewards)
    drawn = torch.multinomial(p, SAMPLES, replacement=True, generator=generator)
    rows = scores(learner.controller, tokens[drawn]).detach()  # (n, W)
    squares = rows.square().sum(1)
    kept = learner.baseline if learner.baseline is not None else float(mean)
    optimal = (squares * rewards[drawn]).mean() / squares.mean()
    baselines = {"none": 0.0, "moving average": kept, "exact mean": mean, "optimal": optimal}
    noise, bias = {}, {}
    for name, b in baselines.items():
        second = ((rewards[drawn] - b).square() * squares).mean()
        expected = gradient + (mean - b) * drift
        variance = (second - expected.square().sum()).clamp(min=0)
        noise[name] = float(variance.sqrt() / gradient.norm())
        bias[name] = float((expected - gradient).norm() / gradient.norm())
    estimate = ((rewards[drawn] - mean)[:, None] * rows).mean(0)
    return noise, bias, float((estimate - gradient).norm() / gradient.norm()), float(mean)


def main():
    lab = Laboratory(options(__doc__))
    decisions = lab.table.space.decisions
    finished = np.flatnonzero(np.isfinite(lab.table.reward[0]))
    tokens = torch.from_numpy(sequences_at(decisions, finished))
    rewards = torch.from_numpy(lab.table.reward[0, finished]).float()
    found = {stage: [] for stage in STAGES}
    with one_thread():
        for seed in range(SEEDS):
            learner = Reinforce(Controller(decisions, seed=seed), lr=RATE)
            source = torch.Generator().manual_seed(seed)
            done = 0
            for stage in STAGES:
                steps = advance_together(
                    [learner], [source], lab.evaluator.rewards, updates=stage - done
                )
                for _ in steps:
                    pass
                done = stage
                found[stage].append(look(learner, tokens, rewards, source))
    rows = []
    for stage, seeds in found.items():
        for name in seeds[0][0]:
            noise = [one[0][name] for one in seeds]
            middle = np.median(noise)
            rows.append(
                [
                    f"after {stage} updates, mean reward {np.mean([s[3] for s in seeds]):.2f}",
                    name,
                    f"{middle:.1f} ({min(noise):.1f} to {max(noise):.1f})",
                    *(f"{middle / m**0.5:.1f}" for m in BATCHES[1:]),
                    f"{(middle / np.median([one[0]['exact mean'] for one in seeds])) ** 2:.1f}x",
                ]
            )
    check = max(one[2] * SAMPLES**0.5 / one[0]["exact mean"] for s in found.values() for one in s)
    head = ["controller", "baseline", *(f"noise, batch of {m}" for m in BATCHES), "children needed"]
    write_record(
        __file__,
        "How noisy the gradient is",
        "Noise: length of the standard deviation of the estimate, divided by that of the exact "
        f"gradient, which is summed over all {len(finished):,} {lab.things}; median and range of "
        f"{SEEDS} seeds, {SAMPLES:,} samples each; learning rate {RATE}. Children needed: for the "
        "same variance, against the exact mean as baseline. A batch divides the variance of a "
        "single child by its size, since its children are independent.\n\n"
        + table(head, rows)
        + f"\nThe mean of the samples is at most {check:.1f} standard errors from the exact "
        f"gradient.\n{biases(found, lab.size - len(finished))}",
        path=lab.record(__file__),
    )


def biases(found, missing):
    """Say how far a baseline moves the mean of the estimate, where children are missing."""
    if not missing:
        return ""
    rows = [
        [
            f"after {stage} updates",
            *(f"{100 * max(s[1][name] for s in seeds):.1f} %" for name in of),
        ]
        for stage, seeds in found.items()
        for of in [list(seeds[0][1])]
    ]
    names = list(next(iter(found.values()))[0][1])
    return (
        f"\n{missing:,} descriptions diverged and teach nothing, as if the reward of each were the "
        "baseline. So the mean of the estimate depends on the baseline: a baseline below the mean "
        "reward also pushes towards children that finish. The distance of this mean from the exact "
        "gradient of the mean reward of those that finish, divided by the length of that gradient "
        "(largest of all seeds):\n\n" + table(["controller", *names], rows)
    )


if __name__ == "__main__":
    main()
