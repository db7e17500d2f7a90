"""NASNet-A as large as in its paper: parameters, and what one training step costs a CPU.

6 @ 768 by its own recipe: batches of 32 images of 32x32 pixels, auxiliary head, drop path. The
images are noise, since a step costs the same with any. One thread, as all children are trained
with, and float32: a first step, then five that are timed.
"""

import resource
import statistics
import time
from dataclasses import replace

import torch
from record import spread, table, write_record

from nasedu import build, published
from nasedu.data import ImageData, LabelledImages
from nasedu.training.nas_net_recipe import NASNET_A_6_768 as RECIPE
from nasedu.training.nas_net_task import NasNetTask

SIZES = (("6 @ 768", 6, 32, "3.3"), ("7 @ 2304", 7, 96, "27.6"))
STEPS = 5


def parameters(cells, filters, auxiliary):
    """Return the number of parameters, counted without their memory."""
    with torch.device("meta"):
        size = (32, 32) if auxiliary else None
        child = build(published.NASNET_A, cells=cells, filters=filters, auxiliary=size)
    return sum(p.numel() for p in child.parameters())


def noise():
    """Return images of CIFAR-10's shape that show nothing."""
    images = torch.randint(0, 256, (128, 3, 32, 32), dtype=torch.uint8)
    part = LabelledImages(images, torch.arange(128) % 10)
    classes = tuple(map(str, range(10)))
    return ImageData("noise", "Noise", classes, part, part, num_valid=32, pad=4, flip=True)


def measure():
    """Return the processor's seconds of every step."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    task = NasNetTask(noise(), replace(RECIPE, precision="float32"))
    child = task.build(published.NASNET_A).train()
    optimizer = task.optimizer(child, RECIPE)
    seconds = []
    for _ in range(1 + STEPS):
        begun = time.process_time()
        images = task.augmentation(task.train.images[: RECIPE.batch_size], torch.Generator())
        loss = task.loss(child, images, task.train.labels[: RECIPE.batch_size], 0.5)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(child.parameters(), RECIPE.clip)
        optimizer.step()
        seconds.append(time.process_time() - begun)
    assert loss.isfinite()
    return seconds[1:]


def main():
    seconds = measure()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # of the whole process
    epoch = statistics.median(seconds) * 45_000 / RECIPE.batch_size / 3600
    counts = [
        [name, *(f"{parameters(cells, filters, aux):,}" for aux in (False, True)), f"{said} M"]
        for name, cells, filters, said in SIZES
    ]
    write_record(
        __file__,
        "NASNet-A at the size of its paper, on a CPU",
        table(["network", "parameters", "with the auxiliary head", "reported"], counts)
        + "\nBy the rules that give 6 @ 768 its 3.3 M, 7 @ 2304 has more than its paper reports; "
        f"with 6 normal cells in place of 7 it would have {parameters(6, 96, False):,}. "
        "Which rule differs is not known.\n\n"
        f"One training step of 6 @ 768, {RECIPE.batch_size} images of 32x32 pixels, auxiliary head "
        f"and all, on one thread in float32: **{spread(seconds, 1)} seconds of the processor** and "
        f"**{peak:.1f} GB** of memory at most, of the whole process. (Median of {STEPS} steps "
        "after a first one, smallest and largest.) At this speed an epoch on 45,000 "
        f"images takes {epoch:.1f} hours, and the recipe has {RECIPE.epochs}.\n",
    )


if __name__ == "__main__":
    main()
