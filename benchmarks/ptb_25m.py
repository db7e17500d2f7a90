"""The published cell with 25 M parameters on the Penn Treebank: 64.0, or what here?

Two layers, tied embeddings, words of the Penn Treebank (Zoph & Le 2016, table 2: 64.0 on test).
The paper searched learning rate, initial weights, dropout and the epoch of decay for this model
and prints none of them, so the recipe is Gal's for his large LSTM (`GAL_LARGE`), fixed before the
training began and tuned for nobody here. Two things are scaled to one core of a CPU: 40 epochs
for his 55, whose rate falls after the tenth, and matrix products in bfloat16.

An epoch took 9 minutes of one core with bfloat16 instructions, and all of them 6 hours. The
training goes on from its last whole epoch, to the same numbers as undisturbed; the table grows with
every epoch; the test text is read once, after the last. Import the text first:
``nasedu data add ptb PATH``.
"""

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from experiment import (
    TABLES,
    UNFINISHED,
    RecordedTraining,
    deadline_of,
    options_of,
    read_rows,
    write_rows,
)
from record import save_figure, table, write_record

from nasedu import published
from nasedu.children import has_bfloat16, hidden_size_for
from nasedu.data import load_text
from nasedu.runs import versions
from nasedu.searching import Interval, do_job
from nasedu.searching.final_training import CHECKPOINT
from nasedu.training import GAL_LARGE, keep_freed_memory, perplexity
from nasedu.viewing import intervals_figure

CELL, PARAMETERS, SEED, PUBLISHED = published.NAS_CELL, 25_000_000, 0, 64.0
RECIPE = replace(GAL_LARGE, tied=True, epochs=40, decay_after=10, precision="bfloat16")
TOY = replace(RECIPE, hidden_size=8, epochs=3, decay_after=1, unroll=10, num_train=2000)
QUOTED = [
    ["Zoph & Le 2016, the published cell, tied", "25M", "64.0"],
    ["Zilly et al. 2016, variational recurrent highway network, tied", "24M", "66.0"],
    ["Melis et al. 2017, LSTM, tuned at length", "24M", "near 60"],
    ["Gal 2015, large variational LSTM, not tied", "66M", "75.2"],
]


@dataclass(frozen=True)
class LongTraining(RecordedTraining):
    """One language model, whose curve grows in a table, a row an epoch.

    Args:
        table: Of its epochs.
    """

    table: Path = TABLES / "ptb_25m.csv"

    @property
    def name(self):
        return "training"

    def follow(self, folder, until):
        """Train, or go on, to the last epoch; the table is written before the state.

        So a row may be one ahead of where the training is gone on with, but none is lost.
        """
        training = self.task.begin(self.net, self.seed)
        if (folder / CHECKPOINT).exists():
            self.restore(training, folder)
        rows, spent = read_rows(self.table)[: training.epoch], times(training)
        for epoch in training:
            took, spent = times(training) - spent, times(training)
            rows.append(self.row(epoch, took.round(1).tolist()))
            write_rows(self.table, rows)
            training.state().save(folder / CHECKPOINT)
            print(time.strftime("%H:%M:%S"), end=" ")
            self.on_epoch(epoch)
            if until is not None and until.has_passed:
                break
        return training

    def row(self, epoch, seconds):
        return {
            "epoch": epoch.number,
            "lr": round(self.recipe.lr_at(epoch.number - 1), 5),
            "train": round(perplexity(epoch.train_loss), 3),
            "valid": round(epoch.valid, 3),
            "seconds": seconds[0],
            "processor_seconds": seconds[1],
            "processor": versions()["processor"],
            "windows": None,
            "stream": None,
        }

    def result(self, training):
        windows = training.test().test
        stream = perplexity(self.task.test_nats(training.child, window=None))
        return {"windows": windows, "stream": stream}

    def train(self, folder, until):
        """Train for this call, and put the test result into the last row; return whether it is.

        Raises:
            SystemExit: The table has epochs that no checkpoint goes on from.
        """
        rows, kept = read_rows(self.table), folder / self.name / CHECKPOINT
        if rows and rows[-1]["windows"]:
            return True
        if rows and not kept.exists():
            raise SystemExit(
                f"{self.table} has {len(rows)} epochs, but {kept} is not there to go on from; to "
                "begin anew, remove the table"
            )
        if (tested := do_job(self, folder / self.name, until)) is None:
            return False
        *rows, last = read_rows(self.table)
        write_rows(self.table, [*rows, last | tested])
        return True


