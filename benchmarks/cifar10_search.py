"""REINFORCE against random search on CIFAR-10, at a size that two cores carry in an afternoon.

Three seeds of each, 64 children of 6 layers with skip connections, trained for 3 epochs on
4,000 images of 16x16 pixels. The controller's learning rate is the one of the first search on the
digits: at the paper's 0.0006 and 8 updates the policy would not move. Resumable: every search is a
run folder, and all children so far are written to ``data/tables/cifar10_search.csv`` as they come.
"""

import sys

import pandas as pd
from experiment import NAMES, STRATEGIES, UNFINISHED, RecordedSearch, options_of
from record import save_figure, table, write_record

from nasedu import ConvNetSpace
from nasedu.training import Recipe
from nasedu.training.measure import ACCURACY
from nasedu.viewing import best_figure, reward_figure

SEARCH = RecordedSearch(
    "cifar10_search",
    ConvNetSpace(6, num_filters=(8, 16, 24, 36)),
    "cifar10",
    Recipe(epochs=3, image_size=16, num_train=4000),
    trials=64,
    measure=ACCURACY,
)


def main():
    if not SEARCH.run(options_of(__doc__, SEARCH.name)):
        return UNFINISHED
    studies = {title: [] for title in NAMES.values()}
    for key in SEARCH.which():
        studies[NAMES[key["strategy"]]].append(SEARCH.study(key))
    of = "accuracy"
    drawn, best = reward_figure(studies, of), best_figure(studies, of)
    frame, recipe = pd.read_csv(SEARCH.table), SEARCH.recipe
    title = studies["REINFORCE"][0].config.evaluator["title"]
    write_record(
        __file__,
        "A search on CIFAR-10",
        f"{title}, {recipe.num_train:,} images of 16x16 to train, {recipe.epochs} epochs, learning "
        f"rate from 0.1 to 0; children of {SEARCH.space.num_layers} layers with skip connections "
        f"({SEARCH.space.size:.3g} sequences); {SEARCH.trials} children in batches of 8; learning "
        "rate of the controller 0.03 (scaled). All children: `data/tables/cifar10_search.csv`.\n\n"
        f"![{drawn.alt}]({save_figure(drawn, __file__, 'all')})\n\n"
        f"![{best.alt}]({save_figure(best, __file__, 'best')})\n\n"
        + table(
            ["validation accuracy", "first half", "second half", "best"],
            [line for name in STRATEGIES for line in SEARCH.halves(frame, name)],
        ),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
