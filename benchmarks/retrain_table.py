"""Is a table what it says? Draw entries at random, train them again, and compare.

On the processor and torch that the table was measured with, every point has to come out the same;
elsewhere it comes out nearly the same: a rank correlation of at least 0.95, and means that differ
by less than 1 %.
"""

import argparse

import numpy as np
from laboratory import record_of
from record import table as markdown
from record import write_record
from scipy.stats import spearmanr

from nasedu.runs import versions
from nasedu.runs.provenance import MACHINE
from nasedu.searching.cores import check_workers
from nasedu.searching.workers import make_workers
from nasedu.tables import DIVERGED, MISSING, NetworkTable
from nasedu.tables.making import evaluator_of, table_trial

PARTS = {"validation, last epoch": ("valid", -1), "test": ("test", 0)}


def train_again(table, entries):
    """Return the points ``(n, 1 + E)`` of entries (repeat, place) trained again, as kept."""
    evaluator = evaluator_of(table)
    workers = make_workers(evaluator, check_workers(None), None)
    found = {}
    try:
        trials = {}
        for repeat, place in entries:
            trial = table_trial(table.space, table.about["seed"], place, repeat)
            trials[trial] = repeat, place
            workers.submit(trial)
        for trial, outcome in workers.completed():
            points = evaluator.numbers(outcome)
            if points is None:
                raise SystemExit(f"an entry could not be trained again: {outcome.reason}")
            found[trials[trial]] = points
            print(f"{len(found)} of {len(entries)}", flush=True)
    finally:
        workers.cancel()
    return np.array([found[entry] for entry in entries])


def values_of(table, part, kept):
    """Return the values, in the table's measure, of points ``(n,)`` of a part as they are kept."""
    total = table.about["evaluator"][f"num_{part}"] if table.task.is_share else 1
    return np.array([table.measure.read(point / total) for point in kept.tolist()])


def compared(table, recorded, again):
    """Return rows on how near trainings ``(n, 1 + E)`` came, and whether that is near enough.

    What diverged, then or now, has no value.
    """
    both, rows, is_near = (recorded[:, 0] >= 0) & (again[:, 0] >= 0), [], True
    for name, (part, column) in PARTS.items():
        before, after = (values_of(table, part, own[both, column]) for own in (recorded, again))
        rank, difference = spearmanr(before, after).statistic, (after - before).mean()
        is_near &= rank >= 0.95 and abs(difference) < 0.01 * before.mean()
        numbers = rank, difference, np.abs(after - before).mean(), np.abs(after - before).max()
        rows.append([name, *(f"{number:.4f}" for number in numbers)])
    return rows, is_near


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default="digits_3_layers", help="name, file or folder")
    parser.add_argument("--entries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="decides which entries are drawn")
    options = parser.parse_args()
    table = NetworkTable.load(options.table)
    there = np.argwhere(table.test != MISSING)
    drawn = np.random.default_rng(options.seed).permutation(len(there))[: options.entries]
    entries = [tuple(entry) for entry in there[drawn].tolist()]

    recorded = np.array([[table.test[entry], *table.valid[entry]] for entry in entries])
    again = train_again(table, entries)
    equal = int((again == recorded).all(1).sum())
    kinds = {tuple(machine[key] for key in MACHINE) for machine in table.about["machines"]}
    is_same_machine = kinds == {tuple(versions()[key] for key in MACHINE)}
    rows, is_near = compared(table, recorded, again)
    heads = [table.measure.short, "rank correlation", "mean difference", "mean of sizes", "largest"]
    where = "on the" if is_same_machine else "not on the"
    diverged = int((recorded[:, 0] == DIVERGED).sum())
    write_record(
        __file__,
        "A table trained again",
        f"{len(entries)} of the {table.num_trainings:,} trainings of `{table.name}` (SHA-256 "
        f"`{table.digest[:16]}`), drawn at random and trained again, {where} processor and "
        f"torch that it was measured with. In {equal} of {len(entries)} all that the table keeps "
        "is the same: the validation after each epoch, and the test. "
        f"{diverged} of them diverged in the table, and must diverge again.\n\n"
        + markdown(heads, rows),
        path=record_of(__file__, table),
    )
    if not (equal == len(entries) if is_same_machine else is_near):
        raise SystemExit("the table is not what it says")


if __name__ == "__main__":
    main()
