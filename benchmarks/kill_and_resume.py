"""Kill searches at random moments, resume them, and compare with one that nobody disturbed.

Real children on the digits, two workers. The process that searches gets SIGKILL, so nothing can
be put in order; its workers have to end by themselves. At the end every byte that the seed
decides has to be the same: tokens, learning curves, rewards, updates, the controller's weights,
Adam's moments and the generator. Linux alone: it reads /proc.
"""

import argparse
import dataclasses
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import spread, write_record

from nasedu.errors import StudyError
from nasedu.runs import Study

OPTIONS = {"--trials": 24, "--batch": 4, "--epochs": 1, "--workers": 2}


def start(run, seed):
    options = {**OPTIONS, "--run": run, "--seed": seed}
    words = [str(word) for option in options.items() for word in option]
    return subprocess.Popen(
        [sys.executable, "-m", "nasedu", "search", "--skip-connections", *words],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def alive_in(session):
    """Count the processes of a session that run, without zombies."""
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        count += int(fields[3]) == session and fields[0] != "Z"
    return count


def seconds_until_alone(session, limit=30.0):
    """Wait until every process of a session has ended; return how long it took."""
    start = time.monotonic()
    while alive_in(session):
        if time.monotonic() - start > limit:
            raise SystemExit("a worker was left behind")
        time.sleep(0.01)
    return time.monotonic() - start


def decided(run):
    """Return everything that the seed decides."""
    study = Study(run)
    trials = [
        (t.number, t.tokens, t.seed, t.outcome and dataclasses.replace(t.outcome, seconds=0))
        for t in study.trials()
    ]
    with sqlite3.connect(run / "study.db") as db:
        state = db.execute("SELECT plain, tensors, generator FROM state").fetchall()
    return trials, study.updates(), state


def finished(run):
    """Return the outcomes that are recorded, seconds included: trained again, these differ."""
    try:
        return {t.number: t.outcome for t in Study(run).trials() if t.outcome}
    except StudyError:
        return {}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    moments = random.Random(0)
    kills, seed, endings, progress = 0, 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        while kills < options.kills:
            whole, cut = Path(folder, f"whole-{seed}"), Path(folder, f"cut-{seed}")
            begun = time.monotonic()
            assert start(whole, seed).wait() == 0
            duration = time.monotonic() - begun
            after = {}  # of this search, should it end before the first kill
            while True:
                process = start(cut, seed)
                try:
                    wait = moments.uniform(0.5, duration) if kills < options.kills else None
                    process.wait(wait)
                    break
                except subprocess.TimeoutExpired:
                    before = finished(cut)
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    endings.append(seconds_until_alone(process.pid))
                    after = finished(cut)
                    assert before.items() <= after.items(), "a finished child was lost"
                    progress.append(len(after))
                    kills += 1
                    print(f"kill {kills}: {len(after)} of 24 finished", flush=True)
            assert process.returncode == 0
            assert after.items() <= finished(cut).items(), "a finished child was trained again"
            assert decided(cut) == decided(whole), f"seed {seed} differs"
            seed += 1
    write_record(
        __file__,
        "Killed and resumed",
        f"{seed} searches of 24 real children with two workers were killed (SIGKILL) {kills} times "
        "at random moments, and resumed each time: tokens, learning curves, rewards, updates, "
        "weights, optimiser and generator equal those of the undisturbed searches, bit for "
        "bit; no finished child was lost or trained again.\n\n"
        f"Finished children at the kills: {', '.join(map(str, progress))}. The workers ended by "
        f"themselves within {spread(endings)} s.\n",
    )


if __name__ == "__main__":
    main()
