"""What reaches the terminal, over all commands and in places that are not kind to text."""

import ast
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import NamedTuple, get_type_hints

import pytest
import typer
from PIL import Image
from small_tables import made_up

import nasedu
from nasedu.architectures import ConvLayer, ConvNet, published
from nasedu.cli import app, main, terminal
from nasedu.cli.field_options import PartsCommand
from nasedu.searching import FinalTraining, train_final
from nasedu.training import Recipe

ROOT = Path(nasedu.__file__).parents[1]
SEARCH = ["search", "--table", "{table}", "--trials", "4", "--batch", "2"]
TRAIN = ["train", "{arch}", "--epochs", "1", "--num-train", "60"]
COMMANDS = {
    "help": ["--help"],
    "search": [*SEARCH, "--run", "{new}"],
    "resume": ["resume", "{run}", "--trials", "6"],
    "report": ["report", "{run}"],
    "explore": ["explore", "{run}", "--out", "{new}.html"],
    "draw": ["draw", "{run}", "--out", "{new}.svg"],
    "train": [*TRAIN, "--run", "{new}", "--out", "{new}.json"],
    "predict": ["predict", "{trained}", "{image}"],
    "export": ["export", "{trained}", "--html", "{new}.html"],
    "doctor": ["doctor"],
    "data list": ["data", "list"],
    "data add": ["data", "add", "owls", "{text}"],
    "table build": ["table", "build", "{new}", "--epochs", "1", "--workers", "1"],
    "table show": ["table", "show", "{table}"],
    "course grade": ["course", "grade", "{class}", "--seed", "0"],
    "course answers": ["course", "answers", "{class}"],
    "course slides": ["course", "slides", "00", "{new}.html"],
    "course worksheet": ["course", "worksheet", "1", "{new}", "--student", "ada"],
    "course build": ["course", "build", "--student", "{new}"],
    "course tournament": ["course", "tournament", "{players}", "--table", "{table}", "--seed", "1"],
    "course export": ["course", "export", "{new}", "00", "--otter"],
}
COMMANDS["table build"] += ["--num-layers", "1", "--filter-heights", "3", "--filter-widths", "3"]
COMMANDS["course tournament"] += ["--games", "2", "--trials", "4", "--batch", "2"]
COMMANDS["course tournament"] += ["--out", "{new}.html"]
SOME = ["help", "search", "draw", "data list", "data add", "table show"]  # take a second each
PLAYER = """
from nasedu import RandomSearch

def make(decisions, seed):
    return RandomSearch(decisions)
"""


def commands(group=None, before=()):
    """Yield the name of every command that there is."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name))


class Done(NamedTuple):
    """What came of a command."""

    status: int
    out: bytes
    err: bytes


class Stream(io.TextIOWrapper):
    """A standard stream of a test, which can be read when the command is done."""

    def __init__(self, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)

    def said(self):
        return self.buffer.getvalue()


def words_of(arguments, folder):
    """Return the words of a command, in a folder that has what it needs."""
    names = ("table", "arch", "run", "new", "text", "trained", "image", "class", "players")
    places = {name: os.fsdecode(os.fsencode(folder) + b"/" + name.encode()) for name in names}
    places["table"] += ".npz"
    return [word.format(**places) for word in arguments]


def run(arguments, folder, *, encoding="utf-8", stdout=None, **environment):
    """Run a command in this process, with streams and an environment of its own."""
    out, err = stdout or Stream(encoding), Stream(encoding)
    terminal._lost.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["nasedu", *words_of(arguments, folder)])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(warnings, "showwarning", warnings.showwarning)
        patch.setattr(signal, "signal", lambda *_: None)
        for name, value in {"NASEDU_DATA": str(folder / "data"), **environment}.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
    return Done(int(ended.value.code), b"" if stdout else out.said(), err.said())


def furnish(folder, title="Owls"):
    """Put into a folder what the commands are about: a table, a run of it, a network, a text.

    And a trained network, with a picture for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = made_up()
    table.about["evaluator"] = {**table.about["evaluator"], "title": title}
    table.save(folder / "table.npz")
    (folder / "arch").write_text(published.NAS_CNN_V1_CHAIN.to_json())
    (folder / "text").mkdir()
    (folder / "players").mkdir()
    (folder / "players" / "ada.py").write_text(PLAYER)
    (folder / "class" / "ada").mkdir(parents=True)
    (folder / "class" / "ada" / "00_start_here.ipynb").write_text("{")
    for part in ("train", "valid", "test"):
        (folder / "text" / f"owls.{part}.txt").write_text("the owl sat\n")
    net, recipe = ConvNet((ConvLayer(3, 3, 2, (0,)),)), Recipe(epochs=1, num_train=60)
    train_final(FinalTraining(net, "digits", recipe), folder / "trained")
    Image.new("L", (8, 8)).save(folder / "image", "PNG")
    assert run([*SEARCH, "--run", "{run}"], folder).status == 0
    return folder


