import hashlib
from dataclasses import replace

import numpy as np
import pytest
from small_tables import ABOUT, SPACE, made_up

from nasedu.spaces import ConvNetSpace, count_sequences
from nasedu.tables import DIVERGED, MISSING, random_tenth
from nasedu.training import Recipe
from nasedu.viewing.report.table_facts import command_line_of, found, noise, summary
from nasedu.viewing.report.table_sheet import data_sheet, write_sheet

WIDE = ConvNetSpace(2, (1, 3, 5), (1, 3, 5), (2, 4))  # 648 networks


def with_noise(spread, space=WIDE):
    """Return a table of random accuracies and, of each network, three trainings around them."""
    table, source = made_up(space), np.random.default_rng(1)
    truth = source.uniform(100, 250, len(table))
    valid = (truth + spread * source.normal(size=(3, len(table)))).clip(0, 297)  # images
    return replace(
        table,
        valid=np.repeat(valid[..., None], 2, -1).round().astype(np.int16),
        test=valid.round().astype(np.int16),
    )


def usual(space):
    """Return a table that was trained by a recipe that the command line has."""
    table = made_up(space)
    table.about["evaluator"] = {**ABOUT["evaluator"], "recipe": Recipe(epochs=2).to_dict()}
    return table


def section(text, name):
    return text.split(f"## {name}\n")[1].split("\n## ")[0]


def test_the_noise_is_the_one_that_was_put_in():
    (best, test) = noise(with_noise(9.0))
    for (_, whole, better, *_), images in ((best, 300), (test, 297)):
        assert float(whole) == pytest.approx(9 / images, rel=0.15)
        assert float(better) == pytest.approx(9 / images, rel=0.3)
    ranks = [[float(row[3]) for row in noise(with_noise(spread))] for spread in (0, 9, 300)]
    assert all(rank == 1 for rank in ranks[0])
    assert all(0.9 < rank < 1 for rank in ranks[1])
    assert all(abs(rank) < 0.4 for rank in ranks[2])


def test_the_better_half_is_not_judged_by_what_chose_it():
    table = with_noise(0.0)
    tenth, _ = random_tenth(np.arange(len(table)), table.about["seed"])
    table.test[0, tenth] = np.random.default_rng(0).permutation(table.test[0, tenth])
    row = noise(table)[1]
    assert row[4] == "1.000"  # the second and third training agree, whatever the first was
    assert float(row[3]) < 0.7


def test_of_too_few_networks_nothing_is_said_about_noise():
    assert {text for row in noise(made_up()) for text in row[1:]} == {"–"}


def test_correlation_with_size_is_that_of_the_logarithm():
    table = made_up(WIDE)
    table.parameters[:] = np.round(1000 * np.exp(table.best[0])).astype(int)
    rows = dict(found(table))
    assert rows["log(parameters)"] == "correlation with validation accuracy 1.000, R² 1.000"
    assert "0.9" not in rows["log(FLOP)"]


def test_the_best_network_is_named_with_the_mean_of_its_tests():
    table = made_up()
    table.valid[0, 6], table.test[:, 6] = 300, (297, 0, 0)
    assert dict(found(table))["best"] == (
        "1: 3x3 2 <- 0 | 2: 3x3 2 <- 0 (106 parameters, 0.00 MFLOP): "
        "validation 1.000, test 0.000 (mean of 2 later trainings)"
    )


def test_a_table_of_failures_can_still_be_described():
    table = made_up(diverged=range(8))
    text = data_sheet(table, "table.npz", 1) + summary(table)
    assert "no child was trained to the end" in text
    assert "24 diverged" in text
    table = made_up()
    table.valid[:], table.test[:], table.seconds[:] = MISSING, MISSING, np.nan
    assert "8 are missing" in data_sheet(table, "table.npz", 1)


def test_one_diverged_training_spoils_no_figure():
    table = with_noise(5.0)
    tenth, _ = random_tenth(np.arange(len(table)), table.about["seed"])
    table.valid[1, tenth[0]], table.test[1, tenth[0]] = DIVERGED, DIVERGED
    text = data_sheet(table, "table.npz", 1)
    assert "nan" not in text
    assert "–" not in text


def test_the_command_makes_such_a_table():
    assert command_line_of(usual(SPACE)) == (
        "nasedu table build --seed 5 --data digits --num-layers 2 --filter-heights 1,3 "
        "--filter-widths 3 --num-filters 2 --epochs 2"
    )
    chains = usual(replace(SPACE, skip_connections=False, strides=(1, 2)))
    chains.about["best"] = 7
    assert "--best 7" in command_line_of(chains)
    assert "--strides 1,2 --no-skip-connections" in command_line_of(chains)
    assert command_line_of(made_up()).endswith("--epochs 2 --batch-size 32 --num-train 60")


def test_a_table_of_a_kind_of_ones_own_is_not_said_to_be_made_by_a_command(monkeypatch):
    table = made_up()
    own = replace(table.problem, spaces="toys:SPACES")
    monkeypatch.setattr(type(table), "problem", own)
    assert command_line_of(table) is None
    assert "nasedu.tables.make_table(...)" in data_sheet(table, "table.npz", 1)


def test_the_sheet_lies_beside_the_table_and_bears_its_digest(tmp_path):
    path = tmp_path / "mine.npz"
    with_noise(5.0).save(path)
    sheet = write_sheet(path)
    assert sheet == tmp_path / "mine.md"
    text = sheet.read_text(encoding="utf-8")
    assert text.startswith("# mine.npz\n")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text
    assert f"{path.stat().st_size:,} bytes" in text
    assert "abacus (cpu), torch 2.0" in text
    assert str(tmp_path) not in text
    for name in ("valid", "test", "seconds", "parameters", "flop"):
        assert f"| `{name}` |" in section(text, "Arrays")
    limits = section(text, "What it must not be used for")
    assert "297 test images: a test accuracy of 0.9 has a standard error of 1.7 points" in limits
    assert "too good" in limits
    assert write_sheet(path).read_text(encoding="utf-8") == text


def test_shares_above_thresholds_are_counted():
    table = made_up(WIDE)
    table.test[0] = np.where(np.arange(len(table)) < 162, 290, 200)  # a quarter above 0.95
    rows = section(data_sheet(table, "table.npz", 1), "What is in it")
    (shares,) = [line for line in rows.splitlines() if line.startswith("| test") and "%" in line]
    cells = [cell.strip() for cell in shares.split("|")[2:-1]]
    assert cells == ["100.00 %", "25.00 %", "25.00 %", "25.00 %", "25.00 %", "0.00 %"]


def test_the_luck_of_the_chosen_is_measured():
    table = with_noise(0.0)
    tenth, others = random_tenth(np.arange(count_sequences(WIDE.decisions)), table.about["seed"])
    once, chosen = others[20:], others[:20]
    for array in (table.valid, table.test):
        array[1:, once] = MISSING
    table.valid[0, chosen] += 3  # a point of 300 images
    table.valid[0, tenth] += 30  # those were not chosen for their first training
    limits = section(data_sheet(table, "table.npz", 1), "What it must not be used for")
    assert "too good (validation, by 1.00 points in the mean)" in limits
