"""A search on all of CIFAR-10 at 32x32, with as many children as the time allows.

45,000 training images, 10 epochs a child (the paper: 50), whitened, enlarged, cropped and mirrored
as there; the learning rate falls from 0.1 to 0 along a line (ours). By default the children have 6
layers with skip connections and the paper's filters: of that depth were the first 1,600 of its own
search. ``--layers 15`` is the depth of its figure 7. The controller's learning rate is 0.03, as in
the small searches here: the paper's 0.0006 is for 12,800 children. Several processes share the GPU.
A slice ends after an update if the next one would not fit, else after a child; what was not
finished is trained again. The goal: 100 children in 25 minutes of one GPU.
"""

import sys
import time
from contextlib import closing

import numpy as np
import torch
from slices import Slices, options_of, table, write_rows

from nasedu import ConvNetSpace, search
from nasedu.controller import make_strategy
from nasedu.searching import Finished, Study, TrialFinished, Updated
from nasedu.training import Recipe

GOAL = 100, 25  # children, minutes
TOY_SPACE = ConvNetSpace(2, (1, 3), (1, 3), (4, 8))
TOY_RECIPE = Recipe(epochs=1, num_train=100)


def go_on(slices, run, **settings):
    """Search for this slice; return whether that was the end of the search."""
    longest, begun, some = 0.0, time.time(), False
    with closing(search(run=run, **settings)) as events:
        for event in events:
            needed = None  # seconds, where the slice may end
            if isinstance(event, TrialFinished):
                write_children(slices, run)
                slices.say(words(event.trial))
                needed, some = 0.0, True
            elif isinstance(event, Updated):
                slices.say(f"update {event.number}: {pace(slices, run)}{gpu_memory()}")
                needed = longest = max(longest, time.time() - begun)
                begun = time.time()
            if some and needed is not None and slices.seconds_left < needed:
                break
    return isinstance(event, Finished)


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


def pace(slices, run):
    """Return how many children there are, and how many came in a minute."""
    number = sum(not trial.outcome.is_failed for trial in finished(run))
    return f"{number} children in {slices.minutes:.1f} minutes, {per_minute(slices, number)}"


def per_minute(slices, number):
    return f"{number / max(slices.minutes, 1e-9):.2f} a minute"


def gpu_memory():
    """Return how much all processes together use of the GPU, after a semicolon."""
    if not torch.cuda.is_available():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f"; {(total - free) / 1e9:.1f} GB of the GPU in use"


def write_children(slices, run):
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
    write_rows(slices.folder / "children.csv", rows)


def result(slices, run, workers):
    """Return the body of the record, of a search that need not be at its end."""
    config, children = Study(run).config, finished(run)
    data, layers = config.evaluator, ConvNetSpace.from_json(config.space).num_layers
    good = [trial for trial in children if not trial.outcome.is_failed]
    number, minutes = len(good), max(slices.minutes, 1e-9)
    reached = number >= GOAL[0] and number / minutes >= GOAL[0] / GOAL[1]
    accuracies = np.array([max(trial.outcome.valid_curve) for trial in good])
    quarters = [part for part in np.array_split(accuracies, 4) if len(part)]
    return (
        f"{data['title']}, {data['num_train']:,} training and {data['num_valid']:,} validation "
        f"images of {data['shape'][1]}x{data['shape'][2]}; children of {layers} layers, "
        f"{data['recipe']['epochs']} epochs; {config.strategy['name']}, {config.batch} children an "
        f"update, seed {config.seed}.\n\n"
        f"**Children: {number} in {minutes:.1f} minutes, {per_minute(slices, number)}**, with "
        f"{workers} worker processes; the goal, {GOAL[0]} in {GOAL[1]} minutes, is "
        f"{'reached' if reached else 'not reached'}. The minutes are those of all slices, with the "
        f"start of the processes and what a slice cut off; {slices}. "
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
    options = parser.parse_args(arguments)
    slices = Slices(__file__, options)
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
    run = slices.folder / "run"
    if len(finished(run)) < options.children:
        slices.begin()
    ended = go_on(slices, run, **settings)
    slices.write("A search on all of CIFAR-10", result(slices, run, options.workers))
    return 0 if ended else slices.unfinished()


if __name__ == "__main__":
    sys.exit(main())
