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
from slices import Slices, options_of, read_rows, write_rows

from nasedu import published
from nasedu.searching import FinalTraining, train_final
from nasedu.searching.final_training import OUTCOME
from nasedu.training import Recipe

PUBLISHED = 5.50  # per cent, table 1
RECIPE = Recipe(epochs=300, schedule="step", whitening="image", augmentation="paper")
TOY = {"epochs": 2, "num_train": 64, "image_size": 2}


def train(final, slices):
    """Train for this slice; return the record of the whole training, None if it goes on."""
    path, rows, ended = slices.folder / "epochs.csv", [], [time.time()]
    before = len(read_rows(path))  # those come first, all at once

    def on_epoch(epoch, accuracy):
        rows.append({"epoch": epoch, "validation accuracy": round(accuracy, 5)})
        ended.append(time.time())
        if epoch <= before:
            return
        write_rows(path, rows)
        seconds = ended[-1] - ended[-2]
        slices.say(
            f"epoch {epoch} of {final.recipe.epochs}: validation accuracy {accuracy:.4f}, "
            f"{seconds:.1f} s; {(final.recipe.epochs - epoch) * seconds / 60:.0f} minutes to go"
        )

    minutes = max(slices.seconds_left / 60, 1e-9)
    return train_final(final, slices.folder / "run", minutes=minutes, on_epoch=on_epoch)


def result(record, slices):
    """Return the body of the record."""
    outcome, data, recipe = (record[name] for name in ("outcome", "data", "recipe"))
    error = 100 * (1 - outcome["test_accuracy"])
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
        f"{recipe['schedule']}, learning rate {recipe['lr']:g}, seed {record['seed']}; "
        f"{outcome['seconds'] / 60:.1f} minutes of training, "
        f"{outcome['seconds'] / recipe['epochs']:.1f} s an epoch; {slices}.\n\n"
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
    options = parser.parse_args(arguments)
    slices = Slices(__file__, options)
    changes = TOY if options.toy else {}
    if options.epochs is not None:
        changes = {**changes, "epochs": options.epochs}
    sizes = {"batch_size": options.batch_size, "schedule": options.schedule}
    recipe = replace(RECIPE, **sizes, **changes)
    data = options.data or ("digits" if options.toy else "cifar10")
    torch.backends.cudnn.benchmark = True  # one network, every batch of one shape: it pays
    final = FinalTraining(published.NAS_CNN_V1, data, recipe, options.seed)
    if not (slices.folder / "run" / OUTCOME).exists():
        slices.begin()
    if (record := train(final, slices)) is None:
        return slices.unfinished()
    slices.write("The network of figure 7, trained to convergence", result(record, slices))


if __name__ == "__main__":
    sys.exit(main())
