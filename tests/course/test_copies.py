"""Builds of the course: what is in them, and that nobody's work in them is ever lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nasedu.course.copies import LESSONS, build_course
from nasedu.course.student_folder import RECORD, SETTINGS, Settings
from nasedu.errors import SettingError

STUDENT, INSTRUCTOR = Settings(), Settings(student=False)


def cell(kind, source, *tags):
    made = {"cell_type": kind, "id": kind, "metadata": {"tags": list(tags)}, "source": [source]}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write(path, *cells):
    cells = [cell("markdown", each) if isinstance(each, str) else each for each in cells]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def read(path):
    """Return the text of a file; of a notebook that of its first cell."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text)["cells"][0]["source"][0] if text.startswith("{") else text


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "notebooks"
    for name in ("README.md", "pictures/x.svg", "execute.py", "ruff.toml", ".hidden/00_a.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("first")
    write(folder / "00_a.ipynb", "first")
    return folder


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "my"


def copied(course, mine, settings=STUDENT):
    return build_course(mine, settings, course)


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_lessons_and_what_they_need_are_copied(course, mine):
    assert copied(course, mine) == []
    expected = {"00_a.ipynb", "README.md", "pictures/x.svg", ".copied.json", SETTINGS}
    assert files(mine) == expected


def test_a_student_gets_neither_solutions_nor_notes(course, mine):
    task = cell("code", "def f(x):\n    ...\n\n\ncheck.f(f)", "exercise")
    solution = cell("code", "f_solution = abs\ncheck.f(f_solution, strict=True)", "solution")
    notes = cell("markdown", "For teachers.", "instructor")
    (course / "README.md").write_text("Lessons.\n\n## For teachers\n\nSolutions.\n")
    write(course / "00_a.ipynb", "Text.", task, solution, notes)
    copied(course, mine)
    copied(course, mine.with_name("all"), INSTRUCTOR)
    cells = [
        "".join(cell["source"]) for cell in json.loads((mine / "00_a.ipynb").read_text())["cells"]
    ]
    assert cells[:2] == ["Text.", task["source"][0]]
    assert (mine / "README.md").read_text() == "Lessons.\n"
    assert "Solutions." in (mine.with_name("all") / "README.md").read_text()
    assert cells[2].endswith('f_solution = solution("f")\nf_solution')
    assert len(cells) == 3
    everything = json.loads((mine.with_name("all") / "00_a.ipynb").read_text())["cells"]
    assert everything == [
        cell("markdown", "Text.") | {"metadata": {"tags": []}},
        task,
        solution,
        notes,
    ]


def lesson_with_output(path, printed):
    output = {"output_type": "stream", "name": "stdout", "text": [printed]}
    code = cell("code", "1 + 1") | {"execution_count": 7, "outputs": [output]}
    write(path, code, "Predict: 3 × 3?")


def test_copies_hold_no_results_and_are_known_again(course, mine):
    lesson_with_output(course / "00_a.ipynb", "the result")
    copied(course, mine)
    copy = (mine / "00_a.ipynb").read_text(encoding="utf-8")
    assert "the result" not in copy
    assert "Predict: 3 × 3?" in copy
    assert [cell.get("execution_count") for cell in json.loads(copy)["cells"]] == [None, None]

    lesson_with_output(course / "00_a.ipynb", "another result")  # only that has changed
    assert copied(course, mine) == []
    assert (mine / "00_a.ipynb").read_text(encoding="utf-8") == copy
    (mine / "00_a.ipynb").write_text("mine")
    assert copied(course, mine) == []  # and no newer version of the lesson


def test_an_unchanged_lesson_follows_the_course(course, mine):
    copied(course, mine)
    write(course / "00_a.ipynb", "second")
    assert copied(course, mine) == []
    assert read(mine / "00_a.ipynb") == "second"


def test_a_copy_that_is_up_to_date_is_not_written_again(course, mine):
    copied(course, mine)
    os.utime(mine / "00_a.ipynb", (1, 1))
    copied(course, mine)
    assert (mine / "00_a.ipynb").stat().st_mtime == 1


def test_a_changed_lesson_stays_and_the_newer_one_is_put_beside_it_once(course, mine):
    copied(course, mine)
    (mine / "00_a.ipynb").write_text("mine")
    assert copied(course, mine) == []  # nothing newer

    write(course / "00_a.ipynb", "second")
    (line,) = copied(course, mine)
    assert "my/00_a.ipynb" in line
    assert "my/00_a.new.ipynb" in line
    assert read(mine / "00_a.ipynb") == "mine"
    assert read(mine / "00_a.new.ipynb") == "second"

    (mine / "00_a.new.ipynb").unlink()  # read and thrown away
    assert copied(course, mine) == []
    assert not (mine / "00_a.new.ipynb").exists()

    write(course / "00_a.ipynb", "third")
    assert len(copied(course, mine)) == 1
    write(course / "00_a.ipynb", "fourth")
    assert len(copied(course, mine)) == 1
    assert read(mine / "00_a.new.ipynb") == "fourth"
    assert read(mine / "00_a.ipynb") == "mine"


def test_work_in_the_newer_lesson_stays_too(course, mine):
    copied(course, mine)
    (mine / "00_a.ipynb").write_text("mine")
    write(course / "00_a.ipynb", "second")
    copied(course, mine)
    (mine / "00_a.new.ipynb").write_text("mine too")
    write(course / "00_a.ipynb", "third")
    (line,) = copied(course, mine)
    assert "00_a.new.ipynb" in line
    assert (mine / "00_a.new.ipynb").read_text() == "mine too"

    (mine / "00_a.new.ipynb").rename(mine / "kept.ipynb")
    copied(course, mine)
    assert read(mine / "00_a.new.ipynb") == "third"


def test_a_student_who_takes_the_newer_lesson_follows_the_course_again(course, mine):
    copied(course, mine)
    (mine / "00_a.ipynb").write_text("mine")
    write(course / "00_a.ipynb", "second")
    copied(course, mine)
    (mine / "00_a.new.ipynb").replace(mine / "00_a.ipynb")
    write(course / "00_a.ipynb", "third")
    assert copied(course, mine) == []
    assert read(mine / "00_a.ipynb") == "third"


def test_a_file_of_the_students_own_is_never_written_over(course, mine):
    mine.mkdir()
    (mine / "00_a.ipynb").write_text("mine")
    assert len(copied(course, mine)) == 1
    assert read(mine / "00_a.ipynb") == "mine"


@pytest.mark.parametrize("manifest", ["", "{", "[1]"])
def test_a_lost_manifest_costs_no_work(course, mine, manifest):
    copied(course, mine)
    (mine / "00_a.ipynb").write_text("mine")
    (mine / ".copied.json").write_text(manifest)
    copied(course, mine)
    assert read(mine / "00_a.ipynb") == "mine"


def test_a_deleted_lesson_comes_back(course, mine):
    copied(course, mine)
    (mine / "00_a.ipynb").unlink()
    copied(course, mine)
    assert read(mine / "00_a.ipynb") == "first"


# A folder that was there before. --------------------------------------------------------------


def test_an_old_copy_becomes_a_student_s_build_and_keeps_the_student_s_own(course, mine):
    """The lessons were once copied whole, with solutions, by the same manifest."""
    solution = cell("code", "check.f(abs, strict=True)", "solution")
    for name in ("00_a.ipynb", "01_b.ipynb"):
        write(course / name, "first", solution)
    copied(course, mine, INSTRUCTOR)
    (mine / SETTINGS).unlink()
    (mine / "01_b.ipynb").write_text("my answers")

    (line,) = copied(course, mine)
    assert "my/01_b.ipynb was changed by you and stays" in line
    assert (mine / "01_b.ipynb").read_text() == "my answers"
    for name in ("00_a.ipynb", "01_b.new.ipynb"):
        assert "strict" not in (mine / name).read_text()


def test_what_a_student_did_is_no_part_of_a_build(course, mine):
    copied(course, mine)
    (mine / RECORD).write_text('{"attempts": {}}')
    copied(course, mine)
    assert (mine / RECORD).read_text() == '{"attempts": {}}'


def test_the_settings_are_those_of_the_last_build(course, mine):
    copied(course, mine, Settings(solutions=False))
    assert Settings.of(mine) == Settings(solutions=False)
    copied(course, mine)
    assert Settings.of(mine) == Settings()


@pytest.mark.parametrize(("first", "then"), [(STUDENT, INSTRUCTOR), (INSTRUCTOR, STUDENT)])
def test_a_build_for_others_is_not_mixed_in(course, mine, first, then):
    copied(course, mine, first)
    before = {name: (mine / name).read_bytes() for name in files(mine)}
    with pytest.raises(SettingError, match="choose another folder"):
        copied(course, mine, then)
    assert {name: (mine / name).read_bytes() for name in files(mine)} == before


@pytest.mark.parametrize("place", [".", "inside", ".."])
def test_the_course_is_not_built_over_itself(course, place):
    before = files(course.parent)
    with pytest.raises(SettingError, match="holds the course itself, or lies in it"):
        copied(course, course / place)
    assert files(course.parent) == before


def test_a_file_is_no_folder(course, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingError, match="is a file; expected a folder"):
        copied(course, tmp_path / "file")


def test_without_lessons_it_says_where_they_are(tmp_path):
    with pytest.raises(SettingError, match="has no lessons; give the folder notebooks/"):
        copied(tmp_path, tmp_path / "my")
    assert not (tmp_path / "my").exists()


def test_a_broken_lesson_is_not_handed_out_with_what_is_in_it(course, mine):
    (course / "00_a.ipynb").write_text("{")
    with pytest.raises(SettingError, match="is no notebook"):
        copied(course, mine)
    assert not (mine / "00_a.ipynb").exists()


def test_the_lessons_of_the_course_are_found():
    assert (LESSONS / "00_start_here.ipynb").exists()
    assert Path(__file__).is_relative_to(LESSONS.parent)
