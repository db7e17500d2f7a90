"""A GPU for some minutes, spent on what is worth most: tests, cells, then the results table.

Each step is one of the scripts here, or the CUDA tests, in a process of its own with the minutes
that are left. A step that ends unfinished goes on in the next call; what is finished is not done
again; a step that fails is noted with its last line, and the next one gets its time. What was done
stands in ``lease.json`` in the folder, after every step.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lent import HERE, UNFINISHED, read_rows

from nasedu.runs import write_text

ROOT = HERE.parents[1]
TIMED_OUT = 124  # says `timeout`
LEAST = 0.5  # minutes: less is not worth the start of a process
SPARE = 0.25  # minutes kept at the end for writing and for the way back


@dataclass(frozen=True)
class Step:
    """One thing to spend time on.

    Attributes:
        name: What it is called in ``lease.json``.
        script: A script of this folder; None: the CUDA tests.
        options: Its options.
        at_most: Minutes of one call that it may take.
        graphs: Whether it trains with CUDA graphs, if `cells.py` found those right.
    """

    name: str
    script: str | None
    options: tuple[str, ...] = ()
    at_most: float = float("inf")
    graphs: bool = False


STEPS = (
    Step("cuda tests", None, at_most=2),
    Step("cells", "cells.py", at_most=2),
    Step("words 25M", "ptb_nas_cell.py", ("--size", "25M"), graphs=True),
    Step("words 25M, LSTM", "ptb_nas_cell.py", ("--size", "25M", "--cell", "lstm")),
    Step("characters", "ptb_nas_cell.py", ("--size", "characters"), graphs=True),
    Step("CIFAR-10, v1", "cifar10_v1.py"),
    Step("CIFAR-10, search", "cifar10_children.py"),
    Step("CIFAR-10, NASNet-A", "nasnet.py"),
)


def graphs_are_right(folder):
    """Tell whether `cells.py` measured the cell as a CUDA graph, and found it right everywhere."""
    rows = read_rows(folder / "cells" / "cells.csv")
    return bool(rows) and all(row["right"] == "yes" for row in rows)


def command(step, minutes, folder, toy):
    """Return the command of a step that may take so many minutes."""
    if step.script is None:
        limit = ["timeout", f"{60 * minutes:.0f}"]  # pytest has none of its own
        return [*limit, sys.executable, "-m", "pytest", "-q", "tests", "-k", "cuda"]
    where = folder / Path(step.script).stem
    words = [sys.executable, str(HERE / step.script), "--minutes", f"{minutes:.6f}", *step.options]
    if step.graphs and graphs_are_right(folder):
        words.append("--graphs")
    return [*words, "--folder", str(where), *(["--toy"] if toy else [])]


def run(words):
    """Run a command, showing what it prints; return its exit status and its last line."""
    last = ""
    with subprocess.Popen(
        words,
        cwd=ROOT,
        text=True,
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode, last


def spend(minutes, folder, toy=False, run=run, clock=time.monotonic):
    """Spend the minutes on the steps in their order; return what is known of every step."""
    until, path = clock() + 60 * minutes, folder / "lease.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    folder.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        left = (until - clock()) / 60 - SPARE
        before = known.get(step.name, {"minutes": 0.0})
        if before.get("state") == "finished":
            continue
        if left < LEAST:
            break
        begun, given = clock(), min(left, step.at_most)
        status, last = run(command(step, given, folder, toy))
        took = before["minutes"] + (clock() - begun) / 60
        state = {0: "finished", UNFINISHED: "unfinished", TIMED_OUT: "unfinished"}.get(
            status, "failed"
        )
        known[step.name] = {"state": state, "minutes": round(took, 2), "last line": last}
        write_text(path, json.dumps(known, indent=1) + "\n")
    return known


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="of this call; default 10")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "gpu" / "lease")
    parser.add_argument("--toy", action="store_true", help="tiny, on any machine: does it run?")
    options = parser.parse_args(arguments)
    if not options.minutes > 0:
        sys.exit(f"minutes is {options.minutes}; expected a number above 0")
    known = spend(options.minutes, options.folder.resolve(), options.toy)
    for step in STEPS:
        found = known.get(step.name, {"state": "not begun", "minutes": 0.0})
        print(f"{step.name}: {found['state']}, {found['minutes']:.1f} minutes")


if __name__ == "__main__":
    main()
