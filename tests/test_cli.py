import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from evaluators import SPACE, Counted

from nasedu import search
from nasedu.architectures import published
from nasedu.controller import make_strategy
from nasedu.errors import StudyError
from nasedu.runs import Study


def importable():
    """Return an environment in which the package imports from anywhere."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


TINY = ("--trials", "4", "--batch", "2", "--workers", "1", "--num-layers", "2", "--epochs", "1")


def nasedu(*arguments, **options):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "nasedu", *map(str, arguments)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        **options,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run on the digits."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    done = nasedu("search", "--run", folder, *TINY)
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_search_says_what_it_does_and_where_its_report_is(run):
    folder, done = run
    lines = done.stdout.splitlines()
    assert "4 children by reinforce" in lines[0]
    assert "Digits (scikit-learn): 1,200 training and 300 validation images" in lines[1]
    assert [line[:9] for line in lines if line.startswith("batch")] == ["batch   1", "batch   2"]
    assert "best child:" in done.stdout
    assert lines[-1] == f"report: {folder / 'report.html'}"
    assert (folder / "report.html").is_file()
    assert json.loads((folder / "config.json").read_text())["trials"] == 4


def test_run_again_it_shows_the_report_and_trains_nothing(run):
    folder, _ = run
    before = (folder / "study.db").read_bytes()
    done = nasedu("search", "--run", folder, *TINY)
    assert done.returncode == 0
    assert "batch" not in done.stdout
    assert f"report: {folder / 'report.html'}" in done.stdout
    assert (folder / "study.db").read_bytes() == before


def test_resume_grows_a_run(run, tmp_path):
    folder, _ = run
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("study.db", "config.json"):
        (copy / name).write_bytes((folder / name).read_bytes())
    done = nasedu("resume", copy, "--trials", 6, "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert "6 children by reinforce" in done.stdout
    assert "4 of them trained before" in done.stdout
    assert "batch   3" in done.stdout


def test_draw_prints_a_table_and_writes_a_picture(run, tmp_path):
    folder, _ = run
    done = nasedu("draw", "published:NAS_CNN_V1", "--out", tmp_path / "v1.svg")
    assert done.returncode == 0, done.stderr
    assert "4,201,630" in done.stdout
    assert "<svg" in (tmp_path / "v1.svg").read_text()
    assert nasedu("draw", folder).returncode == 0
    assert nasedu("draw", f"{folder}:3", "--data", "digits").returncode == 0


@pytest.mark.parametrize("name", ["NAS_CNN_V1_DENSE", "NAS_CNN_V1_CHAIN"])
def test_the_variants_of_the_published_network_have_names(name):
    done = nasedu("draw", f"published:{name}")
    parameters = {"NAS_CNN_V1_DENSE": "6,630,910", "NAS_CNN_V1_CHAIN": "809,134"}
    assert done.stdout.split()[-1] == parameters[name]


def test_train_reads_the_test_set_once_and_records_it(tmp_path):
    arch = tmp_path / "arch.json"
    arch.write_text(SPACE.decode([1, 1, 1, 1, 1, 1]).to_json())
    done = nasedu("train", arch, "--epochs", 2, "--out", tmp_path / "outcome.json")
    assert done.returncode == 0, done.stderr
    assert "epoch   2  validation accuracy" in done.stdout
    recorded = json.loads((tmp_path / "outcome.json").read_text())
    accuracy = recorded["outcome"]["test"]
    assert f"test accuracy {accuracy:.4f}" in done.stdout
    assert recorded["data"]["title"] == "Digits (scikit-learn)"


def test_a_grid_is_trained_tested_and_drawn(tmp_path):
    arch, run = tmp_path / "arch.json", tmp_path / "run"
    arch.write_text(SPACE.decode([1, 1, 1, 1, 1, 1]).to_json())
    words = ["train", arch, "--epochs", 2, "--num-train", 100, "--run", run, "--workers", 1]
    words += ["--grid", "lr=0.001,0.1", "--whitening", "image", "--augmentation", "paper"]
    done = nasedu(*words)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1] == "a grid of 2 points over lr, 2 epochs"
    beginnings = [
        "point  1  epoch   1  validation accuracy 0.",
        "point  1  epoch   2  validation accuracy 0.",
        "1 of 2 points  lr 0.001: validation accuracy 0.",
        "point  2  epoch   1  validation accuracy 0.",
        "point  2  epoch   2  validation accuracy 0.",
        "2 of 2 points  lr 0.1: validation accuracy 0.",
        "best on the validation part: lr 0.",
    ]
    for line, beginning in zip(lines[2:], beginnings, strict=False):
        assert line.startswith(beginning)
    assert lines[-3:-1] == [f"curves: {run / 'curves.png'}", f"outcome: {run / 'outcome.json'}"]
    assert lines[-1].startswith(f"use it: `nasedu predict {run} IMAGE`")
    recorded = json.loads((run / "outcome.json").read_text())
    assert recorded["recipe"]["whitening"] == "image"
    assert recorded["command"].startswith("nasedu train ")
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")
    again = nasedu(*words, "--minutes", 1)
    assert again.stdout.splitlines()[-4:] == lines[-4:]


def test_a_slice_of_minutes_says_that_the_same_command_goes_on(tmp_path):
    arch, run = tmp_path / "arch.json", tmp_path / "run"
    arch.write_text(SPACE.decode([1, 1, 1, 1, 1, 1]).to_json())
    words = ["train", arch, "--epochs", 2, "--run", run, "--minutes", "0.0001"]
    done = nasedu(*words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "stopped after epoch 1 of 2; the same command goes on"
    done = nasedu(*words)
    assert "epoch   1  validation" in done.stdout
    assert "test accuracy" in done.stdout


def test_data_list_names_the_digits():
    done = nasedu("data", "list")
    assert done.returncode == 0
    assert "digits" in done.stdout and "pydocs" in done.stdout


def test_a_text_is_added_and_listed(tmp_path):
    environment = {**importable(), "NASEDU_DATA": str(tmp_path / "home")}
    for part in ("train", "valid", "test"):
        (tmp_path / f"owls.{part}.txt").write_text("the owl sat\n")
    done = nasedu("data", "add", "owls", tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert "imported owls: owls" in done.stdout and "Mikolov" not in done.stdout
    done = nasedu("data", "list", env=environment)
    assert "owls       owls: 4 words to train, 4 to validate" in done.stdout


def test_doctor_prints_a_block_without_paths():
    done = nasedu("doctor", "--report")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("```\nnasedu 0.1.0, Python ")
    assert str(Path.home()) not in done.stdout
    assert "Everything is there." in done.stdout


def other_run(folder):
    made = make_strategy("random", SPACE.decisions)
    list(search(SPACE, made, evaluate=Counted(), trials=4, batch=4, workers=1, run=folder))


def full(folder):
    folder.mkdir()
    (folder / "thesis.tex").write_text("precious")


def contents(folder):
    """What a folder says; SQLite may tidy up its files without changing that."""
    if not folder.exists():
        return None
    found = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".tex", ".json")}
    with contextlib.suppress(StudyError):
        study = Study(folder)
        found["study"] = (study.config, study.trials(), study.updates())
    return found


def spoilt(folder):
    folder.mkdir()
    (folder / "study.db").write_text("not a database at all, far from it" * 100)


@pytest.mark.parametrize(
    ("prepare", "arguments", "words"),
    [
        (None, ["search", "--data", "imagenet"], "imagenet"),
        (None, ["search", "--workers", "0"], "workers is 0; expected at least 1"),
        (None, ["search", "--trials", "0"], "trials is 0"),
        (None, ["search", "--trials", "many"], "--trials"),
        (None, ["search", "--num-layers", "63"], "num_layers is 63"),
        (None, ["search", "--num-filters", "8,x"], "num_filters[1] is 'x'; expected an integer"),
        (None, ["search", "--num-filters", "0"], "num_filters[0] is 0"),
        (None, ["search", "--depth-schedule", "6,2"], "'6,2'; expected three numbers"),
        (None, ["search", "--depth-schedule", "0,2,8"], "start is 0; expected an integer"),
        (
            None,
            ["search", "--space", "cifar10-v4"],
            "space is 'cifar10-v4'; expected one of first, cifar",
        ),
        (None, ["search", "--space", "cifar10-v2", "--num-layers", "63"], "num_layers is 63"),
        (None, ["search", "--strategy", "luck"], "strategy is 'luck'; expected one of reinforce"),
        (None, ["search", "--lr", "-1"], "lr is -1.0"),
        (None, ["search", "--strategy-lr", "-1"], "lr is -1.0"),
        (None, ["search", "--layers", "2"], "No such option: --layers"),
        (None, ["search", "--epochs", "0"], "epochs is 0"),
        (
            None,
            ["search", "--schedule", "zigzag"],
            "schedule is 'zigzag'; expected one of linear, step, constant, cosine",
        ),
        (None, ["search", "--num-train", "9999999"], "9999999"),
        (None, ["search", "--child-timeout", "0"], "child_timeout is 0"),
        (other_run, ["search"], "choose another folder"),
        (full, ["search"], "is not a run folder"),
        (spoilt, ["search"], "truncated or no study"),
        (None, ["sesrch"], "sesrch"),
    ],
)
def test_bad_usage_is_one_line_exit_two_and_nothing_written(tmp_path, prepare, arguments, words):
    folder = tmp_path / "run"
    if prepare:
        prepare(folder)
    before = contents(folder)
    if arguments[0] == "search":
        arguments = [*arguments, "--run", str(folder)]
    done = nasedu(*arguments)
    line = done.stderr.removeprefix("loading the data and starting the workers ...\n")
    assert (done.returncode, line.count("\n")) == (2, 1), done.stderr
    assert line.startswith("nasedu: ")
    assert words in line
    assert contents(folder) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["resume", "nowhere"], "holds no study; start one with"),
        (["report", "nowhere"], "holds no study"),
        (["draw", "nowhere"], "'nowhere' is no architecture; expected a JSON file"),
        (["draw", "published:V9"], "'V9' is not published; expected one of NAS_CNN_V1"),
        (["draw", "published:NAS_CNN_V1", "--style", "cubist"], "cubist"),
        (["draw", "published:NAS_CNN_V1", "--out", "picture.bmp"], ".bmp"),
        (["draw", "bad.json"], "layer 1 takes layer 1 as an input"),
        (["draw", "broken.json"], "not valid JSON"),
        (["draw", "run:9"], "run has no trial 9; it has 4 trials"),
        (["train", "published:NAS_CNN_V1", "--data", "nix"], "nix"),
        (["train", "published:NAS_CNN_V1", "--grid", "lr=0.1"], "name one with --run FOLDER"),
        (["train", "published:NAS_CNN_V1", "--grid", "lr=", "--run", "r"], "grid has no point"),
        (["train", "published:NAS_CNN_V1", "--minutes", "5"], "no run folder is named"),
        (["train", "published:NAS_CNN_V1", "--run", "run"], "run is not a run folder"),
        (["train", "published:NAS_CNN_V1", "--decay-epoch", "20"], "less than the 20 epochs"),
        (["data", "get", "mnist"], "'mnist' cannot be downloaded; expected cifar10"),
        (["data", "add", "x", "nowhere.zip"], "nowhere.zip"),
        (["resume", "run"], "made with an evaluator of your own"),
    ],
)
def test_bad_references_are_one_line(tmp_path, arguments, words):
    layer = {"filter_height": 3, "filter_width": 3, "num_filters": 8, "inputs": [1]}
    document = {"kind": "conv_net", "schema": 1, "layers": [layer]}
    (tmp_path / "bad.json").write_text(json.dumps(document))
    (tmp_path / "broken.json").write_text(published.NAS_CNN_V1.to_json()[:50])
    other_run(tmp_path / "run")
    done = nasedu(
        *arguments, cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert not (tmp_path / "picture.bmp").exists()
