"""What makes a cell of base 2 good? Which decisions explain its bits, and do the best share a form?

All is of first trainings in the table `cells_base_2`, complete or a part of it. Beside it, by the
same recipe: an LSTM and the published cell with as many parameters, three seeds each, tested like
the table's cells; and 20 cells spread over the table's ranking, trained on ten times the text with
two seeds, of which the test text is not read. Resumable: every training keeps its result. Which
cells are trained for longer depends on the table alone. Import the text first:
``nasedu data add ptb PATH``.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from cell_forms import gates, shared
from cells_transfer import say_correlation, spread_over
from experiment import TABLES, UNFINISHED, Experiment, RecordedTraining, fields, options_of
from record import save_figure, spread, table, write_record
from strategies import GATED

from nasedu import compare, published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.data import load_text
from nasedu.spaces import sequences_at
from nasedu.tables import DIVERGED, NetworkTable, effects
from nasedu.training import LanguageRecipe
from nasedu.values import fill
from nasedu.viewing import RankWords, effects_figure, rank_figure

NAME = "cells_base_2"
SPREAD, LONGER, LONG_SEEDS, BESIDE_SEEDS = 20, 3_000_000, (0, 1), (0, 1, 2)
BESIDE = {"nn.LSTM": LSTMLayer, "NAS_CELL": published.NAS_CELL}
BEST = 20
LEARNED = 4.25  # bits: who knows how often each letter stands has 4.3 to 4.4, with nothing between
BY, LONG = "beside", "longer"
DRAWN = RankWords(
    things="cells",
    trainings="longer trainings",
    first="the table",
    x="bits per character in the table",
    y="after ten times the text",
    lower_is_better=True,
)


class Cells:
    """The different cells of a table that were trained, each once, as first trainings say.

    Attributes:
        space: The cells.
        places: ``(n,)`` where those stand that finished, the best first.
        bits: ``(n,)`` of the validation text; worse than knowing nothing counts as that.
        clipped: How many of them are worse than knowing nothing.
        diverged: ``(d,)`` places of those that diverged.
    """

    def __init__(self, path):
        self.table = known = NetworkTable.load(path)
        self.space = known.space
        self.worst = known.measure.read(known.about["evaluator"]["num_symbols"])
        children = np.unique(known.first)
        bits = known.best[0, children]
        finished = np.isfinite(bits)
        order = np.argsort(bits[finished], kind="stable")
        self.places = children[finished][order]
        self.bits = np.minimum(bits[finished][order], self.worst)
        self.clipped = int((bits[finished] > self.worst).sum())
        self.diverged = children[known.test[0, children] == DIVERGED]
        self.total = len(children)

    def tokens(self, places):
        """Return the descriptions ``(n, T)`` at places."""
        return sequences_at(self.space.decisions, places)

    def cells(self, places):
        """Return the cells at places."""
        return [self.space.decode(row) for row in self.tokens(places).tolist()]

    def names(self):
        """Return what the decisions are called in pictures."""
        size = 2 * self.space.base - 1
        parts = [*(f"leaf {k}" for k in range(self.space.base)), *range(self.space.base, size - 1)]
        parts += ["root", "injection"]
        memory = {"cell_output": "memory leaves at", "cell_input": "memory enters at"}
        return [memory.get(d.name, f"{parts[d.layer - 1]}: {d.name}") for d in self.space.decisions]

    def everywhere(self, places):
        """Return all descriptions that are the cells at places, as places, and whose each is."""
        own = np.isin(self.table.first, places)
        return np.flatnonzero(own), self.table.first[own]


@dataclass(frozen=True)
class Beside(RecordedTraining):
    """One training of a cell by the table's recipe, tested; or a longer one, which is not.

    Args:
        of: Which of the two.
        place: In the table; None if it is no cell of it.
        bits: In the table, by its first training.
    """

    of: str = BY
    place: int | None = None
    bits: float | None = None

    @property
    def name(self):
        return f"{self.of}-{self.label}-{self.seed}".replace(" ", "_")

    def result(self, training):
        tested = training.outcome() if self.of == LONG else training.test()
        return {"outcome": fields(tested)}

    def row(self, result):
        outcome = result["outcome"]
        curve, test = outcome["valid_curve"], outcome.get("test")
        return {
            "of": self.of,
            "cell": self.label,
            "seed": self.seed,
            "place": self.place,
            "table": self.bits,
            "bits": round(float(np.log2(min(curve))), 6) if curve else None,
            "test_bits": round(float(np.log2(test)), 6) if test else None,
            "parameters": outcome["num_parameters"] if curve else None,
            "seconds": round(outcome["seconds"], 1),
        }


def jobs_for(known, data, recipe, longer, count=SPREAD):
    """Return the trainings of what stands beside the table, and the longer ones of its cells."""
    symbols, wanted, jobs = load_text(data).num_symbols, int(known.table.parameters[0]), []
    shape = {name: getattr(recipe, name) for name in ("num_layers", "embedding_size", "tied")}
    for name, cell in BESIDE.items():
        size = hidden_size_for(wanted, cell, symbols, **shape)
        sized = replace(recipe, hidden_size=size)
        jobs += [Beside(cell, data, sized, seed, label=name) for seed in BESIDE_SEEDS]
    frame = pd.DataFrame({"perplexity": known.bits, "tokens": known.places, "place": known.places})
    for place in spread_over(frame, count)["place"]:
        [cell], bits = known.cells([place]), float(known.bits[known.places == place][0])
        own = {"of": LONG, "label": f"cell {place}", "place": int(place), "bits": round(bits, 6)}
        jobs += [Beside(cell, data, longer, seed, **own) for seed in LONG_SEEDS]
    return jobs


def explained(known, script):
    """Return the part of the record on what decisions explain, with its pictures."""
    places, of = known.everywhere(known.places)
    bits = dict(zip(known.places.tolist(), known.bits.tolist(), strict=True))
    every, whose = known.everywhere(np.concatenate([known.places, known.diverged]))
    values = np.array([bits[place] for place in of.tolist()])
    learned = np.array([bits.get(place, known.worst) < LEARNED for place in whose.tolist()])
    parts = []
    for part, tokens, result, title in (
        ("bits", places, values, f"Bits of {len(places):,} descriptions"),
        ("learned", every, learned.astype(float), f"Learned or not, {len(every):,} descriptions"),
        (
            "bits_of_those_that_learned",
            places[values < LEARNED],
            values[values < LEARNED],
            f"Bits of {(values < LEARNED).sum():,} that learned",
        ),
    ):
        found = effects(known.tokens(tokens), result, known.names())
        made = effects_figure(found, f"{title}: % of their variance")
        picture = save_figure(made, script, part)
        rows = [[name, f"{100 * share:.1f} %"] for name, share in found.largest(8)]
        words = (
            f"All decisions alone explain {100 * found.all_alone:.0f} % of the variance, with all "
            f"interactions of two {100 * found.with_twos:.0f} %. The other "
            f"{100 * (1 - found.with_twos):.0f} % are interactions of three and more, and noise."
        )
        parts.append(
            f"### {title}\n\n![{made.alt}]({picture})\n\n{words}\n\n"
            + table(["the largest effects", "share"], rows)
        )
    return "\n".join(parts)


def told(values):
    """Write the middle and the range of bits, without NaN; a dash if there are none."""
    finished = [value for value in values if np.isfinite(value)]
    return spread(finished, 3) if finished else "–"


def best_of(known, script):
    """Return the part of the record on the best cells, with its drawings."""
    best = known.places[:BEST]
    cells = known.cells(best)
    later = known.table.tested[1:, best]
    rows = [
        [f"{k + 1}", str(cell).replace("|", "/"), f"{known.bits[k]:.3f}", told(own)]
        for k, (cell, own) in enumerate(zip(cells, later.T, strict=True))
    ]
    pictures = ""
    for number, name, other in ((1, "second", cells[1]), (2, "by hand", GATED)):
        drawn = compare(cells[0], other, names=("best", name))
        path = script.with_name(f"{script.stem}_compared_{number}.png")
        drawn.save(path)
        pictures += f"![{drawn.alt}]({path.name})\n\n"
    every = np.concatenate([known.places, known.diverged])
    has_gate = sum(bool(gates(cell)) for cell in cells)
    return (
        f"{has_gate} of the best {len(cells)} have a gate: a multiplication with a sigmoid.\n\n"
        + table(["form", "of the best", "of all trained"], shared(cells, known.cells(every)))
        + f"\n{pictures}"
        + table(["rank", "cell", "validation", "test, later trainings"], rows)
    )


def beside(known, frame):
    """Return rows of what stands beside the table, and of some of the table's own cells."""
    rows, size = [], f"{known.table.parameters[0]:,}"
    for name, own in frame[frame["of"] == BY].groupby("cell", sort=False):
        rank = 1 + int((known.bits < own["bits"].fillna(known.worst).median()).sum())
        numbers = (own["bits"].tolist(), own["test_bits"].tolist())
        rows.append([name, f"{own['parameters'].max():,.0f}", *map(told, numbers), f"{rank:,}"])
    for name, k in (("best", 0), (f"{BEST}th", BEST - 1), ("median", len(known.bits) // 2)):
        tests = known.table.tested[int(k < BEST) :, known.places[k]]
        numbers = (f"{known.bits[k]:.3f}", told(tests), f"{k + 1:,}")
        rows.append([f"{name} of the table", size, *numbers])
    return rows


def survives(known, frame, script):
    """Return the part of the record on longer training, with its picture."""
    own = frame[frame["of"] == LONG]
    own = own.assign(bits=own["bits"].fillna(known.worst).clip(upper=known.worst))
    wide = own.pivot(index="cell", columns="seed", values="bits").reindex(columns=LONG_SEEDS)
    wide.insert(0, "table", own.groupby("cell")["table"].first())
    wide = wide.dropna().sort_values("table")
    if len(wide) < 3:
        return f"{len(wide)} cells are finished; a ranking takes 3 or more.\n"
    seeds = list(LONG_SEEDS)
    drawn = rank_figure(wide["table"], wide[seeds], DRAWN)
    halves = {"of all": wide, "of the better half": wide[: -(-len(wide) // 2)]}
    rows = [
        [name, f"{len(part)}", say_correlation((part["table"], part[seeds].mean(axis=1)))]
        for name, part in halves.items()
    ]
    cells = [[name, *(f"{v:.3f}" for v in row)] for name, *row in wide.itertuples()]
    return (
        f"![{drawn.alt}]({save_figure(drawn, script, LONG)})\n\n"
        + table(["rank correlation with the table", "cells", "mean of the two seeds"], rows)
        + "\n"
        + table(["cell, by its place", "in the table", *(f"seed {s}" for s in LONG_SEEDS)], cells)
    )


def main(arguments=None):
    chosen = options_of(__doc__, "cells_explained", arguments, toy="tiny trainings", table=NAME)
    known = Cells(chosen.table)
    if len(known.bits) < BEST:
        raise SystemExit(f"{chosen.table} has {len(known.bits)} finished cells; {BEST} are needed")
    about = known.table.about["evaluator"]
    recipe, data, count = fill(LanguageRecipe, about["recipe"]), about["data"], SPREAD
    longer, output, script = replace(recipe, num_train=LONGER), TABLES, Path(__file__)
    if chosen.toy:
        recipe = replace(recipe, num_train=1000, num_scored=500)
        longer, data, count = replace(recipe, num_train=2000), "pydocs-chars", 3
        output, script = chosen.folder, chosen.folder.resolve() / script.name
        output.mkdir(parents=True, exist_ok=True)
    jobs = jobs_for(known, data, recipe, longer, count)
    experiment = Experiment(jobs, chosen, output / "cells_explained.csv")
    if not experiment.work():
        return UNFINISHED
    frame = experiment.frame()
    trained, total = len(known.places) + len(known.diverged), known.total
    part = f" **The table is not complete: {total - trained:,} are missing.**"
    part = part if trained < total else ""
    write_record(
        __file__,
        "What makes a recurrent cell of base 2 good",
        f"First trainings of {trained:,} of {total:,} different cells in `{known.table.name}`; "
        f"{len(known.diverged):,} diverged, {known.clipped:,} that finished are worse than knowing "
        f"nothing ({known.worst:.2f} bits), and count as that.{part} {about['title']}, bits per "
        f"character of the validation text. Learned at all: below {LEARNED} bits, as "
        f"{(known.bits < LEARNED).sum():,} cells have; a model that knows only how frequent each "
        f"character is has 4.3 to 4.4. Trainings beside the table: "
        "`data/tables/cells_explained.csv`.\n\n"
        "## Which decisions explain the bits\n\n"
        "Analysis of variance by least squares over all descriptions; a cell with two descriptions "
        "counts twice, so that both leaves are treated alike. The diagonal shows what a decision "
        "adds to all others, the places below it what an interaction of two adds to all decisions. "
        "Where cells are missing, shares need not add up; the fewer cells there are, the more the "
        "interactions seem to explain.\n\n"
        + explained(known, script)
        + f"\n## Do the best {BEST} share a form?\n\n"
        f"The best were chosen by their first training; their tests are of later trainings.\n\n"
        + best_of(known, script)
        + "\n## Cells from elsewhere, with as many parameters\n\n"
        f"By the same recipe, {len(BESIDE_SEEDS)} seeds: median and range. The rank is that of the "
        f"validation among {len(known.bits):,} cells that finished.\n\n"
        + table(["cell", "parameters", "validation", "test", "rank"], beside(known, frame))
        + "\n## Does the ranking survive ten times the text?\n\n"
        f"Cells spread evenly over the ranking, {longer.num_train:,} characters, "
        f"{len(LONG_SEEDS)} seeds. In brackets 95 %, bootstrap over the cells.\n\n"
        + survives(known, frame, script),
        path=script.with_suffix(".md"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
