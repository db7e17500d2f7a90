"""A search on all of CIFAR-10 at 32x32, with as many children as the time allows.

45,000 training images, 10 epochs a child (the paper: 50), whitened, enlarged, cropped and mirrored
as there; the learning rate falls from 0.1 to 0 along a line (ours). By default the children have 6
layers with skip connections and the paper's filters: of that depth were the first 1,600 of its own
search. ``--layers 15`` is the depth of its figure 7. The controller's learning rate is 0.03, as in
the small searches here: the paper's 0.0006 is for 12,800 children. Several processes share the GPU.
A call ends after the child in which its minutes have passed; what was not finished is trained
again. The goal: 100 children in 25 minutes of one GPU.
"""

import json
import sys
import time
from contextlib import closing

import numpy as np
import torch
from lent import UNFINISHED, options_of, read, record, table, write_rows

from nasedu import ConvNetSpace, search
from nasedu.controller import make_strategy
from nasedu.runs import Study, write_text
from nasedu.searching import Finished, TrialFinished, Updated
from nasedu.training import Recipe

GOAL = 100, 25  # children, minutes
TOY_SPACE = ConvNetSpace(2, (1, 3), (1, 3), (4, 8))
TOY_RECIPE = Recipe(epochs=1, num_train=100)


def go_on(options, run, **settings):
    """Search for this call; return whether that was the end of the search."""
    path, begun = minutes_of(run), time.time()
    before = minutes(run)
    with closing(search(run=run, **settings)) as events:
        for event in events:
            if isinstance(event, TrialFinished | Updated):
                spent = before + (time.time() - begun) / 60
                write_text(path, json.dumps({"minutes": spent}) + "\n")
            if isinstance(event, Updated):
                print(f"update {event.number}: {pace(run)}{gpu_memory()}", flush=True)
            if isinstance(event, TrialFinished):
                write_children(options, run)
                print(words(event.trial), flush=True)
                if options.until.has_passed:
                    break
    return isinstance(event, Finished)


def minutes_of(run):
    """Return the file of a search's minutes, which its study does not know."""
    return run / "minutes.json"


def minutes(run):
    """Return how long all calls were, each up to its last child."""
    path = minutes_of(run)
    return json.loads(path.read_text())["minutes"] if path.exists() else 0.0


def finished(run):
    """Return every child that has an outcome."""
    if not (run / "study.db").exists():
        return []
    return [trial for trial in Study(run).trials() if trial.outcome is not None]


def words(trial):
    """Return what a child came to."""
    if trial.outcome.is_failed:
        return f"child {trial.number} failed: {trial.reason}"
    return (
        f"child {trial.number}: validation accuracy {max(trial.outcome.valid_curve):.4f}, "
        f"{trial.outcome.num_parameters:,} parameters, {trial.outcome.seconds:.0f} s"
    )


def pace(run):
    """Return how many children there are, and how many came in a minute."""
    number = sum(not trial.outcome.is_failed for trial in finished(run))
    each = number / max(minutes(run), 1e-9)
    return f"{number} in {minutes(run):.1f} minutes, {each:.2f} a minute"


def gpu_memory():
    """Return how much all processes together use of the GPU, after a semicolon."""
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f"; {(total - free) / 1e9:.1f} GB of the GPU in use"


def write_children(options, run):
    """Write every child so far."""
    rows = [
        {
            "trial": trial.number,
            "tokens": " ".join(map(str, trial.tokens)),
            "accuracy": max(trial.outcome.valid_curve, default=None),
            "parameters": trial.outcome.num_parameters,
            "seconds": round(trial.outcome.seconds, 2),
            "reason": trial.reason or "",
        }
        for trial in finished(run)
    ]
    write_rows(options.folder / "children.csv", rows)


def result(run, workers):
    """Return the body of the record, of a search that need not be at its end."""
    config, children = Study(run).config, finished(run)
    data, layers = config.evaluator, ConvNetSpace.from_json(config.space).num_layers
    good = [trial for trial in children if not trial.outcome.is_failed]
    number = len(good)
    reached = number >= GOAL[0] and number / max(minutes(run), 1e-9) >= GOAL[0] / GOAL[1]
    accuracies = np.array([max(trial.outcome.valid_curve) for trial in good])
    quarters = [part for part in np.array_split(accuracies, 4) if len(part)]
    return (
        f"{data['title']}, {data['num_train']:,} training and {data['num_valid']:,} validation "
        f"images of {data['shape'][1]}x{data['shape'][2]}; children of {layers} layers, "
        f"{data['recipe']['epochs']} epochs; {config.strategy['name']}, {config.batch} children an "
        f"update, seed {config.seed}.\n\n"
        f"**Children: {pace(run)}**, with "
        f"{workers} worker processes; the goal, {GOAL[0]} in {GOAL[1]} minutes, is "
        f"{'reached' if reached else 'not reached'}. The minutes are those of all calls, with the "
        "start of the processes, each up to its last child. "
        f"Failed: {len(children) - number}.\n\n"
        + table(
            ["quarter of the children", "mean validation accuracy", "best"],
            [
                [f"{number}", f"{part.mean():.4f}", f"{part.max():.4f}"]
                for number, part in enumerate(quarters, start=1)
            ],
        )
    )


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--data", default=None, help="default cifar10")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--children", type=int, default=200, help="in all; may grow")
    parser.add_argument("--batch", type=int, default=8, help="children an update")
    parser.add_argument("--workers", type=int, default=8, help="processes that share the GPU")
    parser.add_argument("--strategy", default="reinforce", choices=["reinforce", "random"])
    parser.add_argument("--seed", type=int, default=0)
    options = read(parser, __file__, arguments)
    space, data = ConvNetSpace(options.layers), options.data or "cifar10"
    recipe = Recipe(epochs=options.epochs, whitening="image", augmentation="paper")
    if options.toy:
        space, data, recipe = TOY_SPACE, options.data or "digits", TOY_RECIPE
    lr = {"lr": 0.03} if options.strategy == "reinforce" else {}
    settings = {
        "space": space,
        "strategy": make_strategy(options.strategy, space.decisions, options.seed, **lr),
        "data": data,
        "recipe": recipe,
        "trials": options.children,
        "batch": options.batch,
        "workers": options.workers,
        "seed": options.seed,
    }
    run = options.folder / "run"
    ended = go_on(options, run, **settings)
    record(__file__, options, "A search on all of CIFAR-10", result(run, options.workers))
    return 0 if ended else UNFINISHED


if __name__ == "__main__":
    sys.exit(main())
