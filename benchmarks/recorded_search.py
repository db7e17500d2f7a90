"""What the recorded searches share: strategies and seeds side by side, resumable.

Every search is a run folder, and all children so far are written as a table as they come, so that
a search of hours can be stopped, gone on with and looked at at any time.
"""

import argparse
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from record import HERE

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.searching import Study, Updated
from nasedu.runs.folder import write_text
from nasedu.spaces import Space
from nasedu.training import LanguageRecipe, Recipe
from nasedu.training.measure import Measure
from nasedu.viewing.progress import batch_line

TABLES = HERE.parent / "data" / "tables"
STRATEGIES = {"reinforce": {"lr": 0.03}, "random": {}}
NAMES = {"reinforce": "REINFORCE", "random": "random search"}


@dataclass(frozen=True)
class RecordedSearch:
    """Searches of one space that differ in who searches and in their seed.

    Args:
        name: Of the table, and of the folder in ``runs``.
        space: What is searched.
        data: On what children are trained.
        recipe: How.
        trials: Children of each search.
        measure: What children are measured in; its name is also that of a column.
        seeds: Seeds of the searches.
        strategies: Who searches, each with every seed.
    """

    name: str
    space: Space
    data: str
    recipe: Recipe | LanguageRecipe
    trials: int
    measure: Measure
    seeds: tuple[int, ...] = (0, 1, 2)
    strategies: tuple[str, ...] = tuple(STRATEGIES)

    @property
    def table(self) -> Path:
        """Where all children are written."""
        return TABLES / f"{self.name}.csv"

    def run(self, description):
        """Read the command line, run or go on with every search; return the run folders."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--folder", type=Path, default=Path("runs") / self.name)
        parser.add_argument("--workers", type=int, default=None)
        chosen = parser.parse_args()
        folders = {
            (name, seed): chosen.folder / f"{name}-{seed}"
            for seed in self.seeds
            for name in self.strategies
        }
        for (name, seed), run in folders.items():
            strategy = make_strategy(name, self.space.decisions, seed, **STRATEGIES[name])
            options = {"data": self.data, "recipe": self.recipe, "seed": seed}
            options |= {"trials": self.trials, "run": run, "workers": chosen.workers}
            for event in search(self.space, strategy, **options):
                if isinstance(event, Updated):
                    self.write_table(folders)
                    print(run.name, batch_line(event, self.measure), flush=True)
        self.write_table(folders)
        return folders

    def write_table(self, folders):
        """Write every child that has an outcome, of all searches; whole or not at all."""
        rows = []
        for name, seed in sorted(folders, key=lambda key: (list(NAMES).index(key[0]), key[1])):
            if (folders[name, seed] / "study.db").exists():
                with closing(Study(folders[name, seed])) as study:
                    children = [trial for trial in study.trials() if trial.outcome is not None]
                rows += [self.row(name, seed, trial) for trial in children]
        write_text(self.table, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))

    def row(self, strategy, seed, trial):
        """Return one child as a row."""
        outcome, curve = trial.outcome, trial.outcome.valid_curve
        return {
            "strategy": strategy,
            "seed": seed,
            "trial": trial.number,
            "tokens": " ".join(map(str, trial.tokens)),
            self.measure.name: round(self.measure.best(curve), 6) if curve else None,
            "reward": outcome.reward,
            "parameters": outcome.num_parameters,
            "flop": outcome.flop,
            "seconds": round(outcome.seconds, 3),
        }

    def halves(self, frame, name):
        """Return for each seed the middle of the first and second half, and the best, as text."""
        part = frame[frame["strategy"] == name]
        second = part["trial"] > self.trials // 2
        values, best = self.measure.name, "max" if self.measure.higher_is_better else "min"
        middles = part.groupby(["seed", second])[values].agg(self.measure.middle_name).unstack()
        top = part.groupby("seed")[values].agg(best)
        digits = 3 if top.max() < 1 else 1
        return [
            [f"{NAMES[name]}, seed {s}", *(f"{v:.{digits}f}" for v in (*middles.loc[s], top[s]))]
            for s in self.seeds
        ]
