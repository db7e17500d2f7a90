"""Training speed of convolutional children against the textbook loop, in one run.

Both train the same 6-layer network on the same made-up 32x32 images, whole epochs with all
that it takes to fetch and augment a batch. Textbook: PIL images, torchvision transforms an
image, a DataLoader, one process with all threads, float32. Here: `ImageTask` in one process
a core, one thread each. The rounds alternate, so that a machine that drifts harms both alike.
"""

import argparse
import multiprocessing
import time

import torch
from PIL import Image
from record import spread, table, write_record
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from nasedu import ConvLayer, ConvNet, build
from nasedu.architectures import cost
from nasedu.children import has_bfloat16
from nasedu.data import ImageData, LabelledImages
from nasedu.searching import available_cores
from nasedu.training import ImageTask, Recipe, keep_freed_memory

NET = ConvNet(
    (
        ConvLayer(3, 3, 36, (0,)),
        ConvLayer(5, 5, 48, (1,)),
        ConvLayer(3, 3, 36, (2,)),
        ConvLayer(7, 7, 36, (3,)),
        ConvLayer(5, 5, 48, (4,)),
        ConvLayer(5, 5, 36, (5,)),
    )
)
FIRST = cost(NET).layers[0].flop  # the image needs no gradient
FLOP = 3 * cost(NET).flop - FIRST  # an image, forward and backward
BATCH = 64


def made_up(num_train):
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (num_train + 100, 3, 32, 32), generator=generator).byte()
    labels = torch.arange(num_train + 100) % 10
    train = LabelledImages(images, labels)
    test = LabelledImages(images[:10], labels[:10])
    classes = tuple("0123456789")
    return ImageData("made-up", "made-up", classes, train, test, num_valid=100, flip=True, pad=4)


class Pictures(Dataset):
    """The textbook's data set: PIL images, transformed one by one."""

    def __init__(self, images, labels):
        self.images = [Image.fromarray(image.permute(1, 2, 0).numpy()) for image in images]
        self.labels = labels.tolist()
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize((0.5,) * 3, (0.25,) * 3),
            ]
        )

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.labels[index]


def textbook(pictures):
    """Train one epoch as tutorials do; return images a second."""
    torch.set_num_threads(available_cores())
    child = build(NET)
    optimizer = torch.optim.SGD(
        child.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, nesterov=True
    )
    loader = DataLoader(pictures, batch_size=BATCH, shuffle=True)
    child.train()
    start = time.perf_counter()
    for images, labels in loader:
        loss = torch.nn.functional.cross_entropy(child(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return len(pictures) / (time.perf_counter() - start)


def worker(num_images, precision, orders, results, barrier):
    """Train an epoch, or multiply matrices, whenever told; report images or FLOP per second."""
    keep_freed_memory()
    torch.set_num_threads(1)
    task = ImageTask(made_up(num_images), Recipe(epochs=1, precision=precision))
    matrix = torch.rand(2048, 2048).to(task.dtype)
    while (order := orders.get()) is not None:
        if order == "epoch":
            training = task.begin(NET, 0)
            barrier.wait()
            start = time.perf_counter()
            task.train_epoch(training)
            results.put(num_images / (time.perf_counter() - start))
        else:
            matrix @ matrix
            barrier.wait()
            start = time.perf_counter()
            for _ in range(10):
                matrix @ matrix
            results.put(10 * 2 * 2048**3 / (time.perf_counter() - start))


class Crew:
    """One process a core, all doing the same at the same time."""

    def __init__(self, num_images, precision):
        context = multiprocessing.get_context("spawn")
        self.count = available_cores()
        barrier = context.Barrier(self.count)
        self.orders, self.results = context.Queue(), context.Queue()
        arguments = (num_images, precision, self.orders, self.results, barrier)
        self.processes = [context.Process(target=worker, args=arguments) for _ in range(self.count)]
        for process in self.processes:
            process.start()
        self.run("peak")

    def run(self, order):
        """Return the sum of all processes' rates."""
        for _ in range(self.count):
            self.orders.put(order)
        return sum(self.results.get() for _ in range(self.count))

    def close(self):
        for _ in self.processes:
            self.orders.put(None)
        for process in self.processes:
            process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, default=1280)
    options = parser.parse_args()
    pictures = Pictures(
        made_up(options.images).train.images[: options.images],
        made_up(options.images).train.labels[: options.images],
    )
    precisions = ["float32"] + (["bfloat16"] if has_bfloat16(torch.device("cpu")) else [])
    crews = {precision: Crew(options.images, precision) for precision in precisions}
    speeds = {name: [] for name in ("textbook", *precisions)}
    shares = {precision: [] for precision in precisions}
    peaks = {precision: [] for precision in precisions}
    for _ in range(options.rounds):
        speeds["textbook"].append(textbook(pictures))
        for precision, crew in crews.items():
            before = crew.run("peak")
            speeds[precision].append(crew.run("epoch"))
            peaks[precision].append((before + crew.run("peak")) / 2)
            shares[precision].append(100 * speeds[precision][-1] * FLOP / peaks[precision][-1])
    for crew in crews.values():
        crew.close()
    rows = [["textbook: 1 process, all threads, float32", spread(speeds["textbook"], 0), "1", ""]]
    for precision in precisions:
        ratios = [a / b for a, b in zip(speeds[precision], speeds["textbook"], strict=True)]
        rows.append(
            [
                f"nasedu: 1 process per core, {precision}",
                spread(speeds[precision], 0),
                spread(ratios),
                spread(shares[precision], 0) + " %",
            ]
        )
    peak = "; ".join(f"{k} {spread([v / 1e9 for v in peaks[k]], 0)}" for k in precisions)
    write_record(
        __file__,
        "Training speed of convolutional children",
        f"A 6-layer network, {FLOP / 1e9:.2f} GFLOP per image forward and backward, 32x32x3, batch "
        f"{BATCH}, whole epochs of {options.images} images with augmentation; {options.rounds} "
        "alternating rounds, median (smallest to largest). The last column: arithmetic done, as a "
        "share of what 2048x2048 matrix products of the same precision reach on all cores at once, "
        "measured before and after each epoch.\n\n"
        + table(["how", "images/s on all cores", "ratio to the textbook", "share of peak"], rows)
        + f"\nPeak, GFLOP/s on all cores: {peak}.\n",
    )


if __name__ == "__main__":
    main()
