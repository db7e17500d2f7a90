"""The door to nasedu: sets everything up, then searches, tests or opens the lessons.

    python3 start.py search    a first search on scikit-learn's digits
    python3 start.py test      all tests, notebooks included (--fast: without the notebooks)
    python3 start.py lab       JupyterLab on your own copy of the lessons, in my/
                               (--instructor: with solutions and notes, in instructor/)
    python3 start.py setup     only the set-up, with everything for developing

Needs Python 3.11 or newer and nothing else. The first call makes .venv and installs into it;
later calls find it done. Further arguments are passed on (those of test to pytest).

    --latest                   installs the newest packages, not the tested ones of constraints.txt
    NASEDU_TORCH_INDEX=URL     takes torch from there, e.g. from the index of its CPU-only builds
"""

# An old Python has to get as far as saying that it is too old. So this file keeps to what Python
# 3.6 can read: f-strings, but annotations only by plain classes, or in quotes.

import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "nasedu-setup.json"  # what is installed, or UNDER_WAY
UNDER_WAY = "under way"
LESSON, CELL = 180, 60  # seconds that a lesson and a cell of it may take
TEMPLATES = ROOT / "nasedu/course/templates"
EXPORT = {"template_name": "folded", "extra_template_basedirs": [str(TEMPLATES)]}  # to HTML
COMMANDS = ("search", "test", "lab", "setup")
# Of pip's settings, from wherever, those that say how packages are fetched. The others say where
# to put them and which to take, and that is decided here.
FETCHING = (
    "index-url",
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "cert",
    "client-cert",
    "proxy",
    "keyring-provider",
    "timeout",
    "default-timeout",
    "retries",
    "cache-dir",
    "no-cache-dir",
    "use-feature",
    "use-deprecated",
)
NO_NETWORK = (
    "newconnectionerror",
    "failed to establish a new connection",
    "name resolution",
    "getaddrinfo failed",
    "network is unreachable",
    "connection broken",
    "connecttimeout",
    "timed out",
    "proxyerror",
)


class Stop(Exception):
    """Ends the program with one line.

    Args:
        line: What happened, and what to do about it.
        status: The program's exit status.
        spoilt: Whether ``.venv`` may be half-written, so that it has to be made afresh.
    """

    def __init__(self, line: str, status: int = 1, spoilt: bool = False) -> None:
        super().__init__(line)
        self.status = status
        self.spoilt = spoilt


def say(line: str) -> None:
    """Print a line at once, so that it stands before what the next command prints."""
    print(line, flush=True)


def duration(seconds: float) -> str:
    """Return seconds as a person says them."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def run(command: list, env: "dict | None" = None, errors: "list | None" = None) -> int:
    """Run a command in the project's folder and return its exit status.

    Ctrl-C reaches the command as well: it may end in its own way, and is waited for. A request to
    terminate reaches this process alone, and is passed on.

    Args:
        command: Program and arguments.
        env: Variables to add to the environment; those that are None are taken away.
        errors: If given, the lines of stderr are added to it; they are shown all the same.
    """
    variables = dict(os.environ, **(env or {}))
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=str(ROOT),
        env={name: value for name, value in variables.items() if value is not None},
        stderr=None if errors is None else subprocess.PIPE,
        universal_newlines=True,
        errors="replace",
    )
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        while True:
            try:
                for line in process.stderr or ():
                    sys.stderr.write(line)
                    if errors is not None:
                        errors.append(line)
                status = process.wait()
                return status if status >= 0 else 128 - status
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)


# ------------------------------------------------------------------------------------ the set-up


def check_python(version: tuple) -> None:
    """Stop with what has to be installed if a Python of this version cannot do the set-up."""
    found, system = f"{version[0]}.{version[1]}", platform.system()
    if version < (3, 11):
        remedy = {
            "Darwin": "brew install python, or take the installer of python.org",
            "Windows": "winget install Python.Python.3.13, or take the installer of python.org",
        }.get(system, "e.g. sudo apt install python3.11 python3.11-venv")
        raise Stop(f"this is Python {found}, nasedu needs 3.11 or newer: {remedy}", 2)
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        remedy = {
            "Darwin": "brew install python, or take the installer of python.org",
            "Windows": "let the installer of Python repair it, with pip ticked",
        }.get(system, f"on Debian and Ubuntu: sudo apt install python{found}-venv")
        raise Stop(f"this Python {found} lacks venv or ensurepip: {remedy}", 2)


def fingerprint(latest: bool) -> str:
    """Return a digest of everything that decides what is installed, the folder included."""
    names = ["pyproject.toml"] if latest else ["pyproject.toml", "constraints.txt"]
    parts = [str(ROOT).encode("utf-8")] + [(ROOT / name).read_bytes() for name in names]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_json(path: Path) -> dict:
    """Return the object in a file; an empty one if there is none or the file is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_set_up(extras: set, latest: bool) -> bool:
    """Tell whether ``.venv`` has what is asked for, as the project's files stand now."""
    stamp = read_json(STAMP)
    return (
        bool(stamp)
        and PYTHON.exists()
        and extras <= set(stamp["extras"])
        and stamp["latest"] >= latest
        and stamp["fingerprint"] == fingerprint(stamp["latest"])
    )


