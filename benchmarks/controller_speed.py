"""How fast searches are when rewards come from a table: one seed, fifty at once, a look-up.

Each part runs in a process of its own, so that its peak memory is its own. One seed goes through
`search` with a study in memory, as a lesson does; fifty seeds advance side by side. The obvious
alternative to that is the same number of searches one after the other.
"""

import argparse
import multiprocessing
import resource
import time

import torch
from record import spread, table, write_record

from nasedu import Controller, RandomSearch, Reinforce, search
from nasedu.searching import Finished, search_many
from nasedu.tables import NetworkTable, TabularEvaluator
from nasedu.training import one_thread

LOOK_UP = 400  # sequences


def learner(decisions, seed):
    """Return REINFORCE as in the paper: two layers of 35 units, learning rate 0.0006."""
    return Reinforce(Controller(decisions, seed=seed))


def one_seed(name, children, seed):
    """Search once, with everything that `search` does."""
    evaluator = TabularEvaluator(NetworkTable.load(name))
    start = time.perf_counter()
    events = search(
        evaluator.space,
        learner(evaluator.space.decisions, seed),
        trials=children,
        seed=seed,
        evaluate=evaluator,
    )
    last = [event for event in events if isinstance(event, Finished)]
    assert len(last[0].study.trials()) == children
    return time.perf_counter() - start


def many_seeds(name, children, seeds):
    """Search with every seed, side by side."""
    evaluator = TabularEvaluator(NetworkTable.load(name))
    start = time.perf_counter()
    found = search_many(
        lambda seed: learner(evaluator.space.decisions, seed),
        evaluator,
        seeds=range(seeds),
        trials=children,
    )
    assert found.shape == (seeds, children)
    return time.perf_counter() - start


def bare_loop(name, children, seed):
    """Ask and tell in a loop, with nothing around it."""
    evaluator = TabularEvaluator(NetworkTable.load(name))
    strategy = learner(evaluator.space.decisions, seed)
    generator = torch.Generator().manual_seed(seed)
    with one_thread():
        start = time.perf_counter()
        for _ in range(children // 8):
            tokens = strategy.ask(8, generator=generator)
            strategy.tell(tokens, evaluator.rewards(tokens))
        return time.perf_counter() - start


def loading(name):
    """Load the table, in a process that has the package's modules already."""
    start = time.perf_counter()
    NetworkTable.load(name)
    return time.perf_counter() - start


def looking_up(name, times=200):
    """Return seconds of a batch of rewards as one indexing, and of one child after the other."""
    data = NetworkTable.load(name)
    evaluator = TabularEvaluator(data)
    ask = RandomSearch(data.space.decisions).ask
    tokens = ask(LOOK_UP, generator=torch.Generator().manual_seed(0))
    rows = tokens.tolist()
    known = {
        tuple(row): float(value)
        for row, value in zip(rows, evaluator.rewards(tokens).tolist(), strict=True)
    }
    start = time.perf_counter()
    for _ in range(times):
        evaluator.rewards(tokens)
    batch = (time.perf_counter() - start) / times
    start = time.perf_counter()
    for _ in range(times):
        torch.tensor([known[tuple(row)] for row in tokens.tolist()])
    return batch, (time.perf_counter() - start) / times


def measured(part, *arguments):
    """Run a part in a fresh process; return its result and the peak memory in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_memory, (part, arguments))


def _with_memory(part, arguments):
    result = part(*arguments)
    return result, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default="digits_3_layers", help="name or file of the table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--children", type=int, default=12_800)
    parser.add_argument("--seeds", type=int, default=50)
    chosen = parser.parse_args()
    name, n, seeds = chosen.table, chosen.children, chosen.seeds
    single, many, loads, lookups = [], [], [], []
    for seed in range(chosen.rounds):
        single.append(measured(one_seed, name, n, seed))
        print(f"one seed: {single[-1][0]:.1f} s", flush=True)
        many.append(measured(many_seeds, name, n, seeds))
        print(f"{seeds} seeds: {many[-1][0]:.1f} s", flush=True)
        alone = measured(bare_loop, name, n // 10, seed)
        print(f"one of them alone, a tenth of the children: {alone[0]:.1f} s", flush=True)
        many[-1] += (10 * seeds * alone[0] / many[-1][0],)
        loads.append(measured(loading, name))
        lookups.append(measured(looking_up, name)[0])
    rows = [
        [
            f"`search`, one seed, {n:,} children",
            spread([s for s, _ in single], 1) + " s",
            f"{max(m for _, m in single):,.0f} MB",
        ],
        [
            f"`search_many`, {seeds} seeds, {n:,} children each",
            spread([s for s, *_ in many], 1) + " s",
            f"{max(m for _, m, _ in many):,.0f} MB",
        ],
        [
            "loading the table",
            spread([1000 * s for s, _ in loads], 1) + " ms",
            f"{max(m for _, m in loads):,.0f} MB",
        ],
        [
            f"rewards of {LOOK_UP} sequences, one indexing",
            spread([1000 * s for s, _ in lookups]) + " ms",
            "",
        ],
    ]
    write_record(
        __file__,
        "Searching a table",
        f"The paper's controller (two layers of 35 units), REINFORCE, batches of 8; "
        f"{chosen.rounds} rounds, each part in a process of its own; median (smallest to largest). "
        "Memory is the peak of the process, torch included.\n\n"
        + table(["what", "time", "memory"], rows)
        + f"\n{seeds} seeds side by side are {spread([r for *_, r in many], 1)} times as fast as "
        f"{seeds} bare loops of ask and tell in turn (computed from one loop over {n // 10:,} "
        "children), and "
        f"{spread([s * seeds / m[0] for (s, _), m in zip(single, many, strict=True)], 1)} times as "
        "fast as so many calls of `search`, which also keeps a study. Looking a batch up is "
        f"{spread([slow / fast for fast, slow in lookups], 1)} times as fast as looking it up "
        "child by child in a dictionary.\n",
    )


if __name__ == "__main__":
    main()
