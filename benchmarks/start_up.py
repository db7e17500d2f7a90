"""How long the first line of a lesson and the help of the command line take."""

import argparse
import subprocess
import sys
import time

from record import spread, table, write_record

COMMANDS = {
    "`python -c pass`": ["-c", "pass"],
    "`import nasedu`": ["-c", "import nasedu"],
    "`nasedu --help`": ["-m", "nasedu", "--help"],
    "`import torch`": ["-c", "import torch"],
}


def seconds(arguments):
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    times = {name: [] for name in COMMANDS}
    for arguments in COMMANDS.values():
        seconds(arguments)  # fills the file cache
    for _ in range(options.rounds):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    alone = times["`python -c pass`"]
    rows = [
        [name, spread(taken, 3), spread([a / b for a, b in zip(taken, alone, strict=True)], 1)]
        for name, taken in times.items()
    ]
    write_record(
        __file__,
        "Start-up",
        f"Whole processes, {options.rounds} alternating rounds after one to fill the file cache, "
        "median (smallest to largest). `import torch` is what `import nasedu` postpones.\n\n"
        + table(["what", "seconds", "ratio to Python alone"], rows),
    )


if __name__ == "__main__":
    main()
