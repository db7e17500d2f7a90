"""The page ``docs/your_own_search.md``: its code runs as it stands there, in a notebook."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from nasedu.runs import Study

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[1] / "docs" / "your_own_search.md"


def blocks(language):
    """Return the code blocks of a language, in the order of the page."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working directory in which every cell of the page was run."""
    folder = tmp_path_factory.mktemp("page")
    cells = [nbformat.v4.new_code_cell(code) for code in blocks("python")]
    cells.append(nbformat.v4.new_code_cell("study = await live; study"))
    notebook = nbformat.v4.new_notebook(cells=cells)
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    return folder, notebook.cells


def printed(cell):
    return "".join(one.text for one in cell.outputs if one.output_type == "stream")


def test_ten_lines_are_ten_lines():
    first = blocks("python")[0].splitlines()
    assert len([line for line in first if line and not line.startswith("from")]) <= 10


def test_its_cells_do_what_it_says(place):
    _, cells = place
    told = [printed(cell) for cell in cells]
    reward, best = told[0].strip().split(" ", 1)
    assert float(reward) >= 0.75 and best.startswith("block: ")
    assert "600 children\n" in told
    assert any("'failed'" in text and "'finished'" in text for text in told)
    assert any("(8, 16, 32" in text or "((), (1,)" in text for text in told)
    assert any(text.startswith("lr: 0.01 | optimizer: adam") for text in told)
    [climbed] = [text for text in told if text.startswith("climbed to")]
    assert float(climbed.split()[-1]) >= 0.75


def test_two_workers_found_what_one_finds(place, tmp_path, monkeypatch):
    folder, _ = place
    monkeypatch.chdir(tmp_path)
    exec(blocks("python")[0].replace("workers=2", "workers=1"), {})
    one, two = (Study(at / "runs" / "mine").trials() for at in (tmp_path, folder))
    assert len(one) == 400 and len(two) == 600
    found = [[(t.tokens, t.seed, t.reward) for t in trials[:400]] for trials in (one, two)]
    assert found[0] == found[1]


def test_its_commands_need_no_code_of_it(place):
    folder, _ = place
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines += ["nasedu report runs/words", "nasedu draw runs/words"]
    for line in lines:
        command = [sys.executable, "-m", *line.split()]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (folder / "runs" / "mine" / "report.html").exists()
    assert "mb" in (folder / "child.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("run", "whose"),
    [("mine", "the function 'reward' of your own,"), ("words", "own and the space 'Sentences',")],
)
def test_resume_says_that_the_code_is_needed(place, run, whose):
    folder, _ = place
    command = [sys.executable, "-m", "nasedu", "resume", f"runs/{run}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert whose in done.stderr and "call `search` with the same space" in done.stderr
