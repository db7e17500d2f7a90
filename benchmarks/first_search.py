"""Does REINFORCE find better networks than random search, in a search of two minutes?

Five seeds of each on the digits, 160 children of 4 layers, without and with skip connections,
beside the largest network of the space and one designed by hand. Resumable: every search is a
run folder, and the table of all children is written to ``data/tables/first_search.csv``.
"""

import statistics
import sys

import numpy as np
import pandas as pd
from experiment import NAMES, STRATEGIES, UNFINISHED, RecordedSearch, options_of
from laboratory import say
from record import HERE, table, write_record

from nasedu import ConvLayer, ConvNet, ConvNetSpace
from nasedu.runs.trial import child_seed
from nasedu.training import ImageTask
from nasedu.training.measure import ACCURACY
from nasedu.viewing.figures.pens import pens_of
from nasedu.viewing.figures.sheets import SMALL, sheet
from nasedu.viewing.pictures import INK

SEEDS, TRIALS = range(5), 160
SPACES = {
    "no skips": ConvNetSpace(4, num_filters=(8, 16, 24, 36), skip_connections=False),
    "skips": ConvNetSpace(4, num_filters=(8, 16, 24, 36), skip_connections=True),
}
SEARCHES = [
    RecordedSearch(
        "first_search",
        space,
        "digits",
        None,
        trials=TRIALS,
        measure=ACCURACY,
        seeds=tuple(SEEDS),
        columns=(("space", name),),
    )
    for name, space in SPACES.items()
]
TABLE = SEARCHES[0].table
LOOKS = dict(zip(STRATEGIES, pens_of(list(NAMES.values())), strict=True))
LINES = {"by hand": ("usual 3x3 design", ":"), "largest": ("largest network", "-.")}
TICKS = (0.03, 0.05, 0.1, 0.2, 0.5)


def chain(size, filters):
    return ConvNet(tuple(ConvLayer(size, size, n, (i,)) for i, n in enumerate(filters)))


def all_connected(size, filters):
    layers = (
        ConvLayer(size, size, n, tuple(range(1, i)) or (0,)) for i, n in enumerate(filters, 1)
    )
    return ConvNet(tuple(layers))


LABELS = {
    "largest": "The largest network",
    "by hand": "A network designed by the usual rule (3x3 filters, 16, 24, 36 and 36 of them)",
}
BESIDE = {
    ("no skips", "largest"): chain(7, (36, 36, 36, 36)),
    ("no skips", "by hand"): chain(3, (16, 24, 36, 36)),
    ("skips", "largest"): all_connected(7, (36, 36, 36, 36)),
    ("skips", "by hand"): chain(3, (16, 24, 36, 36)),
}


def run_beside():
    """Train the largest network and the one designed by hand, five seeds each.

    They are measured as the children are: by the better of their two epochs.
    """
    task = ImageTask.on("digits")
    found = {}
    for key, net in BESIDE.items():
        accuracies = [max(task.fit(net, child_seed(s, 0))[1].valid_curve) for s in SEEDS]
        found[key] = (task.cost(net).num_parameters, accuracies)
    return found


def over_seeds(values):
    """Return mean, lowest and highest: five seeds are too few for an interval."""
    return statistics.mean(values), min(values), max(values)


def quarters(frame):
    """Return the mean accuracy of each quarter of the children: seeds x 4."""
    quarter = (frame["trial"] - 1) * 4 // TRIALS
    return frame.groupby(["seed", quarter])["accuracy"].mean().unstack().to_numpy()


def explained(frame):
    """Return the share of the reward's variance that a line in log-parameters explains."""
    return np.corrcoef(np.log(frame["parameters"]), frame["reward"])[0, 1] ** 2


