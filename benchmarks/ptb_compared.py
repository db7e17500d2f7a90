"""Cells on the Penn Treebank at equal parameters, equal tuning and the same number of tokens.

The published cell, the one found with max and sin in the space, the best cell of `ptb_search.py`
(once its table is complete) and `nn.LSTM`, as words and as characters, each in two layers, with
the hidden size that gives it the parameters of the LSTM. All are tuned alike: every cell is
trained with every learning rate of a grid from one seed, and with the rate that validates best
from a second one; a cell that fails with all of a grid gets lower rates as well. On words so with
Adam, by which the search trained its children, and with plain SGD, as in Zaremba's recipe; on
characters with Adam, as in the paper. The test text is read once, after the last epoch. What is
better here says little of what is better at 25 million parameters; Melis et al. (2017) found that
a well tuned LSTM beats the published cell even there. Resumable: every training keeps its last
whole epoch. Import the text first: ``nasedu data add ptb PATH``.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from experiment import TABLES, UNFINISHED, Experiment, RecordedTraining, options_of
from ptb_search import SEARCH
from record import save_figure, spread, table, write_record

from nasedu import RecurrentCell, published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.children.language_model import count_parameters
from nasedu.data import load_text
from nasedu.searching import Interval
from nasedu.training import LanguageRecipe
from nasedu.training.measure import BITS, PERPLEXITY
from nasedu.viewing import intervals_figure

ADAM = LanguageRecipe(optimizer="adam", clip=1.0, sum_steps=False, decay_after=1)
WORDS = replace(
    ADAM, hidden_size=128, epochs=4, unroll=35, dropout=0.2, decay=0.5, num_train=464_000
)
CHARACTERS = replace(
    ADAM, hidden_size=192, embedding_size=64, epochs=3, unroll=50, decay=0.5, num_train=1_000_000
)
ZAREMBA = {"optimizer": "sgd", "clip": 5.0, "sum_steps": True}
TEXTS = {"ptb": (WORDS, replace(WORDS, **ZAREMBA)), "ptb-chars": (CHARACTERS,)}
SAID = {"adam": "Adam", "sgd": "SGD"}
RATES = {"adam": (0.001, 0.003, 0.01, 0.03), "sgd": (0.25, 1.0, 4.0, 16.0)}
# A best rate at the end of a grid says nothing of what lies beyond, and less if all have failed.
FURTHER = {("best of the search", "sgd"): (0.0625, 0.015625)}
SEEDS = (0, 1)


@dataclass(frozen=True)
class CellTraining(RecordedTraining):
    """One training of a cell on a text."""

    @property
    def name(self):
        which = f"-{self.net.digest[:8]}" if isinstance(self.net, RecurrentCell) else ""
        how = f"{self.recipe.optimizer}-{self.recipe.lr:g}"
        return f"{self.data}-{self.label}{which}-{how}-{self.seed}".replace(" ", "_")

    def row(self, result):
        outcome = result["outcome"]
        test = outcome["test"]
        return {
            "data": self.data,
            "cell": self.label,
            "optimizer": self.recipe.optimizer,
            "lr": self.recipe.lr,
            "seed": self.seed,
            "hidden": self.recipe.hidden_size,
            "parameters": None if test is None else outcome["num_parameters"],
            "perplexity": None if test is None else round(min(outcome["valid_curve"]), 4),
            "test_perplexity": None if test is None else round(test, 4),
            "seconds": round(outcome["seconds"], 1),
        }


def cells():
    """Return what is compared, by name; the best cell found here if its search is complete."""
    found = {"nn.LSTM": LSTMLayer, "NAS_CELL": published.NAS_CELL}
    if SEARCH.table.exists():
        frame = pd.read_csv(SEARCH.table)
        if len(frame) == 2 * len(SEARCH.seeds) * SEARCH.trials:
            best = frame.loc[frame["perplexity"].idxmin()]
            tokens = [int(token) for token in best["tokens"].split()]
            found["best of the search"] = SEARCH.space.decode(tokens)
    found["NAS_CELL_MAX_SIN"] = published.NAS_CELL_MAX_SIN
    return found


def fitted(recipe, cell, num_symbols):
    """Return the recipe with the hidden size at which a cell has the LSTM's parameters."""
    sizes = {name: getattr(recipe, name) for name in ("embedding_size", "num_layers", "tied")}
    wanted = count_parameters(LSTMLayer, num_symbols, recipe.hidden_size, **sizes)
    return replace(recipe, hidden_size=hidden_size_for(wanted, cell, num_symbols, **sizes))


def grid(data, recipe):
    """Return the trainings of every cell with every learning rate, from the first seed."""
    num_symbols, jobs = load_text(data).num_symbols, []
    for name, cell in cells().items():
        sized = fitted(recipe, cell, num_symbols)
        rates = RATES[recipe.optimizer] + FURTHER.get((name, recipe.optimizer), ())
        each = [(cell, data, replace(sized, lr=lr), SEEDS[0]) for lr in rates]
        jobs += [CellTraining(*one, label=name) for one in each]
    return jobs


