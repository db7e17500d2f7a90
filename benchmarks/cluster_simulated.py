"""The paper's cluster in simulation: does asynchronous search find what a synchronous one finds?

Real shards and replicas learn on a simulated clock; children take the time that a table recorded.
Each setting is a job that is kept, as in `laboratory.py`: run again, this goes on.
"""

import argparse
import hashlib
import io
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from experiment import TABLES
from laboratory import FIRST, FOLDER, Laboratory, ManySearches, points, say
from record import HERE, save_figure, spread, table, write_record
from tqdm import tqdm

from nasedu import Controller, Reinforce
from nasedu.errors import StudyError
from nasedu.searching import (
    best_at,
    bootstrap,
    bootstrap_difference,
    do_job,
    mean_of_others,
    winners,
)
from nasedu.searching.simulation import PAPER_CELLS, PAPER_NETWORKS, Cluster, Kill, simulate
from nasedu.tables import TabularEvaluator, simulated_clock
from nasedu.viewing import intervals_figure
from nasedu.whole_file import write_whole

CHILDREN, LAST, SHORT, FEW = 12_800, 800, 1_600, 2
OF_CELLS, OF_TEN, OF_TEN_SEEDS = 1_600, 16_000, 5  # searches that take long to simulate
LR, FAST = 0.0006, 0.01  # the paper's, and one for fewer children
ALONE, FREE, WAITING = "one replica", "100 replicas", "100 that wait"
CELLS = "400 replicas of one child, 10 gradients a step"
HARD = replace(PAPER_NETWORKS, slow_machines=0.1, slow_by=3.0, mean_life=20.0, restart=2.0)
KILLS = tuple(Kill(2.0 + n, "shard", n) for n in range(1, 6)) + tuple(
    Kill(1.0 + n / 10, "replica", n) for n in range(1, 21)
)
TEN = Cluster(shards=200, replicas=1000, children=8)
OWN = ("searching/parameter_servers", "searching/simulation")  # code
FILE = "simulated.npz"
CURVES = TABLES / "cluster_simulated.csv"


@dataclass(frozen=True)
class OnACluster(ManySearches):
    """Searches on a simulated cluster that differ in their seed; a job."""

    cluster: Cluster = PAPER_NETWORKS

    @property
    def settings(self):
        digest = hashlib.sha256()
        for part in OWN:
            for path in sorted((HERE.parent / "nasedu" / part).glob("*.py")):
                digest.update(path.read_bytes())
        own = {"cluster": self.cluster.to_dict(), "own_code": digest.hexdigest()}
        if type(self.evaluator) is not TabularEvaluator:
            own["evaluator"] = type(self.evaluator).__name__
        return {**super().settings, **own}

    def work(self, folder, until):
        """Simulate all seeds side by side."""
        total, packed = self.num_seeds * self.trials, io.BytesIO()
        with tqdm(total=total, desc=self.title, unit="child", disable=None) as bar:
            found = simulate(
                self.cluster,
                self.make,
                self.evaluator,
                trials=self.trials,
                seeds=range(self.num_seeds),
                on_push=bar.update,
            )
        alone = ("seconds", "utilisation", "shard_utilisation", "num_lost", "lost_steps")
        arrays = {name: np.array([getattr(one, name) for one in found]) for name in alone}
        arrays |= {
            name: np.stack([getattr(one, name) for one in found]) for name in ("places", "ends")
        }
        arrays["staleness"] = np.concatenate([one.staleness for one in found])
        np.savez_compressed(packed, **arrays)
        write_whole(folder / FILE, packed.getvalue(), StudyError)
        return {"file": FILE}


def on_a_cluster(lab, name, cluster, lr, seeds=None, trials=CHILDREN, evaluator=None):
    """Return what searches on a cluster found, from the record if it is there."""
    decisions = lab.table.space.decisions

    def make(seed):
        return Reinforce(Controller(decisions, seed=seed), lr=lr)

    count = seeds or len(lab.seeds)
    knows = evaluator or lab.evaluator
    job = OnACluster(name, make, knows, count, trials, cluster.children, cluster)
    folder = FOLDER / job.name
    with np.load(folder / do_job(job, folder)["file"]) as file:
        found = {key: file[key] for key in file.files}
    found["places"] = lab.table.first[found["places"]]
    return found


def alone(lab, lr, trials=CHILDREN):
    """Return the same of the synchronous search: one replica with 8 machines of its own."""
    places = lab.reinforce(f"alone-{lr:g}", lr=lr, trials=trials)
    seconds = lab.evaluator.seconds(places)
    ends = np.stack([simulated_clock(own, 8, 8) for own in seconds])
    total = ends.max(1)
    return {
        "places": places,
        "ends": ends,
        "seconds": total,
        "utilisation": seconds.sum(1) / (8 * total),
        "staleness": np.zeros(1, int),
    }


def learned(lab, found):
    """Return ``(S,)`` the mean score of each search's last children: how good its policy is."""
    return lab.score[found["places"][:, -LAST:]].mean(1)


