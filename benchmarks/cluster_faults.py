"""Kill processes of a cluster at random while searches use it, and count what is lost.

Two nodes of Ray on this machine, one core each; asynchronous searches with two shards and two
replicas; children that sleep for a second, since it is not they who are tested. What is killed, by
SIGKILL: a child's process, the place where it is trained, a replica, a shard, the second node with
all on it, which is then started again, and the process that searches, which is then resumed.

A trial is lost if it has no outcome at the end, or if an outcome that was recorded is gone or
another one. It is counted twice if its batch was pushed more than once. A child whose own process
is killed has failed, and is recorded as that: this is what a search does without a cluster, too.
Linux alone: it reads /proc.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from ray_nodes import Nodes, descendants, wait_for
from record import table, write_record

from nasedu import ConvNetSpace, search
from nasedu.controller import ParameterServers, make_strategy
from nasedu.errors import StudyError
from nasedu.runs import Study
from nasedu.runs.records import ALONE
from nasedu.searching import RayWorkers
from nasedu.training import Outcome

SPACE = ConvNetSpace(3, (1, 3), (1, 3), (4, 8), skip_connections=False)
TRIALS, CHILDREN, SERVERS = 48, 4, ParameterServers(shards=2, replicas=2)
MOST = 8  # kills of one search, so that there are several searches
KINDS = ("a child", "a place", "a replica", "a shard", "a node", "the driver")
NAMES = {  # what the command of a process has in it
    "a child": "multiprocessing.spawn import spawn_main",
    "a place": "ray::RemotePool",
    "a replica": "ray::ReplicaActor",
    "a shard": "ray::ShardActor",
}


class Sleeping:
    """Takes a second; the reward follows from the tokens alone."""

    is_instant = False
    settings = {"kind": "sleeping", "title": "made-up rewards"}  # noqa: RUF012

    def prepare(self):
        """Nothing to load."""

    def cost(self, trial):
        return 0.0

    def __call__(self, trial):
        time.sleep(1)
        return Outcome(0.1 + 0.8 * sum(trial.tokens) / len(trial.tokens), seconds=1.0)


def drive(run, address, seed):
    """Search: what the process does that may be killed."""
    strategy = make_strategy("reinforce", SPACE.decisions, seed, lr=0.03)
    options = {"trials": TRIALS, "batch": CHILDREN, "servers": SERVERS, "seed": seed, "run": run}
    crew = RayWorkers(address, count=2)
    for _ in search(SPACE, strategy, evaluate=Sleeping(), workers=crew, **options):
        pass


def start(run, nodes, seed):
    words = ["--drive", run, "--address", nodes.address, "--seed", seed]
    log = Path(run).with_suffix(".log").open("a")
    return subprocess.Popen([sys.executable, __file__, *map(str, words)], stdout=log, stderr=log)


def outcomes(run):
    """Return what is recorded of each trial."""
    try:
        return {t.number: t.outcome for t in Study(run).trials() if t.outcome}
    except StudyError:
        return {}


def check(run, kept):
    """Return how many trials are lost, how many are counted twice, and why children failed."""
    study = Study(run)
    trials = study.trials()
    found = {t.number: t.outcome for t in trials}
    lost = sum(found.get(number) is None for number in range(1, TRIALS + 1))
    lost += sum(found.get(number) != outcome for number, outcome in kept.items())
    for trial in trials:
        if trial.outcome and not trial.outcome.is_failed:
            assert trial.outcome == quick(trial), f"trial {trial.number} is another one's"
    size = Counter((t.learner, t.batch) for t in trials)
    pushes = Counter((u.learner, u.number) for u in study.updates())
    twice = sum((pushes[batch] - 1) * n for batch, n in size.items() if pushes[batch] > 1)
    assert set(pushes) == set(size), "a batch was never pushed"
    reasons = Counter(t.outcome.reason for t in trials if t.outcome and t.outcome.is_failed)
    assert steps_of(study) == sum(
        any(not found[t.number].is_failed for t in trials if (t.learner, t.batch) == batch)
        for batch in size
    )
    return lost, twice, reasons


def steps_of(study):
    """Return how many steps the shards took, as they say themselves; all say the same."""
    from torch import Generator

    from nasedu.searching.parameter_servers import ShardedPolicy

    strategy = make_strategy("reinforce", SPACE.decisions, 0, lr=0.03)
    shards = ShardedPolicy.of(strategy, SERVERS)
    study.restore(shards, Generator(), ALONE)
    (steps,) = {shard.version for shard in shards.shards}
    return steps


def quick(trial):
    return Outcome(0.1 + 0.8 * sum(trial.tokens) / len(trial.tokens), seconds=1.0)


def strike(kind, nodes, driver, run, seed):
    """Kill one; return the process that searches from now on."""
    if kind == "the driver":
        driver.kill()
        driver.wait()
        return start(run, nodes, seed)
    if kind == "a node":
        nodes.kill("second")
        nodes.start("second")
        return driver
    below = [pid for pid, command in descendants(os.getpid()).items() if NAMES[kind] in command]
    if below:
        os.kill(random.choice(sorted(below)), signal.SIGKILL)
        return driver
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--record", type=Path, help="default: the page beside this script")
    parser.add_argument("--drive", help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.drive:
        drive(options.drive, options.address, options.seed)
        return
    random.seed(0)
    plan = [KINDS[i % len(KINDS)] for i in range(options.kills)]
    random.shuffle(plan)
    begun, seed, rows = time.monotonic(), 0, []
    with tempfile.TemporaryDirectory() as folder, Nodes() as nodes:
        nodes.start("second")
        while plan:
            run, kills, kept = Path(folder, f"run-{seed}"), Counter(), {}
            driver = start(run, nodes, seed)
            wait_for(lambda run=run: outcomes(run))
            while driver.poll() is None:
                time.sleep(random.uniform(1, 6))
                if driver.poll() is not None or not plan or kills.total() == MOST:
                    driver.wait()
                    continue
                kept |= outcomes(run)
                struck = strike(plan[0], nodes, driver, run, seed)
                if struck is not None:
                    driver = struck
                    kills[plan.pop(0)] += 1
                    print(f"{sum(kills.values())} of search {seed}: {kills}", flush=True)
            said = run.with_suffix(".log").read_text()
            assert driver.returncode == 0, f"search {seed} did not end well: {said}"
            lost, twice, reasons = check(run, kept)
            why = "; ".join(f"{reason} ({n})" for reason, n in reasons.items()) or "–"
            rows.append((seed, kills, lost, twice, why))
            print(rows[-1], flush=True)
            seed += 1
    write_record(
        __file__,
        "A cluster whose processes are killed",
        f"Processes were killed {options.kills} times (SIGKILL) in {seed} asynchronous searches of "
        f"{TRIALS} children of a second; two nodes with a core each, two shards, two replicas. "
        f"Trials lost: {sum(row[2] for row in rows)}. "
        f"Counted twice: {sum(row[3] for row in rows)}. All searches ended. "
        f"It took {(time.monotonic() - begun) / 60:.0f} minutes.\n\n"
        + table(
            ["search", *KINDS, "trials lost", "counted twice", "children that failed, and why"],
            [
                [str(number), *(str(kills[kind]) for kind in KINDS), *map(str, counts)]
                for number, kills, *counts in rows
            ],
        )
        + "\nA failed child is one whose own process was killed, or whose place was lost three "
        "times; that is recorded as its outcome.\n",
        options.record,
    )


if __name__ == "__main__":
    main()
