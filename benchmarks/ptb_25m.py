"""The published cell with 25 M parameters on the Penn Treebank: 64.0, or what here?

Two layers, tied embeddings, words of the Penn Treebank (Zoph & Le 2016, table 2: 64.0 on test).
The paper searched learning rate, initial weights, dropout and the epoch of decay for this model
and prints none of them, so the recipe is Gal's for his large LSTM (`GAL_LARGE`), fixed before the
training began and tuned for nobody here. Two things are scaled to one core of a CPU: 40 epochs
for his 55, whose rate falls after the tenth, and matrix products in bfloat16.

Some 19 minutes an epoch and 13 hours in all on one core with bfloat16 instructions. The training
goes on from its last whole epoch, to the same numbers as undisturbed; the table grows with every
epoch; the test text is read once, after the last. Import the text first:
``nasedu data add ptb PATH``.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch
from experiment import save_figure
from record import table, write_record
from recorded_search import TABLES

from nasedu import published
from nasedu.children import hidden_size_for
from nasedu.data import load_text
from nasedu.searching import Interval
from nasedu.runs.provenance import versions
from nasedu.runs.folder import write_text
from nasedu.training import (
    GAL_LARGE,
    Checkpoint,
    LanguageTrainer,
    has_bfloat16,
    keep_freed_memory,
    perplexity,
)
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


class Training:
    """One language model, its state kept after every epoch, its curve in a table.

    Args:
        data: Name of the text.
        recipe: How to train, hidden size included.
        folder: Where the state is kept.
        table: CSV with a row an epoch.
    """

    def __init__(self, data, recipe, folder, table):
        self.trainer = LanguageTrainer(load_text(data), recipe)
        self.recipe, self.folder, self.table = recipe, folder, table
        self.state, self.result = folder / "state.safetensors", folder / "result.json"
        self.rows = pd.read_csv(table).to_dict("records") if table.exists() else []

    def train(self):
        """Train, or go on, to the last epoch, and read the test text."""
        resume = Checkpoint.load(self.state) if self.state.exists() else None
        if self.rows and not resume:
            raise SystemExit(
                f"{self.table} has {len(self.rows)} epochs, but {self.state} is not there to go "
                "on from; to begin anew, remove the table"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        # The table is written before the state: a row may be one ahead, but none is lost.
        self.rows = self.rows[: len(resume.valid_curve) if resume else 0]
        self.begun = time.perf_counter(), time.process_time()
        child, _ = self.trainer.fit(CELL, SEED, resume=resume, on_state=self.keep)
        if not self.result.exists():
            test = {
                "windows": perplexity(self.trainer.test_nats(child)),
                "stream": perplexity(self.trainer.test_nats(child, window=None)),
            }
            write_text(self.result, json.dumps(test) + "\n")
        self.rows[-1] |= json.loads(self.result.read_text())
        self.write()

    def keep(self, state):
        """Write the row of an epoch, then the state to go on from."""
        now, epoch = (time.perf_counter(), time.process_time()), len(state.valid_curve)
        wall, processor = (round(b - a, 1) for a, b in zip(self.begun, now, strict=True))
        self.begun = now
        self.rows.append(
            {
                "epoch": epoch,
                "lr": round(self.recipe.lr_at(epoch - 1), 5),
                "train": round(perplexity(state.train_curve[-1]), 3),
                "valid": round(state.valid_curve[-1], 3),
                "seconds": wall,
                "processor_seconds": processor,
                "processor": versions()["processor"],
                "windows": None,
                "stream": None,
            }
        )
        self.write()
        state.save(self.state)
        print(
            f"{time.strftime('%H:%M:%S')} epoch {epoch} of {self.recipe.epochs}: train "
            f"{self.rows[-1]['train']}, validation {self.rows[-1]['valid']}, {wall:.0f} s",
            flush=True,
        )

    def write(self):
        """Write the table whole."""
        write_text(self.table, pd.DataFrame(self.rows).to_csv(index=False, lineterminator="\n"))


def sized(recipe, text):
    """Return the recipe with the hidden size that gives as many parameters as the paper's."""
    hidden = hidden_size_for(PARAMETERS, CELL, text.num_symbols, tied=True)
    return replace(recipe, hidden_size=hidden)


def record(training, path):
    """Write what is known so far, with a picture of the curve."""
    frame = pd.DataFrame(training.rows)
    epochs, best = len(frame), frame.loc[frame["valid"].idxmin()]
    parameters = training.trainer.model(CELL).num_parameters
    curves = {
        "training, with dropout": Interval(*[frame["train"].to_numpy()] * 3),
        "validation": Interval(*[frame["valid"].to_numpy()] * 3),
    }
    test = frame.iloc[-1]["windows"] if "windows" in frame else None
    body = (
        f"Two layers of the published cell, H {training.recipe.hidden_size}, {parameters:,} "
        f"parameters with tied embeddings; {training.trainer.data.title}, one training, seed "
        f"{SEED}. {epochs} of {training.recipe.epochs} epochs are done, in "
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
        "perplexity is taken under dropout, so it is not to be compared with validation. What "
        "others report at this size, quoted and not run here:\n\n"
        + table(["model", "parameters", "test perplexity"], QUOTED)
        + f"\n{json.dumps(training.recipe.to_dict())}\n"
    )
    write_record(__file__, "25 M parameters on the Penn Treebank", body, path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("runs") / "ptb_25m")
    parser.add_argument("--record", action="store_true", help="train nothing, write what is done")
    parser.add_argument("--toy", action="store_true", help="a try on Python's help, in FOLDER")
    options = parser.parse_args(arguments)
    text = load_text("pydocs" if options.toy else "ptb")
    recipe = TOY if options.toy else sized(RECIPE, text)
    if not (options.toy or options.record or has_bfloat16(torch.device("cpu"))):
        raise SystemExit("this processor has no bfloat16 instructions, by which the recipe trains")
    keep_freed_memory()
    output = options.folder if options.toy else TABLES
    training = Training(text.name, recipe, options.folder, output / "ptb_25m.csv")
    if not options.record:
        training.train()
    if not training.rows:
        raise SystemExit("no epoch is finished; there is nothing to record")
    record(training, output / "ptb_25m.md" if options.toy else None)


if __name__ == "__main__":
    main()
