"""Speed of recurrent cells against nn.LSTM and the textbook form, and memory against T.

One thread, forward and backward; FLOP counts matrix products only. All forms take turns, so
that a machine that drifts harms all alike, and processor time is counted, not time on the wall.
Random cells count if they are live: their output moves with the first input.
"""

import argparse
import random
import statistics
import time

import torch
from record import spread, table, write_record
from torch import nn

from nasedu import RecurrentCellSpace, build, published
from nasedu.training import has_bfloat16, keep_freed_memory

SHAPES = ((35, 20, 200), (35, 20, 650), (35, 64, 200))  # T, B, H = I


def seconds(child, x, probe, low):
    """Train one step without an update; return the processor time."""
    child.zero_grad(set_to_none=True)
    x.grad = None
    start = time.process_time()
    with torch.autocast("cpu", torch.bfloat16, enabled=low):
        out = child(x)[0]
    out.backward(probe.to(out.dtype))
    return time.process_time() - start


def is_live(cell):
    torch.manual_seed(0)
    child = build(cell, input_size=8, hidden_size=8)
    x = torch.randn(35, 4, 8, requires_grad=True)
    out, _ = child(x)
    (grad,) = torch.autograd.grad(out[-1].sum(), x)
    return bool(out.isfinite().all() and out[-1].std() > 1e-6 and grad.abs().sum() > 0)


def live_cells(count):
    source, space, found = random.Random(0), RecurrentCellSpace(), []
    while len(found) < count:
        cell = space.decode([source.randrange(d.num_tokens) for d in space.decisions])
        if is_live(cell):
            found.append(cell)
    return found


def flop(shape, leaves):
    steps, batch, size = shape
    return 3 * 2 * steps * batch * leaves * size * 2 * size


def measure(shape, cell, rounds, low):
    """Return medians of FLOP rates as a share of nn.LSTM's, and of the textbook's time by ours."""
    steps, batch, size = shape
    sizes = {"input_size": size, "hidden_size": size}
    forms = {"lstm": nn.LSTM(size, size, bias=False), "fast": build(cell, **sizes)}
    forms["plain"] = build(cell, **sizes, fast=False)
    x = torch.randn(steps, batch, size, requires_grad=True)
    probe = torch.randn(steps, batch, size)
    rows = []
    for number in range(rounds + 1):
        row = {name: seconds(child, x, probe, False) for name, child in forms.items()}
        if low:
            row["low"] = seconds(forms["fast"], x, probe, True)
        if number:  # the first one warms up
            rows.append(row)
    rate = flop(shape, 4) / statistics.median(row["lstm"] for row in rows) / 1e9
    share = [2 * row["lstm"] / row["fast"] for row in rows]
    low_share = [2 * row["lstm"] / row["low"] for row in rows] if low else [float("nan")]
    return rate, share, low_share, [row["plain"] / row["fast"] for row in rows]


def kept_bytes(steps, size, fast):
    """Return what the way back keeps of so many steps of the published cell, in bytes."""
    storages = {}

    def keep(tensor):
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    child = build(published.NAS_CELL, input_size=size, hidden_size=size, fast=fast)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = child(torch.randn(steps, 20, size))
    del out
    return sum(storages.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--cells", type=int, default=20)
    parser.add_argument("--toy", action="store_true", help="Small shapes, to see that it runs.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    low = has_bfloat16(torch.device("cpu"))
    cells = live_cells(options.cells)
    rows, random_rows = [], []
    for shape in ((5, 4, 16),) if options.toy else SHAPES:
        rate, share, low_share, gain = measure(shape, published.NAS_CELL, options.rounds, low)
        name = ", ".join(map(str, shape))
        rows.append([name, f"{rate:.0f}", spread(share), spread(low_share), spread(gain)])
        found = [measure(shape, cell, max(3, options.rounds // 3), low) for cell in cells]
        medians = [[statistics.median(each[k]) for each in found] for k in (1, 2, 3)]
        random_rows.append([name, *(spread(values) for values in medians)])
    lengths, size = (10, 20, 40, 80), 16 if options.toy else 200
    memory = [
        [form, *(f"{kept_bytes(steps, size, fast) / 1e6:.2f}" for steps in lengths)]
        for form, fast in (("textbook", False), ("nasedu", True))
    ]
    write_record(
        __file__,
        "Training speed of recurrent cells",
        f"Forward and backward, one thread, float32 and with products in bfloat16; FLOP of matrix "
        f"products only; {options.rounds} alternating rounds, median (smallest to largest).\n\n"
        "The published cell, `published.NAS_CELL`:\n\n"
        + table(
            [
                "T, B, H",
                "nn.LSTM, GFLOP/s",
                "share of its rate",
                "share, bfloat16",
                "tokens/s by the textbook's",
            ],
            rows,
        )
        + f"\n{options.cells} random live cells, median (worst to best) of their medians:\n\n"
        + table(
            ["T, B, H", "share of nn.LSTM's rate", "share, bfloat16", "by the textbook's"],
            random_rows,
        )
        + f"\nMB kept for the way back, B = 20, H = {size}, weights included:\n\n"
        + table(["form", *(f"T = {steps}" for steps in lengths)], memory),
    )


if __name__ == "__main__":
    main()
