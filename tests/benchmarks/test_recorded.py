"""What the recorded trainings of cells keep, at toy size: that nothing is mistaken or lost."""

import json
import shutil
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from nasedu import RecurrentCellSpace
from nasedu.errors import StudyError
from nasedu.runs import Study
from nasedu.searching import do_job
from nasedu.searching.clock import Deadline
from nasedu.training import LanguageRecipe, Recipe

TOY = LanguageRecipe(hidden_size=4, epochs=1, num_train=1000, optimizer="adam", lr=0.01)
QUICK = Recipe(epochs=1, num_train=100)
ONE, OTHER = (RecurrentCellSpace(2).decode([c, 1, 0, 1, 0, 1, 0, 1, 0, 0]) for c in (0, 1))


def test_a_small_recipe_makes_its_folder_and_goes_on(script, tmp_path, capsys):
    zaremba, folder = script("zaremba_small"), tmp_path / "runs" / "new"
    recipe = replace(zaremba.ZAREMBA_SMALL, hidden_size=4, num_train=1000, epochs=2)
    [job, *_] = zaremba.jobs_for("pydocs", {"ZAREMBA_SMALL": recipe})
    assert do_job(job, folder, Deadline(0)) is None
    assert "epoch 2 of 2" not in capsys.readouterr().out
    found = do_job(job, folder)
    assert "epoch 2 of 2" in capsys.readouterr().out
    whole = do_job(replace(job), tmp_path / "whole")
    curve = found["outcome"]["valid_curve"]
    assert curve == whole["outcome"]["valid_curve"] and len(curve) == 2
    row = job.row(found)
    assert row["recipe"] == "ZAREMBA_SMALL"
    assert row["test_stream"] == pytest.approx(row["test_perplexity"], rel=1e-4)
    assert row["curve"] == f"{curve[0]:.1f} {curve[1]:.1f}"


def test_each_small_recipe_is_under_its_own_name(script):
    zaremba = script("zaremba_small")
    jobs = zaremba.jobs_for("pydocs")
    assert (jobs[0].by, jobs[0].label, jobs[0].seed) == ("ZAREMBA_SMALL", "nn.LSTM", 0)
    lasts = {(job.by, job.recipe.decay_after, job.recipe.epochs) for job in jobs}
    assert lasts == {("ZAREMBA_SMALL", 5, 13), ("TENSORFLOW_SMALL", 4, 13)}
    assert len({job.name for job in jobs}) == len(jobs)
    recorded = pd.read_csv(zaremba.TABLES / "zaremba_small.csv").set_index("training")
    by_tutorial = {job.name for job in jobs if job.by == "TENSORFLOW_SMALL"}
    own = {name.replace("ptb-", "pydocs-", 1): row for name, row in recorded["recipe"].items()}
    assert all((row == "TENSORFLOW_SMALL") == (name in by_tutorial) for name, row in own.items())
    assert recorded.loc["ptb-nn.LSTM-sgd-1-0", "test_perplexity"] == 112.9654


def test_the_small_recipes_are_recorded_again_from_their_table_alone(script, tmp_path):
    zaremba = script("zaremba_small")
    words = ["--toy", "--workers", "1", "--folder", str(tmp_path / "one")]
    zaremba.main([*words, "--recipe", "ZAREMBA_SMALL"])
    path = tmp_path / "one" / "zaremba_small.csv"
    assert set(pd.read_csv(path)["recipe"]) == {"ZAREMBA_SMALL"}
    zaremba.main(words)
    table = path.read_text()
    assert table.count("nn.LSTM") == 8  # two recipes and two seeds, each in two columns
    curves = pd.read_csv(path).groupby("recipe")["curve"].agg(list)
    assert curves["ZAREMBA_SMALL"] != curves["TENSORFLOW_SMALL"]
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "zaremba_small.csv").write_text(table)
    zaremba.main(["--toy", "--record", "--folder", str(tmp_path / "two")])
    assert (tmp_path / "two" / "zaremba_small.csv").read_text() == table
    records = [(tmp_path / name / "zaremba_small.md").read_text() for name in ("one", "two")]
    one, two = (record.split(zaremba.KNOWN)[1] for record in records)
    assert one == two
    assert "Zaremba's own, nn.LSTM, seed 1" in one and "TensorFlow's tutorial, nn.LSTM" in one


def test_nothing_to_record_leaves_no_table(script, tmp_path):
    with pytest.raises(SystemExit, match="no training is finished"):
        script("zaremba_small").main(["--toy", "--record", "--folder", str(tmp_path / "new")])
    assert not (tmp_path / "new" / "zaremba_small.csv").exists()


