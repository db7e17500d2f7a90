"""Kill a final training again and again, resume it, and compare with one that nobody disturbed.

``nasedu train published:NAS_CNN_V1`` on few and small images of CIFAR-10. It gets SIGKILL, so
nothing can be put in order: every second time at a random moment, else while a checkpoint is being
written. At the end every number that is kept has to be the same: weights, running statistics,
momentum, the generator, both curves, the test accuracy. Import the images first: ``nasedu data get
cifar10``, or ``nasedu data add``.
"""

import argparse
import hashlib
import json
import random
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import write_record

from nasedu.searching.final_training import CHECKPOINT
from nasedu.searching.jobs import RESULT
from nasedu.training import Checkpoint


def training(run, options):
    """Return the command."""
    return shlex.split(
        f"nasedu train published:NAS_CNN_V1 --data {options.data} --num-train {options.num_train} "
        f"--image-size {options.image_size} --epochs {options.epochs} --run {run}"
    )


def start(run, options):
    words = training(run, options)[1:]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "nasedu", *words], **quiet)


def finish(process):
    """Wait for the end; stop with what the training said if it failed."""
    _, said = process.communicate()
    if process.returncode:
        raise SystemExit(f"the training ended with {process.returncode}: {said.decode()}")


def kept(run):
    """Return the number of epochs kept, and a digest of everything in the checkpoint but time."""
    if not (run / CHECKPOINT).exists():
        return 0, None
    found = Checkpoint.load(run / CHECKPOINT)
    known = found.settings, found.train_curve, found.valid_curve, found.digest
    return len(found.valid_curve), hashlib.sha256(repr(known).encode()).hexdigest()


def outcome(run):
    """Return what the training came to, but for its seconds."""
    found = json.loads((run / RESULT).read_text())["outcome"]
    del found["seconds"]
    return found


def wait_for_kill(process, run, after):
    """Return True after so many seconds, or with None once a checkpoint is being written.

    Return False if the training ends before.
    """
    begun = time.monotonic()
    while process.poll() is None:
        if after is None and list(run.glob(f".{CHECKPOINT}.*")):
            return True
        if after is not None and time.monotonic() - begun > after:
            return True
        time.sleep(0.001)
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--data", default="cifar10")
    parser.add_argument("--num-train", type=int, default=600)
    parser.add_argument("--image-size", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=4)
    options = parser.parse_args()
    moments, epochs, halves = random.Random(0), [], 0
    with tempfile.TemporaryDirectory() as folder:
        whole, cut = Path(folder, "whole"), Path(folder, "cut")
        begun = time.monotonic()
        finish(start(whole, options))
        duration = time.monotonic() - begun
        print(f"undisturbed: {duration:.0f} s", flush=True)
        while len(epochs) < options.kills:
            process = start(cut, options)
            after = None if len(epochs) % 2 else moments.uniform(0, duration / 2)
            if not wait_for_kill(process, cut, after):
                finish(process)
                break
            process.kill()
            process.communicate()
            halves += (cut / f".{CHECKPOINT}.{process.pid}.part").exists()
            epochs.append(kept(cut)[0])  # raises if it is damaged
            print(f"kill {len(epochs)}: {epochs[-1]} of {options.epochs} epochs kept", flush=True)
        else:
            finish(start(cut, options))
        assert epochs == sorted(epochs), "an epoch that was kept was lost"
        assert not list(cut.glob(f".{CHECKPOINT}.*")), "a half checkpoint was left behind"
        assert kept(cut) == kept(whole), "the weights differ"
        assert outcome(cut) == outcome(whole), "the outcome differs"
        digest, accuracy = kept(cut)[1], outcome(cut)["test"]
    write_record(
        __file__,
        "A final training killed and resumed",
        f"`{shlex.join(training('RUN', options))}`, killed {len(epochs)} times (SIGKILL), "
        f"{halves} of them with a checkpoint half written, and resumed each time. All tensors "
        f"of the last checkpoint (SHA-256 `{digest[:16]}`), both curves and the test accuracy "
        f"({accuracy:.4f}) equal those of the undisturbed training, bit for bit.\n\n"
        f"Whole epochs kept at the kills: {', '.join(map(str, epochs))} of {options.epochs}.\n",
    )


if __name__ == "__main__":
    main()
