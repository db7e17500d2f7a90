"""Commands in lessons: they run with the kernel's own Python, and repeat what a lesson shows."""

import re
from itertools import takewhile
from pathlib import Path

import nbformat
import pytest
import typer

from nasedu.cli import app

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("benchmarks/**/*.md")}
)


def cells(path):
    return nbformat.read(path, as_version=4).cells


def programs(path):
    """Return what each shell command of a lesson calls, after the change of folder."""
    lines = (line.strip() for cell in cells(path) for line in cell.source.splitlines())
    commands = (line for line in lines if line.startswith("!") and line[1:2].isalpha())
    return [command.rpartition("&&")[2].split()[0] for command in commands]


def names_in_commands(path):
    """Return the Python names in the shell commands of a lesson, which IPython fills in."""
    return {
        name
        for cell in cells(path)
        for command in re.findall(r"^\s*!.*", cell.source, flags=re.MULTILINE)
        for name in re.findall(r"\{(\w+)", command)
    }


def unknown(words, command=None):
    """Return the first of some words that is no command of nasedu where one has to stand."""
    known = getattr(command or typer.main.get_command(app), "commands", None)
    if known is None or not words:
        return None
    found = known.get(words[0])
    return words[0] if found is None else unknown(words[1:], found)


def commands_in(text):
    """Yield the words of every nasedu command that a text quotes, up to the first other thing."""
    blocks = "".join(re.findall(r"```.*?```", text, flags=re.DOTALL))
    lines = re.findall(r"^nasedu (.+)$", blocks, flags=re.MULTILINE)
    for quoted in re.findall(r"`nasedu ([^`]+)`", text) + lines:
        yield [*takewhile(str.isalpha, quoted.split())]


def test_some_lessons_have_commands():
    assert sum(map(len, map(programs, LESSONS))) > 5


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_commands_name_the_interpreter_of_the_kernel(path):
    assert set(programs(path)) <= {'"{PYTHON}"'}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_the_names_in_commands_have_a_value(path):
    """IPython leaves an unknown name as it is, and the shell then looks for ``{name}``."""
    code = "\n".join(cell.source for cell in cells(path) if cell.cell_type == "code")
    names = names_in_commands(path)
    assert all(re.search(rf"^{name} = ", code, re.MULTILINE) for name in names)
    assert "PYTHON" not in names or re.search(r"^PYTHON = sys.executable$", code, re.MULTILINE)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_a_lesson_with_a_recorded_table_has_a_cell_that_makes_it_again(path):
    code = [cell.source for cell in cells(path) if cell.cell_type == "code"]
    reads = re.findall(r'load_table\("(\w+)"\)', "\n".join(code))
    again = [source for source in code if re.search(r"^REPEAT = False", source, re.MULTILINE)]
    assert bool(again) == bool(reads)
    for name in reads:
        script = f"benchmarks/{name}.py"
        assert (
            not again or "!" not in again[0] or not (ROOT / script).exists() or script in again[0]
        )


@pytest.mark.parametrize("path", [*LESSONS, *PAGES], ids=lambda path: path.stem[:24])
def test_commands_that_are_quoted_exist(path):
    texts = (
        [c.source for c in cells(path)] if path.suffix == ".ipynb" else [path.read_text("utf-8")]
    )
    wrong = [words for text in texts for words in commands_in(text) if unknown(words)]
    assert not wrong


def test_a_command_that_is_none_is_seen():
    assert list(commands_in("write `nasedu data import x.npz` or `nasedu train published:X`")) == [
        ["data", "import"],
        ["train"],
    ]
    assert unknown(["data", "import"]) == "import"
    assert unknown(["train", "anything"]) is None
