"""Ranking networks without training each of them: what does it cost, and what does it lose?

1,000 networks of the table of the digits are ranked by weights that all networks share (ENAS in its
simplest form, trained for more and more epochs), by the first epochs of their training, by
successive halving, and by a linear model fitted to some that are trained. The truth is the mean of
two later trainings of each, which no ranking has seen. Cost is counted in whole trainings of one
network; that of shared weights is measured against trainings in the same process. Three seeds:
each draws the networks, the shared weights' own numbers and the children that the model sees.
"""

import sys
import time
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import pandas as pd
from experiment import TABLES, UNFINISHED, Experiment, RecordedTraining, fields, options_of
from record import save_figure, table, write_record
from scipy.stats import spearmanr

from nasedu.children.shared_conv import SharedConv
from nasedu.spaces import sequences_at
from nasedu.tables import NetworkTable, random_tenth
from nasedu.tables.cheap_rankings import (
    by_first_epochs,
    by_prediction,
    by_shared_weights,
    by_successive_halving,
)
from nasedu.training import Recipe
from nasedu.viewing.figures.pens import PENS
from nasedu.viewing.figures.sheets import add_legend, name_axes, plain, sheet, write_title
from nasedu.viewing.pictures import QUIET, Picture

TABLE = TABLES / "weight_sharing.csv"
SEEDS = (0, 1, 2)
EPOCHS = (5, 20, 80, 160, 320)  # of the shared weights
KNOWN = (10, 30, 100, 300)  # trainings that the linear model sees
RANKED, TIMED = 1000, 12  # networks; trainings that are timed beside the shared weights
RECIPE = Recipe()
TOY = {"epochs": (1, 2), "ranked": 12, "timed": 1}
WEIGHTS, FIRST = "shared weights", "first epochs"
HEAD = ["ranking", "cost in trainings", "rank correlation", "in the better half"]
HALVING, MODEL = "successive halving", "linear model"


@cache
def digits():
    """Return the table."""
    return NetworkTable.load("digits_3_layers")


def drawn(seed, ranked=RANKED):
    """Return the places of the networks that are ranked: of those trained three times."""
    often, _ = random_tenth(np.arange(len(digits())), digits().about["seed"])
    return np.random.default_rng(seed).choice(often, ranked, replace=False)


def correlation(scores, places):
    """Return Spearman's rank correlation with later trainings: of all, and of the better half."""
    truth = digits().best[1:, places].mean(0)
    better = truth >= np.median(truth)
    return tuple(
        float(spearmanr(scores[part], truth[part]).statistic) for part in (slice(None), better)
    )


def networks(places):
    """Return the networks at places."""
    return [digits().space.decode(row) for row in sequences_at(digits().space.decisions, places)]


@dataclass(frozen=True)
class SharedTraining(RecordedTraining):
    """Shared weights that are trained, and then rank networks."""

    ranked: int = RANKED
    timed: int = TIMED

    @property
    def name(self):
        return f"shared-{self.recipe.epochs}-{self.seed}"

    def result(self, training):
        """Return the ranking's correlations, and seconds of the processor."""
        places = drawn(self.seed, self.ranked)
        child, begun = training.finish(), time.thread_time()
        scores = by_shared_weights(child, self.task, networks(places))
        ranking = time.thread_time() - begun
        every, better = correlation(scores, places)
        numbers = {"correlation": every, "better": better, "training": training.processor_seconds}
        return {"outcome": fields(training.outcome()), **numbers} | {
            "ranking": ranking,
            "unit": self.seconds_of_one(places),
        }

    def seconds_of_one(self, places):
        """Return the mean seconds of a training of one network by the table's recipe."""
        recipe = Recipe(**digits().about["evaluator"]["recipe"])
        task = type(self.task).on(self.data, recipe)
        seconds = []
        for net in networks(places[: self.timed]):
            one = task.begin(net, self.seed)
            one.finish()
            seconds.append(one.processor_seconds)
        return float(np.mean(seconds))

    def row(self, result):
        """Return the row of the table."""
        cost = (result["training"] + result["ranking"]) / result["unit"]
        return {
            "epochs": self.recipe.epochs,
            "seed": self.seed,
            "correlation": round(result["correlation"], 4),
            "better_half": round(result["better"], 4),
            "cost": round(cost, 2),
            "training_seconds": round(result["training"], 2),
            "ranking_seconds": round(result["ranking"], 2),
            "seconds_of_one": round(result["unit"], 4),
        }


def jobs_for(epochs=EPOCHS, **more):
    """Return the trainings of shared weights, short ones first."""
    make = partial(SharedConv, digits().space)
    recipes = [replace(RECIPE, epochs=each) for each in epochs]
    return [SharedTraining(make, "digits", r, s, **more) for r in recipes for s in SEEDS]