def test_a_record_counts_failures_and_shows_whose_trainings_all_failed(script, monkeypatch):
    compared = script("ptb_compared")
    shown = []
    monkeypatch.setattr(compared, "save_figure", lambda new, *_: shown.append(new) or "a.png")

    def row(cell, lr, seed, perplexity):
        numbers = {"perplexity": perplexity, "test_perplexity": perplexity}
        sizes = {"hidden": 4, "parameters": perplexity and 900}
        return {"data": "pydocs", "cell": cell, "optimizer": "sgd", "lr": lr, "seed": seed} | (
            sizes | numbers
        )

    frame = pd.DataFrame(
        [
            row("one", 0.25, 0, 300.0),
            row("one", 1.0, 0, 200.0),
            row("one", 4.0, 0, None),
            row("one", 1.0, 1, 240.0),
            row("another", 0.25, 0, None),
            row("late", 1.0, 0, None),
            row("late", 1.0, 1, 150.0),
        ]
    )
    best, none, late = compared.rows_of(frame, "pydocs")
    assert best[3:6] == ["SGD, 1", "1 of 4", "220.0 (200.0 to 240.0)"]
    assert none == ["another", "4", "–", "SGD", "1 of 1", "–", "–"]
    assert late[3:6] == ["SGD, 1", "1 of 2", "150.0"]
    drawn = compared.rates_drawn(frame, "pydocs", "sgd")
    assert "one is lowest at 1, another failed at all, late is lowest at 1." in drawn
    lower = pd.DataFrame([row("late", 0.0625, 0, 400.0)])
    compared.rates_drawn(pd.concat([frame, lower]), "pydocs", "sgd")
    starts = [picture.figure.axes[0].get_xlim()[0] for picture in shown]
    assert starts[1] < 0.0625 < starts[0] < 0.25  # what one cell alone was given is seen
    assert compared.rates_drawn(frame, "pydocs", "adam") == ""


def test_another_cell_of_the_same_name_has_a_folder_of_its_own(script):
    training = script("ptb_compared").CellTraining
    one, other = (training(c, "pydocs", TOY, label="best of the search") for c in (ONE, OTHER))
    assert one.name != other.name
    assert one.name == replace(one, net=ONE).name


@pytest.fixture
def experiment(script, tmp_path):
    """Return what makes an experiment of jobs, in a folder and with a table of the test's."""
    recorded = script("experiment")

    def make(jobs, *words):
        words = ["--folder", str(tmp_path / "kept"), "--workers", "1", *words]
        options = recorded.options_of("a description", "unused", words)
        return recorded.Experiment(jobs, options, tmp_path / "table.csv")

    return make


def test_a_learning_rate_at_which_a_cell_diverges_is_kept_and_not_chosen(
    script, experiment, tmp_path
):
    compared, wild = script("ptb_compared"), replace(TOY, lr=1e30)
    jobs = [compared.CellTraining(ONE, "pydocs", r, label="a cell") for r in (wild, TOY)]
    trainings = experiment(jobs)
    assert trainings.work()
    kept = tmp_path / "kept" / jobs[0].name / "outcome.json"
    outcome = json.loads(kept.read_text())["outcome"]
    assert outcome["reason"].startswith("TrainingError: the loss became")
    assert compared.again(trainings) == [replace(jobs[1], seed=1)]
    frame = trainings.frame()
    assert frame["perplexity"].isna().tolist() == [True, False]
    [[name, _, _, rate, *_]] = compared.rows_of(frame, "pydocs")
    assert (name, rate) == ("a cell", "Adam, 0.01")
    assert compared.again(experiment(jobs[:1])) == []


def test_every_optimizer_has_a_grid_and_a_second_seed_of_its_own(script, experiment, tmp_path):
    compared = script("ptb_compared")
    ways = [(o, lr) for o, rates in compared.RATES.items() for lr in rates]
    jobs = [
        compared.CellTraining(ONE, "pydocs", replace(TOY, optimizer=o, lr=lr), label="a cell")
        for o, lr in ways
    ]
    rows = [
        {"training": job.name, "perplexity": float(k != 2) * 100 + k} for k, job in enumerate(jobs)
    ]
    table = tmp_path / "table.csv"
    pd.DataFrame(rows[:-1]).to_csv(table, index=False)
    # The other one is not finished.
    assert compared.again(experiment(jobs)) == [replace(jobs[2], seed=1)]
    pd.DataFrame(rows).to_csv(table, index=False)
    assert compared.again(experiment(jobs)) == [replace(jobs[k], seed=1) for k in (2, 4)]


def test_a_table_is_written_whole(experiment, tmp_path, monkeypatch):
    table = tmp_path / "table.csv"
    table.write_text("training,value\nbefore,2\n")
    trainings = experiment([])

    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(StudyError, match="No space left"):
        trainings.write()
    assert table.read_text() == "training,value\nbefore,2\n"


def test_what_the_table_has_is_neither_trained_again_nor_lost(script, experiment, tmp_path):
    training = script("ptb_compared").CellTraining
    jobs = [training(ONE, "pydocs", TOY, seed, label="a cell") for seed in (0, 1)]
    known = f"training,data,perplexity\n{jobs[0].name},pydocs,99.50\nof another grid,pydocs,\n"
    (tmp_path / "table.csv").write_text(known)
    trainings = experiment(jobs)
    assert trainings.work()
    assert list(trainings.frame()["training"]) == [job.name for job in jobs]
    lines = (tmp_path / "table.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [
        *(j.name for j in jobs),
        "of another grid",
    ]
    assert lines[1].startswith(f"{jobs[0].name},pydocs,99.50,")  # as it was written
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [jobs[1].name]


