"""REINFORCE against random search on CIFAR-10, at a size that two cores carry in an afternoon.

Three seeds of each, 64 children of 6 layers with skip connections, trained for 3 epochs on 4,000
images of 16x16 pixels. The controller's learning rate is the one of the first search on the
digits: at the paper's 0.0006 and 8 updates the policy would not move. Resumable: every search is a
run folder, and all children so far are written to ``data/tables/cifar10_search.csv`` as they come.
"""

import argparse
from pathlib import Path

import pandas as pd
from record import HERE, table, write_record

from nasedu import ConvNetSpace, search
from nasedu.controller import make_strategy
from nasedu.searching import Study, Updated
from nasedu.training import Recipe
from nasedu.viewing import best_alt, best_figure, reward_alt, reward_figure
from nasedu.viewing.progress import batch_line

TABLE = HERE.parent / "data" / "tables" / "cifar10_search.csv"
SPACE = ConvNetSpace(6, num_filters=(8, 16, 24, 36))
RECIPE = Recipe(epochs=3, image_size=16, num_train=4000)
SEEDS, TRIALS = range(3), 64
STRATEGIES = {"reinforce": {"lr": 0.03}, "random": {}}
NAMES = {"reinforce": "REINFORCE", "random": "random search"}


def run_searches(folder, workers):
    """Run, or go on with, every search; the table of all children grows with every batch."""
    for seed in SEEDS:
        for name, settings in STRATEGIES.items():
            run = folder / f"{name}-{seed}"
            strategy = make_strategy(name, SPACE.decisions, seed, **settings)
            options = {"data": "cifar10", "recipe": RECIPE, "seed": seed, "trials": TRIALS}
            for event in search(SPACE, strategy, run=run, workers=workers, **options):
                if isinstance(event, Updated):
                    write_table(folder)
                    print(run.name, batch_line(event), flush=True)


def write_table(folder):
    """Write every child that has an outcome, of all searches."""
    rows = [
        row(name, seed, trial)
        for name in STRATEGIES
        for seed in SEEDS
        if (folder / f"{name}-{seed}" / "study.db").exists()
        for trial in Study(folder / f"{name}-{seed}").trials()
        if trial.outcome is not None
    ]
    pd.DataFrame(rows).to_csv(TABLE, index=False, lineterminator="\n")


def row(strategy, seed, trial):
    """Return one child as a row."""
    outcome = trial.outcome
    return {
        "strategy": strategy,
        "seed": seed,
        "trial": trial.number,
        "tokens": " ".join(map(str, trial.tokens)),
        "accuracy": round(max(outcome.valid_curve), 6) if outcome.valid_curve else None,
        "reward": outcome.reward,
        "parameters": outcome.num_parameters,
        "flop": outcome.flop,
        "seconds": round(outcome.seconds, 3),
    }


def halves(frame, name):
    """Return for each seed the mean accuracy of the first and second half, and the best."""
    part = frame[frame["strategy"] == name]
    second = part["trial"] > TRIALS // 2
    means = part.groupby(["seed", second])["accuracy"].mean().unstack()
    best = part.groupby("seed")["accuracy"].max()
    return [
        [f"{NAMES[name]}, seed {s}", *(f"{v:.3f}" for v in (*means.loc[s], best[s]))] for s in SEEDS
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/cifar10_search"))
    parser.add_argument("--workers", type=int, default=None)
    chosen = parser.parse_args()
    run_searches(chosen.folder, chosen.workers)
    frame = pd.read_csv(TABLE)
    studies = {
        NAMES[name]: [Study(chosen.folder / f"{name}-{seed}") for seed in SEEDS]
        for name in STRATEGIES
    }
    reward_figure(studies).savefig(HERE / "cifar10_search_all.png", dpi=100)
    best_figure(studies).savefig(HERE / "cifar10_search_best.png", dpi=100)
    title = studies["REINFORCE"][0].config.evaluator["title"]
    write_record(
        __file__,
        "A search on CIFAR-10",
        f"{title}, {RECIPE.num_train:,} images of 16x16 to train, {RECIPE.epochs} epochs, learning "
        f"rate from 0.1 to 0; children of {SPACE.num_layers} layers with skip connections "
        f"({SPACE.size:.3g} sequences); {TRIALS} children in batches of 8; learning rate of the "
        "controller 0.03 (scaled). All children: `data/tables/cifar10_search.csv`.\n\n"
        f"![{reward_alt(studies)}](cifar10_search_all.png)\n\n"
        f"![{best_alt(studies)}](cifar10_search_best.png)\n\n"
        + table(
            ["validation accuracy", "first half", "second half", "best"],
            [line for name in STRATEGIES for line in halves(frame, name)],
        ),
    )


if __name__ == "__main__":
    main()