def time_to(lab, found, goal):
    """Return ``(S,)`` when each search had a child as good as a goal."""
    good = lab.score[found["places"]] >= goal
    return np.where(good, found["ends"], np.inf).min(1)


def verdict(lab, name, found, other):
    """Say what the intervals support of a scheme against one replica, policy and winner."""
    own = bootstrap_difference(learned(lab, found), learned(lab, other))
    tested = [
        mean_of_others(lab.tested, winners(one["places"], lab.score, CHILDREN))
        for one in (found, other)
    ]
    tests = bootstrap_difference(*(values[~np.isnan(values)] for values in tested))
    words = "the seeds show no clear difference"
    if own.excludes_zero:
        words = f"{f'{name} are' if own.mean > 0 else 'one replica is'} ahead"
    return (
        f"{name} against one replica: {words} in the children that the policy proposes at the end, "
        f"{say(own, digits=4, sign=True)}; winners on test {say(tests, digits=4, sign=True)}"
    )


def row(lab, name, found, goal):
    """Return a line of the table of one scheme."""
    stale = found["staleness"]
    reached = time_to(lab, found, goal)
    return [
        name,
        *(
            say(bootstrap(lab.sign * scores), digits=4)
            for scores in (learned(lab, found), lab.score[found["places"]].max(1))
        ),
        f"{np.mean(stale):.1f} ({np.max(stale)})",
        f"{np.mean(found['utilisation']):.2f}",
        f"{np.median(found['seconds']):,.0f} s",
        f"{np.median(reached):,.1f} s" if np.isfinite(np.median(reached)) else "not reached",
    ]


def curves_of(lab, schemes, at):
    """Return by scheme the interval of the mean score of the 400 children before each point."""
    curves = {}
    for name, found in schemes.items():
        sums = np.cumsum(lab.score[found["places"]], 1)
        sums = np.concatenate([np.zeros((len(sums), 1)), sums], 1)
        first = np.maximum(at - 400, 0)
        curves[name] = bootstrap(lab.sign * (sums[:, at] - sums[:, first]) / (at - first))
    return curves


def faults(lab):
    """Return the rows on what stragglers, failures and kills cost; check that no child is lost."""
    rows = []
    for name, waits in ((FREE, False), (WAITING, True)):
        plain = None
        for what, cluster in {
            "nothing": PAPER_NETWORKS,
            "stragglers: a tenth of the machines takes 3 times as long": replace(
                PAPER_NETWORKS, slow_machines=0.1
            ),
            "and a machine fails every 20 s": HARD,
            "and 5 shards and 20 replicas are killed": replace(HARD, kills=KILLS),
        }.items():
            job = f"faults-{len(rows)}"
            found = on_a_cluster(lab, job, replace(cluster, waits=waits), FAST, FEW, SHORT)
            assert np.isfinite(found["ends"]).all() and (found["places"] >= 0).all()
            plain = plain or float(np.median(found["seconds"]))
            rows.append(
                [
                    f"{name}: {what}",
                    f"{np.median(found['seconds']):.1f} s",
                    f"{np.median(found['seconds']) / plain:.2f}",
                    f"{np.mean(found['utilisation']):.2f}",
                    spread(found["num_lost"].tolist(), 0),
                    spread(found["lost_steps"].tolist(), 0),
                ]
            )
    return rows


def compared(lab, schemes, at, script):
    """Return the curves of the schemes, and what is said of them: two pictures and a table."""
    goal = float(np.quantile(lab.score, 0.9999))
    curves = curves_of(lab, schemes, at)
    made = intervals_figure(
        curves,
        at,
        f"What the policy proposes, lr {LR:g}",
        y=f"mean {lab.measure.short} of 400 children",
        unit="children asked for",
    )
    policy = save_figure(made, script, "policy")
    times = np.geomspace(1, max(np.max(one["seconds"]) for one in schemes.values()), 60)
    made = intervals_figure(
        {name: best_over_time(lab, one, times) for name, one in schemes.items()},
        times,
        f"Best child so far, lr {LR:g}",
        y=f"best {lab.measure.label} so far",
        unit="simulated seconds",
    )
    clock = save_figure(made, script, "clock")
    headings = [
        "scheme",
        f"{lab.measure.label} of the last {LAST}",
        "best found",
        "staleness: mean (most)",
        "machines at work",
        "whole search",
        f"first child of {lab.sign * goal:.3f}",
    ]
    rows = [row(lab, name, found, goal) for name, found in schemes.items()]
    pictures = f"![What the policy proposes]({policy})\n\n![Best child over time]({clock})\n\n"
    return curves, f"## The schemes side by side\n\n{pictures}{table(headings, rows)}\n"


