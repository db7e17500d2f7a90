import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch
from evaluators import SPACE

from nasedu import ConvLayer, ConvNet
from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.runs import Trial
from nasedu.searching import FinalTraining, TrainingEvaluator, clock, train_final
from nasedu.searching.evaluator import train_child
from nasedu.searching.final_training import CHECKPOINT
from nasedu.searching.jobs import RECORD, RESULT
from nasedu.spaces import ConvNetSpace
from nasedu.training import Checkpoint, ImageTask, Recipe

NET = ConvNet((ConvLayer(3, 3, 8, (0,)), ConvLayer(3, 3, 8, (0, 1))))
RECIPE = Recipe(epochs=4, num_train=200)
FINAL = FinalTraining(NET, recipe=RECIPE, seed=3)


class Stop(Exception):
    pass


def stopping_after(epoch):
    def on_epoch(done):
        if done.number == epoch:
            raise Stop

    return on_epoch


def weights(folder):
    return Checkpoint.load(folder / CHECKPOINT).tensors


def equal(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def comparable(record):
    return {**record, "outcome": {**record["outcome"], "seconds": 0}}


def test_stopped_and_resumed_it_is_as_undisturbed(tmp_path):
    undisturbed = train_final(FINAL, tmp_path / "whole")
    with pytest.raises(Stop):
        train_final(replace(FINAL, on_epoch=stopping_after(2)), tmp_path / "halves")
    assert not (tmp_path / "halves" / RESULT).exists()
    told = []
    record = train_final(replace(FINAL, on_epoch=told.append), tmp_path / "halves")
    assert equal(weights(tmp_path / "halves"), weights(tmp_path / "whole"))
    assert comparable(record) == comparable(undisturbed)
    assert [epoch.number for epoch in told] == [1, 2, 3, 4]
    assert [epoch.valid for epoch in told] == record["outcome"]["valid_curve"]


def test_the_record_says_all_that_is_needed_to_repeat_it(tmp_path):
    record = train_final(FINAL, tmp_path / "run")
    assert record == json.loads((tmp_path / "run" / RESULT).read_text())
    assert ConvNet.from_json(json.dumps(record["architecture"])) == NET
    assert Recipe(**record["recipe"]) == RECIPE
    assert record["seed"] == 3
    data = record["data"]
    assert (data["name"], data["title"]) == ("digits", "Digits (scikit-learn)")
    assert (data["num_train"], data["num_valid"], data["num_test"]) == (200, 300, 297)
    assert len(data["digest"]) == 16
    assert {"commit", "torch", "processor", "device", "python"} <= record["versions"].keys()
    assert record["command"].split()[0] == "nasedu"
    outcome = record["outcome"]
    assert len(outcome["valid_curve"]) == len(outcome["train_curve"]) == 4
    assert 0 < outcome["test"] < 1


def test_the_test_set_is_read_once_at_the_end(tmp_path, monkeypatch):
    reads = []
    original = ImageTask.test
    monkeypatch.setattr(ImageTask, "test", lambda *a: reads.append(1) or original(*a))
    assert train_final(FINAL, tmp_path / "run", minutes=1e-9) is None
    assert reads == []
    first = train_final(FINAL, tmp_path / "run")
    assert train_final(FINAL, tmp_path / "run") == first
    assert reads == [1]


def test_minutes_stop_after_an_epoch_and_always_advance(tmp_path):
    run, epochs = tmp_path / "run", []
    for _ in range(3):
        assert train_final(FINAL, run, minutes=1e-9) is None
        epochs.append(len(Checkpoint.load(run / CHECKPOINT).valid_curve))
    assert epochs == [1, 2, 3]
    assert train_final(FINAL, run, minutes=1e-9) is not None


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = train_final(FINAL)
    assert record["outcome"]["test"] is not None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"net": SPACE.decode([0] * 6)}, r"architecture = '\w{16}' and not '\w{16}'"),
        ({"seed": 4}, "seed = 3 and not 4"),
        ({"recipe": Recipe(epochs=5, num_train=200)}, r"recipe\.epochs = 4 and not 5"),
        (
            {"recipe": Recipe(epochs=4, num_train=200, whitening="image")},
            r"recipe\.whitening = .* and not 'image'",
        ),
        ({"recipe": Recipe(epochs=4, num_train=201)}, r"data\.num_train = 200 and not 201"),
    ],
)
def test_another_training_is_refused_by_what_differs(tmp_path, changed, words):
    run = tmp_path / "run"
    train_final(FINAL, run, minutes=1e-9)
    fields = {"net": NET, "recipe": RECIPE, "seed": 3} | changed
    other = FinalTraining(**fields)
    before = weights(run)
    with pytest.raises(StudyError, match=words) as caught:
        train_final(other, run)
    assert "\n" not in str(caught.value)
    assert equal(weights(run), before)
    # A checkpoint that was carried into another folder is refused just so.
    fresh = tmp_path / "fresh"
    train_final(other, fresh, minutes=1e-9)
    (fresh / CHECKPOINT).write_bytes((run / CHECKPOINT).read_bytes())
    with pytest.raises(StudyError, match=words):
        train_final(other, fresh)


