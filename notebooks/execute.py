"""Execute the lessons in place, and keep only what belongs into the repository.

    python notebooks/execute.py                  all of them
    python notebooks/execute.py 01*.ipynb        some
    python notebooks/execute.py --clean 01*.ipynb    only clean what Jupyter saved
    python notebooks/execute.py --exercises          only write the cells of exercises

The cells of exercises are made from `nasedu/course/lessons/` first: a new one begins as a cell with
the tag `exercise` or `solution` and the line `check.name(name)`. A lesson is written only if all of
its cells ran. Times, versions, widget states and the way in
which output happened to be cut into pieces are left out, so that a second run leaves a clean diff.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from nasedu.course.check import EXERCISES
from nasedu.course.lesson_cells import exercise_source

HERE = Path(__file__).resolve().parent
FAILURES = (CellExecutionError, DeadKernelError, TimeoutError, OSError, NotJSONError)
CELL_TIMEOUT = 600  # seconds, as in the tests
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def clean(notebook: NotebookNode) -> NotebookNode:
    """Remove, in place, what differs from run to run and from machine to machine."""
    notebook.metadata.pop("widgets", None)  # GitHub does not show a notebook that has them
    notebook.metadata.kernelspec = KERNEL
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        for name in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [each for each in joined(cell.outputs) if not is_progress_bar(each)]
            for output in cell.outputs:
                data = output.get("data", {})
                if len(data) > 1:  # a widget's random id; its text stays
                    data.pop(WIDGET_VIEW, None)
    return notebook


def write_exercises(notebook: NotebookNode) -> NotebookNode:
    """Make the cells of exercises, in place, from their one source."""
    for cell in notebook.cells:
        source = exercise_source(cell, EXERCISES)
        if source is not None:
            cell.source = source
    return notebook


def is_progress_bar(output: NotebookNode) -> bool:
    """Tell whether this is tqdm's widget, whose text would stand at 0 % for ever."""
    data = output.get("data", {})
    return WIDGET_VIEW in data and re.match(r".*\d+%\|", data.get("text/plain", "")) is not None


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of one stream, and keep what its carriage returns left visible."""
    whole: list[NotebookNode] = []
    for output in outputs:
        last = whole[-1] if whole else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            whole.append(output)
    for output in whole:
        if output.output_type == "stream":
            lines = output.text.replace("\r\n", "\n").split("\n")
            output.text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return whole


def execute(notebook: NotebookNode, folder: Path) -> float:
    """Run all code cells; return the seconds of the slowest.

    Args:
        notebook: Is changed in place.
        folder: Where the kernel runs.

    Raises:
        CellExecutionError: A cell failed.
    """
    started, slowest = 0.0, 0.0

    def start(**_: object) -> None:
        nonlocal started
        started = time.perf_counter()

    def end(**_: object) -> None:
        nonlocal slowest
        slowest = max(slowest, time.perf_counter() - started)

    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        on_cell_execute=start,
        on_cell_executed=end,
    ).execute()
    return slowest


def main(arguments: list[str]) -> int:
    """Execute or clean the lessons that are named and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("lessons", nargs="*", type=Path, help="all, if none is named")
    parser.add_argument("--clean", action="store_true", help="only clean, execute nothing")
    parser.add_argument(
        "--exercises", action="store_true", help="only write the cells of exercises and clean"
    )
    options = parser.parse_args(arguments)
    failed = 0
    for path in options.lessons or sorted(HERE.glob("*.ipynb")):
        path = path if path.exists() else HERE / path
        try:
            notebook = nbformat.read(path, as_version=4)
            started = time.perf_counter()
            if not options.clean:
                write_exercises(notebook)
            only = options.clean or options.exercises
            slowest = 0.0 if only else execute(notebook, path.parent)
            nbformat.write(clean(notebook), path)
        except FAILURES as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failed = 1
            continue
        seconds = time.perf_counter() - started
        done = "written" if only else f"{seconds:.0f} s, slowest cell {slowest:.0f} s"
        print(f"{path.name}: {done}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