def set_up(extras: set, latest: bool = False) -> None:
    """Make ``.venv`` and install nasedu into it, unless that is done already.

    What a killed set-up left is made afresh, since pip's half-written packages are not to be
    trusted. What was once installed with ``latest`` stays so.

    Args:
        extras: Groups of optional dependencies in pyproject.toml.
        latest: Whether to install the newest packages instead of the tested ones.
    """
    if is_set_up(extras, latest):
        return
    check_python(tuple(sys.version_info))
    VENV.mkdir(exist_ok=True)
    with only_one_set_up():
        if is_set_up(extras, latest):  # by the one that we waited for
            return
        before, had = STAMP.read_text(encoding="utf-8"), read_json(STAMP)
        if before and not (had and PYTHON.exists()):
            say("The last set-up did not get to its end: making .venv afresh.")
            empty_venv()
            before, had = "", {}
        STAMP.write_text(UNDER_WAY, encoding="utf-8")
        extras = extras.union(had.get("extras", []))
        latest = latest or had.get("latest", False)
        started = time.time()
        try:
            install(extras, latest)
        except Stop as stop:
            if not stop.spoilt:
                STAMP.write_text(before, encoding="utf-8")
            raise
        now = {"extras": sorted(extras), "latest": latest, "fingerprint": fingerprint(latest)}
        STAMP.write_text(json.dumps(now), encoding="utf-8")
        say(f"Set up in {duration(time.time() - started)}.")


@contextlib.contextmanager
def only_one_set_up() -> Iterator:
    """Hold a lock on the stamp; wait for it while another set-up holds it."""
    with STAMP.open("a+", encoding="utf-8") as file:
        if not lock(file.fileno()):
            say("Another set-up is under way in this folder: waiting for it.")
            while not lock(file.fileno()):
                time.sleep(0.2)
        yield  # closing the file, or the end of this process, lets go of the lock


def lock(descriptor: int) -> bool:
    """Try to lock an open file, and tell whether it worked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # a locked byte cannot be read: far out
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def empty_venv() -> None:
    """Remove everything from ``.venv`` but the stamp, whose lock is held."""
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        elif path != STAMP:
            path.unlink()


def is_installed(package: str) -> bool:
    """Tell whether ``.venv`` has a folder of this name among its packages."""
    places = ("lib/python*/site-packages/", "Lib/site-packages/")
    return any(any(VENV.glob(place + package)) for place in places)


def install(extras: set, latest: bool) -> None:
    """Let pip install nasedu, editable, and its dependencies."""
    torch_index = os.environ.get("NASEDU_TORCH_INDEX")
    if is_installed("torch"):
        say("Bringing .venv up to date.")
    elif platform.system() == "Linux" and not torch_index:
        check_disk(10, ", or take a CPU-only torch (2.5 GB): see NASEDU_TORCH_INDEX in the README")
        say("Setting up .venv, once: 3.3 GB to download, since torch brings CUDA; some minutes.")
    else:
        check_disk(2.5)
        say("Setting up .venv, once: about 0.5 GB to download; some minutes.")
    if not (PYTHON.exists() and is_installed("pip")) and run([sys.executable, "-m", "venv", VENV]):
        raise Stop("Python could not make .venv: its message is above", spoilt=True)
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    own = pip_variables(pip_settings())
    if latest:
        pip += ["--upgrade", "--upgrade-strategy", "eager"]
    else:
        pip += ["--constraint", "constraints.txt"]
    if torch_index:  # has builds of torch, and not all that torch needs
        call_pip([*pip, "--no-deps", "--index-url", torch_index, "torch", "torchvision"], own)
    groups = f"[{','.join(sorted(extras))}]" if extras else ""
    call_pip([*pip, "--editable", "." + groups], own)
    config = VENV / "etc" / "jupyter" / "jupyter_nbconvert_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps({"HTMLExporter": EXPORT}), encoding="utf-8")


def pip_settings() -> list:
    """Return the lines ``section.name='value'`` of pip's settings: of its files and variables."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True)
    return listed.stdout.splitlines()


