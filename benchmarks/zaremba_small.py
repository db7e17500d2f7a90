"""Do the small recipes of Zaremba and of TensorFlow reach about 115 on the Penn Treebank?

Two layers of 200 LSTM units, no dropout, 13 epochs. The two differ in one thing: Zaremba's own code
keeps the first learning rate for 5 epochs, TensorFlow's tutorial, which cites him, for 4. Then by
the same recipes, which were made for an LSTM and are tuned for nobody here, the published cell and
the best cell of `ptb_search.py`, with the hidden size that gives them as many parameters. About an
hour of one core each, the LSTM first; every training keeps its last whole epoch and goes on from
there. ``--recipe`` trains by one of the two alone. Import the text first:
``nasedu data add ptb PATH``.
"""

import sys
from dataclasses import dataclass, replace

import pandas as pd
from experiment import TABLES, UNFINISHED, Experiment, options_of
from ptb_compared import CellTraining, cells, fitted, rows_of
from record import table, write_record

from nasedu.data import load_text
from nasedu.training import TENSORFLOW_SMALL, ZAREMBA_SMALL, perplexity

KNOWN = "Zaremba's small model is known for a test perplexity of about 115."
CELLS = ("nn.LSTM", "NAS_CELL", "best of the search")
SEEDS = (0, 1)
RECIPES = {"ZAREMBA_SMALL": ZAREMBA_SMALL, "TENSORFLOW_SMALL": TENSORFLOW_SMALL}
WHOSE = {"ZAREMBA_SMALL": "Zaremba's own", "TENSORFLOW_SMALL": "TensorFlow's tutorial"}


@dataclass(frozen=True)
class SmallTraining(CellTraining):
    """One training by a recipe, with its curve; the test text is read as one stream, too."""

    by: str = "TENSORFLOW_SMALL"

    @property
    def name(self):
        # The trainings by TensorFlow's were there first, and keep the names that they had.
        return super().name + ("" if self.by == "TENSORFLOW_SMALL" else f"-{self.by.lower()}")

    def result(self, training):
        result, nats = super().result(training), self.task.test_nats(training.child, window=None)
        return result | {"test_stream": perplexity(nats)}

    def row(self, result):
        row, stream = super().row(result), result.get("test_stream")
        curve = " ".join(f"{value:.1f}" for value in result["outcome"]["valid_curve"])
        own = {"test_stream": stream and round(stream, 4), "curve": curve}
        return {"recipe": self.by} | row | own


def jobs_for(data="ptb", recipes=RECIPES):
    """Return the trainings of every cell, a seed at a time, one recipe after the other."""
    symbols, found = load_text(data).num_symbols, cells()
    return [
        SmallTraining(
            found[name], data, fitted(recipe, found[name], symbols), seed, label=name, by=by
        )
        for by, recipe in recipes.items()
        for seed in SEEDS
        for name in CELLS
        if name in found
    ]


def told(row):
    """Return the curve of a row, or that there is none."""
    if pd.isna(row["perplexity"]):
        return "failed; its numbers became NaN or infinite"
    return "not kept" if pd.isna(row["curve"]) else row["curve"].replace(" ", ", ")


def main(arguments=None):
    toy = "a moment on Python's help"
    chosen = options_of(__doc__, "zaremba_small", arguments, toy=toy, recipes=RECIPES)
    data, recipes, output = "ptb", RECIPES, TABLES
    if chosen.toy:
        small = {"hidden_size": 4, "epochs": 2, "num_train": 1000}
        recipes = {
            by: replace(recipe, decay_after=recipe.decay_after - 3, **small)
            for by, recipe in RECIPES.items()
        }
        data, output = "pydocs", chosen.folder
        output.mkdir(parents=True, exist_ok=True)
    jobs = jobs_for(data, recipes)
    experiment = Experiment(jobs, chosen, output / "zaremba_small.csv")
    if not experiment.work([job for job in jobs if chosen.recipe in (None, job.by)]):
        return UNFINISHED
    frame = experiment.frame()
    head = "recipe,cell,H,parameters,learning rate,failed,validation perplexity,test perplexity"
    apart = (frame["test_stream"] / frame["test_perplexity"] - 1).abs().max()
    rows = [
        [WHOSE[by], *row]
        for by, part in frame.groupby("recipe", sort=False)
        for row in rows_of(part, data)
    ]
    lasts = " and ".join(f"{r.decay_after} of them by {WHOSE[by]}" for by, r in recipes.items())
    body = (
        f"{KNOWN} {load_text(data).title}, all of the training text, {jobs[0].recipe.epochs} "
        f"epochs; the first learning rate lasts {lasts}; "
        "one thread per training; median (lowest to highest) of the seeds that did not fail. "
        "Texts are scored in "
        "windows of 1,024 symbols with 256 before each; the test text was read once, after the "
        "last epoch, with the weights of the best, and once more as one stream, which is at most "
        f"{apart:.4%} away. Both recipes were made for an LSTM.\n\n"
        + table(head.split(","), rows)
        + "\nValidation perplexity after every epoch:\n\n"
        + "".join(
            f"- {WHOSE[row['recipe']]}, {row['cell']}, seed {row['seed']}: {told(row)}\n"
            for row in frame.to_dict("records")
        )
    )
    path = output / "zaremba_small.md" if chosen.toy else None
    write_record(__file__, "The small recipes of Zaremba and of TensorFlow", body, path=path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
