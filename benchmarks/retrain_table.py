"""Is a table what it says? Draw entries at random, train them again, and compare.

On the processor and torch that the table was measured with, every count of images has to come out
the same; elsewhere nearly: a rank correlation of at least 0.95 and a mean difference below 0.01.
"""

import argparse

import numpy as np
from record import table as markdown
from record import write_record
from scipy.stats import spearmanr

from nasedu.runs import versions
from nasedu.runs.provenance import MACHINE
from nasedu.searching.cores import check_workers
from nasedu.searching.workers import make_workers
from nasedu.tables import MISSING, NetworkTable
from nasedu.tables.making import evaluator_of, table_trial


def train_again(table, entries):
    """Return the counts of images right ``(n, 1 + E)`` of entries (repeat, place) trained again."""
    evaluator = evaluator_of(table)
    workers = make_workers(evaluator, check_workers(None), None)
    right = {}
    try:
        trials = {}
        for repeat, place in entries:
            trial = table_trial(table.space, table.about["seed"], place, repeat)
            trials[trial] = repeat, place
            workers.submit(trial)
        for trial, outcome in workers.completed():
            counts = evaluator.numbers(outcome)
            if counts is None:
                raise SystemExit(f"an entry could not be trained again: {outcome.reason}")
            right[trials[trial]] = counts
            print(f"{len(right)} of {len(entries)}", flush=True)
    finally:
        workers.cancel()
    return np.array([right[entry] for entry in entries])


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

    known, rows, good = table.about["evaluator"], [], True
    for name, column, images in (
        ("validation, last epoch", -1, known["num_valid"]),
        ("test", 0, known["num_test"]),
    ):
        before, after = recorded[:, column] / images, again[:, column] / images
        rank, difference = spearmanr(before, after).statistic, (after - before).mean()
        good &= rank >= 0.95 and abs(difference) < 0.01
        numbers = rank, difference, np.abs(after - before).mean(), np.abs(after - before).max()
        rows.append([name, *(f"{number:.4f}" for number in numbers)])
    heads = ["accuracy", "rank correlation", "mean difference", "mean of sizes", "largest"]
    where = "the" if is_same_machine else "another than the"
    write_record(
        __file__,
        "A table trained again",
        f"{len(entries)} of the {table.num_trainings:,} trainings of `{table.name}` (SHA-256 "
        f"`{table.digest[:16]}`), drawn at random and trained again, on {where} processor and "
        f"torch that it was measured with. In {equal} of {len(entries)} every count is the same: "
        "of validation images after each epoch, and of test images.\n\n" + markdown(heads, rows),
    )
    if not (equal == len(entries) if is_same_machine else good):
        raise SystemExit("the table is not what it says")


if __name__ == "__main__":
    main()
