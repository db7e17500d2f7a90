"""Speed of recurrent cells against nn.LSTM and the textbook form, and memory against T.

One thread, forward and backward; FLOP counts matrix products only. All forms take turns, so
that a machine that drifts harms all alike, and processor time is counted, not time on the wall.
Random cells count if they are live: their output moves with the first input.
"""

import argparse
import itertools
import random
import statistics
import time

import torch
from record import spread, table, write_record
from torch import nn

from nasedu import RecurrentCellSpace, build, published
from nasedu.children import has_bfloat16
from nasedu.training import keep_freed_memory

SHAPES = ((35, 20, 200), (35, 20, 650), (35, 64, 200))  # T, B, H = I
LENGTHS = (10, 20, 40, 80)
KINDS = (
    "share of its FLOP rate",
    "share, bfloat16",
    "tokens/s over the textbook's",
    "the same, bfloat16",
)


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
    """Return nn.LSTM's FLOP rate and of every round what `KINDS` names."""
    steps, batch, size = shape
    sizes = {"input_size": size, "hidden_size": size}
    forms = {"lstm": nn.LSTM(size, size, bias=False), "fast": build(cell, **sizes)}
    forms["plain"] = build(cell, **sizes, fast=False)
    x = torch.randn(steps, batch, size, requires_grad=True)
    probe = torch.randn(steps, batch, size)
    rows = []
    for _ in range(rounds + 1):
        row = {name: seconds(child, x, probe, False) for name, child in forms.items()}
        for name in ("fast", "plain"):
            row[f"low {name}"] = seconds(forms[name], x, probe, True) if low else float("nan")
        rows.append(row)
    del rows[0]  # it warms up
    rate = flop(shape, 4) / statistics.median(row["lstm"] for row in rows) / 1e9
    found = [
        [2 * row["lstm"] / row["fast"] for row in rows],
        [2 * row["lstm"] / row["low fast"] for row in rows],
        [row["plain"] / row["fast"] for row in rows],
        [row["low plain"] / row["low fast"] for row in rows],
    ]
    return rate, found


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


def kept(toy):
    """Return rows of megabytes kept, and what each step adds between every two lengths."""
    size, rows = 16 if toy else 200, []
    for form, fast in (("textbook", False), ("nasedu", True)):
        found = [kept_bytes(steps, size, fast) / 1e6 for steps in LENGTHS]
        pairs = itertools.pairwise(zip(LENGTHS, found, strict=True))
        slopes = [(more - less) / (longer - shorter) for (shorter, less), (longer, more) in pairs]
        rows.append([form, *(f"{each:.2f}" for each in found), spread(slopes, 4)])
    return size, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="a quarter of them for random cells")
    parser.add_argument("--cells", type=int, default=20, help="random ones")
    parser.add_argument("--toy", action="store_true", help="small shapes and no record")
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    low = has_bfloat16(torch.device("cpu"))
    cells = live_cells(options.cells)
    rows, random_rows = [], []
    for shape in ((5, 4, 16),) if options.toy else SHAPES:
        name = ", ".join(map(str, shape))
        rate, found = measure(shape, published.NAS_CELL, options.rounds, low)
        rows.append([name, f"{rate:.0f}", *map(spread, found)])
        of_cells = [measure(shape, cell, max(3, options.rounds // 4), low)[1] for cell in cells]
        medians = [[statistics.median(kind) for kind in kinds] for kinds in of_cells]
        random_rows.append([name, *map(spread, zip(*medians, strict=True))])
        print(*rows[-1], "| random:", *random_rows[-1][1:], flush=True)
    size, memory = kept(options.toy)
    body = (
        "Forward and backward, one thread, processor time; FLOP of matrix products only. Every "
        f"figure is a median (smallest to largest) of {options.rounds} alternating rounds. The "
        "textbook's form computes the same cell step by step, with autograd; both are compared "
        "in float32, and both with products in bfloat16. nn.LSTM always has float32.\n\n"
        "The published cell, `published.NAS_CELL`:\n\n"
        + table(["T, B, H", "nn.LSTM, GFLOP/s", *KINDS], rows)
        + f"\n{options.cells} random live cells, median (worst to best) of their medians of "
        f"{max(3, options.rounds // 4)} rounds:\n\n"
        + table(["T, B, H", *KINDS], random_rows)
        + f"\nMB kept for the backward pass, B = 20, H = {size}, weights included, and what one "
        "more step adds, median (smallest to largest) between these lengths:\n\n"
        + table(["form", *(f"T = {steps}" for steps in LENGTHS), "per step"], memory)
    )
    if options.toy:
        print(body)
    else:
        write_record(__file__, "Training speed of recurrent cells", body)


if __name__ == "__main__":
    main()
