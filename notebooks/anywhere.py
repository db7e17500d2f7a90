"""Links to Colab, Kaggle, Binder and VS Code in every lesson, and a cell that installs nasedu.

    python notebooks/anywhere.py                 all lessons
    python notebooks/anywhere.py 01*.ipynb       some

One setting names the repository on GitHub: ``repository`` under ``[tool.nasedu]`` in
``pyproject.toml``, as ``OWNER/NAME``. While it is empty, a lesson has no link and no such cell.
Nothing is executed: cells keep their outputs, and are numbered anew.

Unproven: this was written from the hosts' documentation and has not run on them.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path
from textwrap import wrap
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

HERE = Path(__file__).resolve().parent
GITHUB, BRANCH = "https://github.com", "main"
LINKS, INSTALL = "anywhere", "colab"  # tags
HOSTS_HAVE = {  # what Colab and Kaggle bring, in versions of their own
    *("torch", "torchvision", "numpy", "matplotlib", "graphviz", "ipywidgets", "pandas"),
    *("scikit-learn", "scipy", "tqdm", "cloudpickle", "pillow", "safetensors", "typer", "jinja2"),
}
NEEDED_BY = {"sacrebleu": ("portalocker", "regex", "tabulate", "colorama", "lxml")}  # beside numpy
ONLY_FOR_A_SERVER = {"jupyterlab", "nbval"}  # a kernel needs neither


def settings() -> tuple[str, list[str]]:
    """Return ``OWNER/NAME``, or an empty text, and the packages that hosts lack.

    Raises:
        ValueError: A name of another form.
    """
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    repository = project["tool"]["nasedu"]["repository"]
    if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ValueError(
            f"repository is {repository!r} in pyproject.toml; "
            "expected OWNER/NAME as on GitHub, or nothing"
        )
    names = (re.split(r"[>=<\[ ]", each)[0] for each in project["project"]["dependencies"])
    missing = [name for name in names if name not in HOSTS_HAVE | ONLY_FOR_A_SERVER]
    # pip resolves nothing here, so what a missing package needs itself is asked for by name
    return repository, [each for name in missing for each in (name, *NEEDED_BY.get(name, ()))]


def links(lesson: str, repository: str) -> str:
    """Return the line of links below a lesson's title."""
    path = f"{repository}/blob/{BRANCH}/notebooks/{lesson}"
    addresses = {
        "Colab": f"https://colab.research.google.com/github/{path}",
        "Kaggle": f"https://kaggle.com/kernels/welcome?src={quoted(f'{GITHUB}/{path}')}",
        "Binder": f"https://mybinder.org/v2/gh/{repository}/{BRANCH}"
        f"?labpath={quoted(f'notebooks/{lesson}')}",
        "VS Code": f"vscode://vscode.git/clone?url={quoted(f'{GITHUB}/{repository}')}",
    }
    return "Open this lesson in " + " · ".join(f"[{to}]({at})" for to, at in addresses.items())


def quoted(text: str) -> str:
    """Return a text as a value in an address."""
    return quote(text, safe="")


def install(repository: str, missing: list[str]) -> str:
    """Return the source of the cell that installs nasedu where a host has no environment of it.

    It asks nothing, leaves the host's own packages as they are, and does nothing a second time.
    """
    packages = " \\\n        ".join(wrap(" ".join(missing), 56))
    return f"""\
# Colab and Kaggle start without nasedu. Elsewhere this does nothing.
import os
from importlib.util import find_spec

hosts = {{"COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"}}
if hosts & set(os.environ) and find_spec("nasedu") is None:
    # no dependencies: torch and ipywidgets stay the host's own
    nasedu = "git+{GITHUB}/{repository}"
    %pip install -q --no-deps {{nasedu}} \\
        {packages}"""


def place(
    notebook: NotebookNode,
    lesson: str,
    repository: str,
    missing: list[str],
) -> NotebookNode:
    """Put the two cells below a lesson's title, in place, or remove them.

    Args:
        notebook: The lesson; may have the cells already.
        lesson: The name of its file.
        repository: ``OWNER/NAME``; empty: the lesson has neither cell.
        missing: Packages that the hosts lack.
    """
    ours = {LINKS, INSTALL}
    cells = [cell for cell in notebook.cells if not ours & set(cell.metadata.get("tags", ()))]
    if repository:
        shown = new_markdown_cell(links(lesson, repository), id=LINKS)
        source = new_code_cell(install(repository, missing), id=INSTALL)
        shown.metadata.tags, source.metadata.tags = [LINKS], [INSTALL]
        cells[1:1] = [shown, source]
    code = [cell for cell in cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, start=1):
        cell.execution_count = number
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
    notebook.cells = cells
    return notebook


def main(arguments: list[str]) -> int:
    """Write the lessons that are named and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("lessons", nargs="*", type=Path, help="all, if none is named")
    options = parser.parse_args(arguments)
    try:
        repository, missing = settings()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path in options.lessons or sorted(HERE.glob("*.ipynb")):
        path = path if path.exists() else HERE / path
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(place(notebook, path.name, repository, missing), path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
