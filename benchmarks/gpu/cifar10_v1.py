"""The network of figure 7 (v1), trained to convergence on CIFAR-10: 5.50 % error, or what here?

Section 4.1: whitened images, enlarged, cropped and mirrored; Nesterov momentum 0.9, learning rate
0.1, weight decay 1e-4. The paper trains its last network "until convergence" and names DenseNet
for all else: so, our choice, 300 epochs in batches of 64, a tenth of the learning rate after half
of them and a hundredth after three quarters. Also ours: images are whitened one by one; the 5,000
validation images are not trained on; the weights are those of the last epoch. The paper's small
grid of settings is not searched first. The test images are read once, at the end.
"""

import sys
import time
from dataclasses import replace

import torch
from lent import UNFINISHED, options_of, read, record

from nasedu import published
from nasedu.searching import FinalTraining, train_final
from nasedu.training import Recipe

PUBLISHED = 5.50  # per cent, table 1
RECIPE = Recipe(epochs=300, schedule="step", whitening="image", augmentation="paper")
TOY = {"epochs": 2, "num_train": 64, "image_size": 2}


def say(epoch):
    """Print a line of progress."""
    print(f"{time.strftime('%H:%M:%S')} epoch {epoch.number}: {epoch.valid:.4f}", flush=True)


def body(found):
    """Return the body of the record."""
    outcome, data, recipe = (found[name] for name in ("outcome", "data", "recipe"))
    error = 100 * (1 - outcome["test"])
    best = max(outcome["valid_curve"])
    reached = "reached" if error <= PUBLISHED else "not reached"
    return (
        f"`published.NAS_CNN_V1`, {outcome['num_parameters']:,} parameters, on {data['title']}: "
        f"{data['num_train']:,} training, {data['num_valid']:,} validation, "
        f"{data['num_test']:,} test images.\n\n"
        f"**Test error {error:.2f} %; published {PUBLISHED:.2f} %: {reached}.** Validation "
        f"error {100 * (1 - outcome['valid_curve'][-1]):.2f} % after the last epoch, "
        f"{100 * (1 - best):.2f} % at its lowest.\n\n"
        f"{recipe['epochs']} epochs in batches of {recipe['batch_size']}, schedule "
        f"{recipe['schedule']}, learning rate {recipe['lr']:g}, seed {found['seed']}; "
        f"{outcome['seconds'] / 60:.1f} minutes of training, "
        f"{outcome['seconds'] / recipe['epochs']:.1f} s an epoch.\n\n"
        "Validation accuracy after every tenth of the epochs: "
        f"{', '.join(f'{each:.4f}' for each in tenths(outcome['valid_curve']))}.\n"
    )


def tenths(curve):
    """Return ten values of a curve, the last one among them; a shorter curve as it is."""
    step = max(1, len(curve) // 10)
    return curve[::-step][::-1][-10:]


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--data", default=None, help="default cifar10")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=None, help=f"default {RECIPE.epochs}")
    parser.add_argument("--batch-size", type=int, default=RECIPE.batch_size)
    parser.add_argument("--schedule", default=RECIPE.schedule, choices=["step", "linear"])
    options = read(parser, __file__, arguments)
    changes = TOY if options.toy else {}
    if options.epochs is not None:
        changes = {**changes, "epochs": options.epochs}
    sizes = {"batch_size": options.batch_size, "schedule": options.schedule}
    recipe = replace(RECIPE, **sizes, **changes)
    data = options.data or ("digits" if options.toy else "cifar10")
    torch.backends.cudnn.benchmark = True  # one network, every batch of one shape: it pays
    final = FinalTraining(published.NAS_CNN_V1, data, recipe, options.seed, say)
    found = train_final(final, options.folder / "run", minutes=options.minutes)
    if found is None:
        return UNFINISHED
    return record(__file__, options, "The network of figure 7, trained to convergence", body(found))


if __name__ == "__main__":
    sys.exit(main())