def pip_variables(settings: list) -> dict:
    """Return the environment in which pip fetches as it is set to, and installs as it is told.

    Args:
        settings: As returned by `pip_settings`.
    """
    env: dict = {name: None for name in os.environ if name.upper().startswith("PIP_")}
    env.update(PIP_CONFIG_FILE=os.devnull, PYTHONPATH=None)
    for line in sorted(settings, key=lambda line: line.startswith(":env:")):  # variables win
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in FETCHING:
            env["PIP_" + name.upper().replace("-", "_")] = ast.literal_eval(value)
    return env


def check_disk(needed: float, remedy: str = "") -> None:
    """Stop unless so many GB are free, for .venv and for the downloads beside it."""
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < needed:
        raise Stop(
            f"{free:.1f} GB are free for {ROOT}, the set-up needs {needed}: make room{remedy}"
        )


def call_pip(command: list, env: dict) -> None:
    """Run pip; if it fails, stop with one line that says what to do about it."""
    errors = []
    status = run(command, env, errors)
    if status == 0:
        return
    text = "".join(errors).lower()
    if "no space left" in text or shutil.disk_usage(str(ROOT)).free < 1e8:
        raise Stop(
            f"the disk is full, or the folder for temporary files, {tempfile.gettempdir()}: "
            "make room (or set TMPDIR to another folder) and start again",
            spoilt=True,
        )
    if "cancelled by user" in text or status > 128:
        raise Stop("the set-up was stopped: start again to go on", 130, spoilt=True)
    if any(sign in text for sign in NO_NETWORK):
        raise Stop(
            "no connection to the package index: look after the network (or its proxy) "
            "and start again; finished downloads are kept"
        )
    raise Stop("pip could not install the packages: its message is above")


# ----------------------------------------------------------------------------- what it is done for


def search(arguments: list) -> int:
    """Run the first search, go on with it, or show its report: the command line knows which."""
    return run([PYTHON, "-m", "nasedu", "search", "--run", "runs/first", *arguments])


def test(arguments: list, fast: bool = False) -> int:
    """Run all tests, then execute the lessons; return 1 if anything failed.

    Args:
        arguments: Passed on to pytest for ``tests/``.
        fast: Leave the lessons out.
    """
    pytest = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadscope"]
    lesson = [*pytest, "--nbval-current-env", "--nbval-cell-timeout=600"]
    one_core = {"NASEDU_WORKERS": "1", "OMP_NUM_THREADS": "1"}  # two lessons run at a time
    compared = [*lesson, "--nbval-sanitize-with=tests/nbval.cfg", "--nbval"]
    strict, lax = notebooks()
    stages = [
        ("tests", [*pytest, *arguments], {}),
        ("lessons", lax and [*lesson, "--nbval-lax", *lax], one_core),
        ("lessons, outputs compared", strict and [*compared, *strict], one_core),
    ]
    lines, failed, cells = [], False, {}
    for name, command, env in stages[:1] if fast else stages:
        if not command:
            lines.append(f"{name}: there are none")
            continue
        say(f"== {name}")
        started = time.time()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            told = [f"--junitxml={report}"] if env else []  # of lessons alone
            status = run([*command, *told], env)
            cells.update(seconds_of_cells(report))
        failed = failed or status != 0
        took = duration(time.time() - started)
        lines.append(f"{name}: {'failed' if status else 'passed'} in {took}")
        if status == 2 or status > 128:  # pytest's word for an interruption, or a signal
            break
    say("\n".join([*table_of_times(cells), "==", *lines]))
    return int(failed)


