"""Memory of the workers of a search on all of CIFAR-10 at 32x32, 45,000 images and 5,000.

Every worker of the pool holds all images and trains the reference child of `conv_children.py`:
some steps of its first epoch, then the whole validation. Meanwhile this process reads in /proc,
twenty times a second, what each takes: resident, its share of what several use, and its own alone.
Linux alone. Import the images first: ``nasedu data get cifar10`` or ``nasedu data add``.
"""

import argparse
import os
import threading
from pathlib import Path

from record import table, write_record

from nasedu.runs import Trial
from nasedu.searching import TrainingEvaluator
from nasedu.searching.workers import PoolWorkers
from nasedu.spaces import ConvNetSpace
from nasedu.training import Recipe

LIMIT = 1500  # MB, what a worker may take


class SomeSteps(TrainingEvaluator):
    """Trains one network on the beginning of the images, with all of them in memory."""

    def __init__(self, net, data, recipe, num_images):
        super().__init__(ConvNetSpace(), data, recipe)
        self.net, self.num_images = net, num_images

    def __call__(self, trial):
        task, some = self.task, slice(self.num_images)
        whole = task.train
        task.train = type(whole)(whole.images[some], whole.labels[some])  # views
        _, outcome = task.fit(self.net, trial.seed)
        task.train = whole
        return outcome


def memory_of(process):
    """Return MB resident, shared out, its own, and resident at most so far."""
    rollup = fields(Path("/proc", process, "smaps_rollup").read_text())
    own = rollup["Private_Clean"] + rollup["Private_Dirty"]
    peak = fields(Path("/proc", process, "status").read_text())["VmHWM"]
    return [each / 1e3 for each in (rollup["Rss"], rollup["Pss"], own, peak)]


def fields(text):
    """Return the kB of every line that has some."""
    lines = (line.partition(":") for line in text.splitlines() if line.endswith(" kB"))
    return {name: int(value.split()[0]) for name, _, value in lines}


def workers():
    """Return the process numbers of this process's workers."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and b"spawn_main" in stat.with_name("cmdline").read_bytes():
                found.append(stat.parent.name)
        except OSError:  # it ended
            continue
    return found


class Watch(threading.Thread):
    """Notes the largest figures of every worker until it is told to stop."""

    def __init__(self):
        super().__init__(daemon=True)
        self.largest, self.enough = {}, threading.Event()

    def run(self):
        while not self.enough.wait(0.05):
            for process in workers():
                try:
                    seen = memory_of(process)
                except (OSError, KeyError):  # it ends
                    continue
                before = self.largest.get(process, seen)
                self.largest[process] = [max(pair) for pair in zip(before, seen, strict=True)]


def main():
    from conv_children import NET  # here, since workers need none of what that module loads

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--images", type=int, default=1280, help="to train on, of those in memory")
    options = parser.parse_args()
    evaluator = SomeSteps(NET, options.data, Recipe(epochs=1), options.images)
    pool, watch = PoolWorkers(evaluator, options.workers), Watch()
    watch.start()
    for number in range(options.workers):
        pool.submit(Trial(number + 1, 1, (), seed=number))
    outcomes = [outcome for _, outcome in pool.completed()]
    watch.enough.set()
    watch.join()
    pool.cancel()
    failed = [outcome.reason for outcome in outcomes if outcome.reason]
    assert not failed and len(watch.largest) == options.workers, failed
    task = evaluator.task
    rows = [
        [f"worker {number}", *(f"{each:,.0f}" for each in figures)]
        for number, figures in enumerate(watch.largest.values(), start=1)
    ]
    most = max(figures[-1] for figures in watch.largest.values())
    write_record(
        __file__,
        "Memory of a worker",
        f"{task.data.title}, {len(task.train):,} training and {len(task.valid):,} "
        f"validation images of 32x32 in every worker; {options.images:,} of them trained on in "
        f"batches of {task.recipe.batch_size}, {task.dtype}, then all validation images; "
        f"{options.workers} workers side by side. The largest figures of each, in MB (10^6 bytes); "
        f"a worker may take {LIMIT:,}, and {'does not' if most < LIMIT else 'does'} take more.\n\n"
        + table(["", "resident", "its share", "its own alone", "resident at most"], rows)
        + "\nResident counts pages that all workers and the parent share, torch's libraries and "
        "the file of images among them, in each; the share divides them among who uses them.\n",
    )


if __name__ == "__main__":
    main()
