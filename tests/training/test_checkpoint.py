import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from nasedu import ConvLayer, ConvNet
from nasedu.data import load
from nasedu.errors import StudyError
from nasedu.training import Checkpoint, ImageTask, Recipe

# With 3x3 filters on 8 channels, weights in channels-last order differ from plain ones.
NET = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0, 1))))
OTHER = ConvNet((ConvLayer(3, 3, 16, (0,)), ConvLayer(3, 3, 8, (1,))))


@pytest.fixture(scope="module")
def task():
    return ImageTask(load("digits"), Recipe(epochs=4, num_train=200))


@pytest.fixture
def begun(task):
    """The state of a training before its first epoch."""
    return task.begin(NET, seed=1).state()


def equal(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_a_training_in_two_halves_is_the_undisturbed_one_bit_for_bit(task, tmp_path):
    whole = task.begin(NET, seed=1)
    whole.finish()
    first = task.begin(NET, seed=1)
    for _ in range(2):
        next(first)
    first.state().save(tmp_path / "a.safetensors")
    kept = Checkpoint.load(tmp_path / "a.safetensors")
    second = task.begin(NET, seed=1)
    with torch.no_grad():
        for parameter in second.child.parameters():
            parameter.zero_()  # what it began with does not matter
    second.restore(kept)
    assert (second.epoch, second.seconds) == (2, first.seconds)
    assert second.processor_seconds == first.processor_seconds
    assert kept.settings == json.loads(json.dumps(task.settings_of(NET, 1)))
    second.finish()
    assert equal(second.state().tensors, whole.state().tensors)
    assert (second.train_curve, second.valid_curve) == (whole.train_curve, whole.valid_curve)


def test_momentum_and_the_generators_are_part_of_it(task):
    training = task.begin(NET, seed=1)
    before = training.state().tensors
    assert not [name for name in before if name.startswith("optimizer.")]
    next(training)
    after = training.state().tensors
    momenta = [name for name in after if name.startswith("optimizer.")]
    assert len(momenta) == len(list(training.child.parameters()))
    assert not torch.equal(before["generator.own"], after["generator.own"])
    assert "generator.cpu" in after


def test_a_state_is_a_copy(task):
    training = task.begin(NET, seed=1)
    next(training)
    state = training.state()
    digest = state.digest
    training.finish()
    assert state.digest == digest and len(state.valid_curve) == 1


def test_writing_again_replaces_the_file_and_leaves_nothing_beside(task, tmp_path):
    path = tmp_path / "a.safetensors"
    training = task.begin(NET, seed=1)
    for epoch in (1, 2):
        next(training)
        training.state().save(path)
        assert len(Checkpoint.load(path).valid_curve) == epoch
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_another_network_is_refused(task, begun):
    other = task.begin(OTHER, seed=1)
    with pytest.raises(StudyError, match=r"was made with architecture = '\w+' and not '\w+'"):
        other.restore(begun)
    with pytest.raises(StudyError, match="does not fit this child"):
        other.restore(replace(begun, settings=other.settings))


@pytest.mark.parametrize("kind", ["half", "text", "other", "nothing", "foreign"])
def test_what_is_no_checkpoint_is_one_line(begun, tmp_path, kind):
    path = tmp_path / "a.safetensors"
    begun.save(path)
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


def test_a_flipped_bit_of_a_weight_is_noticed(begun, tmp_path):
    path = tmp_path / "a.safetensors"
    begun.save(path)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(StudyError, match="its weights are not those that were written"):
        Checkpoint.load(path)


@pytest.mark.parametrize("fields", [{}, {"schema": 1}, {"schema": 3}, {"schema": "2"}])
def test_a_checkpoint_of_another_form_is_one_clear_line(begun, tmp_path, fields):
    path = tmp_path / "a.safetensors"
    begun.save(path)
    tensors = load_file(path)  # as it was written until there was one form for all tasks
    old = {"kind": "training", "settings": {"seed": 1}, "train_curve": [], "valid_curve": []}
    save_file(tensors, path, metadata={"nasedu": json.dumps(old | {"seconds": 0.0} | fields)})
    words = "was written by another version of nasedu.* move the file away to begin anew"
    with pytest.raises(StudyError, match=words) as caught:
        Checkpoint.load(path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(begun, tmp_path):
    with pytest.raises(StudyError, match="cannot be written"):
        begun.save(tmp_path / "no" / "a.safetensors")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StudyError, match="cannot be read"):
        Checkpoint.load(tmp_path / "missing")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_cuda_trains_and_goes_on(tmp_path):
    task = ImageTask(load("digits"), Recipe(epochs=3, num_train=200), torch.device("cuda"))
    whole = task.begin(NET, seed=1)
    next(whole)
    whole.state().save(tmp_path / "a.safetensors")
    second = task.begin(NET, seed=1)
    second.restore(Checkpoint.load(tmp_path / "a.safetensors"))
    assert equal(second.state().tensors, whole.state().tensors)
    assert {value.device.type for value in second.child.state_dict().values()} == {"cuda"}
    for training in (whole, second):
        next(training)
    assert second.train_curve[-1] == pytest.approx(whole.train_curve[-1], rel=1e-3)
