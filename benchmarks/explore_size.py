"""How large is the explorer of a search, and how long does it take to write and to open?

Searches of the paper's space, 15 layers with skip connections, whose rewards are made up: 160
children as in a first search, 2,000, and the paper's 12,800; and 12,800 of a random search, no
two of which are alike, so that every drawing is kept. A page is opened from the disk in headless
Chromium, and is open when the drawing of the best child stands there.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from record import spread, table, write_record

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.spaces.presets import PRESETS
from nasedu.viewing import explorer_of

SEARCHES = (("reinforce", 160), ("reinforce", 2000), ("reinforce", 12_800), ("random", 12_800))
ROUNDS = 5


def score(net):
    """Return a made-up accuracy: many filters and many connections pay, up to 1."""
    filters = sum(layer.num_filters for layer in net.layers) / (64 * len(net))
    inputs = sum(len(layer.inputs) for layer in net.layers) / (len(net) * (len(net) + 1) / 2)
    return (0.5 * filters + 0.5 * inputs) ** 3


def searched(name, trials):
    """Return the study of a search, in memory."""
    space = PRESETS["cifar10-v1"]
    strategy = make_strategy(name, space.decisions, 0)
    *_, last = search(space, strategy, evaluate=score, trials=trials, batch=8)
    return last.study


def seconds_to_open(browser, path):
    """Return how long a page takes from its address to its drawing."""
    page = browser.new_page(viewport={"width": 1024, "height": 700})
    start = time.perf_counter()
    page.goto(path.as_uri())
    page.locator(".drawing").wait_for()
    taken = time.perf_counter() - start
    page.close()
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        for name, trials in SEARCHES:
            study, path = searched(name, trials), Path(folder) / f"{name}-{trials}.html"
            start = time.perf_counter()
            explorer_of(study).save(path)
            written = time.perf_counter() - start
            opened = [seconds_to_open(browser, path) for _ in range(options.rounds)]
            size = f"{path.stat().st_size / 1e6:.2f}"
            rows.append([f"{trials:,} by {name}", size, f"{written:.1f}", spread(opened)])
        browser.close()
    write_record(
        __file__,
        "The explorer of a search: size and time",
        f"{__doc__.partition(chr(10))[2].strip()} {options.rounds} rounds, median (smallest to "
        "largest).\n\n" + table(["children", "MB", "seconds to write", "seconds to open"], rows),
    )


if __name__ == "__main__":
    main()
