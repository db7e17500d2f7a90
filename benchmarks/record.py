"""How a benchmark tells its result: one Markdown file with machine, commit and command."""

import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch

from nasedu.runs import versions
from nasedu.searching import available_cores
from nasedu.viewing.figures.sheets import png_of

HERE = Path(__file__).resolve().parent


def write_record(script: str, title: str, body: str, path: Path | None = None) -> None:
    """Print a result and write it beside its script, as ``<script>.md``, or to a path."""
    facts, source = versions(), Path(script).resolve()
    commit = _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else "")
    command = " ".join(["python", source.relative_to(HERE.parent).as_posix(), *sys.argv[1:]])
    cores = available_cores()
    head = (
        f"# {title}\n\n"
        f"Made by `{command}` at commit `{commit}` on {datetime.now(UTC):%Y-%m-%d}; "
        f"{cores} core{'s' * (cores > 1)} of {facts['processor']}{_gpu()}, torch {facts['torch']}, "
        f"Python {facts['python']}. (A `+` after the commit: with changes not yet committed.)\n\n"
    )
    (path or source.with_suffix(".md")).write_text(head + body.rstrip() + "\n", encoding="utf-8")
    print(head + body)


def save_figure(picture, script, part=""):
    """Save the figure of a picture beside its script and return the name of its file."""
    path = Path(script).with_suffix("")
    path = path.with_name(path.name + (f"_{part}" if part else "") + ".png")
    path.write_bytes(png_of(picture.figure, dpi=100))
    return path.name


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median with the smallest and largest value; a value alone stands alone."""
    low, middle, high = min(values), statistics.median(values), max(values)
    if len(values) == 1:
        return f"{middle:.{digits}f}"
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, its first column left, the others right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _gpu() -> str:
    """Return the name of the CUDA device, after a comma, or nothing."""
    return f", {torch.cuda.get_device_name()}" if torch.cuda.is_available() else ""


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True)
    return done.stdout.strip()
