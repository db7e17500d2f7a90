"""The laboratory on a table of cells: lower is better, some diverged, records by its name."""

import shutil
from argparse import Namespace

import numpy as np
import pandas as pd
import pytest
from cell_tables import PARAMETERS, made_up_cells

from nasedu import RandomSearch
from nasedu.searching import best_so_far, bootstrap, search_many

SEEDS = 4


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the file of a complete table of cells, of which 1000 diverged."""
    path = tmp_path_factory.mktemp("tables") / "cells_base_2.npz"
    made_up_cells(diverged=1000, worse_than_nothing=50).save(path)
    return path


@pytest.fixture
def laboratory(script, tmp_path, monkeypatch):
    module = script("laboratory")
    monkeypatch.setattr(module, "FOLDER", tmp_path / "searches")
    return module


@pytest.fixture
def lab(laboratory, file):
    return laboratory.Laboratory(Namespace(table=file, seeds=SEEDS))


def test_a_higher_score_is_a_lower_measure_and_the_worst_is_to_know_nothing(lab):
    bits = lab.table.best[0]
    assert lab.score.max() == pytest.approx(-np.nanmin(bits))
    worst = -np.log2(50)
    assert lab.score.min() == pytest.approx(worst)
    assert (lab.score[np.isnan(bits)] == lab.score.min()).all()
    assert (lab.score[np.nan_to_num(bits) > 6] == lab.score.min()).all()
    assert np.isfinite(lab.tested[:, np.isnan(bits)]).all()  # a repeat that diverged is a result
    assert (lab.has_diverged == np.isnan(bits)).all()
    assert lab.middle(lab.score) == pytest.approx(np.median(-lab.score))
    assert lab.minus("policy gradient", "random search").startswith("Random search minus")


def test_searches_are_compared_at_half_one_and_five_per_cent(lab, laboratory):
    assert lab.stops == (184, 368, 1840) and lab.trials == 1840
    digits = laboratory.Laboratory(Namespace(table=laboratory.FIRST, seeds=SEEDS))
    assert digits.stops == (96, 504, 2328)
    assert digits.minus("policy gradient", "random search").startswith("Policy gradient minus")
    assert (digits.score == digits.table.best[0]).all()


def test_a_cell_is_one_whatever_the_names_of_its_leaves(lab):
    decisions = lab.table.space.decisions
    places = lab.found("some", lambda _: RandomSearch(decisions), trials=64)
    asked = search_many(
        lambda _: RandomSearch(decisions), lab.evaluator, seeds=range(SEEDS), trials=64
    )
    assert (places == lab.table.first[asked]).all() and (places != asked).any()


def test_records_lie_beside_the_script_or_the_table_and_are_named_by_it(lab, laboratory, file):
    digits = laboratory.Laboratory(Namespace(table=laboratory.FIRST, seeds=SEEDS))
    script = laboratory.HERE / "strategies.py"
    assert digits.record(script) == laboratory.HERE / "strategies.md"
    assert lab.record(script) == file.parent / "strategies_cells_base_2.md"
    object.__setattr__(lab.table, "name", "cells_base_2")
    assert lab.record(script) == laboratory.HERE / "strategies_cells_base_2.md"


def test_curves_of_both_shipped_tables_stay_and_those_of_others_go(
    lab, laboratory, file, tmp_path, monkeypatch
):
    source = laboratory.tables_folder() / f"{laboratory.FIRST}.npz"
    for path in (source, file):
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setattr(laboratory, "tables_folder", lambda: tmp_path)
    monkeypatch.setattr(laboratory, "CURVES", tmp_path / "experiments.csv")
    digits = laboratory.Laboratory(Namespace(table=laboratory.FIRST, seeds=SEEDS))
    before = pd.read_csv(laboratory.TABLES / "experiments.csv")
    before = before[before["table"] == digits.table.digest[:8]].reset_index(drop=True)
    stale = before[:3].assign(table="0badc0de")
    pd.concat([stale, before]).to_csv(laboratory.CURVES, index=False)
    curves = {"REINFORCE": bootstrap(np.random.default_rng(0).random((20, 2)))}
    laboratory.record_curves(lab, "strategies", curves, [8, 16])
    assert len(pd.read_csv(laboratory.CURVES)) == len(before) + 3  # of no shipped name: untouched
    object.__setattr__(lab.table, "name", "cells_base_2")
    for _ in range(2):  # the second time replaces the first
        laboratory.record_curves(lab, "strategies", curves, [8, 16])
    after = pd.read_csv(laboratory.CURVES)
    assert after[:-2].equals(before)
    assert set(after["table"][-2:]) == {lab.table.digest[:8]}


def test_an_unfinished_table_is_refused(laboratory, tmp_path):
    made_up_cells(finished=100).save(tmp_path / "part.npz")
    with pytest.raises(SystemExit, match=r"part.npz has 36,\d+ cells without a result"):
        laboratory.Laboratory(Namespace(table=tmp_path / "part.npz", seeds=SEEDS))


def test_what_stands_beside_the_searches_is_of_their_kind(script, lab, laboratory):
    strategies = script("strategies")
    cells = strategies.Children(lab)
    assert set(cells.lines) == {"best of all", "by hand"} and not cells.largest_first()
    assert cells.about_size() == f"All have {PARAMETERS:,} parameters: the size explains nothing."
    assert lab.table.best[0, cells.best] == np.nanmin(lab.table.best[0])
    rows = {row[0]: row for row in cells.rows()}
    assert float(rows["best by validation"][2]) == pytest.approx(
        np.nanmin(lab.table.best[0]), abs=5e-4
    )
    digits = strategies.Children(
        laboratory.Laboratory(Namespace(table=laboratory.FIRST, seeds=SEEDS))
    )
    assert set(digits.lines) == {"best of all", "largest", "by hand"}
    assert "explains 73 % of the variance of accuracy" in digits.about_size()


def test_below_a_border_in_bits_are_the_best_and_hours_begin_with_the_worst(script, lab):
    strategies = script("strategies")
    [good] = strategies.best_children(lab)
    bits = lab.table.best[0]
    assert 37 <= good.sum() <= 38 and bits[good].max() < np.nanmin(bits[~good])
    places = np.stack([np.flatnonzero(lab.table.first == np.arange(lab.size))[:20]])
    hours = strategies.by_hours(lab, places, np.array([0.0, 1.0]))
    assert hours[0].tolist() == [lab.score.min(), best_so_far(lab.score[places])[0, -1]]


def test_a_verdict_follows_the_interval(script):
    strategies, source = script("strategies"), np.random.default_rng(0)
    by_name = {
        name: [source.normal(mean, 0.1, 50)]
        for name, mean in {"PPO, lr 0.003": 1, "evolution": -1, "same": 0, "chance": 0}.items()
    }
    by_name["evolution"][0][:5] = np.nan  # winners without another training
    by_name["same"] = [by_name["chance"][0][::-1]]
    ahead = strategies.ahead_of(by_name, "chance")
    assert strategies.verdict(ahead, 0) == ["PPO at 0.003", "same", "evolution"]
