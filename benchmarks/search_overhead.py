"""What the search costs beside training, and what a second worker brings, in one run.

The same search (same seed, so the same children) is run with a pool of one worker and of two,
alternately. A batch ends when its last child does, and until then a worker may have nothing to
do: that idle time is reported apart from the overhead, which is all that is neither training
nor idle: queues, records, sampling, the controller's update.
"""

import argparse
import time

from record import spread, table, write_record

from nasedu import Controller, ConvNetSpace, Reinforce, search
from nasedu.searching import Finished, Started, TrialFinished, Updated

SPACE = ConvNetSpace(4, num_filters=(8, 16, 24, 36), skip_connections=False)


def run(workers, trials):
    """Return wall seconds, and the shares of worker time that were idle and overhead."""
    strategy = Reinforce(Controller(SPACE.decisions, seed=0), lr=0.03)
    events = search(SPACE, strategy, trials=trials, workers=workers, child_timeout=600)
    busy = idle = 0.0
    batch = []
    for event in events:
        now = time.perf_counter()
        match event:
            case Started():
                start = now
            case TrialFinished(trial=trial):
                batch.append((now - trial.outcome.seconds, now))
                busy += trial.outcome.seconds
            case Updated():
                if workers > 1:
                    idle += idle_at_the_end(batch)
                batch = []
            case Finished():
                wall = now - start
    return wall, 100 * idle / (workers * wall), 100 * (1 - (busy + idle) / (workers * wall))


def idle_at_the_end(batch):
    """Return the seconds that the other of two workers waited for the last child."""
    *others, (begun, ended) = sorted(batch, key=lambda child: child[1])
    beside = [end for _, end in others if end > begun]  # these ran on the other worker
    return ended - max(beside, default=begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=48)
    options = parser.parse_args()
    results = {1: [], 2: []}
    for _ in range(options.rounds):
        for workers in results:
            results[workers].append(run(workers, options.trials))
    rows = [
        [
            f"{workers}",
            spread([r[0] for r in results[workers]], 1),
            spread([r[1] for r in results[workers]], 1) + " %",
            spread([r[2] for r in results[workers]], 1) + " %",
        ]
        for workers in results
    ]
    ratios = [one[0] / two[0] for one, two in zip(results[1], results[2], strict=True)]
    write_record(
        __file__,
        "Overhead of the search, and the second worker",
        f"{options.trials} children of 4 layers on the digits, batches of 8, REINFORCE, the "
        f"largest child of a batch first; {options.rounds} alternating rounds, median (smallest to "
        "largest). Starting the workers is not counted.\n\n"
        + table(["workers", "seconds", "idle at the end of batches", "overhead"], rows)
        + f"\nTwo workers against one: {spread(ratios)} times as fast.\n",
    )


if __name__ == "__main__":
    main()
