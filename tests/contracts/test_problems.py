"""What a row of `nasedu.problems` promises, held against every row: one of a test's own, too."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import fields, replace

import pytest
import toy_problem
from evaluators import SPACE, Counted
from torch import nn

from nasedu import problems, search
from nasedu.controller import make_strategy
from nasedu.errors import NaseduError, SearchSpaceError, SettingError
from nasedu.problems import (
    FIRST,
    IMAGES,
    add_problem,
    find_problem,
    known_problems,
    problem_of,
    problem_on,
    read_architecture,
    read_space,
)
from nasedu.searching import FinalTraining, TrainingEvaluator, find_architecture, resume
from nasedu.searching.training_evaluator import recorded_evaluator
from nasedu.training import Measure, Task
from nasedu.values import fill
from nasedu.viewing import view_of

ROWS = (*known_problems(), toy_problem.ROW)
TRAINED = tuple(row for row in ROWS if row.task)
PARTS = ("architecture", "spaces", "child", "task", "recipes", "data_names")
OF_TRAINING = PARTS[2:]  # which a kind that nothing trains does not have
SHAPES = {
    "images": {"in_channels": 1, "num_classes": 10},
    "language": {"input_size": 3, "hidden_size": 4},
    "translation": {"input_size": 3, "hidden_size": 4},
    "nasnet": {"cells": 1, "filters": 2, "in_channels": 1, "num_classes": 10},
    "toy": {},
}


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Let the toy be known in this test, and no longer."""
    monkeypatch.setattr(problems, "_known", dict(problems._known))
    add_problem(toy_problem.ROW)


@pytest.fixture(params=ROWS, ids=lambda row: row.name)
def row(request):
    return request.param


@pytest.fixture(params=TRAINED, ids=lambda row: row.name)
def trained(request):
    return request.param


def drawn(space, count=8):
    """Return token sequences of a space, drawn at random."""
    source = random.Random(0)
    return [[source.randrange(d.num_tokens) for d in space.decisions] for _ in range(count)]


class TestProblem:
    def test_every_part_loads(self, row):
        for part in PARTS:
            if row.task or part not in OF_TRAINING:
                assert row.load(part) is not None
        assert not row.viewing or row.load("viewing") is not None

    def test_it_has_all_that_training_needs_or_nothing_of_it(self, row):
        if row.task:
            assert issubclass(row.load("task"), Task)
            return
        assert row.data == "" and row not in TRAINED
        for part in OF_TRAINING:
            with pytest.raises(SettingError, match=f"have no {part} .*evaluate=function") as caught:
                row.load(part)
            assert "\n" not in str(caught.value)

    def test_there_is_a_first_space(self, row):
        kinds = {type(value) for value in row.load("spaces").values()}
        assert FIRST in row.load("spaces") and len(kinds) == 1

    def test_there_is_a_first_recipe_and_a_set_of_data(self, trained):
        recipes = trained.load("recipes")
        assert {FIRST, "train"} <= recipes.keys() and len(set(map(type, recipes.values()))) == 1
        assert trained.data in trained.load("data_names")()
        assert trained.load("task").kind == trained.name
        first = next(row for row in TRAINED if row.data == trained.data)
        assert problem_on(trained.data) == first  # the others are named by --problem

    def test_kinds_match(self, row):
        space = row.load("spaces")[FIRST]
        architecture = space.decode(drawn(space, 1)[0])
        assert space.kind == row.space_kind
        assert architecture.kind == row.load("architecture").kind == row.architecture_kind
        for thing in (space, architecture):
            assert problem_of(thing, row.data) == row
            assert json.loads(thing.to_json())["kind"] == thing.kind
        assert find_problem(row.name) == row

    def test_spaces_come_back_from_their_json(self, row):
        for space in row.load("spaces").values():
            found = read_space(space.to_json())
            assert found == space and type(found) is type(space)
            assert found.to_json() == space.to_json()

    def test_tokens_are_read_written_and_checked(self, row):
        for space in row.load("spaces").values():
            assert space.size >= 1 and isinstance(space.size, int)
            for tokens in drawn(space):
                space.check(tokens)
                net = space.decode(tokens)
                assert isinstance(net, row.load("architecture"))
                assert space.decode(space.encode(net)) == net
                found = read_architecture(net.to_json())
                assert found == net and hash(found) == hash(net)
                assert found.digest == net.digest and len(net.digest) == 64
            for wrong in (tokens[:-1], [*tokens[:-1], space.decisions[-1].num_tokens]):
                with pytest.raises(SearchSpaceError):
                    space.decode(wrong)

    def test_children_can_be_explored(self, row):
        space = row.load("spaces")[FIRST]
        for tokens in drawn(space):
            scene = view_of(space).scene(space.decode(tokens), {})
            assert len({part.name for part in scene}) == len(scene) > 0
            assert len({(part.x, part.y) for part in scene}) == len(scene)
            for part in scene:
                assert all(0 <= i < len(scene) and scene[i] is not part for i in part.inputs)
                for text in (part.name, part.label, part.note, *part.facts):
                    assert text.isprintable()

    def test_children_build(self, trained):
        space = trained.load("spaces")[FIRST]
        for tokens in drawn(space, 3):
            child = trained.load("child")(space.decode(tokens), **SHAPES[trained.name])
            assert isinstance(child, nn.Module) and any(p.numel() for p in child.parameters())

    def test_recipes_are_values_that_json_carries(self, trained):
        for recipe in (*trained.load("recipes").values(), trained.load("task").quick(trained.data)):
            written = json.loads(json.dumps(recipe.to_dict(), allow_nan=False))
            assert fill(type(recipe), written) == recipe
            assert recipe.keep in ("best", "last") and recipe.can_grow in (True, False)
            with pytest.raises(SettingError, match="epochs is 0"):
                replace(recipe, epochs=0)

    def test_a_task_is_made_by_the_name_of_its_data(self, trained):
        kind = trained.load("task")
        task = kind.on(trained.data, kind.quick(trained.data))
        assert task.settings["kind"] == trained.name and task.settings["data"] == trained.data
        assert isinstance(task.measure, Measure) and task.num_test > 0
        with pytest.raises(NaseduError, match="nix"):
            kind.on("nix")

    def test_its_name_and_its_kind_are_taken(self, row):
        assert add_problem(row) == row  # once more changes nothing
        others = {"title": "other"}, {"name": f"{row.name}-2", "architecture": "other:Class"}
        for changed in (replace(row, **other) for other in others):
            with pytest.raises(SettingError, match=r"there is a problem .* already") as caught:
                add_problem(changed)
            assert "\n" not in str(caught.value)
        assert find_problem(row.name) == row


