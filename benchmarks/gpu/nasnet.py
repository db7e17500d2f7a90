"""NASNet-A (6 @ 768) with cutout, trained on CIFAR-10 by its recipe: 2.65 % error, or what here?

3.3 M parameters; 600 epochs in batches of 32, one cosine from 0.025, an auxiliary head, scheduled
drop path, cutout of 16 pixels: see `NASNET_A_6_768`. Two things differ from the paper: the 5,000
validation images are not trained on, and it is one training and not the mean of five. The test
images are read once, at the end. Since the cosine is cut to the number of epochs, a shorter
training (``--epochs``) is another one, and has a folder of its own.
"""

import sys
import time
from dataclasses import replace

import torch
from cifar10_v1 import tenths
from lent import UNFINISHED, options_of, read, record

from nasedu import published
from nasedu.searching import FinalTraining, train_final
from nasedu.training.nas_net_recipe import NASNET_A_6_768

PUBLISHED = 2.65  # per cent, the mean of five
TOY = {"epochs": 2, "num_train": 64, "cells": 1, "filters": 2, "cutout": 4}


def say(epoch):
    """Print a line of progress."""
    print(f"{time.strftime('%H:%M:%S')} epoch {epoch.number}: {epoch.valid:.4f}", flush=True)


def body(found):
    """Return the body of the record."""
    outcome, data, recipe = (found[name] for name in ("outcome", "data", "recipe"))
    error = 100 * (1 - outcome["test"])
    reached = "reached" if error <= PUBLISHED else "not reached"
    return (
        f"`published.NASNET_A` with {recipe['cells']} cells and {recipe['filters']} filters, "
        f"{outcome['num_parameters']:,} parameters with the auxiliary head, on {data['title']}: "
        f"{data['num_train']:,} training, {data['num_valid']:,} validation, "
        f"{data['num_test']:,} test images.\n\n"
        f"**Test error {error:.2f} %; published {PUBLISHED:.2f} %, the mean of five: {reached}.** "
        f"Validation error {100 * (1 - outcome['valid_curve'][-1]):.2f} % after the last epoch.\n\n"
        f"{recipe['epochs']} epochs in batches of {recipe['batch_size']}, seed {found['seed']}; "
        f"{outcome['seconds'] / 3600:.2f} hours of training, "
        f"{outcome['seconds'] / recipe['epochs']:.1f} s an epoch.\n\n"
        "Validation accuracy after every tenth of the epochs: "
        f"{', '.join(f'{each:.4f}' for each in tenths(outcome['valid_curve']))}.\n"
    )


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--data", default=None, help="default cifar10")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help=f"default {NASNET_A_6_768.epochs}")
    options = read(parser, __file__, arguments)
    changes = TOY if options.toy else {}
    if options.epochs is not None:
        changes = {**changes, "epochs": options.epochs}
    recipe = replace(NASNET_A_6_768, **changes)
    data = options.data or ("digits" if options.toy else "cifar10")
    torch.backends.cudnn.benchmark = True  # one network, every batch of one shape: it pays
    final = FinalTraining(published.NASNET_A, data, recipe, options.seed, say)
    run = options.folder / f"{recipe.epochs}-epochs-{options.seed}"
    found = train_final(final, run, minutes=options.minutes)
    if found is None:
        return UNFINISHED
    return record(__file__, options, "NASNet-A with cutout on CIFAR-10", body(found))


if __name__ == "__main__":
    sys.exit(main())