def test_a_damaged_checkpoint_and_a_damaged_record_are_named(tmp_path):
    run = tmp_path / "run"
    train_final(FINAL, run, minutes=1e-9)
    whole = (run / CHECKPOINT).read_bytes()
    (run / CHECKPOINT).write_bytes(whole[:100])
    with pytest.raises(StudyError, match="is damaged or no checkpoint"):
        train_final(FINAL, run)
    (run / CHECKPOINT).write_bytes(whole)
    (run / RESULT).write_text("{")
    with pytest.raises(StudyError, match=r"outcome\.json cannot be read"):
        train_final(FINAL, run)
    (run / RECORD).write_text("[]")
    with pytest.raises(StudyError, match="does not say what was done"):
        train_final(FINAL, run)


def test_a_folder_with_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(StudyError, match="is not a run folder"):
        train_final(FINAL, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf")])
def test_minutes_have_to_be_some(tmp_path, minutes):
    with pytest.raises(SettingError, match="expected a number above 0"):
        train_final(FINAL, tmp_path / "run", minutes=minutes)


def test_minutes_need_a_folder_to_go_on_from():
    with pytest.raises(SettingError, match="no run folder is named"):
        train_final(FINAL, minutes=1)


def test_a_training_that_diverges_says_so(tmp_path):
    wild = FinalTraining(NET, recipe=Recipe(epochs=2, num_train=200, lr=1e30))
    with pytest.raises(TrainingError, match="the loss became"):
        train_final(wild, tmp_path / "run")


def test_a_network_that_torch_cannot_train_is_the_line_that_a_search_records(tmp_path):
    layers = ConvLayer(7, 7, 10**6, (0,)), ConvLayer(7, 7, 10**6, (1,))  # 200 TB of weights
    net = ConvNet(layers)
    with pytest.raises(TrainingError) as caught:
        train_final(FinalTraining(net, recipe=RECIPE), tmp_path / "run")
    space = ConvNetSpace(2, (7,), (7,), (10**6,), skip_connections=False)
    trial = Trial(1, 1, tuple(space.encode(net)), 0)
    recorded = train_child(TrainingEvaluator(space, recipe=RECIPE), trial).reason
    assert str(caught.value) == f"the network cannot be trained here: {recorded}"
    assert "RuntimeError" in recorded and "\n" not in recorded


@pytest.mark.parametrize(("ran", "epochs"), [(0.0, 4), (100.0, 2)])  # seconds an epoch
def test_minutes_are_those_in_which_the_process_ran(tmp_path, monkeypatch, ran, epochs):
    class Clock:
        seconds = 0.0

    def on_epoch(epoch):
        Clock.seconds += ran
        monkeypatch.setattr(
            time, "time", lambda: 1e10 * epoch.number
        )  # what the lid being closed does

    monkeypatch.setattr(clock, "running_clock", Clock)
    record = train_final(replace(FINAL, on_epoch=on_epoch), tmp_path, minutes=3)
    assert (record is None) is (epochs < 4)
    assert len(Checkpoint.load(tmp_path / CHECKPOINT).valid_curve) == epochs


def command(arch, run, *more):
    return [sys.executable, "-m", "nasedu", "train", arch, "--run", run, "--epochs", "12", *more]


def until_epoch(process, run, epoch):
    """Wait for a checkpoint after so many epochs."""
    deadline = time.monotonic() + 1200
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended before it could be disturbed"
        path = run / CHECKPOINT
        if path.exists() and len(Checkpoint.load(path).valid_curve) >= epoch:
            return
        time.sleep(0.02)
    raise AssertionError("no checkpoint came")


@pytest.fixture
def arch(tmp_path):
    path = tmp_path / "arch.json"
    path.write_text(ConvNet((ConvLayer(5, 5, 24, (0,)), ConvLayer(5, 5, 24, (0, 1)))).to_json())
    return path


@pytest.mark.slow
def test_killed_and_resumed_it_has_the_undisturbed_weights(tmp_path, arch):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    options = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for epoch in (2, 5):
        process = subprocess.Popen(command(arch, killed), **options)
        until_epoch(process, killed, epoch)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert not (killed / RESULT).exists()
    subprocess.run(command(arch, killed), check=True, **options)
    subprocess.run(command(arch, whole), check=True, **options)
    assert equal(weights(killed), weights(whole))
    records = [json.loads((run / RESULT).read_text()) for run in (killed, whole)]
    for record in records:
        record["outcome"]["seconds"] = record["command"] = None
    assert records[0] == records[1]
    assert sorted(p.name for p in killed.iterdir()) == [
        *(".lock", CHECKPOINT, "curves.png", RECORD, RESULT)
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C to send")
def test_ctrl_c_says_how_to_go_on(tmp_path, arch):
    run = tmp_path / "run"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        command(arch, run), env=environment, stderr=subprocess.PIPE, text=True
    )
    until_epoch(process, run, 1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert f"of 12 epochs are kept in {run}. The same command goes on" in said
    assert "Traceback" not in said
