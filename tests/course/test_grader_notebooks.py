"""Notebooks for other graders keep to their formats, as far as these are documented.

Neither nbgrader nor Otter is installed, so what is tested here is what their documents say: the
metadata of nbgrader's schema version 3, the blocks of Otter's format v1, and what the students'
version of a cell is once the marked solution is taken out.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import yaml
from command_line import nasedu

from nasedu.course.check import EXERCISES
from nasedu.course.grader_notebooks import TOOLS, grader_notebook
from nasedu.course.grading import lesson_of
from nasedu.course.hidden_cases import with_hidden_cases
from nasedu.course.notebook_code import program_of
from nasedu.errors import DataError, SettingError

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
FLAGS = ("grade", "solution", "locked", "task")
BLOCKS = {"ASSIGNMENT CONFIG", "BEGIN", "END"}
PROMPT = re.compile(r' *""" # BEGIN PROMPT\n(.*?)\n *"""; # END PROMPT', re.DOTALL)


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.name[:2])
def path(request):
    return request.param


@cache
def made(path, tool):
    notebook = nbformat.reads(grader_notebook(path, tool, seed=3), as_version=4)
    nbformat.validate(notebook)
    return notebook.cells


@pytest.mark.parametrize("tool", TOOLS)
def test_the_same_lesson_and_seed_are_the_same_file(tool):
    one, again, other = (grader_notebook(LESSONS[1], tool, seed) for seed in (3, 3, 4))
    assert one == again != other


def exercises(path):
    return {name for name, each in EXERCISES.items() if lesson_of(each) == path.name[:2]}


@pytest.mark.parametrize("tool", TOOLS)
def test_no_output_no_note_and_no_solution_beside_the_marked_one(path, tool):
    for cell in made(path, tool):
        assert not cell.get("outputs") and not cell.get("execution_count")
        assert not {"instructor", "solution"} & set(cell.metadata.get("tags", ()))
        assert not re.search(r"def \w+_solution\(", cell.source)


@pytest.mark.parametrize("tool", TOOLS)
def test_links_to_lessons_lead_into_their_folders(path, tool):
    text = "\n".join(cell.source for cell in made(path, tool) if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)]*\.ipynb)\)", text)
    known = {f"../lesson_{lesson.name[:2]}/{lesson.name}" for lesson in LESSONS}
    assert links and set(links) <= known


@pytest.mark.parametrize("tool", TOOLS)
def test_the_marked_solution_is_right_and_without_it_is_a_stub(path, tool):
    answers = [c.source for c in made(path, tool) if "# BEGIN SOLUTION" in c.source]
    answers = [source for source in answers if "def " in source]
    codes = [c.source for c in made(path, tool) if c.cell_type == "code"]
    assert len(answers) == len(exercises(path))
    for name in exercises(path):
        names = {}
        exec(program_of(codes, name), names)
        for seed in range(8):  # the lesson's own solution, which is written in another way
            result = with_hidden_cases(EXERCISES[name], seed)(names[name])
            assert result.passed, result
        [answer] = [source for source in answers if f"def {name}(" in source]
        stub = student_version(answer, tool)
        assert "SOLUTION" not in stub and "PROMPT" not in stub
        exec(stub, names)
        assert EXERCISES[name](names[name]).state == "not attempted yet"


def student_version(source, tool):
    """Take the solution out as the tool says that it does."""
    if tool == "nbgrader":
        region = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION", re.M | re.S)
        return region.sub(r"\1# YOUR CODE HERE\n\1raise NotImplementedError()", source)
    region = re.compile(r" *# BEGIN SOLUTION NO PROMPT\n.*?# END SOLUTION\n", re.DOTALL)
    return PROMPT.sub(r"\1", region.sub("", source))


def test_the_metadata_of_nbgrader(path):
    cells = [cell for cell in made(path, "nbgrader") if "nbgrader" in cell.metadata]
    metas = [cell.metadata.nbgrader for cell in cells]
    ids = [meta.grade_id for meta in metas]
    assert len(set(ids)) == len(ids) == 3 * len(exercises(path))
    for meta in metas:
        assert meta.schema_version == 3
        assert all(isinstance(meta[flag], bool) for flag in FLAGS) and not meta.task
        assert re.fullmatch(r"[a-zA-Z0-9_\-]+", meta.grade_id)
        assert set(meta) == {"schema_version", "grade_id", *FLAGS} | ({"points"} & set(meta))
        assert ("points" in meta) == meta.grade
        assert not (meta.grade and meta.solution)
        assert meta.locked != meta.solution
    for cell in cells:
        marks = re.findall(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)$", cell.source, re.MULTILINE)
        kind = "SOLUTION" if cell.metadata.nbgrader.solution else "HIDDEN TESTS"
        marked = cell.metadata.nbgrader.solution or cell.metadata.nbgrader.grade
        assert marks == ([("BEGIN", kind), ("END", kind)] if marked else [])


