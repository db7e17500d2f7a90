"""Machines of a cluster that are processes of this one: each a node of Ray, with a core."""

import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

OPTIONS = {"num_cpus": 1, "object_store_memory": 80 * 2**20}  # about the smallest that Ray takes


class Nodes:
    """A cluster on the loopback address, with a token of its own; a context.

    This process, and those that it starts, may join it.

    Attributes:
        address: For ``--cluster``.
    """

    def __enter__(self):
        os.environ.update(
            RAY_AUTH_MODE="token",
            RAY_AUTH_TOKEN=secrets.token_hex(32),
            RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0",  # Ray then listens on the loopback address alone
            RAY_USAGE_STATS_ENABLED="0",
            RAY_worker_niceness="0",  # that of the pool's processes
        )
        self._folder = tempfile.mkdtemp(prefix="nodes-", dir="/tmp")
        os.environ["RAY_TMPDIR"] = self._folder
        Path(self._folder, "ray").mkdir()
        from ray.cluster_utils import Cluster  # reads all these as it is imported

        self._cluster, self._nodes = Cluster(), {}
        try:
            self.start("head", include_dashboard=False)
        except BaseException:
            self.__exit__()
            raise
        self.address = self._cluster.address
        return self

    def __exit__(self, *_):
        self._cluster.shutdown()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self, name, **options):
        """Start a node. On a busy machine Ray may give up on it, after 30 seconds."""
        for left in (2, 1, 0):
            try:
                self._nodes[name] = self._cluster.add_node(**OPTIONS, **options)
                return
            except Exception:
                if not left:
                    raise

    def kill(self, name):
        """Kill a node, and with it every process on it."""
        node = self._nodes.pop(name)
        self._cluster.remove_node(node, allow_graceful=False)


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
