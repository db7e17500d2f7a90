"""Does Zaremba's small recipe reach its known perplexity here, about 115 on the Penn Treebank?

Two layers of 200 LSTM units, no dropout, 13 epochs. Then by the same recipe, which was made for
an LSTM and is tuned for nobody here, the published cell and the best cell of `ptb_search.py`, with
the hidden size that gives them as many parameters. About an hour of one core each; every training
keeps its last whole epoch and goes on from there. Import the text first:
``nasedu data add ptb PATH``.
"""

from dataclasses import dataclass, replace

import pandas as pd
from ptb_compared import CellTraining, cells, fitted, rows_of
from record import table, write_record
from recorded_search import TABLES
from recorded_trainings import Trainings, options

from nasedu.data import load_text
from nasedu.training import ZAREMBA_SMALL, perplexity

KNOWN = "Zaremba's small model is known for a test perplexity of about 115."
CELLS = ("nn.LSTM", "NAS_CELL", "best of the search")
SEEDS = (0, 1)


@dataclass(frozen=True)
class ZarembaTraining(CellTraining):
    """One training by the recipe, with its curve; the test text is read as one stream, too."""

    def tested(self, trainer, child):
        stream = perplexity(trainer.test_nats(child, window=None))
        return super().tested(trainer, child) | {"test_stream": stream}

    def row(self, document):
        row, stream = super().row(document), document.get("test_stream")
        curve = " ".join(f"{value:.1f}" for value in document["outcome"]["valid_curve"])
        return row | {"test_stream": stream and round(stream, 4), "curve": curve}


def jobs_for(data="ptb", recipe=ZAREMBA_SMALL):
    """Return the trainings of every cell, a seed at a time."""
    symbols, found = load_text(data).num_symbols, cells()
    return [
        ZarembaTraining(name, found[name], data, fitted(recipe, found[name], symbols), seed)
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
    chosen = options(__doc__, "zaremba_small", arguments, toy=toy)
    data, jobs, output = "ptb", None, TABLES
    if chosen.toy:
        small = replace(ZAREMBA_SMALL, hidden_size=4, epochs=2, num_train=1000)
        data, jobs, output = "pydocs", jobs_for("pydocs", small), chosen.folder
        output.mkdir(parents=True, exist_ok=True)
    trainings = Trainings(jobs or jobs_for(), chosen.folder, output / "zaremba_small.csv")
    if not chosen.record:
        trainings.train(chosen.workers)
    frame = trainings.write_table()
    if frame.empty:
        raise SystemExit("no training is finished; there is nothing to record")
    head = "cell,H,parameters,learning rate,failed,validation perplexity,test perplexity"
    apart = (frame["test_stream"] / frame["test_perplexity"] - 1).abs().max()
    recipe = trainings.jobs[0].recipe
    body = (
        f"{KNOWN} {load_text(data).title}, all of the training text, {recipe.epochs} epochs, "
        "one thread a training; the seeds that did not fail in the median (lowest to highest). "
        "Texts are scored in "
        "windows of 1,024 symbols with 256 before each; the test text was read once, after the "
        "last epoch, with the weights of the best, and once more as one stream, which is at most "
        f"{apart:.4%} away. The recipe was made for an LSTM.\n\n"
        + table(head.split(","), rows_of(frame, data))
        + "\nValidation perplexity after every epoch:\n\n"
        + "".join(
            f"- {row['cell']}, seed {row['seed']}: {told(row)}\n"
            for row in frame.to_dict("records")
        )
    )
    path = output / "zaremba_small.md" if chosen.toy else None
    write_record(__file__, "Zaremba's small recipe", body, path=path)


if __name__ == "__main__":
    main()
