"""What `benchmarks/gradient_variance.py` sums over all children, also where some are missing."""

import numpy as np
import pytest
import torch

from nasedu import Controller, RecurrentCellSpace
from nasedu.spaces import sequences_at

SPACE = RecurrentCellSpace(1, ("add", "mul"), ("identity", "tanh"))  # 16 cells


@pytest.mark.parametrize("missing", [0, 5])
def test_the_gradient_is_that_of_the_mean_reward_of_those_that_finished(script, missing):
    variance = script("gradient_variance")
    controller = Controller(SPACE.decisions, hidden_size=4, seed=1).double()
    tokens = torch.from_numpy(sequences_at(SPACE.decisions, np.arange(missing, 16)))
    rewards = torch.rand(len(tokens), dtype=torch.float64)
    p, mean, gradient, drift = variance.exact(controller, tokens, rewards)
    log_p = controller(tokens=tokens).log_probs.sum(1)
    expected = (log_p.softmax(0) * rewards).sum()
    grads = torch.autograd.grad(expected, list(controller.parameters()), allow_unused=True)
    whole = torch.cat(
        [
            (torch.zeros_like(w) if g is None else g).flatten()
            for w, g in zip(controller.parameters(), grads, strict=True)
        ]
    )
    assert p.sum() == pytest.approx(1) and mean == pytest.approx(expected.item())
    torch.testing.assert_close(gradient, whole)
    assert (drift.norm() > 1e-3) == (missing > 0)
    rows = variance.scores(controller, tokens).detach()
    torch.testing.assert_close((p[:, None] * rows).sum(0), drift)
    with_baseline = (p[:, None] * (rewards - 0.3)[:, None] * rows).sum(0)
    torch.testing.assert_close(with_baseline, gradient + (mean - 0.3) * drift)
