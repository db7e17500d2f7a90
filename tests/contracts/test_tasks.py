"""What a task and its trainings promise, held against every task: one of a test's own, too."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from toy_problem import Curve, CurveRecipe, CurveTask

from nasedu import ConvLayer, ConvNet, RecurrentCellSpace
from nasedu.architectures import NasNet, NasNetBlock, NasNetCell
from nasedu.data import load, load_text
from nasedu.errors import StudyError
from nasedu.training import (
    Checkpoint,
    ImageTask,
    LanguageRecipe,
    LanguageTask,
    Recipe,
    task,
    training,
)
from nasedu.training.nas_net_recipe import NasNetRecipe
from nasedu.training.nas_net_task import NasNetTask
from nasedu.training.translation_recipe import TranslationRecipe
from nasedu.training.translation_task import TranslationTask

CELLS = RecurrentCellSpace(2)
EPOCHS = 4
WORDS = LanguageRecipe(
    hidden_size=6,
    epochs=EPOCHS,
    num_train=1200,
    dropout=0.2,
    variational=True,
    optimizer="adam",
    lr=0.02,
)


@dataclass(frozen=True)
class Case:
    """A task on small data, and two children that it trains."""

    name: str
    make: Any  # of a recipe
    recipe: Any
    architecture: Any
    other: Any
    lr: str = "lr"

    def task(self, **changes):
        return self.make(replace(self.recipe, **changes))

    @property
    def source(self):
        """Python that prints the settings of the task in a process of its own."""
        kind = type(self.recipe)
        return (
            f"import json; from {kind.__module__} import {kind.__name__}\n"
            f"from {__name__} import CASES\n"
            f"print(json.dumps([c.task() for c in CASES if c.name == {self.name!r}][0].settings))"
        )


def on_images(recipe):
    return ImageTask(load("digits"), recipe)


def on_text(recipe):
    return LanguageTask(load_text("pydocs"), recipe)


def on_images_of_cells(recipe):
    return NasNetTask(load("digits"), recipe)


def on_pairs(recipe):
    return TranslationTask.on("prices", recipe)


BLOCK = NasNetBlock(0, 1, "conv_1x1", "average_3x3")
CELL = NasNetCell((BLOCK,))

CASES = (
    Case(
        "images",
        on_images,
        Recipe(epochs=EPOCHS, num_train=120),
        ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0, 1)))),
        ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (1,)))),
    ),
    Case(
        "language",
        on_text,
        WORDS,
        CELLS.decode((0, 0, 1, 0, 0, 2, 0, 1, 2, 0)),
        CELLS.decode((1, 0, 1, 0, 0, 2, 0, 1, 2, 0)),
    ),
    Case(
        "nasnet",
        on_images_of_cells,
        NasNetRecipe(
            epochs=EPOCHS,
            num_train=120,
            filters=2,
            auxiliary=0.4,
            drop_path=0.4,
            schedule="cosine",
            cutout=3,
            clip=1.0,
            keep="best",
        ),
        NasNet(CELL, CELL),
        NasNet(CELL, NasNetCell((replace(BLOCK, combine="concatenate"),))),
    ),
    Case(
        "translation",
        on_pairs,
        TranslationRecipe(
            hidden_size=6,
            embedding_size=4,
            dropout=0.2,
            epochs=EPOCHS,
            num_train=150,
            lr=0.02,
            beam=1,
        ),
        CELLS.decode((0, 0, 1, 0, 0, 2, 0, 1, 2, 0)),
        CELLS.decode((1, 0, 1, 0, 0, 2, 0, 1, 2, 0)),
    ),
    Case("toy", CurveTask, CurveRecipe(epochs=EPOCHS), Curve(3, "waves"), Curve(3, "powers")),
)


def undisturbed(case, architecture, seed):
    """Return a training that nobody looked at until it ended, with its last state."""
    done = case.task().begin(architecture, seed)
    assert len(list(done)) == EPOCHS
    return done, done.state()


def same(one, other):
    """Return whether two states are equal but for what a clock said."""
    assert one.tensors.keys() == other.tensors.keys()
    return (one.settings, one.train_curve, one.valid_curve, one.digest) == (
        *(other.settings, other.train_curve, other.valid_curve, other.digest),
    )


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def whole(case):
    return undisturbed(case, case.architecture, 3)


@pytest.fixture(scope="module")
def whole_of_the_other(case):
    return undisturbed(case, case.other, 4)


class TestTask:
    def test_epochs_are_told_one_by_one(self, case, whole):
        begun = case.task().begin(case.architecture, 3)
        assert begun.epochs == () and not begun.is_finished
        epochs = list(begun)
        assert [epoch.number for epoch in epochs] == [*range(1, EPOCHS + 1)]
        assert tuple(epochs) == begun.epochs == whole[0].epochs
        assert begun.is_finished and begun.epoch == EPOCHS
        assert list(begun) == []

    @pytest.mark.parametrize("after", range(EPOCHS + 1))
    def test_restored_after_any_epoch_it_ends_the_same(self, case, whole, tmp_path, after):
        first = case.task().begin(case.architecture, 3)
        for _ in range(after):
            next(first)
        first.state().save(tmp_path / "state")
        second = case.task().begin(case.architecture, 3)
        second.restore(Checkpoint.load(tmp_path / "state"))
        assert second.epochs == whole[0].epochs[:after]
        assert second.seconds == first.seconds
        assert len(list(second)) == EPOCHS - after
        assert same(second.state(), whole[1])

    def test_neither_draws_nor_another_training_between_epochs_change_it(
        self, case, whole, whole_of_the_other
    ):
        one, other = (
            case.task().begin(*arguments) for arguments in ((case.architecture, 3), (case.other, 4))
        )
        for _ in zip(one, other, strict=True):
            torch.rand(5)
        assert same(one.state(), whole[1])
        assert same(other.state(), whole_of_the_other[1])

    def test_the_generator_of_the_caller_is_left_as_it_was(self, case):
        torch.manual_seed(11)
        before = torch.get_rng_state()
        begun = case.task().begin(case.architecture, 3)
        for _ in begun:
            assert torch.equal(torch.get_rng_state(), before)
        begun.test()
        begun.state()
        assert torch.equal(torch.get_rng_state(), before)

    def test_an_epoch_has_one_thread_and_the_caller_its_own(self, case, monkeypatch):
        judge, seen = case.task(epochs=2), []
        for name in ("build", "train_epoch", "validate", "test"):
            monkeypatch.setattr(judge, name, counting_threads(getattr(judge, name), seen))
        torch.set_num_threads(2)
        try:
            begun = judge.begin(case.architecture, 3)
            for _ in begun:
                assert torch.get_num_threads() == 2
            begun.test()
            assert torch.get_num_threads() == 2
        finally:
            torch.set_num_threads(1)
        assert seen == [1] * 6

    def test_the_same_seed_gives_the_same_child_and_another_seed_another(self, case, whole):
        child, outcome = case.task().fit(case.architecture, 3)
        kept = whole[0].finish()
        assert equal(child.state_dict(), kept.state_dict())
        assert replace(outcome, seconds=0) == replace(whole[0].outcome(), seconds=0)
        another, _ = case.task().fit(case.architecture, 4)
        assert not equal(another.state_dict(), kept.state_dict())

    def test_outcome_reward_and_measure_agree(self, case, whole):
        judge, outcome = case.task(), whole[0].outcome()
        assert outcome.valid_curve == tuple(epoch.valid for epoch in whole[0].epochs)
        assert outcome.train_curve == tuple(epoch.train_loss for epoch in whole[0].epochs)
        assert outcome.reward == judge.reward_of(outcome.valid_curve, judge.settings)
        cost = judge.cost(case.architecture)
        assert (outcome.num_parameters, outcome.flop) == (cost.num_parameters, cost.flop)
        assert outcome.seconds > 0 and outcome.test is None and outcome.reason is None
        low, high = sorted({*outcome.valid_curve})[:: len({*outcome.valid_curve}) - 1]
        better = high if judge.measure.higher_is_better else low
        worse = low if judge.measure.higher_is_better else high
        assert judge.measure.best(outcome.valid_curve) == judge.measure.read(better)
        assert judge.reward_of([better], judge.settings) > judge.reward_of([worse], judge.settings)
        assert judge.measure.text(judge.measure.read(better))

    def test_the_kept_weights_are_those_of_the_best_or_the_last_epoch(self, case, monkeypatch):
        judge = case.task()
        kind, points = type(judge.recipe), [0.4, 0.1, 0.9, 0.5]
        monkeypatch.setattr(judge, "validate", lambda child: points[len(weights) - 1])
        for keep in ("best", "last"):
            monkeypatch.setattr(kind, "keep", keep)
            weights = [None]
            begun = judge.begin(case.architecture, 3)
            for _ in begun:
                weights.append(copies(begun.child))
            best = 3 if judge.measure.higher_is_better else 2
            state = begun.state()
            kept = best if keep == "best" else EPOCHS
            assert equal(copies(begun.finish()), weights[kept])
            assert begun.kept_epoch == kept
            assert same(begun.state(), state)  # the last epoch's weights are not lost
            again = judge.begin(case.architecture, 3)
            again.restore(state)
            assert equal(copies(again.finish()), copies(begun.child))

    def test_the_test_part_is_read_by_test_alone(self, case, monkeypatch):
        judge, reads = case.task(epochs=1), []
        original = judge.test
        monkeypatch.setattr(judge, "test", lambda child: reads.append(child) or original(child))
        begun = judge.begin(case.architecture, 3)
        begun.finish()
        begun.state()
        outcome = begun.outcome()
        assert reads == []
        tested = begun.test()
        assert reads == [begun.child] and tested.test == original(begun.child)
        assert replace(tested, test=None) == outcome

    def test_settings_are_json_and_the_same_in_another_process(self, case):
        settings = case.task().settings
        assert json.loads(json.dumps(settings, allow_nan=False)) == settings
        asked = case.task().asked(settings["data"], case.recipe)
        assert asked.items() <= settings.items()
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{case.source}"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == settings

    @pytest.mark.parametrize(
        ("changes", "seed", "difference"),
        [
            ({"lr": 0.5}, 3, r"recipe\.lr = .* and not 0\.5"),
            ({"batch_size": 8}, 3, r"recipe\.batch_size = .* and not 8"),
            ({}, 5, "seed = 3 and not 5"),
        ],
    )
    def test_another_seed_or_recipe_is_told_by_the_first_difference(
        self, case, whole, changes, seed, difference
    ):
        begun = case.task(**changes).begin(case.architecture, seed)
        with pytest.raises(StudyError, match=f"here was made with {difference}") as caught:
            begun.restore(whole[1], "here")
        assert "\n" not in str(caught.value)

    def test_so_are_another_architecture_and_other_data(self, case, whole, monkeypatch):
        with pytest.raises(StudyError, match=r"made with architecture = '\w{16}' and not '\w{16}'"):
            case.task().begin(case.other, 3).restore(whole[1])
        judge = case.task()
        described = judge.describe()
        monkeypatch.setattr(judge, "describe", lambda: described | {"digest": "0" * 16})
        with pytest.raises(StudyError, match=r"made with data\.digest = '\w+' and not '0{16}'"):
            judge.begin(case.architecture, 3).restore(whole[1])

    def test_only_a_recipe_that_can_grow_goes_on_to_more_epochs(self, case, whole):
        longer = case.task(epochs=EPOCHS + 2).begin(case.architecture, 3)
        if not case.recipe.can_grow:
            with pytest.raises(StudyError, match=r"recipe\.epochs = 4 and not 6"):
                longer.restore(whole[1])
            return
        longer.restore(whole[1])
        assert len(list(longer)) == 2
        at_once = case.task(epochs=EPOCHS + 2).begin(case.architecture, 3)
        at_once.finish()
        assert longer.state().digest == at_once.state().digest
        shorter = case.task(epochs=EPOCHS - 1).begin(case.architecture, 3)
        with pytest.raises(StudyError, match="epochs is 3; expected at least 4"):
            shorter.restore(whole[1])

    def test_a_flipped_byte_of_a_checkpoint_is_noticed(self, case, whole, tmp_path):
        path = tmp_path / "state"
        whole[1].save(path)
        content = bytearray(path.read_bytes())
        begins = 8 + int.from_bytes(content[:8], "little")
        for place in (begins, (begins + len(content)) // 2, len(content) - 1):
            damaged = bytearray(content)
            damaged[place] ^= 4
            path.write_bytes(damaged)
            with pytest.raises(StudyError, match="not those that were written"):
                Checkpoint.load(path)

    def test_warming_up_changes_nothing(self, case, whole):
        judge = case.task()
        torch.manual_seed(2)
        before = torch.get_rng_state()
        judge.warm_up()
        assert torch.equal(torch.get_rng_state(), before)
        begun = judge.begin(case.architecture, 3)
        assert len(list(begun)) == EPOCHS
        assert same(begun.state(), whole[1])


def counting_threads(function, seen):
    """Return a function that also notes how many threads torch has when it is called."""
    return lambda *arguments: seen.append(torch.get_num_threads()) or function(*arguments)


def copies(child):
    return {name: value.clone() for name, value in child.state_dict().items()}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_engine_asks_for_no_kind_of_child():
    """Nothing in it names images, text, or a class of either."""
    for module in (task, training):
        names = {*vars(module)}
        assert not {name for name in names if name.startswith(("Image", "Language", "Conv"))}