@pytest.fixture
def furnished(tmp_path, kept):
    return Path(shutil.copytree(kept, tmp_path / "place"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("kept") / "place")


def test_every_command_is_tried_here():
    assert {*commands()} - {*COMMANDS} == {"data get"}  # which needs a network


@pytest.mark.parametrize("name", SOME)
def test_an_output_that_takes_no_text_is_one_line_when_the_work_is_done(furnished, name):
    with Path("/dev/full").open("w") as full:
        done = run(COMMANDS[name], furnished, stdout=full)
    lines = done.err.decode().splitlines()
    assert done.status == 2
    assert len(lines) == 1 and lines[0].startswith("nasedu: ")
    assert "No space left on device" in lines[0]
    if name == "search":
        assert (furnished / "new" / "report.html").is_file()
    if name == "draw":
        assert (furnished / "new.svg").is_file()
    if name == "data add":
        assert list((furnished / "data").rglob("owls.safetensors"))


def test_a_reader_that_had_enough_is_no_error(furnished):
    words = [sys.executable, "-m", "nasedu", *["table", "show"], str(furnished / "table.npz")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 1)


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_is_closed_is_left_alone(furnished, closed):
    words = f"exec {closed}>&-; exec {sys.executable} -m nasedu draw published:NAS_CNN_V1"
    done = subprocess.run(["bash", "-c", words], capture_output=True, cwd=furnished)
    assert (done.returncode, done.stderr) == (0, b"")


TITLE = "\N{MULTIPLICATION SIGN}\x1b]0;all yours\x07\x1b[2J\x9b31m\u202e\r!"


@pytest.fixture(scope="module")
def unkind(tmp_path_factory):
    """A folder whose name is no UTF-8, with a table whose title steers a terminal."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path_factory.mktemp("kept")) + b"/caf\xe9\x1b[31m"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system takes UTF-8 alone")
    return furnish(folder, TITLE)


@pytest.mark.filterwarnings("ignore:Glyph")  # pictures: see `nasedu.viewing`
@pytest.mark.parametrize("name", COMMANDS)
def test_no_name_title_or_encoding_ends_a_command_or_steers_the_terminal(unkind, name):
    new = unkind / "new"
    beside = (new.with_suffix(ending) for ending in (".json", ".svg", ".html"))
    for left in (new, *beside, unkind / "data"):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    done = run(COMMANDS[name], unkind, encoding="ascii")
    assert done.status == 0, done.err
    text = (done.out + done.err).decode("ascii")
    assert not terminal.STEERING.search(text)


def test_all_text_of_the_command_line_leaves_by_one_door():
    """Nothing in `nasedu.cli` prints, echoes or writes but the terminal."""
    doors = {"echo", "secho", "print", "write"}
    for path in sorted((ROOT / "nasedu" / "cli").glob("*.py")):
        if path.name == "terminal.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in doors, f"{path.name}:{node.lineno} calls {name}; use say"


def test_an_error_is_one_line_of_bounded_length():
    assert terminal.one_line("a\n  b\tc") == "a b c"
    line = terminal.one_line("x" * 5000)
    assert len(line) < 1100 and " ... " in line


@pytest.mark.parametrize("name", [[], ["data"], ["table"]])
def test_a_name_of_commands_alone_shows_its_help(furnished, name):
    done = run(name, furnished)
    assert (done.status, done.err) == (0, b"")
    assert done.out == run([*name, "--help"], furnished).out
    _, summaries = done.out.split(b"Commands:\n")
    assert b"..." not in summaries  # one that was cut


def test_it_says_its_version(furnished):
    assert run(["--version"], furnished).out == f"nasedu {nasedu.__version__}\n".encode()


def test_no_home_is_no_hindrance(furnished):
    """As in a container under a user that /etc/passwd does not know."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody unknown")
    words = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    words += ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    code = "import nasedu.data.catalogue as c; c.__file__ = '/nowhere/a/b/c.py'; import nasedu.cli"
    code += "; nasedu.cli.main()"
    path = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    done = subprocess.run([*words, sys.executable, "-c", code, "data", "list"], env=path,
                          capture_output=True, cwd="/", text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "nasedu-12345" in done.stdout


def test_the_home_of_nobody_is_one_line(furnished):
    done = run(["data", "list"], furnished, NASEDU_DATA="~nobody_here/x")
    assert (done.status, done.err.count(b"\n")) == (2, 1)
    assert b"NASEDU_DATA is '~nobody_here/x'" in done.err


def test_five_ctrl_c_at_once_are_one(furnished):
    words = [sys.executable, "-m", "nasedu", "search", "--run", str(furnished / "new")]
    process = subprocess.Popen(
        [*words, "--trials", "4000", "--workers", "2", "--num-layers", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that the workers hear of it, as in a terminal
    )
    assert process.stdout.readline()
    for _ in range(5):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    assert b"stopped; " in errors


LISTS = "--filter-heights", "--learning-rates", "--depth-schedule"
NINES = "9" * 400, "9" * 5000, "-" + "9" * 400


def options_of_numbers():
    """Return every option of every command that takes an integer, with the command's words."""
    found = []
    for name, words in COMMANDS.items():
        command = typer.main.get_command(app)
        for part in name.split():
            command = getattr(command, "commands", {}).get(part, command)
        options = [
            f"--{field.replace('_', '-')}"
            for field, hint in get_type_hints(command.callback).items()
            if hint in (int, int | None)
        ]
        if isinstance(command, PartsCommand):
            options += ["--strategy-lr"] if name == "search" else ["--num-train", "--lr"]
        found += [pytest.param([*words, option], id=f"{name} {option}") for option in options]
    return found


@pytest.mark.parametrize("words", options_of_numbers())
def test_a_number_of_thousands_of_digits_is_one_line(furnished, words):
    for nines in NINES:
        done = run([*words, nines], furnished)
        assert done.status == 2
        assert done.err.count(b"\n") == 1 and done.err.startswith(b"nasedu: "), done.err
        assert len(done.err) < 2000


@pytest.mark.parametrize(
    "words",
    [
        *(["search", "--run", "{new}", option] for option in LISTS),
        [*TRAIN, "--run", "{new}", "--grid", "lr=1,"],
        [*TRAIN, "--run", "{new}", "--grid", "decay_epoch=1,"],
        ["draw", "{run}:"],
    ],
)
def test_so_is_one_within_a_text(furnished, words):
    for nines in NINES:
        texts = [*words[:-1], words[-1] + nines] if words[-1][-1] in ",:" else [*words, nines]
        done = run(texts, furnished)
        assert (done.status, done.err.count(b"\n")) == (2, 1), done.err


def rights_are_kept():
    return os.getuid() != 0 or shutil.which("setpriv") is not None


@pytest.mark.skipif(not rights_are_kept(), reason="root may read and write everything")
@pytest.mark.parametrize(
    ("closed", "words"),
    [
        ("run", ["report", "{run}"]),
        ("run", ["resume", "{run}", "--trials", "6"]),
        ("run", ["draw", "{run}"]),
        ("run", [*SEARCH, "--run", "{run}"]),
        ("run", [*SEARCH, "--run", "{run}/below"]),
        ("arch", ["draw", "{arch}"]),
        ("table.npz", ["table", "show", "{table}"]),
        ("run", ["table", "build", "{run}"]),
        ("text", ["data", "add", "owls", "{text}"]),
        ("data", ["data", "list"]),
        ("data", ["data", "add", "owls", "{text}"]),
        ("run", [*TRAIN, "--out", "{run}/outcome.json"]),
    ],
)
def test_what_may_not_be_read_or_written_is_one_line(furnished, closed, words):
    (furnished / "data").mkdir()
    (furnished / closed).chmod(0)
    done = as_nobody(words, furnished)
    (furnished / closed).chmod(0o755)
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("loading the data")]
    assert (done.returncode, len(lines)) == (2, 1), done.stderr
    assert "accuracy" not in done.stdout  # which would be work that comes to nothing
    assert "remove" not in done.stderr and "delete" not in done.stderr


def as_nobody(words, folder):
    """Run a command as a user who has no more rights than others; return what came of it."""
    become = []
    if os.getuid() == 0:
        become = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
        for place in (folder, *folder.rglob("*")):
            os.chown(place, 12345, 12345)
        for parent in folder.relative_to(tempfile.gettempdir()).parents[:-1]:
            (tempfile.gettempdir() / parent).chmod(0o711)  # others may come through
    variables = {"PYTHONPATH": os.pathsep.join(sys.path), "NASEDU_DATA": str(folder / "data")}
    variables |= {"MPLCONFIGDIR": str(folder), "HOME": str(folder)}
    return subprocess.run(
        [*become, sys.executable, "-m", "nasedu", *words_of(words, folder)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        cwd="/",
    )


class Bar:
    """A progress bar that counts how often it was drawn again."""

    def __init__(self, disable=False, refuses=False):
        self.disable, self.refuses = disable, refuses
        self.drawn, self.again = 0, threading.Event()

    def refresh(self):
        self.drawn += 1
        if self.refuses:
            raise OSError("no space left on device")
        if self.drawn == 3:
            self.again.set()


def test_time_goes_on_while_there_is_nothing_to_count():
    bar = Bar()
    with terminal.ticking(bar, every=0.001):
        assert bar.again.wait(600)
    drawn = bar.drawn
    assert not [thread for thread in threading.enumerate() if "tick" in thread.name]
    assert bar.drawn == drawn


def test_a_bar_that_nobody_sees_does_not_tick():
    with terminal.ticking(Bar(disable=True), every=0.001):
        assert not [thread for thread in threading.enumerate() if "tick" in thread.name]


def test_a_full_terminal_stops_the_clock_alone():
    bar = Bar(refuses=True)
    with terminal.ticking(bar, every=0.001):
        while not bar.drawn:
            time.sleep(0.001)
    assert bar.drawn == 1