def times(training):
    """Return wall and processor time of a training so far, in seconds."""
    return np.array([training.seconds, training.processor_seconds])


def sized(recipe, text):
    """Return the recipe with the hidden size that gives as many parameters as the paper's."""
    hidden = hidden_size_for(PARAMETERS, CELL, text.num_symbols, tied=True)
    return replace(recipe, hidden_size=hidden)


def record(training, path):
    """Write what is known so far, with a picture of the curve."""
    frame, recipe = pd.read_csv(training.table), training.recipe
    epochs, best = len(frame), frame.loc[frame["valid"].idxmin()]
    parameters = training.task.cost(CELL).num_parameters
    curves = {
        "training, with dropout": Interval(*[frame["train"].to_numpy()] * 3),
        "validation": Interval(*[frame["valid"].to_numpy()] * 3),
    }
    test = frame.iloc[-1]["windows"] if "windows" in frame else None
    body = (
        f"Two layers of the published cell, H {recipe.hidden_size}, {parameters:,} "
        f"parameters with tied embeddings; {training.task.data.title}, one training, seed "
        f"{SEED}. {epochs} of {recipe.epochs} epochs are done, in "
        f"{frame['seconds'].sum() / 3600:.1f} hours of wall time and "
        f"{frame['processor_seconds'].sum() / 3600:.1f} of one core "
        f"({', '.join(sorted(set(frame['processor'])))}). Lowest validation perplexity "
        f"{best['valid']:.2f}, after epoch {best['epoch']:.0f}. "
    )
    if pd.notna(test):
        short = "reaches" if test <= PUBLISHED else f"is {test - PUBLISHED:.1f} above"
        body += (
            f"Test perplexity with the weights of that epoch, read once after the last: "
            f"**{test:.2f}** (as one stream {frame.iloc[-1]['stream']:.2f}). It {short} the "
            f"paper's {PUBLISHED}.\n"
        )
    else:
        body += "The test text has not been read yet: that is done once, after the last epoch.\n"
    if epochs > 1:
        look = {"y": "perplexity", "unit": "epoch", "log": False}
        title = "25 M parameters on the Penn Treebank, one seed"
        figure = intervals_figure(curves, frame["epoch"].tolist(), title, **look)
        figure.axes[0].locator_params(axis="x", integer=True)
        name = save_figure(figure, str(path or __file__), "curve")
        last = frame.iloc[-1]["valid"]
        body += f"\n![Perplexity over the epochs; validation stands at {last:.1f}.]({name})\n"
    body += (
        "\nThe recipe was fixed before the training began and is not tuned to it. Training "
        "perplexity is taken under dropout, so it is not to be compared with validation; after "
        f"the last epoch it is {frame['train'].iloc[-1]:.1f}. The dropouts are those of a model of "
        "66 M parameters; whether less dropout comes closer was not tested. What "
        "others report at this size, quoted and not run here:\n\n"
        + table(["model", "parameters", "test perplexity"], QUOTED)
        + f"\n{json.dumps(recipe.to_dict())}\n"
    )
    write_record(__file__, "25 M parameters on the Penn Treebank", body, path)


def main(arguments=None):
    toy = "a moment on Python's help"
    options = options_of(__doc__.splitlines()[0], "ptb_25m", arguments, toy=toy)
    text = load_text("pydocs" if options.toy else "ptb")
    recipe = TOY if options.toy else sized(RECIPE, text)
    if not (options.toy or options.record or has_bfloat16(torch.device("cpu"))):
        raise SystemExit("this processor has no bfloat16 instructions, by which the recipe trains")
    keep_freed_memory()
    output = options.folder if options.toy else TABLES
    training = LongTraining(CELL, text.name, recipe, SEED, table=output / "ptb_25m.csv")
    if not options.record and not training.train(options.folder, deadline_of(options)):
        return UNFINISHED
    if not read_rows(training.table):
        raise SystemExit("no epoch is finished; there is nothing to record")
    record(training, output / "ptb_25m.md" if options.toy else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
