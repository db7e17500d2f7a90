"""Work in slices: a call works for some minutes, and the same call again goes on from there."""

import argparse
import csv
import io
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # where record.py is

from record import spread, table, write_record  # noqa: E402



__all__ = ["UNFINISHED", "Slices", "options_of", "read_rows", "spread", "table", "write_rows"]

UNFINISHED = 75  # exit status of a slice after which there is more to do: sysexits' EX_TEMPFAIL


def options_of(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every script here has."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=8, help="of this call; default 8")
    parser.add_argument("--folder", type=Path, help="what is kept; default runs/gpu/SCRIPT")
    parser.add_argument("--toy", action="store_true", help="tiny, on any machine: does it run?")
    return parser


class Slices:
    """This call, and those before it that worked on the same.

    Args:
        script: ``__file__`` of the script.
        options: What `options_of` reads.
        name: What is worked on, where a folder holds several things.
    """

    def __init__(self, script: str, options: argparse.Namespace, name: str = "") -> None:
        if not options.minutes > 0:
            sys.exit(f"minutes is {options.minutes}; expected a number above 0")
        if not options.toy and not torch.cuda.is_available():
            sys.exit("there is no CUDA device here; --toy tries the script on any machine")
        self.begun = time.time()
        self.until = self.begun + 60 * options.minutes
        self.script, self.toy = script, options.toy
        stem = Path(script).stem + ("-toy" if options.toy else "")
        self.folder = options.folder or HERE.parents[1] / "runs" / "gpu" / stem
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / (f"{name}.slices.json" if name else "slices.json")
        self.calls: list[dict[str, Any]] = []
        if self.path.exists():
            self.calls = json.loads(self.path.read_text(encoding="utf-8"))

    def begin(self) -> None:
        """Count this call among the slices."""
        self.calls.append({"begun": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}", "seconds": 0.0})
        self.say(f"slice {len(self.calls)}, in {self.folder}")

    def say(self, text: str) -> None:
        """Print a line of progress, and note that this slice has lasted until now."""
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
        if self.calls:
            self.calls[-1]["seconds"] = round(time.time() - self.begun, 1)
            write_text(self.path, json.dumps(self.calls, indent=1) + "\n")

    def unfinished(self) -> int:
        """Say that there is more to do; return the exit status that tells so."""
        self.say("not finished; the same command goes on")
        return UNFINISHED

    @property
    def seconds_left(self) -> float:
        """Return how much of this slice is left; below 0 after its end."""
        return self.until - time.time()

    @property
    def minutes(self) -> float:
        """Return how long all slices were together, up to the last line of each."""
        return sum(call["seconds"] for call in self.calls) / 60

    def __str__(self) -> str:
        number = len(self.calls)
        return f"{number} {'slice' if number == 1 else 'slices'}, {self.minutes:.1f} minutes"

    def write(self, title: str, body: str) -> None:
        """Write the record: beside the script, or of a toy into its folder."""
        path = self.folder / "record.md" if self.toy else None
        write_record(self.script, title, body, path)


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write a table whole or not at all (CSV); all rows have the same fields."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table, none if it is not there yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
