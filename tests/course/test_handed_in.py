"""What students hand in: found, opened and named, whatever lies there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook

from nasedu.course.handed_in import (
    distinct,
    found_in,
    notebooks_among,
    packed_in,
    read_handed_in,
    students_of,
)
from nasedu.errors import DataError


def write(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(), path)


def notebooks_of(student, lesson):
    return notebooks_among(found_in(student)).get(lesson, [])


def test_students_and_their_copies(tmp_path):
    write(tmp_path / "ben/my/04_policy.ipynb")
    write(tmp_path / "ben/my/04_policy.new.ipynb")
    write(tmp_path / "ben/my/.ipynb_checkpoints/04_policy-checkpoint.ipynb")
    (tmp_path / "ada").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "__MACOSX/ben").mkdir(parents=True)
    (tmp_path / "grades.csv").touch()
    ada, ben = students_of(tmp_path)
    assert (ada.name, ben.name) == ("ada", "ben")
    assert notebooks_of(ben, "04") == [ben / "my/04_policy.ipynb"]
    assert notebooks_of(ada, "04") == []


def test_a_copy_does_not_count_before_the_lesson_it_was_made_of(tmp_path):
    names = ("04_x (1).ipynb", "04_x-Copy1.ipynb", "04_x.ipynb", "04_x_final.ipynb")
    for name in names:
        write(tmp_path / name)
    write(tmp_path / "__MACOSX/04_x.ipynb")
    first, *others = notebooks_of(tmp_path, "04")
    assert first == tmp_path / "04_x.ipynb" and len(others) == 3


def test_no_students(tmp_path):
    with pytest.raises(DataError, match="holds no folders; expected a folder for each student"):
        students_of(tmp_path)
    with pytest.raises(DataError, match="cannot be read: No such file"):
        students_of(tmp_path / "none")


@pytest.fixture
def student(tmp_path):
    """The folder of a student, beside a file that is not theirs."""
    (tmp_path / "secret.ipynb").write_text("TOP SECRET")
    (tmp_path / "ada").mkdir()
    return tmp_path / "ada"


def put_socket(path):
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)  # a socket's path has at most 108 bytes
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def put_large(path):
    with path.open("wb") as file:
        file.truncate(200_000_000)


ODD = {
    "a link": (lambda path: path.symlink_to("../secret.ipynb"), "is a link, which is not followed"),
    "an endless link": (lambda path: path.symlink_to("/dev/zero"), "is a link"),
    "a dangling link": (lambda path: path.symlink_to("nowhere"), "is a link"),
    "a loop": (lambda path: path.symlink_to(path.name), "is a link"),
    "a folder": (lambda path: path.mkdir(), "is a folder: hand in the file itself"),
    "a pipe": (lambda path: os.mkfifo(path), "is a pipe or a device"),
    "a socket": (put_socket, "is a pipe or a device"),
    "nothing": (lambda path: None, "cannot be read (No such file or directory)"),
    "too large": (put_large, "has more than 16,777,216 bytes"),
    "Latin-1": (lambda path: path.write_bytes(b"Andr\xe9"), "is no UTF-8 from byte 4 on"),
    "UTF-16": (lambda path: path.write_bytes("x".encode("utf-16")), "is no UTF-8 from byte 0 on"),
}
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")


@posix
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_plain_file_of_the_student_is_not_opened(student, kind):
    put, words = ODD[kind]
    put(student / "04_x.ipynb")
    with pytest.raises(DataError) as caught:
        read_handed_in(student / "04_x.ipynb")
    assert str(caught.value).startswith("04_x.ipynb ") and words in str(caught.value)
    assert "SECRET" not in str(caught.value) and str(student) not in str(caught.value)


@posix
def test_what_takes_the_place_of_a_file_is_neither_followed_nor_waited_for(student, monkeypatch):
    plain = (student.parent / "secret.ipynb").lstat()
    monkeypatch.setattr("pathlib.Path.lstat", lambda path: plain)
    os.mkfifo(student / "pipe")
    (student / "link").symlink_to("../secret.ipynb")
    assert read_handed_in(student / "pipe") == ""
    writer = os.open(student / "pipe", os.O_RDWR)  # who opens it and writes nothing
    assert read_handed_in(student / "pipe") == ""
    os.close(writer)
    with pytest.raises(DataError, match="link cannot be read"):
        read_handed_in(student / "link")


def test_a_mark_before_the_text_is_no_part_of_it(student):
    (student / "x").write_bytes(b"\xef\xbb\xbf{}")
    assert read_handed_in(student / "x") == "{}"


@posix
def test_no_link_leads_out_of_a_folder_or_round_in_it(student):
    write(student.parent / "ben/04_ben.ipynb")
    (student / "his").symlink_to("../ben")
    (student / "round").symlink_to(".")
    assert sorted(entry.name for entry in found_in(student)) == ["his", "round"]
    (student.parent / "cem").symlink_to("ben")
    with pytest.raises(DataError, match="This folder is a link, which is not followed"):
        found_in(student.parent / "cem")


def test_folders_may_be_nested_deeper_than_pythons_calls(student):
    """But not deeper than the system takes a path: what lies there is not found."""
    write(student / "a/04_x.ipynb")
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(student)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
        assert [path.name for path in notebooks_of(student, "04")] == ["04_x.ipynb"]
    finally:
        while Path.cwd().name == "d":
            os.chdir("..")
            Path("d").rmdir()
        os.fchdir(here)
        os.close(here)


def test_a_folder_that_holds_far_too_much_is_said(student, monkeypatch):
    monkeypatch.setattr("nasedu.course.handed_in.MOST", 3)
    for name in "abcd":
        (student / name).touch()
    with pytest.raises(DataError, match="holds over 3 files: hand in the lessons alone"):
        found_in(student)
    with pytest.raises(DataError, match="This folder cannot be read: No such file"):
        found_in(student / "none")


def test_a_folder_with_the_name_of_a_notebook_counts_last(student):
    write(student / "04_x.ipynb/04_longer.ipynb")
    assert [path.name for path in notebooks_of(student, "04")] == ["04_longer.ipynb", "04_x.ipynb"]


def test_names_can_be_written_anywhere_and_no_two_are_the_same():
    names = [
        "ada",
        "ada ",
        "ada (2)",
        "Ada",
        "a\nb",
        "a\u202eb",
        "e\x1b[31m",
        " ",
        "e\u0301",
        "\xe9",
    ]
    assert distinct(names, taken=["Ada"]) == [
        *("ada", "ada (2)", "ada (2) (2)", "Ada (2)", "a b", "a\ufffdb", "e\ufffd[31m", "\ufffd"),
        *("\xe9", "\xe9 (2)"),
    ]


def test_archives_that_nobody_has_unpacked(tmp_path):
    (tmp_path / "ada").mkdir()
    for name in ("ada.zip", "ben.ZIP", "cem.tar.gz", "grades.csv"):
        (tmp_path / name).touch()
    assert packed_in(tmp_path) == ["ben.ZIP", "cem.tar.gz"]
