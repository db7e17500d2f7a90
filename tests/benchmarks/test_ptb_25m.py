"""The long training at toy size: it goes on to the same numbers, and tests once."""

import json

import pandas as pd
import pytest
import torch

from nasedu.training import Checkpoint, LanguageTask

CHECKPOINT = "training/checkpoint.safetensors"
SECONDS = ["seconds", "processor_seconds"]


class Killed(Exception):
    """Stands in for the end of the process."""


@pytest.fixture
def script(script):
    return script("ptb_25m")


def rows(folder):
    return pd.read_csv(folder / "ptb_25m.csv").drop(columns=SECONDS)


@pytest.mark.parametrize("when", ["before the state", "after the state"])
def test_a_killed_training_goes_on_to_the_same_numbers(script, tmp_path, monkeypatch, when):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    script.main(["--toy", "--folder", str(whole)])
    save = Checkpoint.save

    def killed(state, path):
        if when == "after the state":
            save(state, path)
        if len(state.valid_curve) == 2:
            raise Killed
        save(state, path)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", killed)
        with pytest.raises(Killed):
            script.main(["--toy", "--folder", str(cut)])
    assert len(rows(cut)) == 2 and rows(cut)["windows"].isna().all()  # the test text is unread
    script.main(["--toy", "--record", "--folder", str(cut)])
    assert "The test text has not been read yet" in (cut / "ptb_25m.md").read_text()
    script.main(["--toy", "--folder", str(cut)])
    pd.testing.assert_frame_equal(rows(cut), rows(whole))
    states = [Checkpoint.load(each / CHECKPOINT) for each in (cut, whole)]
    assert states[0].tensors.keys() == states[1].tensors.keys()
    for name, tensor in states[1].tensors.items():
        assert torch.equal(states[0].tensors[name], tensor), name
    assert "It is " in (cut / "ptb_25m.md").read_text()


def test_the_test_text_is_read_once(script, tmp_path, monkeypatch):
    script.main(["--toy", "--folder", str(tmp_path)])
    monkeypatch.setattr(LanguageTask, "test_nats", None)
    before = (tmp_path / "ptb_25m.csv").read_text()
    script.main(["--toy", "--folder", str(tmp_path)])
    assert (tmp_path / "ptb_25m.csv").read_text() == before
    table = rows(tmp_path)
    table[["windows", "stream"]] = None  # killed before they were written
    table.assign(seconds=0, processor_seconds=0).to_csv(tmp_path / "ptb_25m.csv", index=False)
    script.main(["--toy", "--folder", str(tmp_path)])
    found = json.loads((tmp_path / "training" / "outcome.json").read_text())
    assert rows(tmp_path).iloc[-1]["windows"] == found["windows"]


def test_a_lost_folder_is_told_and_nothing_is_overwritten(script, tmp_path):
    script.main(["--toy", "--folder", str(tmp_path)])
    (tmp_path / CHECKPOINT).unlink()
    frame = rows(tmp_path).assign(windows=None)
    frame.to_csv(tmp_path / "ptb_25m.csv", index=False)
    table = (tmp_path / "ptb_25m.csv").read_text()
    with pytest.raises(SystemExit, match=r"has 3 epochs, but .* is not there to go on from"):
        script.main(["--toy", "--folder", str(tmp_path)])
    assert (tmp_path / "ptb_25m.csv").read_text() == table
