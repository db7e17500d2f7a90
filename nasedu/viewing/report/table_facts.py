"""The facts about a table of children, computed from it, as (name, text)."""

from __future__ import annotations

import shlex
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from nasedu.field_words import words_of
from nasedu.problems import FIRST, TABLE, is_first_on_its_data
from nasedu.spaces import sequences_at
from nasedu.tables import DIVERGED, NetworkTable, random_tenth
from nasedu.training import Measure
from nasedu.values import fill
from nasedu.viewing.drawings.view import view_of
from nasedu.viewing.progress import duration
from nasedu.viewing.words import count

Values = NDArray[np.float64]
FEWEST = 3  # children, to say anything about noise


def summary(table: NetworkTable) -> str:
    """Say in a few lines what a table is."""
    rows = [("children", children(table)), *made(table), *found(table)]
    for name, spread, _, rank, better in noise(table):
        text = f"standard deviation {spread}, rank correlation {rank}, {better} in the better half"
        rows.append((f"noise, {name}", text))
    rows.append(("SHA-256", table.digest))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {text}" for name, text in rows)


def children(table: NetworkTable) -> str:
    """Say which children a table holds."""
    return f"all {len(table):,} {view_of(table.space).every(table.space)}"


def command_line_of(table: NetworkTable) -> str | None:
    """Return the command that makes such a table; None if only `make_table` in Python does."""
    row, about = table.problem, table.about
    if not row.spaces.startswith("nasedu."):  # no name by which a command finds it is recorded
        return None
    evaluator, spaces, recipes = about["evaluator"], row.load("spaces"), row.load("recipes")
    usual_space, usual = (each.get(TABLE, each[FIRST]) for each in (spaces, recipes))
    recipe = fill(type(usual), evaluator["recipe"])
    words = [] if is_first_on_its_data(row) else ["--problem", row.name]
    words += ["--seed", about["seed"], "--data", evaluator["data"]]
    words += ["--best", about["best"]] if "best" in about else []
    words += words_of(table.space, usual_space) + words_of(recipe, usual)
    return shlex.join(["nasedu", "table", "build", *map(str, words)])


def made(table: NetworkTable) -> list[tuple[str, str]]:
    """Say how a table was made, as (name, text)."""
    known = table.about["evaluator"]
    recipe = dict(known["recipe"])
    epochs, seconds = recipe.pop("epochs"), float(np.nansum(table.seconds))
    several = int((table.repeats > 1).sum())
    diverged = int((table.test == DIVERGED).sum())
    missing = int((table.repeats == 0).sum())
    trainings = f"{table.num_trainings:,}, {several:,} of all several times; {diverged:,} diverged"
    machines = [
        f"{m.get('processor')} ({m.get('device')}), torch {m.get('torch')}, Python "
        f"{m.get('python')}, nasedu {m.get('nasedu')}"
        for m in table.about["machines"]
    ]
    unit = view_of(table.space).unit_of(known)
    parts = f"{known['num_train']:,} {unit} to train, {known['num_valid']:,} to validate"
    settings = [f"{key.replace('_', ' ')} {value}" for key, value in recipe.items() if value]
    return [
        ("data", f"{known['title']}: {parts}, {known['num_test']:,} to test"),
        ("recipe", ", ".join([count(epochs, "epoch"), *settings])),
        ("trainings", trainings + (f"; {missing:,} are missing" if missing else "")),
        ("time", f"{duration(seconds)} of one thread of the processor"),
        ("machine", "; ".join(machines)),
        ("seed", str(table.about["seed"])),
    ]


def found(table: NetworkTable) -> list[tuple[str, str]]:
    """Say what came out, as (name, text)."""
    view, measure, values = view_of(table.space), table.measure, table.best[0]
    has = np.isfinite(values)
    if not has.any():
        return [(measure.label, "no child was trained to the end")]
    quartiles = ", ".join(f"{np.nanquantile(values, q):.3f}" for q in (0, 0.25, 0.5, 0.75, 1))
    rows = [
        (measure.label, f"{quartiles} (least, quartiles, most; {view.counted})"),
        ("best", _one(table, int(np.nanargmax(table.reward[0])))),
    ]
    if np.ptp(table.parameters):
        rows.append(("largest", _one(table, int(table.parameters.argmax()))))
    else:
        rows.append(("parameters", f"{table.parameters[0]:,} of each: size explains nothing"))
    for name, sizes in (("parameters", table.parameters), ("FLOP", table.flop)):
        if np.ptp(sizes):
            r = _correlation(np.log(sizes[has]), values[has])
            text = f"correlation with {measure.label} {rounded(r)}, R² {rounded(r * r)}"
            rows.append((f"log({name})", text))
    if (trained := len(np.unique(table.first))) < len(table):
        text = f"{trained:,}; descriptions that differ in nothing but names of parts share a result"
        rows.append(("different children", text))
    return rows


def noise(table: NetworkTable) -> list[tuple[str, str, str, str, str]]:
    """Return how trainings of one network differ, over the random tenth.

    The better half is chosen by the first training, and looked at in the others alone:
    what chooses does not also measure.

    Returns:
        For each measure its name, the standard deviation between trainings of one network in
        the whole tenth and in its better half, and the rank correlation likewise.
    """
    places, _ = random_tenth(np.unique(table.first), table.about["seed"])
    sign = 1 if table.measure.higher_is_better else -1
    rows = []
    for name, values in (
        (f"validation, {view_of(table.space).counted}", table.best),
        ("test", table.tested),
    ):
        tenth = values[:, places]
        tenth = tenth[:, np.isfinite(tenth).all(0)]
        is_better = sign * tenth[0] >= np.median(sign * tenth[0]) if tenth.size else []
        better = tenth[1:, is_better]
        spreads = (_spread(part, table.measure) for part in (tenth, better))
        ranks = (_rank_correlation(part) for part in (tenth, better))
        rows.append((name, *map(rounded, (*spreads, *ranks))))
    return rows


def _spread(trainings: Values, measure: Measure) -> float:
    """Return the standard deviation between trainings ``(R, n)`` of one child.

    It is that of the mean variance; of the median where values have no upper end.
    """
    if trainings.shape[0] < 2 or trainings.shape[1] < FEWEST:
        return float("nan")
    return float(np.sqrt(measure.middle(trainings.var(0, ddof=1))))


def _rank_correlation(trainings: Values) -> float:
    """Return Spearman's correlation of trainings ``(R, n)``, the mean over all pairs."""
    if trainings.shape[0] < 2 or trainings.shape[1] < FEWEST:
        return float("nan")
    ranks = rankdata(trainings, axis=1)
    return float(np.mean([_correlation(a, b) for a, b in combinations(ranks, 2)]))


def _correlation(a: Values, b: Values) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) and np.ptp(b) else float("nan")


def _one(table: NetworkTable, place: int) -> str:
    net = table.space.decode(sequences_at(table.space.decisions, place).tolist())
    valid, tests = table.best[0, place], table.tested[1:, place]
    tests = tests[np.isfinite(tests)]
    fresh = f" (mean of {len(tests)} later trainings)"
    if not len(tests):
        tests, fresh = table.tested[:1, place], ""
    return (
        f"{net} ({table.parameters[place]:,} parameters, {table.flop[place] / 1e6:.2f} MFLOP): "
        f"validation {rounded(valid)}, test {rounded(tests.mean())}{fresh}"
    )


def rounded(value: float) -> str:
    """Return a number with three digits, or a dash for what there is not."""
    return f"{value:.3f}" if np.isfinite(value) else "–"