def test_jobs_that_are_done_keep_no_data(script, experiment):
    jobs = [script("ptb_compared").CellTraining(ONE, "pydocs", TOY, label="a cell")]
    assert experiment(jobs).work()
    assert "task" not in vars(jobs[0])  # hours of jobs on images would fill the memory


def test_two_networks_of_one_class_are_two_trainings(script):
    longer = script("cifar10_longer")
    nets = [partial(longer.PlainResNet, width) for width in (4, 8)]
    one, other = (
        longer.LongerTraining(net, "digits", QUICK, label="ResNet-20").settings for net in nets
    )
    assert one["architecture"] == "PlainResNet(4)" and one != other


def test_a_slice_is_too_short_and_to_record_trains_nothing(script, experiment, tmp_path):
    jobs = [script("ptb_compared").CellTraining(ONE, "pydocs", TOY, label="a cell")]
    assert not experiment(jobs, "--minutes", "1e-9").work()
    assert experiment(jobs, "--record").work()
    assert not (tmp_path / "table.csv").exists() and not (tmp_path / "kept").exists()
    with pytest.raises(SystemExit, match="no training is finished"):
        experiment(jobs, "--record").frame()
    assert experiment(jobs).work()
    (tmp_path / "table.csv").unlink()  # a kill between the result and the table
    assert experiment(jobs, "--record").work() and (tmp_path / "table.csv").exists()


@pytest.fixture
def tiny(script, tmp_path, monkeypatch):
    """Return a recorded search of two cells whose table is the test's, and its options."""
    recorded = script("experiment")
    monkeypatch.setattr(recorded, "TABLES", tmp_path)
    searched = replace(
        script("ptb_max_sin").LARGER, data="pydocs", recipe=TOY, trials=2, seeds=(0,)
    )
    words = ["--folder", str(tmp_path / "runs"), "--workers", "1"]
    return searched, recorded.options_of("a description", "unused", words)


def test_a_recorded_search_runs_its_own_strategies_and_no_others(tiny, tmp_path):
    searched, options = tiny
    assert searched.run(options)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["reinforce-0"]
    frame = pd.read_csv(tmp_path / "ptb_max_sin.csv")
    assert frame["strategy"].tolist() == ["reinforce"] * 2
    assert frame["trial"].tolist() == [1, 2] and frame["perplexity"].gt(1).all()


def test_a_search_that_the_table_has_is_not_begun_again(tiny, tmp_path):
    searched, options = tiny
    searched.run(options)
    with closing(Study(tmp_path / "runs" / "reinforce-0")) as study:
        recorded = study.trials()
    shutil.rmtree(tmp_path / "runs")
    table = searched.table.read_text()
    assert searched.run(options) and searched.table.read_text() == table
    assert not (tmp_path / "runs").exists()
    [key] = searched.which()
    replayed = searched.study(key).trials()
    for trial, again in zip(recorded, replayed, strict=True):
        assert (again.tokens, again.outcome.reward) == (trial.tokens, trial.outcome.reward)
        best = min(trial.outcome.valid_curve)
        assert min(again.outcome.valid_curve) == pytest.approx(best, abs=1e-6)
    rows = table.splitlines()
    searched.table.write_text("\n".join(rows[:-1]) + "\n")  # one child is missing
    assert searched.run(options)
    assert [row.split(",")[:6] for row in searched.table.read_text().splitlines()] == [
        row.split(",")[:6] for row in rows
    ]


def test_searches_on_a_table_are_kept(script, tmp_path, monkeypatch):
    laboratory = script("laboratory")
    monkeypatch.setattr(laboratory, "FOLDER", tmp_path)
    lab = laboratory.Laboratory(Namespace(table=laboratory.FIRST, seeds=2))
    found = lab.reinforce("a search", trials=16)
    assert found.shape == (2, 16)
    monkeypatch.setattr(laboratory, "search_many", None)
    assert (lab.reinforce("a search", trials=16) == found).all()
    [kept] = tmp_path.iterdir()
    assert {"job.json", "outcome.json", "places.npy"} <= {path.name for path in kept.iterdir()}
    with pytest.raises(TypeError):  # with other settings it is another search
        lab.reinforce("a search", trials=16, lr=0.5)


def test_shares_of_choices_are_counted_over_their_own_kind(script):
    control = script("ptb_max_sin")
    words = control.LARGER.space.decisions

    def child(trial, **choices):
        tokens = [d.choices.index(choices.get(d.name, d.choices[0])) for d in words]
        return {"trial": trial, "tokens": " ".join(map(str, tokens))}

    frame = pd.DataFrame([child(1, activation="sin"), child(95, combine="max"), child(96)])
    assert control.shares(frame, "max", last=2) == 0.5
    assert control.shares(frame, "sin", last=2) == 0.0
    assert control.shares(frame, "sin", last=96) == pytest.approx(1 / 3)
