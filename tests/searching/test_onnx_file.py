import subprocess
import sys

import numpy as np
import pytest
import torch
from command_line import nasedu

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.data import load
from nasedu.errors import SettingError, TrainingError
from nasedu.searching import FinalTraining, TrainedNetwork, onnx_file, train_final
from nasedu.training import Recipe

ODD = ConvNet(
    (
        ConvLayer(2, 3, 5, (0,), stride_height=2),
        ConvLayer(3, 2, 0, (0, 1), operation="max"),
        ConvLayer(2, 2, 0, (0, 2), operation="average"),
    ),
    pool_after=(1,),
)
MODULES = ("onnx", "onnxruntime", "onnxscript")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "odd"
    train_final(FinalTraining(ODD, "digits", Recipe(epochs=1, num_train=100)), folder)
    return folder


@pytest.mark.slow
def test_another_program_gives_the_logits_of_torch(run, tmp_path):
    onnx, runtime, _ = (pytest.importorskip(name) for name in MODULES)
    path = tmp_path / "net.onnx"
    assert f"ONNX: {path}; ONNX Runtime and torch differ by" in nasedu(
        "export", run, "--onnx", path
    )
    onnx.checker.check_model(str(path), full_check=True)  # what Netron reads
    images = load("digits").test.images[:37]
    session = runtime.InferenceSession(str(path))
    [found] = session.run(["logits"], {"images": images.numpy().astype(np.float32)})
    expected = TrainedNetwork.load(run).logits(images)
    torch.testing.assert_close(torch.from_numpy(found), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_a_file_that_gives_other_logits_is_not_written(run, tmp_path, monkeypatch):
    for name in MODULES:
        pytest.importorskip(name)
    monkeypatch.setattr(onnx_file, "TOLERANCE", -1.0)
    with pytest.raises(TrainingError, match="differ by"):
        onnx_file.write_onnx(TrainedNetwork.load(run), tmp_path / "net.onnx")
    assert [*tmp_path.iterdir()] == []


def test_without_the_extra_it_is_one_line_and_nothing_is_written(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    pytest.importorskip("onnx")
    with pytest.raises(SettingError, match=r"onnxruntime is not installed.*nasedu\[export\]"):
        nasedu("export", run, "--onnx", tmp_path / "net.onnx")
    assert [*tmp_path.iterdir()] == []


def test_a_place_that_cannot_be_written_and_no_place_at_all_are_refused(run, tmp_path):
    with pytest.raises(SettingError, match="cannot be written"):
        nasedu("export", run, "--html", tmp_path / "nowhere" / "read.html")
    with pytest.raises(SettingError, match="nothing to export"):
        nasedu("export", run)
    said = nasedu("export", run, "--html", tmp_path / "read.html")
    assert f"page: {tmp_path / 'read.html'}" in said


def test_the_base_package_imports_nothing_of_the_extra():
    code = "import sys, nasedu.searching.onnx_file, nasedu.cli.use_commands; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*MODULES, "tensorboard", "optuna"} & set(done.stdout.split())
