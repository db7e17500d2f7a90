import json

import pytest
import torch
from command_line import nasedu
from evaluators import CELLS

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.errors import SettingError, StudyError
from nasedu.searching import FinalTraining, TrainedNetwork, train_final, train_grid
from nasedu.searching.final_training import CHECKPOINT
from nasedu.training import LanguageRecipe, Recipe

NET = ConvNet((ConvLayer(3, 3, 4, (0,)), ConvLayer(1, 2, 4, (0, 1))))
RECIPE = Recipe(epochs=2, num_train=60)
CELL = CELLS.decode([0] * len(CELLS.decisions))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "trained"
    train_final(FinalTraining(NET, "digits", RECIPE), folder)
    return folder


def test_it_tests_as_the_training_did(folder):
    network = TrainedNetwork.load(folder)
    data = network.final.task.data.test
    right = (network.logits(data.images).argmax(1) == data.labels).float().mean().item()
    assert right == pytest.approx(network.record["outcome"]["test"])
    assert "trained on Digits (scikit-learn): test accuracy" in network.words
    assert not network.child.training


@pytest.mark.parametrize("keep", ["best", "last"])
def test_it_has_the_weights_that_the_recipe_keeps(tmp_path, keep):
    final = FinalTraining(NET, "digits", Recipe(epochs=3, num_train=60, keep=keep, lr=0.5))
    train_final(final, tmp_path)
    child = final.task.begin(NET, 0).finish()
    found = TrainedNetwork.load(tmp_path).child.state_dict()
    assert all(
        torch.equal(found[k], v) for k, v in child.state_dict().items() if v.is_floating_point()
    )


def test_of_a_grid_it_is_the_winner(tmp_path):
    train_grid(FinalTraining(NET, "digits", RECIPE), {"lr": (1e-6, 0.1)}, tmp_path, workers=1)
    network = TrainedNetwork.load(tmp_path)
    assert network.final.recipe.lr == network.record["recipe"]["lr"]
    data = network.final.task.data.test
    right = (network.logits(data.images).argmax(1) == data.labels).float().mean().item()
    assert right == pytest.approx(network.record["outcome"]["test"])


def test_a_search_without_a_training_says_how_to_get_one(tmp_path):
    nasedu("search", "--table", "digits_3_layers", "--run", tmp_path, "--trials", "2")
    with pytest.raises(StudyError, match=f"nasedu train {tmp_path}"):
        TrainedNetwork.load(tmp_path)


def test_what_is_no_training_or_not_finished_is_one_line(tmp_path, folder):
    with pytest.raises(StudyError, match="no folder"):
        TrainedNetwork.load(tmp_path / "nowhere")
    with pytest.raises(StudyError, match="no training"):
        TrainedNetwork.load(tmp_path)
    (tmp_path / "job.json").write_text("{}")
    with pytest.raises(StudyError, match="not finished"):
        TrainedNetwork.load(tmp_path)
    record = json.loads((folder / "outcome.json").read_text())
    for wrong in ({}, record | {"architecture": 3}, record | {"recipe": {"epochs": 0}}):
        (tmp_path / "outcome.json").write_text(json.dumps(wrong))
        with pytest.raises(StudyError, match="cannot be read"):
            TrainedNetwork.load(tmp_path)


def test_a_damaged_or_foreign_checkpoint_is_refused(tmp_path, folder):
    for name in ("outcome.json", CHECKPOINT):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    record = json.loads((folder / "outcome.json").read_text())
    (tmp_path / "outcome.json").write_text(json.dumps(record | {"seed": 5}))
    with pytest.raises(StudyError, match="seed"):
        TrainedNetwork.load(tmp_path)
    (tmp_path / "outcome.json").write_text(json.dumps(record))
    content = bytearray((folder / CHECKPOINT).read_bytes())
    content[-3] ^= 1
    (tmp_path / CHECKPOINT).write_bytes(content)
    with pytest.raises(StudyError, match="damaged"):
        TrainedNetwork.load(tmp_path)


def test_a_cell_reads_no_pictures(tmp_path):
    recipe = LanguageRecipe(hidden_size=4, epochs=1, num_train=600)
    train_final(FinalTraining(CELL, "pydocs", recipe), tmp_path)
    network = TrainedNetwork.load(tmp_path)
    with pytest.raises(SettingError, match="read no pictures"):
        network.logits(torch.zeros(1, 1, 8, 8))
    with pytest.raises(SettingError, match="read no pictures"):
        _ = network.final.task.picture_shape
