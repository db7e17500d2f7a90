"""Machines of a cluster that are processes of this one: each a node of Ray, with a core."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1"]
STORE = "--object-store-memory=80000000"  # bytes, about the smallest that Ray takes


class Nodes:
    """A cluster on the loopback address, with a token of its own; a context.

    Attributes:
        address: For ``--cluster``.
        env: What a process needs to join.
    """

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="nodes-", dir="/tmp"))
        own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        alone = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_USAGE_STATS_ENABLED": "0"}
        fair = {"RAY_worker_niceness": "0"}  # to the pool, whose processes have no other
        says = {"PYTHONUNBUFFERED": "1"}  # its address as it starts, not as it ends
        self.env = {**os.environ, **says, **own, **alone, **fair}
        self._started = {}
        head = [f"--temp-dir={self._folder}", "--head", "--port=0", "--include-dashboard=false"]
        try:
            out = self.start("head", *head)
            self.address = next(line for line in out if "--address=" in line)
            self.address = self.address.partition("--address=")[2].strip().strip("'\"")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in [*self._started]:
            self.kill(name, signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, name, *options):
        """Start a node, which joins unless it is the head; return the lines that it printed."""
        options = options or (f"--address={self.address}",)
        process = subprocess.Popen(
            [*START, STORE, *options],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started[name] = process
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "--block" in line:  # the last that it says once all is there
                return lines
        raise SystemExit("".join(lines))

    def tops(self):
        """Return the process of each node below which all others are."""
        return [process.pid for process in self._started.values()]

    def kill(self, name, how=signal.SIGKILL):
        """End a node and every process on it."""
        process = self._started.pop(name)
        below = descendants(process.pid)
        process.send_signal(how)
        if how == signal.SIGTERM:
            process.wait(60)
        for pid in below:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def descendants(root):
    """Return the commands of all processes below one, by their number."""
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        parents[int(folder.name)], commands[int(folder.name)] = int(stat[1]), command
    found = {}
    for pid, command in commands.items():
        above = parents[pid]
        while above and above != root:
            above = parents.get(above, 0)
        if above == root:
            found[pid] = command
    return found


def wait_for(condition, seconds=300):
    """Wait until something is so, and return it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise SystemExit("waited in vain")
        time.sleep(0.2)
    return found
