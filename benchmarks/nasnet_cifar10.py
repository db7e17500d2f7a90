"""A small NASNet-A, the published v1 and a plain ResNet: equal size and time, cutout or not.

All three are scaled to about 300,000 parameters, and each trains as many epochs as fit into half an
hour of one core of the machine that this was written on: 28 minutes, by what an epoch took there.
So the networks that are cheap to train see the images more often. CIFAR-10 at 16x16 pixels, 20,000
images; one recipe for all, nothing tuned: batches of 64, one cosine from 0.05 (which is NASNet's
0.025 for batches of 32), its L2 penalty and its clipping. Cutout is 8 pixels, the same share of an
image as 16 of 32. The test images are read once, after the last epoch, and nothing is chosen by
them. Resumable: every training keeps its last whole epoch, and the table is the record.
"""

import sys
from dataclasses import dataclass, replace
from functools import partial

from cifar10_longer import PlainResNet
from experiment import TABLES, UNFINISHED, Experiment, RecordedTraining, fields, options_of
from record import table, write_record

from nasedu import ConvNet, published
from nasedu.data import load
from nasedu.training import Recipe
from nasedu.training.nas_net_recipe import NasNetRecipe

TABLE = TABLES / "nasnet_cifar10.csv"
DATA = "cifar10"
HOW = {
    "batch_size": 64,
    "lr": 0.05,
    "weight_decay": 5e-4,
    "schedule": "cosine",
    "clip": 5.0,
    "image_size": 16,
    "num_train": 20_000,
}
RECIPE = Recipe(**HOW)
NASNET = NasNetRecipe(**HOW, cells=3, filters=12, precision="float32")  # where it is faster
CUTOUT = 8
SEEDS = (0, 1)
SHARE = 0.265  # of the filters of figure 7
WIDTH = 17  # of the ResNet's first stage
EPOCHS = {"NASNet-A": 16, "figure 7 (v1)": 34, "ResNet-20": 100}  # by 105, 49 and 17 s each
TOY = {"num_train": 64, "image_size": None, "epochs": 1, "batch_size": 32}


def figure_7(share=SHARE):
    """Return the network of figure 7 with a share of its filters."""
    layers = published.NAS_CNN_V1.layers
    return ConvNet(tuple(replace(x, num_filters=round(x.num_filters * share)) for x in layers))


@dataclass(frozen=True)
class BudgetedTraining(RecordedTraining):
    """One training of one of the three."""

    @property
    def name(self):
        words = f"{self.label} {'cutout' if self.recipe.cutout else 'plain'} {self.seed}"
        return "-".join(words.replace("(", "").replace(")", "").split())

    def result(self, training):
        """Return the outcome, tested, and the processor's seconds before the test."""
        return {"outcome": fields(training.test()), "processor": training.processor_seconds}

    def row(self, result):
        """Return the row of the table; of a training that diverged it has no results."""
        outcome = result["outcome"]
        curve = outcome["valid_curve"]
        return {
            "network": self.label,
            "cutout": self.recipe.cutout,
            "seed": self.seed,
            "epochs": self.recipe.epochs,
            "accuracy": round(curve[-1], 6) if curve else None,
            "test_accuracy": outcome["test"],
            "train_loss": round(outcome["train_curve"][-1], 4) if curve else None,
            "parameters": outcome["num_parameters"] if curve else None,
            "flop": outcome["flop"] if curve else None,
            "processor_seconds": round(result.get("processor", 0.0), 1),
        }


def jobs_for(data=DATA, seeds=SEEDS, cutout=CUTOUT, **changes):
    """Return all trainings, every network with and without cutout from one seed before the next."""
    each = (
        ("NASNet-A", published.NASNET_A, NASNET),
        ("figure 7 (v1)", figure_7(), RECIPE),
        ("ResNet-20", partial(PlainResNet, WIDTH), RECIPE),
    )
    return [
        BudgetedTraining(
            net,
            data,
            replace(recipe, **{"epochs": EPOCHS[label], "cutout": cut} | changes),
            seed,
            label=label,
        )
        for seed in seeds
        for cut in (0, cutout)
        for label, net, recipe in each
    ]


def rows_of(frame):
    """Return a row of the record for each network, with and without cutout."""
    rows = []
    for (name, cut), part in frame.groupby(["network", "cutout"], sort=False):
        one = part.iloc[0]
        results = [" / ".join(f"{v:.3f}" for v in part[c]) for c in ("accuracy", "test_accuracy")]
        size = [f"{one['parameters']:,.0f}", f"{one['flop'] / 1e6:,.0f}", f"{one['epochs']}"]
        loss = " / ".join(f"{v:.2f}" for v in part["train_loss"])
        minutes = f"{part['processor_seconds'].mean() / 60:.0f}"
        mean = f"{part['test_accuracy'].mean():.3f}"
        label = f"{name}, {'cutout' if cut else 'plain'}"
        rows.append([label, *size, minutes, loss, *results, mean])
    return rows


def main(arguments=None):
    options = options_of(__doc__.splitlines()[0], "nasnet_cifar10", arguments, "tiny, on digits")
    path, record, jobs = TABLE, None, jobs_for()
    if options.toy:
        path, record = options.folder / TABLE.name, options.folder / "nasnet_cifar10.md"
        jobs = jobs_for("digits", cutout=4, **TOY)
    experiment = Experiment(jobs, options, path)
    if not experiment.work():
        return UNFINISHED
    frame = experiment.frame()
    recipe, seeds = jobs[0].recipe, len(frame["seed"].unique())
    head = ["network", "parameters", "MFLOP", "epochs", "minutes", "train loss"]
    head += ["validation", "test", "mean"]
    write_record(
        __file__,
        "NASNet-A beside v1 and a ResNet, with cutout and without",
        f"{load(jobs[0].data).title}, {recipe.num_train:,} images to train, at 16x16 pixels; "
        f"{seeds} seeds, each of which stands in the table; equal time of one core, one recipe, "
        "nothing tuned. NASNet-A trains in float32, in which it is faster here; the others in "
        "bfloat16 where the processor has it. Minutes are the processor's, without the test. "
        "All trainings: "
        "`data/tables/nasnet_cifar10.csv`.\n\n" + table(head, rows_of(frame)),
        record,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
