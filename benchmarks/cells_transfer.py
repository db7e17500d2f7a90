"""Does a cell's rank on words carry over to characters?

Of the cells of `ptb_search.py` recorded so far, 24 spread evenly over the ranking by validation
perplexity, and beside them the published cell and `nn.LSTM` with as many parameters, are trained
again by two recipes. On the words of the Penn Treebank it is the search's, from another seed: so
well does a cell's result tell its own next result. On its characters, from two seeds, it is the
search's but for 50 steps, 200,000 symbols and a learning rate of 0.01: the published cell, the only
one tried beforehand (on 300,000), ended at 3.09 bits per character with 0.003, at 2.79 with that.
Nothing is tuned for any other cell, and the test texts are not read. Resumable: every training
keeps its last whole epoch. Which cells are chosen depends on the table of the search alone. Import
the text first: ``nasedu data add ptb PATH``.
"""

import math
import sys
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from experiment import (
    NAMES,
    TABLES,
    UNFINISHED,
    Experiment,
    RecordedTraining,
    fields,
    options_of,
)
from ptb_search import SEARCH
from record import save_figure, table, write_record
from scipy.stats import rankdata

from nasedu import published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.children.language_model import count_parameters
from nasedu.data import load_text
from nasedu.viewing import RankWords, rank_figure

SPREAD = 24
WORDS, CHARACTERS = "ptb", "ptb-chars"
RECIPES = {WORDS: SEARCH.recipe, CHARACTERS: replace(SEARCH.recipe, unroll=50, lr=0.01)}
SEEDS = {WORDS: (1,), CHARACTERS: (0, 1)}
BESIDE = {"NAS_CELL": published.NAS_CELL, "nn.LSTM": LSTMLayer}
DRAWN = RankWords(
    things="cells",
    trainings="trainings on characters",
    x="bits per word in the search",
    y="bits per character",
    lower_is_better=True,
)


@dataclass(frozen=True)
class Again(RecordedTraining):
    """One more training of a cell, on a text."""

    tokens: str = ""  # empty: of no search
    search: float | None = None  # validation perplexity a word there

    @property
    def name(self):
        return f"{self.data}-{self.label}-{self.seed}".replace(" ", "_").replace(",", "")

    def result(self, training):
        return {"outcome": fields(training.outcome())}

    def row(self, result):
        outcome = result["outcome"]
        curve = outcome["valid_curve"]
        return {
            "data": self.data,
            "cell": self.label,
            "seed": self.seed,
            "tokens": self.tokens,
            "search": self.search,
            "perplexity": round(min(curve), 6) if curve else None,
            "parameters": outcome["num_parameters"] if curve else None,
            "seconds": round(outcome["seconds"], 1),
        }


def spread_over(children, count):
    """Return rows of so many different cells, evenly over the ranking, the best one first."""
    done = children.dropna(subset="perplexity").drop_duplicates("tokens")
    done = done.sort_values(["perplexity", "tokens"], ignore_index=True)
    return done.iloc[np.linspace(0, len(done) - 1, min(count, len(done))).round().astype(int)]


def jobs_for(children, recipes=RECIPES):
    """Return the trainings of rows of the search and of what stands beside, a text at a time."""
    jobs = []
    for data, recipe in recipes.items():
        num_symbols, hidden = load_text(data).num_symbols, recipe.hidden_size
        wanted = count_parameters(published.NAS_CELL, num_symbols, hidden, tied=recipe.tied)
        each = []
        for name, cell in BESIDE.items():
            size = hidden_size_for(wanted, cell, num_symbols, tied=recipe.tied)
            sized = replace(recipe, hidden_size=size)
            each.append(Again(cell, data, sized, label=name))
        for row in children.itertuples():
            name = f"{NAMES[row.strategy]} {row.seed}, child {row.trial}"
            cell = SEARCH.space.decode([int(token) for token in row.tokens.split()])
            found = {"label": name, "tokens": row.tokens, "search": row.perplexity}
            each.append(Again(cell, data, recipe, **found))
        seeds = SEEDS[CHARACTERS if data.endswith("-chars") else WORDS]
        jobs += [replace(job, seed=seed) for seed in seeds for job in each]
    return jobs


def bits_of(frame):
    """Return bits per symbol, a row a cell whose trainings are finished, a column a training.

    The columns are the search, words again, and characters twice. A cell that failed counts as
    one to which every symbol is as probable as any other.
    """
    numbers = frame["data"].map({data: load_text(data).num_symbols for data in set(frame["data"])})
    worst = numbers.where(frame["perplexity"].isna(), frame["perplexity"])
    kind = np.where(frame["data"].str.endswith("-chars"), "characters", "words")
    kept = frame.assign(bits=np.log2(worst), training=kind + " " + frame["seed"].astype(str))
    wide = kept.pivot(index="cell", columns="training", values="bits")
    search = np.log2(frame.groupby("cell")["search"].first())
    columns = ["search", "words 1", "characters 0", "characters 1"]
    return wide.assign(search=search).reindex(columns=columns).dropna(subset=columns[1:])


