"""What the recorded trainings of cells keep, at toy size: that nothing is mistaken or lost."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from nasedu import RecurrentCellSpace
from nasedu.errors import StudyError
from nasedu.training import LanguageRecipe

TOY = LanguageRecipe(hidden_size=4, epochs=1, num_train=1000, optimizer="adam", lr=0.01)
ONE, OTHER = (RecurrentCellSpace(2).decode([c, 1, 0, 1, 0, 1, 0, 1, 0, 0]) for c in (0, 1))


def test_a_small_recipe_makes_its_folder_and_goes_on(script, tmp_path, capsys):
    zaremba, folder = script("zaremba_small"), tmp_path / "runs" / "new"
    recipe = replace(zaremba.ZAREMBA_SMALL, hidden_size=4, num_train=1000, epochs=1)
    [job, *_] = zaremba.jobs_for("pydocs", {"ZAREMBA_SMALL": recipe})
    first = job.train(folder)["outcome"]["valid_curve"]
    longer = replace(job, recipe=replace(job.recipe, epochs=2)).train(folder)
    second = longer["outcome"]["valid_curve"]
    assert second[:1] == first and len(second) == 2
    told = capsys.readouterr().out
    assert "epoch 2 of 2" in told and "epoch 1 of 2" not in told
    row = job.row(longer)
    assert row["recipe"] == "ZAREMBA_SMALL"
    assert row["test_stream"] == pytest.approx(row["test_perplexity"], rel=1e-4)
    assert row["curve"] == f"{second[0]:.1f} {second[1]:.1f}"


def test_each_small_recipe_is_under_its_own_name(script):
    zaremba = script("zaremba_small")
    jobs = zaremba.jobs_for("pydocs")
    assert (jobs[0].by, jobs[0].name, jobs[0].seed) == ("ZAREMBA_SMALL", "nn.LSTM", 0)
    lasts = {(job.by, job.recipe.decay_after, job.recipe.epochs) for job in jobs}
    assert lasts == {("ZAREMBA_SMALL", 5, 13), ("TENSORFLOW_SMALL", 4, 13)}
    assert len({job.file for job in jobs}) == len(jobs)
    recorded = pd.read_csv(zaremba.TABLES / "zaremba_small.csv").set_index("training")
    by_tutorial = {job.file for job in jobs if job.by == "TENSORFLOW_SMALL"}
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
    monkeypatch.setattr(compared, "save_figure", lambda *_: "a.png")

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
    assert compared.rates_drawn(frame, "pydocs", "adam") == ""


def test_another_cell_of_the_same_name_has_a_folder_of_its_own(script):
    training = script("ptb_compared").CellTraining
    one, other = (training("best of the search", c, "pydocs", TOY, 0) for c in (ONE, OTHER))
    assert one.file != other.file
    assert one.file == replace(one, cell=ONE).file


def test_a_learning_rate_at_which_a_cell_diverges_is_kept_and_not_chosen(script, tmp_path):
    compared, recorded = script("ptb_compared"), script("recorded_trainings")
    wild = replace(TOY, lr=1e30)
    jobs = [compared.CellTraining("a cell", ONE, "pydocs", recipe, 0) for recipe in (wild, TOY)]
    trainings = recorded.Trainings(jobs, tmp_path / "kept", tmp_path / "table.csv")
    trainings.train(1)
    kept = tmp_path / "kept" / jobs[0].file / "outcome.json"
    outcome = json.loads(kept.read_text())["outcome"]
    assert outcome["reason"].startswith("TrainingError: the loss became")
    assert compared.again(trainings) == [replace(jobs[1], seed=1)]
    frame = pd.read_csv(tmp_path / "table.csv")
    assert frame["perplexity"].isna().tolist() == [True, False]
    [[name, _, _, rate, *_]] = compared.rows_of(frame, "pydocs")
    assert (name, rate) == ("a cell", "Adam, 0.01")
    trainings.jobs = jobs[:1]
    assert compared.again(trainings) == []


def test_every_optimizer_has_a_grid_and_a_second_seed_of_its_own(script, tmp_path):
    compared, recorded = script("ptb_compared"), script("recorded_trainings")
    ways = [(o, lr) for o, rates in compared.RATES.items() for lr in rates]
    jobs = [
        compared.CellTraining("a cell", ONE, "pydocs", replace(TOY, optimizer=o, lr=lr), 0)
        for o, lr in ways
    ]
    rows = [
        {"training": job.file, "perplexity": float(k != 2) * 100 + k} for k, job in enumerate(jobs)
    ]
    table = tmp_path / "table.csv"
    pd.DataFrame(rows[:-1]).to_csv(table, index=False)
    trainings = recorded.Trainings(jobs, tmp_path, table)
    assert compared.again(trainings) == [replace(jobs[2], seed=1)]  # the other is not finished
    pd.DataFrame(rows).to_csv(table, index=False)
    trainings = recorded.Trainings(jobs, tmp_path, table)
    assert compared.again(trainings) == [replace(jobs[k], seed=1) for k in (2, 4)]


def test_a_table_is_written_whole(script, tmp_path, monkeypatch):
    recorded = script("recorded_trainings")
    table = tmp_path / "table.csv"
    table.write_text("training,value\nbefore,2\n")
    trainings = recorded.Trainings([], tmp_path, table)

    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(StudyError, match="No space left"):
        trainings.write_table()
    assert table.read_text() == "training,value\nbefore,2\n"


def test_what_the_table_has_is_neither_trained_again_nor_lost(script, tmp_path):
    compared, recorded = script("ptb_compared"), script("recorded_trainings")
    jobs = [compared.CellTraining("a cell", ONE, "pydocs", TOY, seed) for seed in (0, 1)]
    table = tmp_path / "table.csv"
    pd.DataFrame(
        [
            {"training": jobs[0].file, "data": "pydocs", "perplexity": 99.5},
            {"training": "of another grid", "data": "pydocs", "perplexity": None},
        ]
    ).to_csv(table, index=False)
    trainings = recorded.Trainings(jobs, tmp_path / "kept", table)
    trainings.train(1)
    assert list(trainings.write_table()["training"]) == [job.file for job in jobs]
    frame = pd.read_csv(table).set_index("training")
    assert list(frame.index) == [jobs[0].file, jobs[1].file, "of another grid"]
    assert frame.loc[jobs[0].file, "perplexity"] == 99.5
    assert frame.loc[jobs[1].file, "perplexity"] > 1
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [jobs[1].file]


def test_a_recorded_search_runs_its_own_strategies_and_no_others(script, tmp_path, monkeypatch):
    larger, recorded = script("ptb_max_sin").LARGER, script("recorded_search")
    monkeypatch.setattr(recorded, "TABLES", tmp_path)
    monkeypatch.setattr("sys.argv", ["x", "--folder", str(tmp_path / "runs"), "--workers", "1"])
    tiny = replace(larger, data="pydocs", recipe=TOY, trials=2, seeds=(0,))
    assert list(tiny.run("a description")) == [("reinforce", 0)]
    frame = pd.read_csv(tmp_path / "ptb_max_sin.csv")
    assert frame["strategy"].tolist() == ["reinforce"] * 2
    assert frame["trial"].tolist() == [1, 2] and frame["perplexity"].gt(1).all()


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