def looked_up(ranked=RANKED):
    """Return rows of the rankings that the table alone gives: method, cost and correlations."""
    rows, num_epochs = [], digits().curves.shape[2]
    for seed in SEEDS:
        places = drawn(seed, ranked)
        others = np.setdiff1d(np.arange(len(digits())), places)
        known = np.random.default_rng(seed).permutation(others)
        for epochs in range(1, num_epochs + 1):
            scores = by_first_epochs(digits(), places, epochs)
            rows.append((FIRST, epochs, seed, ranked * epochs / num_epochs, scores, places))
        scores, spent = by_successive_halving(digits(), places)
        rows.append((HALVING, 0, seed, spent / num_epochs, scores, places))
        for count in KNOWN:
            scores = by_prediction(digits(), known[:count], places)
            rows.append((MODEL, count, seed, count, scores, places))
        rows.append(("parameters", 0, seed, 0, digits().parameters[places], places))
    columns = ["method", "setting", "seed", "cost", "correlation", "better_half"]
    return pd.DataFrame([(*row[:4], *correlation(*row[4:])) for row in rows], columns=columns)


def summary(frame):
    """Return the mean, least and largest of every setting, in the order of the rows."""
    groups = frame.groupby(["method", "setting"], sort=False)
    return groups[["cost", "correlation", "better_half"]].agg(["mean", "min", "max"])


@plain
def cost_figure(frame, ranked=RANKED):
    """Draw rank correlation against cost, with the spread over seeds."""
    figure, [[axes]] = sheet(4.8)
    axes.set_xscale("log")
    found = summary(frame)
    for method, pen in zip((WEIGHTS, FIRST, HALVING, MODEL), PENS, strict=False):
        own = found.loc[method]
        x, y = own["cost"]["mean"], own["correlation"]
        errors = [y["mean"] - y["min"], y["max"] - y["mean"]]
        look = {"color": pen.colour, "marker": pen.marker, "linestyle": pen.dashes}
        axes.errorbar(x, y["mean"], errors, label=method, markersize=7, capsize=3, **look)
    free = found.loc["parameters"]["correlation"]["mean"].iloc[0]
    look = {"color": QUIET, "linewidth": 1.4, "linestyle": (0, (2, 2))}
    axes.axhline(free, label="number of parameters (costs nothing)", **look)
    axes.xaxis.set_major_formatter("{x:,g}")
    name_axes(axes, f"cost, in trainings (to train each: {ranked:,})", "rank correlation")
    add_legend(axes)
    write_title(figure, f"{ranked:,} networks ranked: what it costs, and how well")
    return Picture(figure, finding(found))


def finding(found):
    """Say what the figure shows."""
    parts = []
    for method in (WEIGHTS, FIRST, HALVING, MODEL):
        last = found.loc[method].iloc[-1]
        first = found.loc[method].iloc[0]
        told = [
            f"{one['correlation']['mean']:.2f} for {one['cost']['mean']:,.0f} trainings"
            for one in (first, last)
        ]
        parts.append(f"{method} {' and '.join(dict.fromkeys(told))}")
    free = found.loc["parameters"].iloc[0]["correlation"]["mean"]
    return (
        f"Rank correlation with later trainings: {'; '.join(parts)}; the number of parameters "
        f"alone {free:.2f}."
    )


def rows_of(frame):
    """Return the rows of the record's table."""
    words = {WEIGHTS: "{} epochs", FIRST: "{} of 5 epochs", MODEL: "{} trainings"}

    def said(own, digits=2):
        values = [f"{own[key]:,.{digits}f}" for key in ("mean", "min", "max")]
        return values[0] if len(set(values)) == 1 else f"{values[0]} ({values[1]} to {values[2]})"

    return [
        [
            f"{method}, {words[method].format(setting)}" if method in words else method,
            said(row["cost"], 0),
            said(row["correlation"]),
            said(row["better_half"]),
        ]
        for (method, setting), row in summary(frame).iterrows()
    ]


def main(arguments=None):
    options = options_of(__doc__.splitlines()[0], "weight_sharing", arguments, "tiny")
    sizes, ranked, path, record = {}, RANKED, TABLE, None
    if options.toy:
        sizes, ranked = dict(TOY), TOY["ranked"]
        path, record = options.folder / TABLE.name, options.folder / "weight_sharing.md"
    experiment = Experiment(jobs_for(**sizes), options, path)
    if not experiment.work():
        return UNFINISHED
    measured = experiment.frame()
    shared = measured.rename(columns={"epochs": "setting"}).assign(method=WEIGHTS)
    frame = pd.concat([shared, looked_up(ranked)], ignore_index=True)
    picture = cost_figure(frame, ranked)
    name = record.with_suffix(".png") if record else save_figure(picture, __file__)
    if record:
        picture.save(name)
    one = measured["seconds_of_one"].mean()
    write_record(
        __file__,
        "Rankings that cost less than training",
        f"{ranked:,} networks of `data/tables/digits_3_layers.npz`, of its random tenth, which was "
        "trained three times: a ranking uses only first trainings, and is compared with the mean "
        "of the second and third. Three seeds: mean, least and largest. Training one takes "
        f"{one:.2f} seconds of this processor. Shared weights: `data/tables/weight_sharing.csv`."
        f"\n\n![{picture.alt}]({name})\n\n"
        + table(HEAD, rows_of(frame))
        + "\n5 of 5 epochs are a whole training: what separates it from 1 is noise. The "
        "better half is chosen by this mean. Halving looks for the best and not for a ranking. The "
        "linear model also reads the number of parameters.\n",
        record,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
