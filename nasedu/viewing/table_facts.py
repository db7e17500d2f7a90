"""What there is to say about a table of networks, computed from it, as (name, text)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from nasedu.errors import SearchSpaceError
from nasedu.spaces import sequences_at
from nasedu.spaces.equivalents import equivalence_classes
from nasedu.tables import DIVERGED, NetworkTable, random_tenth
from nasedu.training import Recipe
from nasedu.viewing.progress import duration

Values = NDArray[np.float64]
FEWEST = 3  # networks, to say anything about noise


def summary(table: NetworkTable) -> str:
    """Say in a few lines what a table is."""
    rows = [("networks", networks(table)), *made(table), *found(table)]
    for name, spread, _, rank, better in noise(table):
        text = f"standard deviation {spread}, rank correlation {rank}, {better} in the better half"
        rows.append((f"noise, {name}", text))
    rows.append(("SHA-256", table.digest))
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {text}" for name, text in rows)


def networks(table: NetworkTable) -> str:
    """Say which networks a table holds."""
    space = table.space
    kinds = "skip connections" if space.skip_connections else "no skip connections"
    strides = f"strides {_listed(space.strides)}, " if space.strides != (1,) else ""
    return (
        f"all {len(table):,} networks of {space.num_layers} layers, filters "
        f"{_listed(space.filter_heights)} high and {_listed(space.filter_widths)} wide, "
        f"{_listed(space.num_filters)} of them, {strides}{kinds}"
    )


def command(table: NetworkTable) -> str | None:
    """Return the command that makes such a table; None if only `measure` in Python does."""
    space, about = table.space, table.about
    recipe = about["evaluator"]["recipe"]
    if space.strides != (1,) or recipe != Recipe(epochs=recipe["epochs"]).to_dict():
        return None
    options = {
        "seed": about["seed"],
        "data": about["evaluator"]["data"],
        "epochs": recipe["epochs"],
        "layers": space.num_layers,
        "heights": ",".join(map(str, space.filter_heights)),
        "widths": ",".join(map(str, space.filter_widths)),
        "filters": ",".join(map(str, space.num_filters)),
    }
    if "best" in about:
        options["best"] = about["best"]
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    words.append("--skip-connections" if space.skip_connections else "--no-skip-connections")
    return shlex.join(["nasedu", "table", "build", *words])


def made(table: NetworkTable) -> list[tuple[str, str]]:
    """Say how a table was made, as (name, text)."""
    known = table.about["evaluator"]
    recipe = dict(known["recipe"])
    epochs, seconds = recipe.pop("epochs"), float(np.nansum(table.seconds))
    several = int((table.repeats > 1).sum())
    diverged = int((table.test == DIVERGED).sum())
    missing = int((table.repeats == 0).sum())
    trainings = f"{table.num_trainings:,}, {several:,} networks several times; {diverged} diverged"
    machines = [
        f"{m.get('processor')} ({m.get('device')}), torch {m.get('torch')}, Python "
        f"{m.get('python')}, nasedu {m.get('nasedu')}"
        for m in table.about["machines"]
    ]
    images = f"{known['num_train']:,} to train, {known['num_valid']:,} to validate"
    settings = [f"{key.replace('_', ' ')} {value}" for key, value in recipe.items() if value]
    return [
        ("data", f"{known['title']}: {images}, {known['num_test']:,} to test"),
        ("recipe", ", ".join([f"{epochs} epochs", *settings])),
        ("trainings", trainings + (f"; {missing:,} networks are missing" if missing else "")),
        ("time", f"{duration(seconds)} of one thread of the processor"),
        ("machine", "; ".join(machines)),
        ("seed", str(table.about["seed"])),
    ]


def found(table: NetworkTable) -> list[tuple[str, str]]:
    """Say what came out, as (name, text)."""
    accuracy = table.best_accuracy[0]
    has = np.isfinite(accuracy)
    if not has.any():
        return [("validation accuracy", "no network was trained to the end")]
    quartiles = ", ".join(f"{np.nanquantile(accuracy, q):.3f}" for q in (0, 0.25, 0.5, 0.75, 1))
    rows = [
        ("validation accuracy", f"{quartiles} (least, quartiles, most; best of the last 5 epochs)"),
        ("best network", _one(table, int(np.nanargmax(accuracy)))),
        ("largest network", _one(table, int(table.parameters.argmax()))),
    ]
    for name, counts in (("parameters", table.parameters), ("FLOP", table.flop)):
        r = _correlation(np.log(counts[has]), accuracy[has])
        text = f"correlation with validation accuracy {number(r)}, R² {number(r * r)}"
        rows.append((f"log({name})", text))
    try:
        distinct = len(np.unique(equivalence_classes(table.space)))
        text = f"{distinct:,}, if those are one that differ in nothing but the order of layers"
        rows.append(("different networks", text))
    except SearchSpaceError:
        pass  # too deep to count
    return rows


def noise(table: NetworkTable) -> list[tuple[str, str, str, str, str]]:
    """Return how trainings of one network differ, over the random tenth.

    The better half is chosen by the first training, and looked at in the others alone:
    what chooses does not also measure.

    Returns:
        For each measure its name, the standard deviation between trainings of one network in
        the whole tenth and in its better half, and the rank correlation likewise.
    """
    places, _ = random_tenth(len(table), table.about["seed"])
    rows = []
    for name, values in (
        ("validation, last epoch", table.accuracy[..., -1]),
        ("validation, best of the last 5 epochs", table.best_accuracy),
        ("test", table.test_accuracy),
    ):
        tenth = values[:, places]
        tenth = tenth[:, np.isfinite(tenth).all(0)]
        better = tenth[1:, tenth[0] >= np.median(tenth[0])] if tenth.size else tenth[1:]
        spreads = (_spread(part) for part in (tenth, better))
        ranks = (_rank_correlation(part) for part in (tenth, better))
        rows.append((name, *map(number, (*spreads, *ranks))))
    return rows


def _spread(trainings: Values) -> float:
    """Return the standard deviation between trainings ``(R, n)`` of one network."""
    if trainings.shape[0] < 2 or trainings.shape[1] < FEWEST:
        return float("nan")
    return float(np.sqrt(trainings.var(0, ddof=1).mean()))


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
    valid, tests = table.best_accuracy[0, place], table.test_accuracy[1:, place]
    tests = tests[np.isfinite(tests)]
    fresh = f" (mean of {len(tests)} later trainings)"
    if not len(tests):
        tests, fresh = table.test_accuracy[:1, place], ""
    return (
        f"{net} ({table.parameters[place]:,} parameters, {table.flop[place] / 1e6:.2f} MFLOP): "
        f"validation {number(valid)}, test {number(tests.mean())}{fresh}"
    )


def _listed(values: Sequence[int]) -> str:
    *first, last = map(str, values)
    return f"{', '.join(first)} or {last}" if first else last


def number(value: float) -> str:
    """Return a number with three digits, or a dash for what there is not."""
    return f"{value:.3f}" if np.isfinite(value) else "–"