def test_the_doubles_name_every_part_that_a_row_has():
    assert {*PARTS, "viewing", "name", "architecture_kind", "title", "data"} == {
        one.name for one in fields(problems.Problem)
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "cats",
            "expected one of images, language, choices, nasnet, translation, toy, or module:ROW",
        ),
        ("", "problem is ''"),
        ("no_such_module:ROW", "no_such_module:ROW cannot be loaded"),
        ("toy_problem:NO_ROW", "toy_problem:NO_ROW cannot be loaded"),
        ("toy_problem:BASES", "expected a nasedu.problems.Problem"),
        ("toy_problem:", "toy_problem: cannot be loaded"),
        (":ROW", ":ROW cannot be loaded"),
        ("..:ROW", "..:ROW cannot be loaded"),
        ("a:b:c", "a:b:c cannot be loaded"),
        ("broken_row:ROW", "broken_row:ROW cannot be loaded"),
        ("unfinished_row:ROW", "unfinished_row:ROW cannot be loaded"),
        ("stolen_row:ROW", "there is a problem 'images' already"),
    ],
)
def test_a_row_that_cannot_be_found_is_one_line(tmp_path, monkeypatch, text, words):
    (tmp_path / "broken_row.py").write_text("ROW = 1 / 0\n")
    (tmp_path / "unfinished_row.py").write_text("ROW = (\n")
    (tmp_path / "stolen_row.py").write_text(
        "from dataclasses import replace\nfrom nasedu.problems import IMAGES\n"
        "ROW = replace(IMAGES, title='mine')\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SettingError) as caught:
        find_problem(text)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_a_row_is_found_in_the_working_directory(tmp_path, monkeypatch):
    shutil.copy(toy_problem.__file__, tmp_path / "toy_of_my_own.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(problems, "_known", {})
    assert find_problem("toy_of_my_own:ROW").task == "toy_of_my_own:CurveTask"


def test_problems_load_neither_torch_nor_numpy():
    code = "import sys, nasedu.problems; print(*sorted({'torch', 'numpy'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_of_several_rows_of_one_kind_the_data_say_which():
    first = toy_problem.ROW
    twin = replace(first, name="toy-2", title="twins", data="digits", data_names=IMAGES.data_names)
    add_problem(twin)
    space = first.load("spaces")[FIRST]
    for data, row in {"": first, first.data: first, "digits": twin, "nix": first}.items():
        assert problem_of(space, data) == row
        assert FinalTraining(space.decode(drawn(space, 1)[0]), data).problem == row
        assert TrainingEvaluator(space, data).problem == row
    recorded = {"kind": "toy-2", "data": "lost", "recipe": toy_problem.CurveRecipe().to_dict()}
    assert recorded_evaluator("run", space, recorded).data == "lost"
    assert read_space(space.to_json()) == space


def test_what_is_of_no_known_kind_is_told_what_there_is():
    with pytest.raises(SearchSpaceError, match="'cat'; expected a 'conv_net_space', a 'recurr"):
        read_space('{"kind": "cat"}')
    for thing in (None, 3, object(), nn.Linear(1, 1), toy_problem.CurveTask()):
        with pytest.raises(TypeError, match="of no known problem; expected one of networks for"):
            problem_of(thing)


def test_a_run_that_names_an_unknown_kind_is_refused_and_nothing_is_imported(tmp_path, monkeypatch):
    run = tmp_path / "run"
    strategy = make_strategy("random", SPACE.decisions)
    list(search(SPACE, strategy, evaluate=Counted(), trials=2, batch=2, workers=1, run=run))
    (tmp_path / "evil.py").write_text("from pathlib import Path\nPath('ran').touch()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for kind in ("evil:ROW", "evil:ROW_space", "evil"):
        with sqlite3.connect(run / "study.db") as db:
            (text,) = db.execute("SELECT value FROM meta WHERE key = 'config'").fetchone()
            config = json.loads(text)
            config["space"]["kind"] = kind
            config["evaluator"]["kind"] = kind
            update = "UPDATE meta SET value = ? WHERE key = 'config'"
            db.execute(update, (json.dumps(config),))
        for use in (lambda: list(resume(run)), lambda: find_architecture(str(run))):
            with pytest.raises(NaseduError, match="expected a 'conv_net_space'") as caught:
                use()
            assert "\n" not in str(caught.value)
    assert "evil" not in sys.modules and not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "recurrent_cell"}', '{"kind": 3}'])
def test_what_is_no_space_is_refused(text):
    with pytest.raises(SearchSpaceError):
        read_space(text)
