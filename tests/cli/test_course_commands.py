"""`nasedu course`."""

import json

import pytest
from command_line import nasedu

from nasedu.course.copies import LESSONS
from nasedu.errors import SettingError


def settings(folder):
    return json.loads((folder / "course.json").read_text())


def test_build_makes_a_student_s_folder_and_says_where(tmp_path):
    out = tmp_path / "deep" / "my"
    assert nasedu("course", "build", "--student", out).splitlines() == [f"student build: {out}"]
    assert (out / "00_start_here.ipynb").exists()
    assert settings(out) == {"build": "student", "solutions": True}


def test_build_for_an_instructor(tmp_path):
    assert f"instructor build: {tmp_path}" in nasedu("course", "build", "--instructor", tmp_path)
    assert settings(tmp_path)["build"] == "instructor"


def test_what_a_teacher_switched_off_stays_off(tmp_path):
    nasedu("course", "build", "--student", tmp_path, "--no-solutions")
    nasedu("course", "build", "--student", tmp_path)
    assert not settings(tmp_path)["solutions"]
    nasedu("course", "build", "--student", tmp_path, "--solutions")
    assert settings(tmp_path)["solutions"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "neither --student nor --instructor given"),
        (("--student", "a", "--instructor", "b"), "both given; expected one of"),
        (("--student", LESSONS), "holds the course itself, or lies in it"),
        (("--student", "a", "--lessons", "empty"), "has no lessons; give the folder notebooks/"),
    ],
)
def test_what_cannot_be_is_one_line_and_makes_nothing(monkeypatch, tmp_path, words, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingError, match=line):
        nasedu("course", "build", *words)
    assert list(tmp_path.iterdir()) == [tmp_path / "empty"]