def seconds_of_cells(report: Path) -> dict:
    """Return the seconds of every cell of each lesson, from pytest's report; none if there is no.

    Args:
        report: In the format of JUnit.
    """
    found: dict = {}
    if report.exists():
        for case in ElementTree.parse(str(report)).iter("testcase"):
            lesson = case.get("classname", "").partition(".")[2]
            found.setdefault(lesson, []).append(float(case.get("time", "0")))
    return found


def table_of_times(cells: dict) -> list:
    """Return lines on how long every lesson took, two at a time; what is too long is marked.

    Args:
        cells: The seconds of its cells, by lesson.
    """
    if not cells:
        return []
    lines = ["== lessons, two at a time, each on one thread"]
    for lesson, seconds in sorted(cells.items()):
        took, slowest = duration(sum(seconds)), duration(max(seconds))
        mark = " <- TOO LONG" if sum(seconds) > LESSON or max(seconds) > CELL else ""
        lines.append(f"{lesson:42}{took:>12}, slowest cell {slowest}{mark}")
    whole = duration(sum(sum(seconds) for seconds in cells.values()))
    return [*lines, f"{'all, one after the other':42}{whole:>12}"]


def notebooks() -> tuple:
    """Return the lessons whose outputs are compared exactly, and the others.

    Those are the ones without training; they say so in their metadata:
    ``"nasedu": {"strict": true}``.
    """
    strict, lax = [], []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        ours = read_json(path).get("metadata", {}).get("nasedu", {})
        (strict if ours.get("strict") else lax).append("notebooks/" + path.name)
    return strict, lax


def lab(arguments: list) -> int:
    """Build the lessons for a student in ``my/``, or for a teacher, and open JupyterLab there.

    Its root is the project's folder, so that links from a lesson to ``../data`` and ``../docs``
    work. What a lesson calls in a shell is found where it runs itself: in ``.venv``.
    """
    whose = "--instructor" if "--instructor" in arguments else "--student"
    arguments = [word for word in arguments if word != "--instructor"]
    folder = "instructor" if whose == "--instructor" else "my"
    status = run([PYTHON, "-m", "nasedu", "course", "build", whose, folder])
    if status:  # its line says why
        return status
    options = [f"--ServerApp.root_dir={ROOT}", f"--ServerApp.preferred_dir={ROOT / folder}"]
    options.append("--HTMLExporter.template_name=folded")
    options.append(f"--HTMLExporter.extra_template_basedirs={TEMPLATES}")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # Jupyter would stop and ask for this
        line = "start.py: you are root, so JupyterLab and all that a lesson runs have root's rights"
        print(line, file=sys.stderr)
        options.append("--allow-root")
    path = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", os.defpath)])
    return run([PYTHON, "-m", "jupyterlab", *options, *arguments], {"PATH": path})


def main(arguments: list) -> int:
    """Do what the first argument says and return the exit status."""
    command, rest = (arguments or [""])[0], arguments[1:]
    if command in ("", "-h", "--help"):
        print(__doc__)
        return 0 if command else 2
    latest = "--latest" in rest
    fast = command == "test" and "--fast" in rest
    rest = [word for word in rest if word != "--latest" and not (fast and word == "--fast")]
    try:
        if command not in COMMANDS:
            raise Stop(f"{command!r} is unknown: expected {', '.join(COMMANDS)} or --help", 2)
        set_up({"dev"} if command in ("test", "setup") else set(), latest)
        if command == "test":
            return test(rest, fast)
        return {"search": search, "lab": lab, "setup": lambda rest: 0}[command](rest)
    except (Stop, OSError) as error:
        print(f"start.py: {error}", file=sys.stderr)
        return getattr(error, "status", 1)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
