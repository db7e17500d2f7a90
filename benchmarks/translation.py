"""The published cell and nn.LSTM translate Multi30k, English to German, at equal compute.

A stand-in for the paper's last experiment, which put its cell into GNMT on WMT'14 (+0.5 BLEU): one
layer each way in place of eight, image descriptions in place of news, 29,000 pairs in place of 4.5
million. The recipe is what small recurrent models of the literature use; it was made for an LSTM
and nothing of it is tuned for the cell. Equal compute is equal FLOP of a pair of mean length, which
sets the cell's hidden size: seconds would tell who wrote the faster kernel, and for nn.LSTM that
was Intel. They are recorded, too. The softmax costs the same for both, since its input has a size
of its own. BLEU is that of sacrebleu as it comes, of the weights that validate best, found by beam
search; the test part is read once, at the end. Six trainings, a seed of both cells at a time, are
about four hours of one core. Resumable: every training keeps its last whole epoch. Import the pairs
first: ``nasedu data add multi30k PATH``.
"""

import statistics
import sys
from bisect import bisect_left
from dataclasses import dataclass, replace

import sacrebleu
from experiment import TABLES, UNFINISHED, Experiment, RecordedTraining, options_of
from record import spread, table, write_record

from nasedu import published
from nasedu.children import LSTMLayer
from nasedu.data.catalogue import PAIRS
from nasedu.training import one_thread
from nasedu.training.translation_recipe import MULTI30K, TranslationRecipe
from nasedu.training.translation_task import TranslationTask

TABLE = TABLES / "translation.csv"
DATA = "multi30k"
CELLS = {"nn.LSTM": LSTMLayer, "NAS_CELL": published.NAS_CELL}
LSTM, CELL = CELLS
SEEDS = (0, 1, 2)
WANTED = 30  # test BLEU of the LSTM: fixed before the trainings, as a check of the whole code
TOY = TranslationRecipe(
    hidden_size=24, embedding_size=16, dropout=0.0, epochs=2, lr=0.01, num_train=400, beam=2
)


@dataclass(frozen=True)
class TranslationTraining(RecordedTraining):
    """One training of one cell."""

    @property
    def name(self):
        return f"{self.data}-{self.label}-{self.seed}"

    def result(self, training):
        """Return the outcome, tested, BLEU of two parts, and the processor's seconds before."""
        seconds = training.processor_seconds
        found = super().result(training) | {"processor": seconds, "kept": training.kept_epoch}
        data, child = self.task.data, training.child
        with one_thread():
            bleus = {part: self.task.bleu(child, getattr(data, part)) for part in ("valid", "test")}
        return found | {"bleu": bleus}

    def row(self, result):
        """Return the row of the table; of a training that diverged it has no results."""
        outcome, bleu = result["outcome"], result.get("bleu", {})
        curve, test = outcome["valid_curve"], outcome["test"]
        return {
            "cell": self.label,
            "seed": self.seed,
            "hidden": self.recipe.hidden_size,
            "parameters": outcome["num_parameters"] if curve else None,
            "flop": outcome["flop"] if curve else None,
            "epochs": self.recipe.epochs,
            "kept_epoch": result.get("kept"),
            "perplexity": round(min(curve), 4) if curve else None,
            "test_perplexity": None if test is None else round(test, 4),
            "bleu": round(bleu["valid"], 3) if bleu else None,
            "test_bleu": round(bleu["test"], 3) if bleu else None,
            "processor_seconds": round(result.get("processor", 0.0), 1),
            "curve": " ".join(f"{value:.2f}" for value in curve),
            "sacrebleu": sacrebleu.__version__,
        }


def fitted(recipe, cell, data=DATA):
    """Return the recipe with the hidden size at which a cell has the LSTM's FLOP."""
    pairs = PAIRS.load(data)

    def flop(hidden, of=cell):
        return TranslationTask(pairs, replace(recipe, hidden_size=hidden)).cost(of).flop

    wanted = flop(recipe.hidden_size, LSTMLayer)
    above = bisect_left(range(2 * recipe.hidden_size), wanted, lo=2, key=flop)
    best = min((above - 1, above), key=lambda hidden: abs(flop(hidden) - wanted))
    return replace(recipe, hidden_size=best)