def again(experiment):
    """Return the training from the second seed of every cell whose grid is finished.

    A rate at which a cell diverged is none to choose.
    """
    grids = defaultdict(list)
    for job in experiment.jobs:
        row = experiment.rows.get(job.name)
        grids[job.data, job.label, job.recipe.optimizer].append((row, job))
    chosen = []
    for pairs in grids.values():
        if all(row is not None for row, _ in pairs):
            learned = [(float(row["perplexity"]), job) for row, job in pairs if row["perplexity"]]
            if learned:
                _, best = min(learned, key=lambda pair: pair[0])
                chosen.append(replace(best, seed=SEEDS[1]))
    return chosen


def of_grid(frame, data, optimizer):
    """Return the rows of a text and an optimiser."""
    return frame[(frame["data"] == data) & (frame["optimizer"] == optimizer)]


def best_rate(learned):
    """Return the learning rate that validated best, by the first seed if that learned at all."""
    first = learned[learned["seed"] == SEEDS[0]]
    return (learned if first.empty else first).sort_values("perplexity")["lr"].iloc[0]


def rates_drawn(frame, data, optimizer):
    """Return a picture of every cell on a text over the learning rates, in bits per symbol.

    The line is the mean of the trainings, the shade the lowest to the highest of them; where a
    cell failed there is none. What is worse than knowing nothing is drawn as knowing nothing.
    """
    part = of_grid(frame, data, optimizer)
    rates = np.unique(part["lr"])
    if part["perplexity"].isna().all():
        return ""
    text = load_text(data)
    values = part.assign(value=np.log2(part["perplexity"].clip(upper=text.num_symbols)))
    curves, best = {}, []
    for name, own in values.groupby("cell", sort=False):
        by_rate = own.groupby("lr")["value"].agg(["mean", "min", "max"]).reindex(rates)
        curves[name] = Interval(*by_rate.to_numpy().T)
        learned = own.dropna(subset="value")
        where = "failed at all" if learned.empty else f"is lowest at {best_rate(learned):g}"
        best.append(f"{name} {where}")
    of, title = f"validation bits per {text.unit}", f"{text.title}, {SAID[optimizer]}"
    figure = intervals_figure(curves, rates, title, y=of, unit="learning rate")
    picture = save_figure(figure, __file__, f"{data}_{optimizer}".replace("-", "_"))
    return f"![{title}: {of} over the learning rate. {', '.join(best)}.]({picture})\n\n"


def measure_of(data):
    """Return what a text is measured in."""
    return BITS if data.endswith("-chars") else PERPLEXITY


def rows_of(frame, data):
    """Return a line of the record for each cell and optimiser on a text: at its best rate."""
    rows = []
    for (name, optimizer), part in frame[frame["data"] == data].groupby(
        ["cell", "optimizer"], sort=False
    ):
        learned = part.dropna(subset="perplexity")
        failed = f"{len(part) - len(learned)} of {len(part)}"
        if learned.empty:
            rows.append([name, str(part["hidden"].iloc[0]), "–", SAID[optimizer], failed, "–", "–"])
            continue
        rate = best_rate(learned)
        own = learned[learned["lr"] == rate]
        digits = 3 if data.endswith("-chars") else 1
        found = [
            spread([measure_of(data).read(v) for v in own[column]], digits)
            for column in ("perplexity", "test_perplexity")
        ]
        parameters = f"{int(own['parameters'].iloc[0]):,}"
        how = f"{SAID[optimizer]}, {rate:g}"
        rows.append([name, str(own["hidden"].iloc[0]), parameters, how, failed, *found])
    return rows


def main():
    first = [job for data, recipes in TEXTS.items() for each in recipes for job in grid(data, each)]
    chosen = options_of(__doc__, "ptb_compared")
    experiment = Experiment(first, chosen, TABLES / "ptb_compared.csv")
    done = experiment.work()
    experiment.jobs = [*first, *again(experiment)]
    if not (experiment.work() and done):
        return UNFINISHED
    frame = experiment.frame()
    head = ["cell", "H", "parameters", "best learning rate", "failed"]
    further = "; ".join(
        f"{SAID[optimizer]} {', '.join(f'{rate:g}' for rate in rates)} for {name}"
        for (name, optimizer), rates in FURTHER.items()
    )
    rates = (f"{SAID[key]} {', '.join(f'{r:g}' for r in of)}" for key, of in RATES.items())
    body = (
        f"Learning rates: {'; '.join(rates)}. Each was trained from one seed, and the one that "
        "validates best with an optimiser from a second; two values in brackets are those of the "
        "two seeds. A training failed when "
        "its numbers became NaN or infinite. Adam up to 0.01 was decided beforehand. The rest was "
        "added for all cells once validation had been seen: 0.03 and 16 since a cell was best at "
        "the end of the grid, SGD since the LSTM had done far better by it elsewhere. Added for "
        f"one cell alone, which had failed at all four: {further}. So no best rate is the lowest "
        "or the highest that was tried. The text was scored in windows with a context. All "
        "trainings: `data/tables/ptb_compared.csv`.\n"
    )
    for data, recipes in TEXTS.items():
        measure, one = measure_of(data).short, recipes[0]
        body += (
            f"\n## {load_text(data).title}\n\nThe first {one.num_train:,} tokens, "
            f"{one.epochs} epochs.\n\n"
            + "".join(rates_drawn(frame, data, each.optimizer) for each in recipes)
            + table([*head, f"validation {measure}", f"test {measure}"], rows_of(frame, data))
        )
    write_record(__file__, "Cells compared on the Penn Treebank", body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