def test_the_blocks_of_otter(path):
    cells = made(path, "otter")
    opened, questions = [], []
    assert cells[0].source.startswith("# ASSIGNMENT CONFIG\n")
    config = yaml.safe_load(cells[0].source)
    assert config["name"] == path.stem and config["tests"] == {"ok_format": False}
    for cell in cells:
        if cell.cell_type == "raw" and cell.source.startswith(("# BEGIN ", "# END ")):
            what, kind = cell.source.splitlines()[0].split()[1:]
            if what == "BEGIN":
                opened.append(kind)
                if kind == "QUESTION":
                    questions.append(yaml.safe_load(cell.source))
            else:
                assert opened.pop() == kind
        elif "BEGIN TEST CONFIG" in cell.source:
            assert opened == ["QUESTION", "TESTS"]
            [given] = re.findall(r'^""" # BEGIN TEST CONFIG\n(.*?)\n"""', cell.source, re.DOTALL)
            assert set(yaml.safe_load(given)) == {"hidden"}
            assert cell.source.splitlines()[-1].endswith("# IGNORE")
        elif "# BEGIN SOLUTION" in cell.source:
            assert opened == ["QUESTION", "SOLUTION"]
    assert not opened
    assert {question["name"] for question in questions} == exercises(path)
    assert all(question["points"] == 1 for question in questions)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tests_pass_with_the_solution_and_fail_without(tool):
    cells = made(LESSONS[0], tool)
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    tests = [source for source in codes if "assert result.passed" in source]
    names = {}
    exec("from nasedu.course import check", names)
    for name in exercises(LESSONS[0]):
        exec(program_of(codes, name), names)
    for test in tests:
        exec(test, names)
    for name in exercises(LESSONS[0]):
        exec(f"def {name}(a):\n    raise NotImplementedError", names)
    for test in tests:
        with pytest.raises(AssertionError, match="Replace the line that raises"):
            exec(test, names)


@pytest.mark.parametrize("tool", TOOLS)
def test_an_open_exercise_stays_as_it_is(tmp_path, tool):
    task = nbformat.v4.new_code_cell("my_claim = ...")
    task.metadata["tags"] = ["exercise"]
    nbformat.write(nbformat.v4.new_notebook(cells=[task]), tmp_path / "a.ipynb")
    assert made(tmp_path / "a.ipynb", tool)[-1].source == task.source


def test_a_lesson_without_a_solution_is_refused(tmp_path):
    cell = nbformat.v4.new_code_cell("def best_so_far(a):\n    pass\n\n\ncheck.best_so_far(x)")
    cell.metadata["tags"] = ["exercise"]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "00_x.ipynb")
    with pytest.raises(DataError, match="exercise 'best_so_far' has no solution in the lesson"):
        grader_notebook(tmp_path / "00_x.ipynb", "otter", 0)
    (tmp_path / "01_x.ipynb").write_text("{")
    with pytest.raises(DataError, match=r"01_x\.ipynb is no notebook that can be read"):
        grader_notebook(tmp_path / "01_x.ipynb", "otter", 0)


def test_the_command(tmp_path):
    told = nasedu("course", "export", tmp_path / "out", "04", "--nbgrader", "--seed", 5)
    assert "1 lesson for nbgrader" in told and "seed 5" in told
    [written] = (path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written.parent == tmp_path / "out/source/lesson_04"


def test_a_lesson_that_is_given_as_a_file_lands_in_the_folder_too(tmp_path):
    copy = tmp_path / "a class" / LESSONS[4].name
    copy.parent.mkdir()
    copy.write_bytes(LESSONS[4].read_bytes())
    nasedu("course", "export", tmp_path / "out", copy, "--otter", "--seed", 5)
    [written] = (path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written == tmp_path / "out/lesson_04" / copy.name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "expected one of --nbgrader and --otter"),
        (["--nbgrader", "--otter"], "expected one of"),
        (["99", "--otter"], "no lesson '99'"),
    ],
)
def test_bad_usage_writes_nothing(tmp_path, arguments, words):
    with pytest.raises(SettingError, match=words):
        nasedu("course", "export", tmp_path / "out", *arguments)
    assert not list(tmp_path.iterdir())
