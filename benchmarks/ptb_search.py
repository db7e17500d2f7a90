"""REINFORCE against random search for recurrent cells on the Penn Treebank, and figure 6.

Three seeds of each, 96 cells of base 8 as in section 4.2, but small: two layers of 64, one pass
over the first 200,000 words. Batches are of 10, since with 20 the few cells tried beforehand ended
nearer to what word frequencies alone give, a perplexity of 727. The controller's learning rate is
that of the first search on the digits: at the paper's 0.0005 and 12 updates the policy would not
move. Resumable: every search is a run folder, and all children so far are written to
``data/tables/ptb_search.csv`` as they come. Import the text first: ``nasedu data add ptb PATH``.
"""

import sys

import numpy as np
import pandas as pd
from experiment import NAMES, STRATEGIES, UNFINISHED, RecordedSearch, options_of
from record import save_figure, table, write_record

from nasedu import RecurrentCellSpace
from nasedu.data import load_text
from nasedu.searching import Interval, mean_of_best
from nasedu.training import LanguageRecipe
from nasedu.training.measure import PERPLEXITY
from nasedu.viewing import intervals_figure

SEARCH = RecordedSearch(
    "ptb_search",
    RecurrentCellSpace(8),
    "ptb",
    LanguageRecipe(
        hidden_size=64,
        epochs=1,
        decay_after=1,
        batch_size=10,
        optimizer="adam",
        lr=0.003,
        clip=1.0,
        sum_steps=False,
        num_train=200_000,
    ),
    trials=96,
    measure=PERPLEXITY,
)
HEADS = ["validation perplexity", "median of the first half", "of the second", "best", "failed"]
TOPS = (1, 5, 15)  # of figure 6
FAILED = 10_000.0  # what a cell that failed counts as: every word as probable as any other


def perplexities(frame, name):
    """Return ``(S, n)`` perplexities of all children of a strategy, a row a seed."""
    part = frame[frame["strategy"] == name]
    return part.pivot(index="seed", columns="trial", values="perplexity").fillna(FAILED).to_numpy()


def over_seeds(values):
    """Return mean, lowest and highest row of ``(S, P)``."""
    return Interval(values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def best_means(values, k):
    """Return ``(S, n)`` means of the best k so far."""
    places = np.arange(values.size).reshape(values.shape)
    return -mean_of_best(places, -values.ravel(), k)


def of_all_pairs(every, k):
    """Return ``(S * S, n)`` leads of REINFORCE in the best k, of each search over each at random.

    The searches are independent, so those of one seed are no more a pair than any other two.
    """
    by_chance, learned = (best_means(every[name], k) for name in ("random", "reinforce"))
    return (by_chance[:, None] - learned[None]).reshape(-1, by_chance.shape[1])


def batch_medians(values, batch=8):
    """Return ``(S, n / batch)`` medians of each batch, since one failure would rule a mean."""
    return np.median(values.reshape(len(values), -1, batch), axis=2)


def rows_of(frame, name, search=SEARCH):
    """Return a line of the record for each seed of a strategy."""
    every = frame.fillna({"perplexity": FAILED})
    found = frame[frame["strategy"] == name].groupby("seed")["perplexity"]
    shares = found.apply(lambda column: f"{column.isna().mean():.0%}")
    lines = search.halves(every, name)
    return [[*line, shares[seed]] for line, seed in zip(lines, search.seeds, strict=True)]


def main():
    if not SEARCH.run(options_of(__doc__, SEARCH.name)):
        return UNFINISHED
    frame = pd.read_csv(SEARCH.table)
    every = {name: perplexities(frame, name) for name in STRATEGIES}
    at = np.arange(8, SEARCH.trials + 1, 8)
    batches = {NAMES[name]: over_seeds(batch_medians(values)) for name, values in every.items()}
    y = "validation perplexity, median of a batch"
    title, ends = "Cells on the Penn Treebank", (8, SEARCH.trials)
    drawn = intervals_figure(batches, at, title, y=y, log=False, at=ends)
    differences = {f"best {k}": over_seeds(of_all_pairs(every, k)) for k in TOPS}
    late = at[2:]  # before, the best 15 are all that there are, with those that failed
    figure_6 = {
        name: Interval(*(v[late - 1] for v in curve)) for name, curve in differences.items()
    }
    gap = intervals_figure(
        figure_6,
        late,
        "Random search minus REINFORCE (figure 6)",
        y="difference in perplexity\n(above 0: REINFORCE ahead)",
        lines={"": 0.0},  # a name would hide the first points
        log=False,
        at=(48, SEARCH.trials),
    )
    recipe, text = SEARCH.recipe, load_text(SEARCH.data)
    write_record(
        __file__,
        "A search for recurrent cells on the Penn Treebank",
        f"{text.title}, the first {recipe.num_train:,} of {len(text.train):,} words, "
        f"{recipe.epochs} epoch of Adam at {recipe.lr}, two layers of {recipe.hidden_size}; "
        f"base {SEARCH.space.base} ({SEARCH.space.size:.3g} sequences); {SEARCH.trials} cells in "
        "batches of 8; learning rate of the controller 0.03 (scaled). The shaded bands go from the "
        "lowest to the highest of three seeds and, in figure 6, of the nine pairs of a random "
        f"search and a search by REINFORCE; a cell that failed counts as {FAILED:,.0f}. All "
        "children: `data/tables/ptb_search.csv`.\n\n"
        f"![{drawn.alt}]({save_figure(drawn, __file__, 'all')})\n\n"
        f"![{gap.alt}]({save_figure(gap, __file__, 'figure_6')})\n\n"
        + table(HEADS, [row for name in STRATEGIES for row in rows_of(frame, name)]),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
