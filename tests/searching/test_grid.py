import json
from functools import partial

import pytest

from nasedu import ConvLayer, ConvNet
from nasedu.errors import SettingError, StudyError
from nasedu.searching import FinalTraining, read_grid, train_final, train_grid
from nasedu.searching.final_training import CHECKPOINT
from nasedu.searching.grid import points_of
from nasedu.searching.jobs import RESULT
from nasedu.training import Checkpoint, ImageTask, Recipe

NET = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (1,))))
FINAL = FinalTraining(NET, recipe=Recipe(epochs=3, num_train=200), seed=3)
GRID = {"lr": (0.001, 0.1), "weight_decay": (1e-4, 0.3)}


def strip(record):
    """A record without what a clock says."""
    text = json.loads(json.dumps(record))
    for outcome in (text["outcome"], *(row["outcome"] for row in text["grid"])):
        outcome["seconds"] = 0
    return text


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = tmp_path_factory.mktemp("grid") / "run"
    told = []
    record = train_grid(FINAL, GRID, run, workers=1, on_point=lambda *seen: told.append(seen))
    return run, record, told


def test_a_grid_is_read_in_the_order_of_its_words():
    grid = read_grid(["lr=0.05,0.1", "decay_epoch=10,25"], Recipe())
    assert grid == {"lr": (0.05, 0.1), "decay_epoch": (10, 25)}
    assert points_of(grid) == [
        {"lr": 0.05, "decay_epoch": 10},
        {"lr": 0.05, "decay_epoch": 25},
        {"lr": 0.1, "decay_epoch": 10},
        {"lr": 0.1, "decay_epoch": 25},
    ]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["lr="], "has no point"),
        (["lr"], "has no point"),
        (["lr=,"], "has no point"),
        (["schedule=step"], "with one of epochs, batch_size, lr, momentum, weight_decay, "),
        (["lr=0.1", "lr=0.2"], "names lr twice"),
        (["lr=0.1,0.10"], "has a value twice"),
        (["lr=0.1,fast"], "expected numbers"),
        (["decay_epoch=1.5"], "expected integers"),
    ],
)
def test_a_bad_grid_is_one_clear_line(texts, words):
    with pytest.raises(SettingError, match=words) as caught:
        read_grid(texts, Recipe())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({}, "the grid has no point"),
        ({"lr": ()}, "the grid has no point"),
        ({"lr": (0.1, -1.0)}, "grid point lr -1: lr is -1.0"),
        ({"decay_epoch": (1, 3)}, "grid point decay_epoch 3: decay_epoch is 3"),
    ],
)
def test_a_point_that_cannot_be_is_refused_before_anything_is_trained(tmp_path, grid, words):
    with pytest.raises(SettingError, match=words):
        train_grid(FINAL, grid, tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()


def test_every_point_is_trained_and_the_best_on_validation_is_tested(whole):
    run, record, told = whole
    assert [row["point"] for row in record["grid"]] == points_of(GRID)
    assert [seen[2:] for seen in told] == [(i, 4) for i in range(1, 5)]
    rewards = [row["outcome"]["reward"] for row in record["grid"]]
    best = rewards.index(max(rewards))
    assert {k: record["recipe"][k] for k in GRID} == points_of(GRID)[best]
    assert record["outcome"]["reward"] == max(rewards)
    assert record["outcome"]["test"] is not None
    assert all(row["outcome"]["test"] is None for row in record["grid"])
    assert json.loads((run / RESULT).read_text()) == record


def test_the_winner_is_what_a_training_by_its_recipe_alone_gives(whole, tmp_path):
    _, record, _ = whole
    alone = FinalTraining(NET, recipe=Recipe(**record["recipe"]), seed=3)
    expected = train_final(alone)["outcome"]
    assert {**record["outcome"], "seconds": 0} == {**expected, "seconds": 0}


def write_epoch(folder, point, epoch):
    (folder / f"{point} {epoch.number}").write_text(str(epoch.valid))


@pytest.mark.slow
def test_processes_give_the_same_as_this_one_and_tell_of_every_epoch(whole, tmp_path):
    on_epoch = partial(write_epoch, tmp_path)
    record = train_grid(FINAL, GRID, tmp_path / "run", workers=2, on_epoch=on_epoch)
    assert strip(record) == strip(whole[1])
    for point, row in enumerate(record["grid"], 1):
        files = [tmp_path / f"{point} {epoch}" for epoch in (1, 2, 3)]
        assert [float(file.read_text()) for file in files] == row["outcome"]["valid_curve"]


def test_a_grid_goes_on_after_the_points_and_epochs_that_it_has(whole, tmp_path, monkeypatch):
    class Stop(BaseException):
        pass

    run, trained = tmp_path / "run", []
    original = ImageTask.train_epoch

    def train_epoch(self, training):
        if len(trained) == 4:  # in the middle of the second point
            raise Stop
        trained.append(training.epoch)
        return original(self, training)

    with monkeypatch.context() as patch:
        patch.setattr(ImageTask, "train_epoch", train_epoch)
        with pytest.raises(Stop):
            train_grid(FINAL, GRID, run, workers=1)
    assert [p.parent.name for p in run.glob(f"points/*/{RESULT}")] == ["001"]
    assert len(Checkpoint.load(run / "points" / "002" / CHECKPOINT).valid_curve) == 1
    counted = []
    with monkeypatch.context() as patch:
        patch.setattr(
            ImageTask, "train_epoch", lambda *a: counted.append(a[1].epoch) or original(*a)
        )
        record = train_grid(FINAL, GRID, run, workers=1)
        assert strip(record) == strip(whole[1])
        assert counted == [1, 2, 0, 1, 2, 0, 1, 2]
        assert train_grid(FINAL, GRID, run, workers=1) == record
        assert len(counted) == 8


def test_minutes_stop_a_grid_which_then_goes_on(whole, tmp_path):
    run, slices = tmp_path / "run", 0
    while (record := train_grid(FINAL, GRID, run, workers=1, minutes=1e-2)) is None:
        slices += 1
        assert slices < 40
    assert strip(record) == strip(whole[1])


def test_another_grid_or_training_is_refused(whole):
    run, _, _ = whole
    with pytest.raises(StudyError, match=r"grid\.lr = \[0\.001, 0\.1\] and not \[0\.2\]"):
        train_grid(FINAL, {"lr": (0.2,), "weight_decay": (1e-4, 0.3)}, run, workers=1)
    with pytest.raises(StudyError, match=r"with grid\.lr = .* and not None"):
        train_final(FINAL, run)


def test_points_that_diverge_lose_and_are_not_trained_again(tmp_path, monkeypatch):
    grid = {"lr": (1e30, 0.1)}
    record = train_grid(FINAL, grid, tmp_path / "run", workers=1)
    assert record["recipe"]["lr"] == 0.1
    assert "the loss became" in record["grid"][0]["outcome"]["reason"]
    with pytest.raises(StudyError, match=r"every point .* failed, the first with .*loss became"):
        train_grid(FINAL, {"lr": (1e30, 1e31)}, tmp_path / "wild", workers=1)


def test_a_point_that_fails_by_something_else_is_named_and_tried_again(tmp_path, monkeypatch):
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(
            ImageTask, "train_epoch", lambda *a: (_ for _ in ()).throw(MemoryError("none left"))
        )
        with pytest.raises(StudyError, match=r"grid point lr 0\.1 failed: MemoryError: none left"):
            train_grid(FINAL, {"lr": (0.1,)}, run, workers=1)
    assert train_grid(FINAL, {"lr": (0.1,)}, run, workers=1)["recipe"]["lr"] == 0.1