def best_over_time(lab, found, times):
    """Return the interval of the best child that had ended by so many simulated seconds."""
    pairs, worst = zip(found["places"], found["ends"], strict=True), float(lab.score.min())
    best = [best_at(lab.score[p], ends, times, before=worst) for p, ends in pairs]
    return bootstrap(lab.sign * np.array(best))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default=FIRST, help="name or file of the table")
    parser.add_argument("--seeds", type=int, default=20)
    lab = Laboratory(parser.parse_args())
    script, at = lab.record(__file__), points(CHILDREN, 100)
    schemes = {
        ALONE: alone(lab, LR),
        FREE: on_a_cluster(lab, f"free-{LR:g}", PAPER_NETWORKS, LR),
        WAITING: on_a_cluster(lab, f"wait-{LR:g}", replace(PAPER_NETWORKS, waits=True), LR),
    }
    troubles = faults(lab)
    one = on_a_cluster(lab, "one-shard", replace(PAPER_NETWORKS, shards=1), FAST, FEW, SHORT)
    ten = on_a_cluster(lab, "ten-times", TEN, FAST, OF_TEN_SEEDS, OF_TEN)
    cells = on_a_cluster(lab, "cells", PAPER_CELLS, FAST, trials=OF_CELLS)
    curves, body = compared(lab, schemes, at, script)
    rows = [
        [name, int(n), *(round(float(v), 5) for v in values)]
        for name, curve in curves.items()
        if name != WAITING
        for n, *values in zip(at, *curve, strict=True)
    ]
    sentences = [verdict(lab, name, schemes[name], schemes[ALONE]) for name in (FREE, WAITING)]
    if lab.table.name == FIRST:
        columns = ["scheme", "children", "mean", "low", "high"]
        pd.DataFrame(rows, columns=columns).to_csv(CURVES, index=False, lineterminator="\n")
    late, other = learned(lab, cells), learned(lab, alone(lab, FAST, OF_CELLS))
    body += (
        f"## {CELLS.capitalize()}\n\nSection 4.2, on the same table: "
        f"{len(lab.seeds)} seeds, {OF_CELLS:,} children, lr {FAST:g}. Gradients are "
        f"{np.mean(cells['staleness']):.1f} steps late in the mean, and "
        f"{np.mean(cells['utilisation']):.0%} of the machines' time "
        f"goes into children. The last {LAST} children have "
        f"{say(bootstrap(lab.sign * late))}, those of one replica after as many children "
        f"{say(bootstrap(lab.sign * other))}; the difference is "
        f"{say(bootstrap_difference(late, other), sign=True)}, below 0 where the 400 are "
        "behind.\n\n"
        "## Stragglers, failures and kills\n\n"
        f"{FEW} seeds, {SHORT:,} children, lr {FAST:g}. Every child ends, in each of these "
        "searches. A replica has two batches, so that a delay in the second one is not made up.\n\n"
    )
    headings = ["what goes wrong", "whole search", "times as long", "machines at work"]
    body += table([*headings, "children begun anew", "steps of shards lost"], troubles)
    body += (
        "\n## How many shards, and ten times as many machines\n\n"
        "If it takes and gives 1 GB a second and Adam takes no time, as we assume, one shard alone "
        "serves the 100 replicas: it is busy "
        f"{np.mean(one['shard_utilisation']):.1%} of the time, and {SHORT:,} children take "
        f"{np.median(one['seconds']):.1f} s. The children here train for half a second and not for "
        "hours: in the paper a shard has still less to do. With 1,000 replicas of 8 children and "
        f"{OF_TEN:,} children ({OF_TEN_SEEDS} seeds, lr {FAST:g}) "
        f"{np.mean(ten['utilisation']):.0%} of the 8,000 machines' time goes into children, "
        f"gradients are {np.mean(ten['staleness']):.0f} steps late in the mean, and the search "
        f"takes {np.median(ten['seconds']):.1f} s; its last {LAST} children have "
        f"{spread(lab.sign * learned(lab, ten), 4)}: median, lowest and highest.\n"
    )
    write_record(
        __file__,
        "The paper's cluster in simulation",
        f"Section 4.1: 20 shards, 100 replicas, 8 children each, {CHILDREN:,} children, lr {LR:g}. "
        f"{len(lab.seeds)} seeds of each scheme, on a simulated clock: children take the seconds "
        f"that the table {lab.table.name} recorded, a batch 0.02 s to be sampled and "
        "differentiated. A tensor is on one shard, and the controller has 18, so that 2 of 20 "
        "shards hold nothing. "
        f"{WAITING.capitalize()}: all push, and one step follows the mean of their gradients. "
        f"The measure is {lab.measure.label}; differences are of independent seeds, 95 % by "
        "bootstrap, and above 0 where one replica is behind.\n\n"
        f"**The table is small**: {lab.size:,} children, and a search asks for "
        f"{CHILDREN:,}, {CHILDREN / lab.size:.0%} of that number; many are nearly as good as the "
        "best. So this shows what staleness does to learning, and little of what it does to "
        "finding rare children.\n\n"
        "**What the intervals support:** " + "; ".join(sentences) + ".\n\n" + body,
        path=script,
    )


if __name__ == "__main__":
    main()
