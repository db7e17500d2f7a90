"""Does the ranking of a small search survive longer training? And what did the search find?

Of the children of `cifar10_search.py`, twenty spread evenly over the ranking by validation
accuracy, and the best child of every search, are trained for 8 epochs on 8,000 images (there: 3
epochs on 4,000), from two seeds each. Beside them, by the same recipe: a plain
ResNet of 20 layers as wide as gives it the parameters of REINFORCE's best child, and the network
of the paper's figure 7 with a quarter of its filters and, from one seed, as it is. The test images
are read once, after the last epoch, and nothing is chosen by them. Resumable: every training keeps
its last whole epoch.
"""

import sys
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from cells_transfer import say_correlation
from cifar10_search import SEARCH
from experiment import NAMES, UNFINISHED, Experiment, RecordedTraining, options_of
from record import save_figure, table, write_record
from torch import nn
from torchvision.models.resnet import BasicBlock

from nasedu import ConvNet, published
from nasedu.data import load
from nasedu.viewing import rank_figure

SMALL = SEARCH.recipe
TABLE = SEARCH.table.with_name("cifar10_longer.csv")
DATA = SEARCH.data
RECIPE = replace(SMALL, epochs=8, num_train=8_000)
SPREAD = 20


class PlainResNet(nn.Module):
    """He et al.'s residual network for CIFAR-10 (2015) of 20 layers.

    Args:
        width: Filters of its first stage; the second and third have two and four times as many.
        in_channels: Channels of the images.
        num_classes: Number of logits.
    """

    def __init__(self, width: int, *, in_channels: int, num_classes: int) -> None:
        super().__init__()
        layers = [convolution(in_channels, width, 3), nn.ReLU()]
        before = width
        for planes in (width, 2 * width, 4 * width):
            change = convolution(before, planes, 1, stride=2) if planes != before else None
            layers.append(BasicBlock(before, planes, 1 if change is None else 2, change))
            layers += [BasicBlock(planes, planes) for _ in range(2)]
            before = planes
        head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, num_classes))
        self.layers = nn.Sequential(*layers, *head)

    def forward(self, images):
        return self.layers(images)


def convolution(in_channels, out_channels, size, stride=1):
    """Return a convolution with batch norm."""
    conv = nn.Conv2d(in_channels, out_channels, size, stride, size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels))


def resnet_width(num_parameters):
    """Return the width that gives a ResNet the nearest number of parameters."""

    def count(width):
        net = PlainResNet(width, in_channels=3, num_classes=10)
        return sum(p.numel() for p in net.parameters())

    return min(range(2, 65), key=lambda width: abs(count(width) - num_parameters))


@dataclass(frozen=True)
class LongerTraining(RecordedTraining):
    """One training: of a child of the search, or of a network to compare it with."""

    small: float | None = None  # validation accuracy in the search
    is_ranked: bool = False  # one of those spread over the ranking
    is_compared: bool = True

    @property
    def name(self):
        return f"{self.label}-{self.seed}".replace(" ", "_").replace(",", "")

    def row(self, result):
        outcome = result["outcome"]
        return {
            "network": self.label,
            "seed": self.seed,
            "ranked": self.is_ranked,
            "compared": self.is_compared,
            "small": self.small,
            "accuracy": round(max(outcome["valid_curve"]), 6),
            "test_accuracy": outcome["test"],
            "parameters": outcome["num_parameters"],
            "flop": outcome["flop"],
            "seconds": round(outcome["seconds"], 1),
        }


def jobs_for(children, seeds):
    """Return everything that is to be trained, in an order that gives whole answers early."""
    done = children.dropna(subset="accuracy").drop_duplicates("tokens")
    done = done.sort_values("accuracy", kind="stable", ignore_index=True)
    spread = set(np.linspace(0, len(done) - 1, SPREAD).round().astype(int))
    best = set(done.groupby(["strategy", "seed"])["accuracy"].idxmax())
    rows = [(done.iloc[i], i in spread, i in best) for i in sorted(spread | best)]
    winner = done[done["strategy"] == "reinforce"].iloc[-1]
    figure_7 = published.NAS_CNN_V1
    quarter = tuple(replace(x, num_filters=x.num_filters // 4) for x in figure_7.layers)
    each = [
        *(child(*row) for row in rows),
        training("ResNet-20", partial(PlainResNet, resnet_width(winner["parameters"]))),
        training("figure 7, a quarter of its filters", ConvNet(quarter)),
    ]
    each = [replace(job, seed=seed) for seed in seeds for job in each]
    return [*each, training("figure 7", figure_7, seed=seeds[0])]


def child(row, is_ranked, is_compared):
    """Return the training of a child of the search."""
    name = f"{NAMES[row['strategy']]} {row['seed']}, child {row['trial']}"
    net = SEARCH.space.decode([int(token) for token in row["tokens"].split()])
    return training(name, net, small=row["accuracy"], is_ranked=is_ranked, is_compared=is_compared)


def training(label, net, **more):
    """Return one training by the longer recipe."""
    return LongerTraining(net, DATA, RECIPE, label=label, **more)


def ranking(small, longer, parameters):
    """Return rows of how well one ranking tells another, in all and in the better half."""
    better, mean = small >= small.median(), longer.mean(axis=1)

    def row(name, a, b):
        pairs = ((a, b), (a[better], b[better]))
        return [name, *(say_correlation(pair) for pair in pairs)]

    return [
        row("accuracy in the search, mean of the longer trainings", small, mean),
        row("one longer training, the other", longer[0], longer[1]),
        row("number of parameters, mean of the longer trainings", parameters, mean),
    ]


def compared(frame):
    """Return rows of the best children and of what they are compared with."""
    rows = []
    for name, part in frame[frame["compared"]].groupby("network", sort=False):
        one = part.iloc[0]
        values = [" / ".join(f"{v:.3f}" for v in part[c]) for c in ("accuracy", "test_accuracy")]
        size = [f"{one['parameters']:,}", f"{one['flop'] / 1e6:,.0f}"]
        rows.append([name, *size, *values, f"{part['test_accuracy'].mean():.3f}"])
    return rows


def main():
    chosen = options_of(__doc__, "cifar10_longer")
    jobs = jobs_for(pd.read_csv(SEARCH.table), (0, 1))
    experiment = Experiment(jobs, chosen, TABLE)
    if not experiment.work():
        return UNFINISHED
    frame = experiment.frame()
    ranked = frame[frame["ranked"]]
    longer = ranked.pivot(index="network", columns="seed", values="accuracy").dropna()
    about = ranked.groupby("network")[["small", "parameters"]].first().loc[longer.index]
    drawn = rank_figure(about["small"], longer)
    head = ["network", "parameters", "MFLOP", "validation, each seed", "test, each seed", "mean"]
    write_record(
        __file__,
        "Longer training after the search on CIFAR-10",
        f"{load(DATA).title}, {RECIPE.num_train:,} images of 16x16 to train, {RECIPE.epochs} "
        f"epochs (the search: {SMALL.num_train:,} and {SMALL.epochs}), two seeds (figure 7 as "
        "it is: one). Intervals: 95 %, bootstrap over the networks. All trainings: "
        "`data/tables/cifar10_longer.csv`.\n\n"
        f"![{drawn.alt}]({save_figure(drawn, __file__)})\n\n"
        + table(
            ["rank correlation (Spearman)", f"of all {len(longer)}", "of the better half"],
            ranking(about["small"], longer, about["parameters"]),
        )
        + "\n"
        + table(head, compared(frame)),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
