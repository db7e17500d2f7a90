"""The choice of cells and the correlations of `benchmarks/cells_transfer.py`, and a toy run."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr


@pytest.fixture
def script(script):
    return script("cells_transfer")


def children(perplexities):
    return pd.DataFrame({"perplexity": perplexities, "tokens": list("abcdefgh")})


def test_cells_are_spread_evenly_from_the_best_to_the_worst(script):
    frame = children([700.0, 300.0, None, 500.0, 400.0, 800.0, 600.0, 900.0])
    assert list(script.spread_over(frame, 4)["perplexity"]) == [300, 500, 700, 900]
    assert len(script.spread_over(frame, 20)) == 7  # the failed one is left out
    shuffled = frame.sample(frac=1, random_state=0)
    assert list(script.spread_over(shuffled, 4)["tokens"]) == ["b", "d", "a", "h"]


def test_a_cell_that_was_found_twice_counts_once(script):
    frame = children([300.0, 400, 500, 600, 700, 800, 900, 1000]).assign(tokens=list("abcdefga"))
    assert sorted(script.spread_over(frame, 8)["perplexity"]) == [300, 400, 500, 600, 700, 800, 900]


def test_a_failed_cell_counts_as_one_that_learned_nothing(script):
    rows = [
        ("pydocs", "a", 1, 500.0),
        ("pydocs-chars", "a", 0, 8.0),
        ("pydocs-chars", "a", 1, None),
        ("pydocs", "b", 1, 250.0),
    ]
    frame = pd.DataFrame(rows, columns=["data", "cell", "seed", "perplexity"]).assign(search=512.0)
    bits = script.bits_of(frame)
    assert list(bits.index) == ["a"]  # the other one is not finished
    assert bits.loc["a", ["search", "characters 0"]].tolist() == [9, 3]
    symbols = script.load_text("pydocs-chars").num_symbols
    assert bits.loc["a", "characters 1"] == pytest.approx(np.log2(symbols))


def test_correlations_take_the_better_half_by_the_search(script):
    search = [1.0, 2, 3, 4, 5, 6]
    bits = pd.DataFrame(
        {
            "search": search,
            "words 1": search,
            "characters 0": [3.0, 2, 1, 7, 8, 9],
            "characters 1": [3.0, 2, 1, 9, 8, 7],
        }
    )
    words, characters, across = script.correlations(bits)
    assert words[1:] == ["1.00 (1.00 to 1.00)"] * 2
    assert characters[2] == "1.00 (1.00 to 1.00)" and 0 < float(characters[1].split()[0]) < 1
    assert across[2].startswith("-1.00 (") and float(across[1].split()[0]) > 0


def test_intervals_are_over_cells(script):
    generator = np.random.default_rng(0)
    search = generator.normal(size=200)
    noisy = {name: search + generator.normal(size=200) for name in ("words 1", "a", "b")}
    [[_, whole, _], *_] = script.correlations(pd.DataFrame({"search": search} | noisy))
    middle, low, high = map(float, re.fullmatch(r"(\S+) \((\S+) to (\S+)\)", whole).groups())
    assert middle == pytest.approx(spearmanr(search, noisy["words 1"])[0], abs=0.005)
    assert low < 0.68 < high and 0.1 < high - low < 0.3  # 0.68: of two normal variables


def test_a_toy_run_is_recorded_and_goes_on(script, tmp_path, capsys):
    words = ["--toy", "--folder", str(tmp_path), "--workers", "1"]
    script.main(words)
    table = pd.read_csv(tmp_path / "cells_transfer.csv")
    assert table.groupby("data").size().to_dict() == {"pydocs": 5, "pydocs-chars": 10}
    record = (tmp_path / "cells_transfer.md").read_text()
    assert "of all 3" in record and "nn.LSTM" in record
    sizes = table.groupby(["data", "cell"])["parameters"].first().unstack()
    assert (abs(sizes["nn.LSTM"] / sizes["NAS_CELL"] - 1) < 0.1).all()
    capsys.readouterr()
    script.main([*words, "--record"])
    assert pd.read_csv(tmp_path / "cells_transfer.csv").equals(table)


def test_nothing_to_record_is_said(script, tmp_path):
    with pytest.raises(SystemExit, match="no training is finished"):
        script.main(["--toy", "--folder", str(tmp_path), "--record"])