def jobs_for(data=DATA, recipe=MULTI30K, seeds=SEEDS):
    """Return all trainings, both cells from one seed before the next: whole answers early."""
    sized = {label: fitted(recipe, cell, data) for label, cell in CELLS.items()}
    return [
        TranslationTraining(cell, data, sized[label], seed, label=label)
        for seed in seeds
        for label, cell in CELLS.items()
    ]


def rows_of(frame):
    """Return a line of the record for each cell: medians, lowest and highest of its seeds."""
    rows = []
    for name, part in frame.groupby("cell", sort=False):
        one, done = part.iloc[0], part.dropna(subset="test_bleu")
        if done.empty:
            rows.append([name, f"{one['hidden']}", *["–"] * 7])
            continue
        first = done.iloc[0]
        sizes = [f"{first['parameters']:,.0f}", f"{first['flop'] / 1e6:.1f}"]
        columns = (("perplexity", 2), ("test_perplexity", 2), ("bleu", 1), ("test_bleu", 1))
        results = [spread(list(done[column]), digits) for column, digits in columns]
        minutes = f"{done['processor_seconds'].mean() / 60:.0f}"
        rows.append([name, f"{one['hidden']}", *sizes, minutes, *results])
    return rows


def difference(frame):
    """Say by how much the cell's BLEU is above the LSTM's, seed by seed."""
    found = frame.pivot(index="seed", columns="cell", values="test_bleu")
    if not {LSTM, CELL} <= {*found.columns} or (found := found.dropna()).empty:
        return "No seed of both cells is finished.\n"
    gains = list(found[CELL] - found[LSTM])
    each = ", ".join(f"{gain:+.2f}" for gain in gains)
    mean = statistics.fmean(gains)
    said = f"NAS_CELL minus nn.LSTM in test BLEU, a seed each: {each}; mean {mean:+.2f}"
    if len(gains) > 1:
        said += f", standard error {statistics.stdev(gains) / len(gains) ** 0.5:.2f}"
    return f"{said}.\n"


def checked(frame):
    """Say whether the LSTM translates as well as it has to before the two are compared."""
    found = frame[frame["cell"] == LSTM]["test_bleu"].dropna()
    if found.empty:
        return "No LSTM is finished.\n"
    reached = "reached" if found.min() > WANTED else "not reached"
    said = f"A check of the code, fixed before the trainings: nn.LSTM has more than {WANTED} BLEU"
    return f"{said} on test. Its lowest is {found.min():.1f}: {reached}.\n"


def main(arguments=None):
    options = options_of(
        __doc__.splitlines()[0], "translation", arguments, "tiny, on prices in words"
    )
    path, record = TABLE, None
    if options.toy:
        path, record = options.folder / TABLE.name, options.folder / "translation.md"
    jobs = jobs_for("prices", TOY, SEEDS[:2]) if options.toy else jobs_for()
    experiment = Experiment(jobs, options, path)
    if not experiment.work():
        return UNFINISHED
    frame, recipe = experiment.frame(), jobs[0].recipe
    head = ["cell", "H", "parameters", "MFLOP per pair", "minutes"]
    head += ["validation perplexity", "test perplexity", "validation BLEU", "test BLEU"]
    write_record(
        __file__,
        "NAS_CELL and nn.LSTM translate, at equal compute",
        f"{PAIRS.load(jobs[0].data).title}; {len(frame)} of {len(jobs)} trainings are finished. "
        f"{recipe.epochs} epochs, one recipe, nothing tuned for the cell. A stand-in for WMT'14, "
        f"on which the paper reports +0.5 BLEU. Values are medians with the lowest and "
        "the highest; perplexity is that of a subword; minutes are the processor's, on one thread, "
        "without the test. All trainings: `data/tables/translation.csv`.\n\n"
        f"{table(head, rows_of(frame))}\n{difference(frame)}\n{checked(frame)}",
        record,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
