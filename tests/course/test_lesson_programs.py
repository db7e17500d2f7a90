"""Commands in lessons: they run with the kernel's own Python, whatever the PATH of its server."""

from pathlib import Path

import nbformat
import pytest

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def programs(path):
    """Return what each shell command of a lesson calls, after the change of folder."""
    cells = nbformat.read(path, as_version=4).cells
    lines = (line.strip() for cell in cells for line in cell.source.splitlines())
    commands = (line for line in lines if line.startswith("!") and line[1:2].isalpha())
    return [command.rpartition("&&")[2].split()[0] for command in commands]


def test_some_lessons_have_commands():
    assert sum(map(len, map(programs, LESSONS))) > 5


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_commands_name_the_interpreter_of_the_kernel(path):
    assert set(programs(path)) <= {'"{sys.executable}"'}
