"""How many images a second a GPU trains, by network, precision and number of processes.

`published.NAS_CNN_V1` and the reference child of `conv_children.py`, on made-up 32x32 images in
channels-last order, whole epochs with augmentation, batches of 64 and, in one process, of 256.
Every process trains one child, as in a search; all begin together, and their rates add up. Beside
it what part this is of the rate of large matrix products in the same precision. float32 is
without TF32, which torch would by itself use for convolutions.
"""

import multiprocessing
import queue
import statistics
import sys
import time
from dataclasses import dataclass

import torch
from lent import UNFINISHED, options_of, read, record, table  # finds conv_children, too

# isort: split

from conv_children import NET, made_up

from nasedu import published
from nasedu.architectures import cost
from nasedu.searching import run_jobs
from nasedu.training import ImageTask, Recipe, pick_device

NETS = {"figure 7": published.NAS_CNN_V1, "reference": NET}
PRECISIONS = ("float32", "tf32", "bfloat16")
PROCESSES = (1, 2, 4, 8, 16)
LARGE = 256
LIMIT = 240  # seconds in which every process has to report


def flop(name):
    """Return the floating-point operations of an image, forward and back, but to the image."""
    counts = cost(NETS[name])
    return 3 * counts.flop - counts.layers[0].flop


def set_tf32(precision):
    tf32 = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32


def peak(precision, size):
    """Return the FLOP per second of products of two square matrices, the median of five."""
    set_tf32(precision)
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    matrix, rates = torch.rand(size, size, device=pick_device(), dtype=dtype), []
    for _ in range(6):
        finish()
        start = time.perf_counter()
        for _ in range(10):
            matrix @ matrix
        finish()
        rates.append(10 * 2 * size**3 / (time.perf_counter() - start))
    return statistics.median(rates[1:])


def finish():
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def worker(num_images, orders, results, barrier):
    """Train an epoch of what is ordered, until nothing is; report images a second."""
    torch.set_num_threads(1)
    while (order := orders.get()) is not None:
        try:
            results.put(rate(*order, num_images, barrier))
        except Exception as error:  # out of memory, or another process was
            barrier.abort()
            results.put(f"{type(error).__name__}: {error}".splitlines()[0])


def rate(name, precision, batch_size, num_images, barrier):
    """Return how many images a second this process trains while all others do."""
    set_tf32(precision)
    arithmetic = "bfloat16" if precision == "bfloat16" else "float32"
    recipe = Recipe(epochs=2, batch_size=batch_size, precision=arithmetic)
    task = ImageTask(made_up(num_images), recipe)
    training = task.begin(NETS[name], 0)
    next(training)  # warms up
    barrier.wait(LIMIT)
    start = time.perf_counter()
    task.train_epoch(training)
    return num_images / (time.perf_counter() - start)


class Crew:
    """So many processes that do the same at the same time."""

    def __init__(self, count, num_images):
        context = multiprocessing.get_context("spawn")
        self.count, self.barrier = count, context.Barrier(count)
        self.orders, self.results = context.Queue(), context.Queue()
        arguments = (num_images, self.orders, self.results, self.barrier)
        self.processes = [
            context.Process(target=worker, args=arguments, daemon=True) for _ in range(count)
        ]
        for process in self.processes:
            process.start()

    def run(self, *order):
        """Return the sum of all rates, or why there is none."""
        for _ in range(self.count):
            self.orders.put(order)
        try:
            rates = [self.results.get(timeout=LIMIT) for _ in range(self.count)]
        except queue.Empty:
            return f"a process did not report within {LIMIT} s"
        failed = [each for each in rates if isinstance(each, str)]
        self.barrier.reset()
        return failed[0] if failed else sum(rates)

    def close(self):
        for process in self.processes:
            process.kill()
            process.join()


@dataclass(frozen=True)
class Cases:
    """What so many processes do at the same time, one case after the other; a job."""

    count: int
    toy: bool
    images: int

    @property
    def name(self):
        return f"{self.count}"

    @property
    def settings(self):
        return {"processes": self.count, "toy": self.toy, "images": self.images}

    @property
    def asked(self):
        return self.settings

    def orders(self):
        """Return network, precision and batch of every case."""
        nets = ("reference",) if self.toy else tuple(NETS)
        orders = [(name, precision, 64) for name in nets for precision in PRECISIONS]
        if self.count == 1 and not self.toy:
            orders += [(name, "bfloat16", LARGE) for name in nets]
        return orders

    def prepare(self):
        torch.set_num_threads(1)

    def work(self, folder, until):
        """Measure until one case fails: those that follow would, too."""
        peaks = {precision: peak(precision, 256 if self.toy else 8192) for precision in PRECISIONS}
        crew = Crew(self.count, 64 if self.toy else max(LARGE, self.images // self.count))
        rows = []
        try:
            for order in self.orders():
                found = crew.run(*order)
                rows.append(self.row(*order, found, peaks))
                print(", ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
                if isinstance(found, str):
                    break
        finally:
            crew.close()
        return {"rows": rows}

    def row(self, name, precision, batch, found, peaks):
        good = not isinstance(found, str)
        share = found * flop(name) / peaks[precision] if good else 0.0
        return {
            "network": name,
            "precision": precision,
            "batch": f"{batch}",
            "processes": f"{self.count}",
            "images/s": f"{found:.0f}" if good else found,
            "share of peak": f"{share:.1%}" if good else "",
            "peak, TFLOP/s": f"{peaks[precision] / 1e12:.3g}",
        }


def place(row):
    """Return where a row stands in the table."""
    return row["network"], row["precision"], int(row["batch"]), int(row["processes"])


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--images", type=int, default=8192, help="an epoch of all processes")
    options = read(parser, __file__, arguments)
    counts = (1, 2) if options.toy else PROCESSES
    jobs = [Cases(count, options.toy, options.images) for count in counts]
    done = list(run_jobs(jobs, options.folder, workers=1, until=options.until))
    if len(done) < len(jobs):
        return UNFINISHED
    rows = sorted((row for _, found in done for row in found["rows"]), key=place)
    gflop = ", ".join(f"{name} {flop(name) / 1e9:.2f}" for name in NETS)
    return record(
        __file__,
        options,
        "Images a second on a GPU",
        "Forward, back and augmentation of 32x32 images, channels-last, one child a process, all "
        f"processes together; GFLOP an image: {gflop}. Peak: products of large square matrices in "
        "one process.\n\n" + table(list(rows[0]), [list(row.values()) for row in rows]),
    )


if __name__ == "__main__":
    sys.exit(main())
