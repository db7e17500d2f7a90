import json

import pytest
import torch
from safetensors.torch import save_file

from nasedu import ConvLayer, ConvNet
from nasedu.data import load
from nasedu.errors import StudyError
from nasedu.training import Checkpoint, ImageTrainer, Recipe

# With 3x3 filters on 8 channels, weights in channels-last order differ from plain ones.
NET = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0, 1))))
SETTINGS = {"seed": 1}


@pytest.fixture(scope="module")
def trainer():
    return ImageTrainer(load("digits"), Recipe(epochs=4, num_train=200))


def equal(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_training_in_two_halves_is_the_undisturbed_one_bit_for_bit(trainer, tmp_path):
    whole = trainer.begin(NET, seed=1)
    for _ in range(4):
        trainer.advance(whole)
    first = trainer.begin(NET, seed=1)
    for _ in range(2):
        trainer.advance(first)
    first.checkpoint(SETTINGS).save(tmp_path / "a.safetensors")
    kept = Checkpoint.load(tmp_path / "a.safetensors")
    second = trainer.begin(NET, seed=99)
    second.restore(kept)
    assert (second.epoch, second.seconds, kept.settings) == (2, first.seconds, SETTINGS)
    for _ in range(2):
        trainer.advance(second)
    assert equal(second.tensors(), whole.tensors())
    assert (second.train_curve, second.valid_curve) == (whole.train_curve, whole.valid_curve)


def test_momentum_and_the_generator_are_part_of_it(trainer):
    fit = trainer.begin(NET, seed=1)
    before = fit.tensors()
    assert not [name for name in before if name.startswith("momentum.")]
    trainer.advance(fit)
    after = fit.tensors()
    momenta = [name for name in after if name.startswith("momentum.")]
    assert len(momenta) == len(list(fit.child.parameters()))
    assert not torch.equal(before["generator"], after["generator"])


def test_writing_again_replaces_the_file_and_leaves_nothing_beside(trainer, tmp_path):
    path = tmp_path / "a.safetensors"
    fit = trainer.begin(NET, seed=1)
    for epoch in (1, 2):
        trainer.advance(fit)
        fit.checkpoint(SETTINGS).save(path)
        assert len(Checkpoint.load(path).valid_curve) == epoch
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_another_network_is_refused(trainer, tmp_path):
    path = tmp_path / "a.safetensors"
    trainer.begin(NET, seed=1).checkpoint(SETTINGS).save(path)
    other = trainer.begin(ConvNet((ConvLayer(3, 3, 16, (0,)), ConvLayer(3, 3, 8, (1,)))), seed=1)
    with pytest.raises(StudyError, match="does not fit this network"):
        other.restore(Checkpoint.load(path))


@pytest.mark.parametrize("kind", ["half", "text", "other", "nothing", "foreign"])
def test_what_is_no_checkpoint_is_one_line(trainer, tmp_path, kind):
    path = tmp_path / "a.safetensors"
    trainer.begin(NET, seed=1).checkpoint(SETTINGS).save(path)
    whole = path.read_bytes()
    if kind == "foreign":
        save_file({"x": torch.zeros(1)}, path, metadata={"nasedu": json.dumps({"kind": "cat"})})
    elif kind == "other":
        save_file({"x": torch.zeros(1)}, path)
    else:
        path.write_bytes({"half": whole[: len(whole) // 2], "text": b"hello", "nothing": b""}[kind])
    with pytest.raises(StudyError, match="is damaged or no checkpoint") as caught:
        Checkpoint.load(path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(trainer, tmp_path):
    with pytest.raises(StudyError, match="cannot be written"):
        trainer.begin(NET, seed=1).checkpoint(SETTINGS).save(tmp_path / "no" / "a.safetensors")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_cuda_trains_and_goes_on(tmp_path):
    trainer = ImageTrainer(load("digits"), Recipe(epochs=3, num_train=200), torch.device("cuda"))
    whole = trainer.begin(NET, seed=1)
    trainer.advance(whole)
    whole.checkpoint(SETTINGS).save(tmp_path / "a.safetensors")
    second = trainer.begin(NET, seed=99)
    second.restore(Checkpoint.load(tmp_path / "a.safetensors"))
    assert equal(second.tensors(), whole.tensors())
    assert {value.device.type for value in second.child.state_dict().values()} == {"cuda"}
    for fit in (whole, second):
        trainer.advance(fit)
    assert second.train_curve[-1] == pytest.approx(whole.train_curve[-1], rel=1e-3)
