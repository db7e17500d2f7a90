"""Control 1 of section 4.2: the same search for cells, with max and sin among the choices.

Two seeds of REINFORCE in the larger space, beside the searches of `ptb_search.py`, which have the
same text, recipe and number of cells. Resumable: every search is a run folder, and all children so
far are written to ``data/tables/ptb_max_sin.csv`` as they come. Import the text first:
``nasedu data add ptb PATH``.
"""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
from experiment import UNFINISHED, options_of
from ptb_search import (
    FAILED,
    HEADS,
    SEARCH,
    TOPS,
    batch_medians,
    best_means,
    over_seeds,
    perplexities,
    rows_of,
)
from record import save_figure, spread, table, write_record

from nasedu import RecurrentCellSpace
from nasedu.architectures import ACTIVATIONS, COMBINES
from nasedu.data import load_text
from nasedu.viewing import intervals_figure

LARGER = replace(
    SEARCH,
    name="ptb_max_sin",
    space=RecurrentCellSpace(8, combines=COMBINES, activations=ACTIVATIONS),
    seeds=(0, 1),
    strategies=("reinforce",),
)
NAMES = {SEARCH.name: "the space of section 3.4", LARGER.name: "with max and sin"}
LAST = 24  # cells, by which it is told what a controller chooses in the end


def shares(frame, name, last=LAST):
    """Return how often the last cells take a choice, over all their nodes and the injection."""
    late = frame[frame["trial"] > LARGER.trials - last]
    chosen = []
    for tokens in late["tokens"]:
        pairs = zip(LARGER.space.decisions, map(int, tokens.split()), strict=True)
        chosen += [d.choices[token] for d, token in pairs if d.name in ("combine", "activation")]
    return 2 * chosen.count(name) / len(chosen)  # half of them are of the other kind


def main():
    if not LARGER.run(options_of(__doc__, LARGER.name)):
        return UNFINISHED
    frames = {search.name: pd.read_csv(search.table) for search in (SEARCH, LARGER)}
    every = {name: perplexities(frame, "reinforce") for name, frame in frames.items()}
    at = np.arange(8, SEARCH.trials + 1, 8)
    batches = {NAMES[name]: over_seeds(batch_medians(values)) for name, values in every.items()}
    y = "validation perplexity, median of a batch"
    title, ends = "REINFORCE in two spaces of cells", (8, LARGER.trials)
    drawn = intervals_figure(batches, at, title, y=y, log=False, at=ends)
    tops = [
        [NAMES[name], *(spread(best_means(values, k)[:, -1], 1) for k in TOPS)]
        for name, values in every.items()
    ]
    larger, text = frames[LARGER.name], load_text(LARGER.data)
    write_record(
        __file__,
        "Control 1: max and sin in the space",
        f"{text.title}; all as in `ptb_search.py`, except that the space has "
        f"{LARGER.space.size:.3g} sequences instead of {SEARCH.space.size:.3g}; "
        f"{len(LARGER.seeds)} seeds, beside {len(SEARCH.seeds)} there. The shaded bands go from "
        "the lowest to the highest seed; a cell that failed "
        f"counts as {FAILED:,.0f}. All children: `data/tables/ptb_max_sin.csv`.\n\n"
        f"![{drawn.alt}]({save_figure(drawn, __file__, 'all')})\n\n"
        + table(HEADS, rows_of(larger, "reinforce", LARGER))
        + "\n"
        + table(["perplexity, median of the seeds", *(f"best {k}" for k in TOPS)], tops)
        + f"\nOf the nodes of the last {LAST} cells {shares(larger, 'max'):.0%} combine by max "
        f"(by chance: {1 / len(COMBINES):.0%}) and {shares(larger, 'sin'):.0%} use sin (by "
        f"chance: {1 / len(ACTIVATIONS):.0%}).\n",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
