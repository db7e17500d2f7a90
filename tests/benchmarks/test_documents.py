"""What the documents say of records: every number stands in one, and fidelity.md is sound."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from nasedu import RecurrentCellSpace, build, published
from nasedu.course.ledger import MARKS, load_ledger
from nasedu.tables import NetworkTable

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "data" / "tables"
NUMBER = re.compile(r"(?<![\w.,/])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w]|[.,]\d)")
PLACE = re.compile(r"\b(?:sections?|figures?|tables?) \d[\d.]*|\]\(\S*\)", re.IGNORECASE)
RECORD = re.compile(r"(?:benchmarks|data/tables)/\w+(?=\.(?:md|py|png))")


def section_of(name, heading):
    """Return a part of a document: from a heading to the next."""
    text = (ROOT / name).read_text("utf-8")
    return text.split(f"## {heading}\n")[1].split("\n## ")[0]


def numbers(text):
    """Return the numbers with a decimal point or a thousands comma, as they are written."""
    return set(NUMBER.findall(PLACE.sub("]", text.replace("−", "-"))))


def borne(text):
    """Return the numbers of the records that a text names."""
    records = {ROOT / f"{name}.md" for name in RECORD.findall(text)}
    return set().union(*(numbers(path.read_text("utf-8")) for path in records if path.exists()))


EXPERIMENTS = (ROOT / "docs" / "experiments.md").read_text("utf-8")
HEADINGS = re.findall(r"^## (.*)$", EXPERIMENTS, flags=re.MULTILINE)
LEDGER = list(load_ledger().itertuples(index=False))
PAPER, SETTING = "of the paper", "a setting, not a result"
MEAN, BOUND = "the mean of three in the record", "a bound on differences in the record"
REASONS = {  # numbers that no record has as they are written, by where they stand
    "Figure 6: is policy gradient better than random search?": {"20,000": PAPER},
    "What in REINFORCE matters": {
        "0.8": SETTING,
        "1,079": "counted below",
        "8.6": "504 of 18^3 chains",
        "0.001": BOUND,
        "0.004": BOUND,
    },
    "Penn Treebank, small": {"0.015": "of the paper: 1.243 - 1.228 bits", "2.8": SETTING},
    "README": {
        "3.11": "a version of Python",
        "4.0": "a licence",
        "3.3": "gigabytes to download",
        "6.1": "gigabytes on disk",
        "6.6": "gigabytes on disk",
    },
    "what follows it": {"0.553": MEAN, "0.544": MEAN},
    "the best cell, compared": {"2.8": SETTING},
    "the same by TensorFlow's tutorial": {"0.5": SETTING, "0.8": SETTING},
    "policy gradient against random search (figure 6)": {"46,656": "18^3 chains times 2^3 skips"},
}


def texts():
    """Yield where numbers stand, and the text with the names of its records."""
    for heading in HEADINGS:
        yield heading, section_of("docs/experiments.md", heading)
    yield "README", (ROOT / "README.md").read_text("utf-8")
    for row in LEDGER:
        if RECORD.search(row.nasedu):
            yield row.what, row.nasedu


@pytest.mark.parametrize(("where", "text"), list(texts()), ids=lambda value: value[:40])
def test_a_number_stands_in_a_record_that_is_named_beside_it(where, text):
    assert RECORD.search(text), "name the record"
    assert numbers(text) - borne(text) == REASONS.get(where, {}).keys()


@pytest.mark.parametrize("row", LEDGER, ids=lambda row: row.what)
def test_a_row_of_fidelity_has_one_of_four_marks(row):
    assert all(row)
    assert row.mark in MARKS


def test_fidelity_says_nothing_twice():
    names = [(row.part, re.sub(r"^(?:an?|the) ", "", row.what)) for row in LEDGER]
    assert len(set(names)) == len(names)
    said = [(row.paper, row.nasedu) for row in LEDGER if len(row.nasedu) > 40]
    assert len(set(said)) == len(said)
    assert sum("(figure 6)" in row.what or row.what == "figure 6" for row in LEDGER) == 1


def test_children_until_a_mean_accuracy_are_those_of_the_curves():
    curves = pd.read_csv(ROOT / "data" / "tables" / "experiments.csv")
    curves = curves[curves["table"] == NetworkTable.load("digits_3_layers").digest[:8]]
    reached = curves[curves["mean"] >= 0.8].groupby(["experiment", "setting"])["children"].min()
    fixed = reached["settings, batch size"]
    scaled = reached["settings, batch size, learning rate in proportion"]
    told = f"after {fixed['1']} children with batches of 1 and after {fixed['64']:,} with"
    assert told in EXPERIMENTS
    assert f"it takes {scaled.min()} to {scaled.max()} with any size" in EXPERIMENTS


def test_a_baseline_saves_the_children_that_are_said():
    curves = pd.read_csv(ROOT / "data" / "tables" / "experiments.csv")
    curves = curves[curves["experiment"] == "settings, baseline"]

    def with_one(name, at):
        """Return after how many children the moving average has what none has after so many."""
        own = curves[curves["table"] == NetworkTable.load(name).digest[:8]]
        curve = {part: rows.set_index("children")["mean"] for part, rows in own.groupby("setting")}
        sign = NetworkTable.load(name).sign
        reached = sign * curve["decay 0.95"] >= sign * curve["none (0)"][at]
        return int(reached.idxmax())

    digits, cells = "digits_3_layers", "cells_base_2"
    assert [with_one(digits, 504), with_one(digits, 2328), with_one(cells, 1840)] == [375, 454, 732]
    own = section_of("docs/experiments.md", "What in REINFORCE matters")
    assert "reaches 0.945 after 375 children" in own
    assert "after 2,328 it has after 454." in own
    both = section_of("docs/experiments.md", "What the two tables say")
    assert "which the moving average has after 732" in both


def test_how_many_searches_forget_is_what_their_page_counts():
    record = (ROOT / "benchmarks" / "cluster_setback.md").read_text("utf-8")
    rows = [line.split(" | ") for line in record.splitlines() if " of 8 | " in line]
    assert [row[2] for row in rows] == ["8 of 8", "0 of 8", "6 of 8"]
    text = section_of("docs/experiments.md", "Many replicas: what late gradients cost")
    for said in ("All eight have it", "none of eight has it", "six of eight searches still"):
        assert said in text
    told = re.search(r"(\d+) of the 400 are different cells, where there had been (\d+)", text)
    assert [cell.split()[0] for cell in (rows[0][7], rows[0][6])] == list(told.groups())


def test_the_optimal_baseline_saves_what_is_said():
    record = (ROOT / "benchmarks" / "gradient_variance.md").read_text("utf-8")
    pattern = r"\| after (40|160) updates.*? \| ([a-z ]+) \| ([\d.]+) \("
    noise = {(after, name): float(value) for after, name, value in re.findall(pattern, record)}
    saved = [
        f"{100 * (1 - (noise[after, 'optimal'] / noise[after, name]) ** 2):.0f} %"
        for name in ("exact mean", "moving average")
        for after in ("40", "160")
    ]
    assert saved == ["17 %", "26 %", "3 %", "15 %"]
    text = section_of("docs/experiments.md", "How noisy the gradient is")
    assert re.findall(r"\d+ %", text) == saved


def won(table, measure, sign):
    """Return in how many of the nine pairs of searches the best child of REINFORCE is ahead."""
    children = pd.read_csv(ROOT / "data" / "tables" / f"{table}.csv")
    best = (sign * children[measure]).groupby([children["strategy"], children["seed"]]).max()
    return sum(a > b for a in best["reinforce"] for b in best["random"])


def test_searches_are_compared_with_all_others_and_not_those_of_their_seed_alone():
    assert won("cifar10_search", "accuracy", 1) == 9
    assert "each of its searches found a better child than all three of random" in EXPERIMENTS
    assert won("ptb_search", "perplexity", -1) == 8
    assert "In 8 of all nine pairs, REINFORCE has the better best cell." in EXPERIMENTS


def test_a_larger_space_of_cells_was_searched_better_than_chance_searches_the_smaller():
    tables = (pd.read_csv(TABLES / f"{name}.csv") for name in ("ptb_search", "ptb_max_sin"))
    smaller, larger = (
        table.groupby(["strategy", "seed"])["perplexity"].apply(lambda v: v.nsmallest(15).mean())
        for table in tables
    )
    assert larger["reinforce"].max() < smaller["random"].min()
    said = (
        "The best 15 of each search in the larger space are better than the best 15 of any random"
    )
    assert said in EXPERIMENTS


def test_nothing_bounds_the_best_cell_on_text_where_the_published_cell_ends_in_a_tanh():
    children = pd.read_csv(TABLES / "ptb_search.csv")
    tokens = children.loc[children["perplexity"].idxmin(), "tokens"]
    best = RecurrentCellSpace(8).decode([int(token) for token in tokens.split()])
    largest = []
    for cell in (best, published.NAS_CELL):
        torch.manual_seed(0)
        layer = build(cell, input_size=32, hidden_size=32)
        with torch.no_grad():
            for weight in layer.parameters():
                weight *= 4
            largest.append(layer(torch.randn(100, 1, 32))[0].abs().max().item())
    assert not np.isfinite(largest[0]) and largest[1] <= 1
    assert "its h grows without limit within a hundred steps" in EXPERIMENTS


@pytest.mark.parametrize("data", ["ptb", "ptb-chars"])
def test_no_best_learning_rate_lies_at_an_end_of_its_grid(data):
    frame = pd.read_csv(TABLES / "ptb_compared.csv").query("data == @data and seed == 0")
    grids = frame.fillna({"perplexity": np.inf}).sort_values("lr").groupby(["cell", "optimizer"])
    places = grids["perplexity"].apply(lambda grid: (grid.argmin(), len(grid) - 1))
    assert all(0 < best < last for best, last in places), places


def test_what_the_readme_says_of_the_first_search_is_so():
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    children = pd.read_csv(ROOT / "data" / "tables" / "first_search.csv")
    best = children.groupby(["space", "strategy", "seed"])["accuracy"].max()
    for _, own in best.groupby("space"):
        assert (
            own.xs("reinforce", level="strategy").min() > own.xs("random", level="strategy").max()
        )
    assert "each of its searches found a better network than all five of random search" in text
    last = children[(children["space"] == "no skips") & (children["trial"] > 120)]
    means = last.groupby("strategy")["accuracy"].mean()
    told = f"a mean accuracy of {means['reinforce']:.3f}, those of random search"
    assert f"{told} {means['random']:.3f}" in text
    record = (ROOT / "benchmarks" / "first_search.md").read_text("utf-8")
    reached = re.findall(r"The largest network \([\d,]+ parameters\): ([\d.]+)", record)
    assert f"the largest network alone reaches {min(reached)}" in text
    by_hand = re.findall(r"A network designed .*? \([\d,]+ parameters\): ([\d.]+)", record)
    assert max(by_hand) < min(reached)


@pytest.mark.parametrize(
    "table", sorted([*TABLES.glob("*.csv"), *TABLES.glob("*.npz")]), ids=lambda path: path.name
)
def test_every_table_stands_beside_a_text_that_describes_its_columns(table):
    text = table.with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith(f"# {table.name}\n")
    for other in re.findall(r"\]\((\w+\.md)\)", text):  # where its columns are those of another
        text += (TABLES / other).read_text(encoding="utf-8")
    if table.suffix == ".csv":
        with table.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        assert [name for name in columns if f"`{name}`" not in text] == []
