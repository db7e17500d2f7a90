"""The connection to a cluster: one of this machine alone, or one that was started by `ray start`.

Whoever reaches a Ray cluster can run any code on it. So a cluster of nasedu's own listens on this
machine alone and asks for a token that this process makes, and one that is there already is used
only if it refuses those who have no token.
"""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from nasedu.errors import SettingError
from nasedu.searching.evaluator import reason_of

LOCAL = "local"
INSTALL = "a cluster needs Ray, which is not installed: `pip install 'nasedu[cluster]'`"
MAKE_TOKEN = (
    "make one with `ray get-auth-token --generate`, bring it to every machine, and start Ray there "
    "with RAY_AUTH_MODE=token"
)
TOKEN, MODE = "RAY_AUTH_TOKEN", "RAY_AUTH_MODE"
# Ray binds to the loopback address alone where it takes a machine for one without clusters.
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # silences a warning; a place sees to its GPUs
    "RAY_worker_niceness": "0",  # else children come after all else that the machine does
}
STORE = 200 * 2**20  # bytes of shared memory for what is sent; more goes to the disk
ANSWER = 60  # seconds that a cluster may take to refuse whoever has no token
TRIES = 3  # to start a cluster of one's own

_uses: Counter[str] = Counter()  # by address, how many searches of this process use a cluster
_session = ExitStack()  # what ends with the last of them


def check_address(address: str) -> None:
    """Raise `SettingError` unless this is ``"local"`` or a host and a port."""
    if address != LOCAL and not re.fullmatch(r"([^\s:/]+|\[[\da-fA-F:]+\]):\d{1,5}", address):
        raise SettingError(
            f"the cluster is {address!r}; expected local, or the address that `ray start --head` "
            "printed, such as 10.0.0.5:6379"
        )


@contextmanager
def joined(address: str, cores: int) -> Iterator[Any]:
    """Connect this process to a cluster while it is used; several searches may share it.

    Args:
        address: ``"local"`` starts one on this machine, which ends when nobody uses it.
        cores: How many children at a time one of this machine has room for.

    Yields:
        The module ``ray``.

    Raises:
        SettingError: Ray is not installed, or the cluster is not there, asks for no token, or
            is another one than this process uses already.
    """
    check_address(address)
    if not +_uses:
        _open(address, cores)
    elif not _uses[address]:
        other = next(iter(+_uses))
        raise SettingError(f"this process uses the cluster {other} already; end its search first")
    _uses[address] += 1
    try:
        yield importlib.import_module("ray")
    finally:
        _uses[address] -= 1
        if not +_uses:
            _session.close()


def _open(address: str, cores: int) -> None:
    """Start or join a cluster, all of it or nothing."""
    if importlib.util.find_spec("ray") is None:
        raise SettingError(INSTALL)
    is_own = address == LOCAL
    if not is_own and not _has_token():
        raise SettingError(f"there is no token for the cluster {address}; {MAKE_TOKEN}")
    ray = _load_ray(is_own or address.startswith(("127.", "localhost:", "[::1]:")))
    if ray.is_initialized():
        raise SettingError("this process uses Ray already; call `ray.shutdown()` before")
    with ExitStack() as stack:
        if is_own:
            options = _own(cores, stack.enter_context(_short_folder()))
        else:
            _check_that_it_asks_for_a_token(address)
            options = {"address": address}
        stack.callback(ray.shutdown, wait_for_processes=True)
        reason = _init(ray, options)
        if reason and is_own:
            raise SettingError(f"a cluster cannot be started here ({reason})")
        if reason:
            raise SettingError(
                f"the cluster {address} cannot be joined ({reason}); nasedu needs its token, and "
                f"has to run on one of its machines, where `ray start --address={address}` was run"
            )
        _session.push(stack.pop_all())


def _init(ray: Any, options: dict[str, Any]) -> str:
    """Start or join a cluster; return why that cannot be, or nothing.

    Ray gives up after 30 seconds, in which a busy machine may not have started its processes.
    """
    reason, folder = "", options.get("_temp_dir")
    for _ in range(TRIES if folder else 1):
        try:
            ray.init(**options, log_to_driver=False, logging_level="ERROR")
            return ""
        except Exception as error:  # Ray raises almost anything
            reason = reason_of(error)
            ray.shutdown(wait_for_processes=True)
            if folder:
                _end_what_names(folder)
    return reason


def _end_what_names(folder: str) -> None:
    """Kill the processes below this one that work in a folder.

    Ray ends nothing of a start that failed, until the whole process ends.
    """
    psutil = importlib.import_module("psutil")
    left = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended by itself
            if any(folder in word for word in child.cmdline()):
                child.kill()
                left.append(child)
    psutil.wait_procs(left, timeout=ANSWER)


def _own(cores: int, folder: str) -> dict[str, Any]:
    """Return how Ray starts a cluster that is this process's own."""
    return {
        "num_cpus": cores,
        "include_dashboard": False,
        "object_store_memory": STORE,
        "_temp_dir": f"{folder}/r",  # Ray lets everybody into this one, but not through the other
    }


@contextmanager
def _short_folder() -> Iterator[str]:
    """Make a folder that nobody else can look into, whose sockets have paths that are short."""
    place = "/tmp" if Path("/tmp").is_dir() else None  # macOS has another, of 50 letters
    folder = tempfile.mkdtemp(prefix="nasedu-", dir=place)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load_ray(is_loopback: bool) -> Any:
    """Import Ray, which reads what it is told when it is imported.

    Raises:
        SettingError: It was imported before, and was told something else.
    """
    told = {MODE: "token", LOOPBACK: "0" if is_loopback else "1"}
    if "ray" in sys.modules and {name: os.environ.get(name) for name in told} != told:
        raise SettingError(
            "Ray was imported before nasedu could tell it to ask for a token; start Python again, "
            "and leave the import of Ray to nasedu"
        )
    os.environ.update(told, **SETTINGS)
    if not _has_token():
        os.environ[TOKEN] = secrets.token_hex(32)  # Ray hands it on to the processes it starts
    ray = importlib.import_module("ray")
    # Ray prints on the standard output that a process ended, and has no option for that.
    vars(importlib.import_module("ray._private.worker"))["print_to_stdstream"] = _say_nothing
    return ray


def _say_nothing(*_: object, **__: object) -> None:
    """Take the place of a function of Ray's."""


def _has_token() -> bool:
    """Return whether Ray finds a token."""
    file = os.environ.get("RAY_AUTH_TOKEN_PATH") or Path.home() / ".ray" / "auth_token"
    return bool(os.environ.get(TOKEN)) or Path(file).is_file()


def _check_that_it_asks_for_a_token(address: str) -> None:
    """Raise `SettingError` unless the cluster refuses whoever has no token.

    A process of its own asks, since Ray reads a token once and for all.
    """
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", address]
    others = {name: value for name, value in os.environ.items() if not name.startswith(TOKEN)}
    no_token = others | {MODE: "disabled"}
    try:
        done = subprocess.run(
            command,
            env=no_token,
            capture_output=True,
            text=True,
            timeout=ANSWER,
        )
    except subprocess.TimeoutExpired:
        raise SettingError(f"no cluster answers at {address}; see `ray status` there") from None
    if done.returncode == 0:
        raise SettingError(
            f"the cluster {address} lets in whoever reaches it, and so is not used: stop it, "
            f"then {MAKE_TOKEN}"
        )
    if "AuthenticationError" not in done.stderr:
        raise SettingError(f"no cluster answers at {address}; see `ray status` there")
