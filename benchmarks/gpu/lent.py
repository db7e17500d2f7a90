"""What the scripts here share: a GPU that is lent for some minutes, and the options for it."""

import argparse
import sys
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))  # where the modules of all experiments are

from experiment import UNFINISHED, read_rows, write_rows  # noqa: E402
from record import spread, table, write_record  # noqa: E402

from nasedu.searching import check_minutes  # noqa: E402

__all__ = ["UNFINISHED", "options_of", "read", "read_rows", "record", "spread", "table"]
__all__ += ["write_rows"]


def options_of(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every script here has."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=7, help="of this call; default 7")
    parser.add_argument("--folder", type=Path, help="what is kept; default runs/gpu/SCRIPT")
    parser.add_argument("--toy", action="store_true", help="tiny, on any machine: does it run?")
    return parser


def read(parser: argparse.ArgumentParser, script: str, arguments: list[str] | None):
    """Return the options, with the folder and, as ``until``, the end of this call."""
    options = parser.parse_args(arguments)
    if not options.toy and not torch.cuda.is_available():
        sys.exit("there is no CUDA device here; --toy tries the script on any machine")
    stem = Path(script).stem + ("-toy" if options.toy else "")
    options.folder = options.folder or HERE.parents[1] / "runs" / "gpu" / stem
    options.until = check_minutes(options.minutes, options.folder)
    return options


def record(script: str, options: argparse.Namespace, title: str, body: str) -> int:
    """Write the record beside the script, or of a toy into its folder; return 0."""
    write_record(script, title, body, options.folder / "record.md" if options.toy else None)
    return 0
