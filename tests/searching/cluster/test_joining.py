"""A cluster is safe by default: it is seen by this machine alone, and asks for a token."""

import importlib
import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from ray_cluster import needs_ray

from nasedu.errors import SettingError
from nasedu.searching import RayWorkers
from nasedu.searching.cluster import joining

TINY = ("--trials", "4", "--batch", "2", "--num-layers", "2", "--epochs", "1", "--workers", "1")


def nasedu(*words, before="", **environment):
    """Run the command line in a process of its own, after a line of Python."""
    code = f"import sys; {before}\nfrom nasedu.cli import main\nmain()"
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    for name in [name for name, value in variables.items() if value is None]:
        del variables[name]
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        env=variables,
        capture_output=True,
        text=True,
    )


# -- without Ray ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "ray://10.0.0.5:10001", "10.0.0.5", "a b:1", "auto"])
def test_an_address_is_local_or_a_host_and_a_port(address):
    with pytest.raises(SettingError, match="expected local, or the address"):
        RayWorkers(address)


@pytest.mark.parametrize(
    "options", [{"count": 0}, {"gpus": -1}, {"gpus": float("nan")}, {"gpus": 1.5}]
)
def test_what_makes_no_sense_is_refused_before_there_is_a_cluster(options):
    with pytest.raises(SettingError):
        RayWorkers(**options)


BLOCKED = "sys.modules['ray'] = None"


def test_without_the_extra_a_search_works_and_a_cluster_says_what_to_install(tmp_path):
    done = nasedu("search", "--run", tmp_path / "a", *TINY, before=BLOCKED)
    assert done.returncode == 0, done.stderr
    for address in ("local", "10.0.0.5:6379"):
        words = ("search", "--run", tmp_path / "b", *TINY, "--cluster", address)
        done = nasedu(*words, before=BLOCKED)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == f"nasedu: {joining.INSTALL}"
        assert "Traceback" not in done.stderr


def test_a_search_without_a_cluster_does_not_import_ray(tmp_path):
    at_end = "import atexit; atexit.register(lambda: print('ray' in sys.modules))"
    done = nasedu("search", "--run", tmp_path / "a", *TINY, before=at_end)
    assert done.stdout.splitlines()[-1] == "False", done.stderr


class FailingRay:
    """Starts a process, as Ray does, and then fails."""

    def __init__(self):
        self.started = []

    def is_initialized(self):
        return False

    def init(self, _temp_dir, **_):
        wait = [sys.executable, "-c", "import time; time.sleep(1000)", f"--dir={_temp_dir}/session"]
        self.started.append(subprocess.Popen(wait))
        raise RuntimeError("the machine is busy")

    def shutdown(self, **_):
        """Ends nothing of a start that failed."""


def test_a_start_that_fails_leaves_no_process(monkeypatch):
    ray = FailingRay()
    monkeypatch.setattr(joining.importlib.util, "find_spec", lambda _: True)
    monkeypatch.setattr(joining, "_load_ray", lambda _: ray)
    with (
        pytest.raises(SettingError, match=r"cannot be started here \(.*the machine is busy\)"),
        joining.joined("local", 1),
    ):
        pass
    assert len(ray.started) == joining.TRIES
    assert not any(psutil.pid_exists(process.pid) for process in ray.started)


# -- with Ray ------------------------------------------------------------------------------------

has_ray = [*needs_ray]


@pytest.fixture(scope="module")
def cluster():
    """Return one that the tests below share, since it takes seconds to start."""
    with joining.joined("local", 2) as ray:
        yield ray


@pytest.mark.ray
@needs_ray[1]
class TestCluster:
    def test_it_is_seen_by_this_machine_alone(self, cluster):
        (node,) = cluster.nodes()
        address = cluster.get_runtime_context().gcs_address
        assert node["NodeManagerAddress"] == "127.0.0.1" and address.startswith("127.0.0.1:")
        ports = [node["NodeManagerPort"], node["ObjectManagerPort"], int(address.split(":")[1])]
        for own in outward_addresses():
            for port in ports:
                with pytest.raises(OSError), socket.create_connection((own, port), timeout=5):
                    pass

    def test_nobody_else_can_enter_the_folder_of_its_sockets(self, cluster):
        node = importlib.import_module("ray._private.worker")._global_node
        sockets = Path(node.raylet_socket_name).resolve()
        above = [folder for folder in sockets.parents if folder.name.startswith("nasedu-")]
        assert sockets.is_socket() and len(above) == 1
        assert stat.S_IMODE(above[0].stat().st_mode) == 0o700

    def test_two_searches_share_it_and_another_one_is_refused(self, cluster):
        with joining.joined("local", 2) as again:
            assert again is cluster
        assert cluster.is_initialized()
        with (
            pytest.raises(SettingError, match="uses the cluster local already"),
            joining.joined("10.0.0.5:6379", 2),
        ):
            pass

    def test_by_its_address_it_is_joined_with_the_token_alone(self, cluster, tmp_path):
        address = cluster.get_runtime_context().gcs_address
        words = ("search", "--run", tmp_path / "run", *TINY, "--cluster", address)
        none = {joining.TOKEN: None, "HOME": str(tmp_path)}
        for token, line in (
            (none, "there is no token for the cluster"),
            ({joining.TOKEN: secrets.token_hex(32)}, "nasedu needs its token"),
        ):
            done = nasedu(*words, **token)
            assert done.returncode == 2
            assert line in done.stderr.splitlines()[-1]
        done = nasedu(*words)  # with ours
        assert done.returncode == 0, done.stderr
        assert "1 at a time" in done.stdout


def outward_addresses():
    """Return the addresses of this machine that others see."""
    found = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), 1)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return [address for address in found if not address.startswith(("127.", "::1"))]


@pytest.mark.ray
@needs_ray[1]
def test_a_cluster_that_lets_in_everybody_is_not_used(tmp_path):
    folder = tempfile.mkdtemp(prefix="nasedu-", dir="/tmp")  # sockets need a short path
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    start = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    more = [f"--port={address.partition(':')[2]}", f"--temp-dir={folder}", "--num-cpus=1"]
    unlocked = {joining.LOOPBACK: "0", joining.MODE: "disabled", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*start, *more, "--include-dashboard=false", "--object-store-memory=80000000"],
        env={**os.environ, **unlocked},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as head:
        try:
            assert any("runtime started" in line for line in head.stdout)
            words = ("search", "--run", tmp_path / "run", *TINY, "--cluster", address)
            done = nasedu(*words, **{joining.TOKEN: secrets.token_hex(32)})
        finally:
            head.terminate()
            head.communicate(timeout=60)
            shutil.rmtree(folder, ignore_errors=True)
    assert done.returncode == 2
    assert "lets in whoever reaches it, and so is not used" in done.stderr.splitlines()[-1]
