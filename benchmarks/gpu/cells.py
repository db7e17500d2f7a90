"""Recurrent cells on a GPU: the fast cell against nn.LSTM (cuDNN) and the textbook form.

Forward and backward of one layer, in float32 (without TF32) and with products in bfloat16. First
whether it is right: outputs and gradients against the textbook form in float64, as relative errors
of whole tensors. In float32 at most 1e-4 is right, in bfloat16 at most 1.2 times the error that the
textbook form has under autocast, and 0.01 more. Then how fast. `GraphedCell` is the fast cell as a
CUDA graph; on a CPU it is the fast cell.
"""

import copy
import statistics
import sys
import time
from dataclasses import dataclass

import torch
from graphed_cell import GraphedCell
from lent import UNFINISHED, options_of, read, record, spread, table, write_rows
from torch import nn

from nasedu import build, published
from nasedu.children import has_bfloat16
from nasedu.searching import run_jobs
from nasedu.training import pick_device

SHAPES = (
    (35, 20, 200),
    (35, 20, 650),
    (35, 64, 200),
    (35, 20, 741),
    (35, 20, 1152),
    (100, 32, 800),
)
TOY_SHAPES = ((5, 4, 16), (6, 4, 16))  # T, B, H = I
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
TOLERANCE, FACTOR, MORE = 1e-4, 1.2, 0.01
FORMS = ("nn.LSTM", "textbook", "fast", "graph")


def forms_of(size, device):
    """Return the layers by name; the cells have the same weights."""
    torch.manual_seed(0)
    plain = build(published.NAS_CELL, input_size=size, hidden_size=size, fast=False)
    fast = build(published.NAS_CELL, input_size=size, hidden_size=size)
    graph = GraphedCell(published.NAS_CELL, size, size)
    for child in (fast, graph):
        child.load_state_dict(plain.state_dict())
    layers = (nn.LSTM(size, size, bias=False), plain, fast, graph)
    return {name: child.to(device) for name, child in zip(FORMS, layers, strict=True)}


def run(child, x, probe, low):
    """Go forward and back; return the outputs and the gradients of inputs and weights."""
    low = low and (has_bfloat16(x.device) or not isinstance(child, nn.LSTM))  # see never_emulated
    with torch.autocast(x.device.type, torch.bfloat16, enabled=low):
        out = child(x)[0]
    weights = list(child.parameters())
    grads = torch.autograd.grad(out, [x, *weights], probe.to(out.dtype))
    return [out.detach(), *grads]


def largest_error(found, exact):
    """Return the largest relative error of a tensor as a whole."""
    pairs = zip(found, exact, strict=True)
    return max(((a.double() - b).norm() / b.norm()).item() for a, b in pairs)


def errors(forms, x, probe, low):
    """Return the largest error of every form of the cell, against float64."""
    exact = run(
        copy.deepcopy(forms["textbook"]).double(),
        x.detach().double().requires_grad_(),
        probe.double(),
        False,
    )
    return {
        name: largest_error([each.clone() for each in run(forms[name], x, probe, low)], exact)
        for name in FORMS[1:]
    }


def seconds(child, x, probe, low):
    """Return how long going forward and back takes."""
    finish(x.device)
    start = time.perf_counter()
    run(child, x, probe, low)
    finish(x.device)
    return time.perf_counter() - start


def finish(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def measure(shape, precision, rounds):
    """Return a row of the table of everything measured."""
    device, (steps, batch, size) = pick_device(), shape
    low, forms = PRECISIONS[precision] == torch.bfloat16, forms_of(size, device)
    x = torch.randn(steps, batch, size, device=device, requires_grad=True)
    probe = torch.randn(steps, batch, size, device=device)
    found = errors(forms, x, probe, low)
    limit = FACTOR * found["textbook"] + MORE if low else TOLERANCE
    rows = [
        {name: seconds(forms[name], x, probe, low) for name in FORMS} for _ in range(rounds + 1)
    ]
    times = rows[1:]  # the first one warms up
    row = {"shape": ", ".join(map(str, shape)), "precision": precision, "limit": f"{limit:.1e}"}
    for name in FORMS[1:]:
        row[f"error, {name}"] = f"{found[name]:.1e}"
    for name in FORMS:
        row[f"ms, {name}"] = spread([1000 * each[name] for each in times], 3)
    lstm, fast, graph = (
        statistics.median(each[name] for each in times) for name in ("nn.LSTM", "fast", "graph")
    )
    row["share, fast"], row["share, graph"] = f"{2 * lstm / fast:.2f}", f"{2 * lstm / graph:.2f}"
    wrong = [name for name in ("fast", "graph") if not found[name] <= limit]
    row["right"] = "NO: " + " and ".join(wrong) if wrong else "yes"
    return row


@dataclass(frozen=True)
class Case:
    """One shape in one precision; a job, whose result is a row."""

    shape: tuple[int, int, int]
    precision: str
    rounds: int

    @property
    def name(self):
        return "-".join(map(str, (*self.shape, self.precision)))

    @property
    def settings(self):
        return {"shape": list(self.shape), "precision": self.precision, "rounds": self.rounds}

    @property
    def asked(self):
        return self.settings

    def prepare(self):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False

    def work(self, folder, until):
        return measure(self.shape, self.precision, self.rounds)


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    options = read(parser, __file__, arguments)
    shapes = TOY_SHAPES if options.toy else SHAPES
    jobs = [Case(shape, precision, options.rounds) for shape in shapes for precision in PRECISIONS]
    rows = []
    for _, row in run_jobs(jobs, options.folder, workers=1, until=options.until):
        rows.append(row)
        write_rows(options.folder / "cells.csv", rows)
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    if len(rows) < len(jobs):
        return UNFINISHED
    return record(
        __file__,
        options,
        "Recurrent cells on a GPU",
        f"`published.NAS_CELL`, one layer, forward and backward, {options.rounds} alternating "
        "rounds, median (smallest to largest) in milliseconds. Errors: against float64, the "
        "largest relative one of outputs and gradients. Share: of nn.LSTM's rate of matrix "
        "products, of which this cell has twice as many.\n\n"
        + table(["T, B, H", *list(rows[0])[1:]], [list(row.values()) for row in rows]),
    )


if __name__ == "__main__":
    sys.exit(main())