def section(name, frame, beside):
    """Describe one space: quarters by seed, best by seed, what stands beside."""
    parts = {s: frame[(frame["space"] == name) & (frame["strategy"] == s)] for s in STRATEGIES}
    by_quarter = {s: quarters(part) for s, part in parts.items()}
    best = {s: part.groupby("seed")["accuracy"].max().to_numpy() for s, part in parts.items()}
    rows = [
        [
            f"{NAMES[s]}, seed {seed}",
            *(f"{q:.3f}" for q in by_quarter[s][seed]),
            f"{best[s][seed]:.3f}",
        ]
        for s in STRATEGIES
        for seed in SEEDS
    ]
    rows += [
        [
            f"**{NAMES[s]}, mean**",
            *(f"{q:.3f}" for q in by_quarter[s].mean(0)),
            f"{best[s].mean():.3f}",
        ]
        for s in STRATEGIES
    ]
    last = {s: over_seeds(by_quarter[s][:, 3].tolist()) for s in STRATEGIES}
    found = {s: over_seeds(best[s].tolist()) for s in STRATEGIES}
    text = f"## {'With' if name == 'skips' else 'Without'} skip connections\n\n"
    text += (
        f"{SPACES[name].size:,} token sequences. Validation accuracy of the children by quarter "
    )
    text += "of the search, and of the best child:\n\n"
    text += table(["", "1st", "2nd", "3rd", "4th", "best"], rows)
    text += (
        f"\nLast quarter, mean (lowest to highest of the {len(SEEDS)} seeds): REINFORCE "
        f"{say(last['reinforce'])}, random search {say(last['random'])}; best child: "
        f"{say(found['reinforce'])} and {say(found['random'])}. Differences of these means: "
        f"**{last['reinforce'][0] - last['random'][0]:+.3f}** and "
        f"{found['reinforce'][0] - found['random'][0]:+.3f}.\n\n"
    )
    for key in ("largest", "by hand"):
        parameters, accuracies = beside[name, key]
        label = LABELS[key]
        text += (
            f"{label} ({parameters:,} parameters): {say(over_seeds(accuracies))} "
            f"over {len(SEEDS)} seeds. "
        )
    text += (
        "Among random search's children the logarithm of the number of parameters alone explains "
        f"{100 * explained(parts['random']):.0f} % of the reward's variance.\n\n"
    )
    return text


def figure(frame, beside):
    """Draw errors, which are 1 - accuracy: mean of a batch and best so far, for both spaces."""
    made, panels = sheet(7.0, 2, 2)
    for row, name in zip(panels, SPACES, strict=True):
        for s, pen in LOOKS.items():
            part = frame[(frame["space"] == name) & (frame["strategy"] == s)]
            errors = 1 - part.pivot(index="trial", columns="seed", values="accuracy")
            batches = errors.groupby((errors.index + 7) // 8 * 8).mean()
            for axes, curve in zip(row, (batches, errors.cummin()), strict=True):
                draw_seeds(axes, curve, pen, NAMES[s])
        for axes, what in zip(row, ("mean of a batch", "best so far"), strict=True):
            for key, (label, dashes) in LINES.items():
                height = 1 - statistics.mean(beside[name, key][1])
                axes.axhline(height, color=INK, linestyle=dashes, linewidth=1.2, label=label)
            title = f"{what}, {'with' if name == 'skips' else 'without'} skip connections"
            axes.set_title(title, fontsize=SMALL, color=INK)
            axes.set(yscale="log", ylim=(0.025, 0.75))
            axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
            axes.tick_params(which="minor", left=False, labelleft=False)
        row[0].set_ylabel("1 − validation accuracy", fontsize=SMALL, color=INK)
    for axes in panels[1]:
        axes.set_xlabel("children trained", fontsize=SMALL, color=INK)
    look = {"ncols": 4, "fontsize": SMALL - 1, "frameon": False, "labelcolor": INK}
    made.legend(*panels[0][0].get_legend_handles_labels(), loc="outside upper center", **look)
    return made


def draw_seeds(axes, curve, pen, name):
    """Draw the mean of the seeds, which are columns, with a shade from lowest to highest."""
    [line] = axes.plot(curve.index, curve.mean(axis=1), color=pen.colour, label=name)
    line.set(linestyle=pen.dashes, marker=pen.marker, markersize=4)
    line.set_markevery(max(1, len(curve) // 10))
    shade = {"color": pen.colour, "alpha": 0.15, "linewidth": 0}
    axes.fill_between(curve.index, curve.min(axis=1), curve.max(axis=1), **shade)


def main():
    options = options_of(__doc__, "first_search")
    if not all(searches.run(options) for searches in SEARCHES):
        return UNFINISHED
    frame, beside = pd.read_csv(TABLE), run_beside()
    figure(frame, beside).savefig(HERE / "first_search.png")
    write_record(
        __file__,
        "The first search, five times over",
        "Digits (scikit-learn), 1,200 training and 300 validation images; children of 4 layers, 2 "
        f"epochs, learning rate from 0.1 to 0; {TRIALS} children in batches of 8; controller of "
        "two layers of 35, learning rate 0.03 (scaled: the paper's 0.0006 is for 12,800). All "
        "children: `data/tables/first_search.csv`. Accuracy is that of the better of two epochs, "
        "of the children and of the networks compared with them. The shaded bands go from the "
        "lowest to the highest of the seeds. The picture shows errors, 1 - accuracy, on a log "
        "scale, so that differences between the best can be seen.\n\n"
        "![Mean error of a batch and lowest so far, REINFORCE and random search]"
        "(first_search.png)\n\n" + "".join(section(name, frame, beside) for name in SPACES),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
