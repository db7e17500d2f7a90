"""Whether any network of the paper's three spaces builds as counted and trains one step."""

import argparse
import time

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from record import spread, table, write_record
from torch.nn.functional import cross_entropy

from nasedu import build
from nasedu.architectures import cost
from nasedu.spaces import PRESETS
from nasedu.training import one_thread


def take_a_step(net, side, batch):
    """Train one step; fail unless shapes, parameters and numbers are what they should be."""
    child = build(net)
    counts = cost(net, height=side, width=side)
    assert sum(p.numel() for p in child.parameters()) == counts.num_parameters
    optimizer = torch.optim.SGD(child.parameters(), 0.1, momentum=0.9, nesterov=True)
    logits = child(torch.randn(batch, 3, side, side))
    assert logits.shape == (batch, 10)
    cross_entropy(logits, torch.arange(batch) % 10).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in child.parameters())
    optimizer.step()
    assert all(p.isfinite().all() for p in child.parameters())
    return counts


def check(space, draws, side, batch):
    """Return the costs of that many networks, all of which took their step."""
    seen = []

    @settings(max_examples=draws, deadline=None, database=None, derandomize=True)
    @given(st.tuples(*(st.integers(0, d.num_tokens - 1) for d in space.decisions)))
    def every_network(tokens):
        seen.append(take_a_step(space.decode(tokens), side, batch))

    with one_thread():
        every_network()
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300, help="networks of each space")
    parser.add_argument("--side", type=int, default=32, help="pixels")
    parser.add_argument("--batch", type=int, default=2)
    options = parser.parse_args()
    rows = []
    for name, space in PRESETS.items():
        start = time.perf_counter()
        seen = check(space, options.draws, options.side, options.batch)
        seconds = time.perf_counter() - start
        millions = [counts.num_parameters / 1e6 for counts in seen]
        rows.append([name, f"{len(seen)}", spread(millions, 2), f"{seconds:.0f}"])
    write_record(
        __file__,
        "Every network of the paper's spaces",
        f"Drawn by hypothesis, {options.batch} images of {options.side}x{options.side}. Each "
        "network was built, had the parameters that were counted beforehand, and took one step of "
        "SGD with finite gradients and weights.\n\n"
        + table(["space", "networks", "million parameters", "seconds"], rows),
    )


if __name__ == "__main__":
    main()
