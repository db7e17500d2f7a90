"""Worksheets: what stands on the sheet gives what stands in the answers."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from command_line import nasedu

from nasedu import CellNode, ConvNetSpace, RecurrentCell
from nasedu.course.answers import numbers_of
from nasedu.course.check import EXERCISES
from nasedu.course.worksheets import (
    WORKSHEETS,
    anchor,
    best_of_draws,
    policy_update,
    probability,
    read_tokens,
    sheets_page,
    tasks_of,
    worked_cell,
)
from nasedu.errors import NaseduError, SettingError

MAKERS = [make for makers in WORKSHEETS.values() for make in makers]


@pytest.fixture(params=range(12))
def generator(request):
    return np.random.default_rng(request.param)


def numbers(text):
    return [float(number) for number in re.findall(r"[-+]?\d+\.?\d*", text.replace(",", " "))]


def solve(name, *case):
    return numbers_of(EXERCISES[name].solution(*case)).ravel().tolist()


def test_a_sentence(generator):
    task = read_tokens(generator)
    sets = [[int(v) for v in part.split(", ")] for part in re.findall(r"{(.*?)}", task.lines[0])]
    depth = int(re.findall(r"(\d) layers", task.lines[0])[0])
    space = ConvNetSpace(depth, *map(tuple, sets), skip_connections=False)
    tokens = [int(t) for t in re.findall(r"\d", task.lines[1])]
    layers = [sets[i % 3][token] for i, token in enumerate(tokens)]
    answers = dict(task.answers)
    told = [int(v) for i in range(depth) for v in re.findall(r"\d+", answers[f"layer {i + 1}"])]
    assert told == layers
    assert answers["networks"] == f"{solve('space_size', space)[0]:,}"


def test_a_probability(generator):
    task = probability(generator)
    steps = [numbers(line.partition(": ")[2]) for line in task.lines[1:4]]
    assert all(sum(step) == pytest.approx(1) and min(step) > 0.05 for step in steps)
    tokens = [int(t) for t in re.findall(r"\d", task.lines[4])]
    (_, chance), (_, log) = task.answers
    assert float(log) == pytest.approx(solve("log_prob", steps, tokens)[0], abs=1e-3)
    assert float(chance) == pytest.approx(np.exp(float(log)), rel=1e-2)


def test_a_step_of_reinforce(generator):
    task = policy_update(generator)
    chances = torch.tensor(numbers(task.lines[0]))
    arms = torch.tensor(["ABC".index(name) for name in re.findall(r"rm (\w) is", task.lines[1])])
    *rewards, baseline = numbers(task.lines[1])
    gradient = solve("reinforce_gradient", chances.log(), arms, torch.tensor(rewards), baseline)
    assert numbers(task.answers[0][1]) == pytest.approx(gradient, abs=1e-3)
    [rate] = re.findall(r"rate (0\.\d)", task.lines[2])
    new = (chances.log() + float(rate) * torch.tensor(gradient)).softmax(0)
    assert numbers(task.answers[1][1]) == pytest.approx(new.tolist(), abs=1e-3)


def test_an_anchor(generator):
    task = anchor(generator)
    _, _, *coins = numbers(task.lines[0])
    chosen = [int(v) for v in re.findall(r"{(.*?)}", task.lines[1])[0].split(", ")]
    mask = sum(1 << (layer - 1) for layer in chosen)
    assert task.answers[1] == ("token", str(mask))
    right = solve("anchor_probability", coins, mask)[0]
    assert float(task.answers[0][1]) == pytest.approx(right, abs=1e-4)


def test_the_best_of_draws(generator):
    task = best_of_draws(generator)
    values, draws = numbers(task.lines[0]), int(numbers(task.lines[1])[0])
    assert len(values) == 4
    right = solve("expected_best", values, draws)[0]
    assert float(task.answers[0][1]) == pytest.approx(right, abs=1e-4)


def test_a_cell(generator):
    task = worked_cell(generator)
    *nodes, inject = (
        CellNode(*words) for line in task.lines for words in re.findall(r": (\w+), (\w+)\.", line)
    )
    into, out = (int(node) for node in re.findall(r"node (\d)", task.lines[3])[:2])
    cell = RecurrentCell(tuple(nodes), inject, cell_output=out, cell_input=into)
    x, h, c, *weights = (float(v) for v in re.findall(r"= (-?[\d.]+?)[,;.](?:\s|$)", task.lines[4]))
    w0, u0, w1, u1 = weights
    right = solve("cell_step", [w0 * x, w1 * x], [u0 * h, u1 * h], c, cell)
    assert [float(value) for _, value in task.answers] == pytest.approx(right, abs=1e-3)


@pytest.mark.parametrize("number", WORKSHEETS)
def test_students_have_numbers_of_their_own_and_a_seed_repeats(number):
    assert tasks_of(number, 1, "ada") == tasks_of(number, 1, "ada")
    for other in (tasks_of(number, 1, "ben"), tasks_of(number, 2, "ada")):
        assert all(a != b for a, b in zip(tasks_of(number, 1, "ada"), other, strict=True))


def test_answers_are_on_the_teacher_s_page_alone():
    sheet, answers = (sheets_page(1, 0, ["ada", "<b>"], answers=a) for a in (False, True))
    for task in tasks_of(1, 0, "ada"):
        for _, value in task.answers:
            assert value.replace("+", "&#43;") in answers or value in answers
            assert value not in sheet.partition("<main>")[2] or len(value) < 3
    assert "<b>" not in sheet + answers and "&lt;b&gt;" in sheet
    assert sheet.count("<section>") == answers.count("<section>") == 2


def test_every_task_is_on_a_worksheet_that_exists():
    assert len(MAKERS) == len(set(MAKERS)) == 6
    with pytest.raises(SettingError, match="there is no worksheet 3; expected one of 1, 2"):
        tasks_of(3, 0, "ada")


def test_the_command(tmp_path):
    # as an editor of Windows writes it
    (tmp_path / "names.txt").write_bytes(b"\xef\xbb\xbfada\r\n\r\nben\r\nada\r\n")
    names = ("--names", tmp_path / "names.txt", "--student", "cem")
    told = nasedu("course", "worksheet", 1, tmp_path / "sheets", *names)
    assert told.startswith("worksheets of 3: ")
    page = (tmp_path / "sheets/worksheet_1.html").read_text("utf-8")
    assert [name for name in ("ada", "ben", "cem") if name in page] == ["ada", "ben", "cem"]
    assert "\ufeff" not in page  # else she would have other numbers than by --student
    assert (tmp_path / "sheets/worksheet_1_answers.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["7", "out"], "there is no worksheet 7"),
        (["1", "out", "--names", "none.txt"], r"none\.txt cannot be read: No such file"),
        (["1", "file"], "file cannot be made: File exists"),
    ],
)
def test_bad_usage_writes_nothing(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(NaseduError, match=words):
        nasedu("course", "worksheet", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