def rank_correlation(a, b):
    """Return Spearman's correlation of ``(..., n)`` values; NaN where all of one are equal."""
    ranks = [rankdata(values, axis=-1) for values in (a, b)]
    x, y = (each - each.mean(-1, keepdims=True) for each in ranks)
    length = np.sqrt((x**2).sum(-1) * (y**2).sum(-1))
    return np.divide((x * y).sum(-1), length, out=np.full(x.shape[:-1], np.nan), where=length > 0)


def say_correlation(*pairs, resamples=2000):
    """Say the rank correlation of two columns of children, or the mean over several such pairs.

    With an interval of 95 %: the children are drawn again, with replacement (bootstrap). So it
    holds the luck of which children were chosen, and not that of their trainings.
    """
    count = len(pairs[0][0])
    drawn = np.random.default_rng(0).integers(count, size=(resamples, count))
    drawn[0] = np.arange(count)  # the children themselves
    again = ([np.asarray(values)[drawn] for values in pair] for pair in pairs)
    found = np.mean([rank_correlation(a, b) for a, b in again], axis=0)
    low, high = np.nanquantile(found[1:], (0.025, 0.975))
    return f"{found[0]:.2f} ({low:.2f} to {high:.2f})"


def correlations(bits):
    """Return rows of how well the first training tells the second, in all and the better half."""
    halves = (bits, bits[bits["search"] <= bits["search"].median()])

    def row(name, *pairs):
        return [name, *(say_correlation(*((h[a], h[b]) for a, b in pairs)) for h in halves)]

    words, characters = bits.columns[:2], bits.columns[2:]
    return [
        row("words, words again", tuple(words)),
        row("characters, characters again", tuple(characters)),
        row("words, characters (mean of the four pairs)", *product(words, characters)),
    ]


def results(bits):
    """Return a row of the record for every cell, the best on words first."""
    ordered = bits.sort_values("words 1")
    return [
        [
            name,
            "–" if math.isnan(row["search"]) else f"{2 ** row['search']:.0f}",
            f"{2 ** row['words 1']:.0f}",
            *(f"{row[f'characters {seed}']:.3f}" for seed in SEEDS[CHARACTERS]),
        ]
        for name, row in ordered.iterrows()
    ]


def toy(recipe):
    """Return a recipe of a moment, for tests."""
    return replace(recipe, hidden_size=4, num_train=500)


def main(arguments=None):
    chosen = options_of(__doc__, "cells_transfer", arguments, toy="three cells on Python's help")
    children = pd.read_csv(SEARCH.table)
    total = 2 * len(SEARCH.seeds) * SEARCH.trials
    if chosen.toy:
        recipes = {data: toy(RECIPES[WORDS]) for data in ("pydocs", "pydocs-chars")}
        jobs, output = jobs_for(spread_over(children, 3), recipes), chosen.folder
        output.mkdir(parents=True, exist_ok=True)
    else:
        recipes, output = RECIPES, TABLES
        jobs = jobs_for(spread_over(children, SPREAD))
    experiment = Experiment(jobs, chosen, output / "cells_transfer.csv")
    if not experiment.work():
        return UNFINISHED
    ranked = (bits := bits_of(experiment.frame())).dropna(subset="search")
    if len(ranked) < 3:
        raise SystemExit(f"{len(ranked)} cells are finished; a ranking takes 3 or more")
    script = chosen.folder / "cells_transfer.py" if chosen.toy else __file__
    worst = math.log2(load_text(next(iter(recipes))).num_symbols)  # as if it knew nothing
    words = (ranked["search"].clip(upper=worst), ranked[["characters 0", "characters 1"]], DRAWN)
    drawn = rank_figure(*words)
    each = " Texts: " + "; ".join(
        f"{load_text(data).title}, the first {r.num_train:,}" for data, r in recipes.items()
    )
    head = ["rank correlation (Spearman)", f"of all {len(ranked)}", "of the better half"]
    cells = ["cell", "perplexity in the search", "again", "bits per character, seed 0", "seed 1"]
    write_record(
        __file__,
        "Cells of a search on words, on characters",
        f"{len(ranked)} cells spread over the ranking of the search, of which {len(children)} of "
        f"{total} children were recorded; beside them the published cell and `nn.LSTM`, with equal "
        f"parameters. Two layers of {recipes[next(iter(recipes))].hidden_size}, one pass; all "
        f"figures are of the validation text.{each}. All trainings: "
        "`data/tables/cells_transfer.csv`. Intervals: 95 %, bootstrap over the cells. In the "
        "picture a cell that did worse in the search than knowing nothing is at the right edge. "
        "It shows the mean of the two trainings on characters, so its correlations differ a little "
        "from those of the table, which are means over pairs of trainings.\n\n"
        f"![{drawn.alt}]({save_figure(drawn, script)})\n\n"
        + table(head, correlations(ranked))
        + "\n"
        + table(cells, results(bits)),
        path=output / "cells_transfer.md" if chosen.toy else None,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
