"""How far the policy-gradient estimate is from the exact gradient, and what a baseline does.

The space is small enough to sum over all its networks: sum of P(a) (R - b) grad log P(a).
"""

import numpy as np
import torch
from laboratory import Laboratory, options
from record import table, write_record
from torch.func import functional_call, grad, vmap

from nasedu import Controller, Reinforce
from nasedu.controller import advance_together
from nasedu.spaces.enumeration import sequences_at
from nasedu.training import one_thread

STAGES = (0, 40, 160)  # updates of 8 children before the gradient is looked at
RATE, SEEDS, SAMPLES, CHUNK = 0.003, 5, 2048, 3888
BATCHES = (1, 8, 64)


def exact(controller, tokens, rewards):
    """Return probabilities ``(N,)`` and the exact gradient of the mean reward, as one vector."""
    parameters = list(controller.parameters())
    total = [torch.zeros_like(p) for p in parameters]
    probabilities = []
    for rows, own in zip(tokens.split(CHUNK), rewards.split(CHUNK), strict=True):
        log_p = controller(tokens=rows).log_probs.sum(1)  # (n,)
        p = log_p.detach().exp()
        probabilities.append(p)
        for sum_, part in zip(
            total, torch.autograd.grad((p * own * log_p).sum(), parameters), strict=True
        ):
            sum_ += part
    return torch.cat(probabilities), torch.cat([part.flatten() for part in total])


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
    """Return noise per child, |sd| / |gradient|, by baseline, and the check of the mean."""
    controller = learner.controller
    p, gradient = exact(controller, tokens, rewards)
    mean = (p * rewards).sum()
    drawn = torch.multinomial(p, SAMPLES, replacement=True, generator=generator)
    rows = scores(controller, tokens[drawn]).detach()  # (n, W)
    squares = rows.square().sum(1)
    kept = learner.baseline if learner.baseline is not None else float(mean)
    optimal = (squares * rewards[drawn]).mean() / squares.mean()
    baselines = {"none": 0.0, "moving average": kept, "exact mean": mean, "optimal": optimal}
    noise = {}
    for name, b in baselines.items():
        second = ((rewards[drawn] - b).square() * squares).mean()
        noise[name] = float(
            (second - gradient.square().sum()).clamp(min=0).sqrt() / gradient.norm()
        )
    estimate = ((rewards[drawn] - mean)[:, None] * rows).mean(0)
    return noise, float((estimate - gradient).norm() / gradient.norm()), float(mean)


def main():
    lab = Laboratory(options(__doc__))
    decisions = lab.table.space.decisions
    tokens = torch.from_numpy(sequences_at(decisions, np.arange(lab.size)))
    rewards = torch.from_numpy(lab.table.reward[0]).float()
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
                    f"after {stage} updates, mean reward {np.mean([s[2] for s in seeds]):.2f}",
                    name,
                    f"{middle:.1f} ({min(noise):.1f} to {max(noise):.1f})",
                    *(f"{middle / m**0.5:.1f}" for m in BATCHES[1:]),
                    f"{(middle / np.median([one[0]['exact mean'] for one in seeds])) ** 2:.1f}x",
                ]
            )
    check = max(one[1] * SAMPLES**0.5 / one[0]["exact mean"] for s in found.values() for one in s)
    head = ["controller", "baseline", *(f"noise, batch of {m}" for m in BATCHES), "children needed"]
    write_record(
        __file__,
        "How noisy the gradient is",
        "Noise: length of the standard deviation of the estimate, over the length of the exact "
        f"gradient, which is summed over all {lab.size:,} networks; median and range of {SEEDS} "
        f"seeds, {SAMPLES:,} samples each; learning rate {RATE}. Children needed: for the same "
        "variance, against the exact mean as baseline. Batches divide the variance of single "
        "children, which share nothing.\n\n"
        + table(head, rows)
        + f"\nThe mean of the samples is at most {check:.1f} standard errors from the exact "
        "gradient.\n",
    )


if __name__ == "__main__":
    main()
