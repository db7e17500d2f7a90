import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "start.py"


class Pip:
    """Stands in for the commands that start.py runs, and remembers them."""

    def __init__(self, start):
        self.start, self.commands, self.envs = start, [], []
        self.status, self.stderr = 0, ""

    def __call__(self, command, env=None, errors=None):
        command = [str(part) for part in command]
        self.commands.append(command)
        self.envs.append(env)
        if "venv" in command:
            packages = self.start.VENV / "lib" / "python3.11" / "site-packages"
            (packages / "pip").mkdir(parents=True)
            self.start.PYTHON.parent.mkdir(parents=True)
            self.start.PYTHON.touch()
            return 0
        if errors is not None and self.status:
            errors.append(self.stderr)
        return self.status

    @property
    def installs(self):
        return [command[4:] for command in self.commands if "pip" in command]


@pytest.fixture
def start(tmp_path, monkeypatch):
    """A copy of start.py in a project of its own, which runs nothing."""
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("start_of_test", tmp_path / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.really_run = module.run
    pip = Pip(module)
    monkeypatch.setattr(module, "run", pip)
    monkeypatch.setattr(module, "pip_settings", list)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: SimpleNamespace(free=50e9))
    monkeypatch.delenv("NASEDU_TORCH_INDEX", raising=False)
    module.pip = pip
    return module


# -- any Python ----------------------------------------------------------------------------------


def test_old_pythons_can_read_it():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "__future__"
        evaluated = [getattr(node, name, None) for name in ("annotation", "returns")]
        for annotation in filter(None, evaluated):  # list[str] fails when 3.6 defines the function
            assert isinstance(annotation, ast.Name | ast.Constant), ast.unparse(annotation)


def test_needs_the_standard_library_alone():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [node.names[0].name])
    }
    assert imported <= sys.stdlib_module_names


def test_prints_ascii_alone_for_any_console():
    assert SOURCE.read_bytes().isascii()


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 12)])
def test_an_old_python_gets_one_line_and_exit_2(tmp_path, version):
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    pretend = (
        "import runpy, sys; sys.argv = ['start.py', 'search'];"
        f"import subprocess, pathlib, typing; sys.version_info = {version};"
        "runpy.run_path('start.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"Python {version[0]}.{version[1]}" in line
    assert "3.11 or newer" in line
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("system", "remedy"),
    [
        ("Linux", "apt install python3.12-venv"),
        ("Darwin", "brew install python"),
        ("Windows", "installer"),
    ],
)
@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_the_remedy(start, monkeypatch, system, remedy, missing):
    monkeypatch.setattr(start.platform, "system", lambda: system)
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: name != missing or None)
    with pytest.raises(start.Stop, match=remedy) as stopped:
        start.check_python((3, 12, 1))
    assert stopped.value.status == 2
    assert "\n" not in str(stopped.value)


def test_python_3_11_is_new_enough(start):
    start.check_python((3, 11, 0))


@pytest.mark.parametrize(("arguments", "status"), [([], 2), (["--help"], 0)])
def test_help_sets_nothing_up(start, capsys, arguments, status):
    assert start.main(arguments) == status
    assert "start.py search" in capsys.readouterr().out
    assert not start.VENV.exists()


def test_an_unknown_command_gets_one_line(start, capsys):
    assert start.main(["serach"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'serach'" in line
    assert "search, test, lab" in line
    assert not start.VENV.exists()


# -- the set-up ----------------------------------------------------------------------------------


def test_the_set_up_is_done_once(start):
    start.set_up(set())
    start.set_up(set())
    assert [command[-1] for command in start.pip.commands] == [str(start.VENV), "."]
    (install,) = start.pip.installs
    assert install[install.index("--constraint") + 1] == "constraints.txt"
    assert install[-2:] == ["--editable", "."]


def test_a_set_up_for_tests_serves_a_search_and_not_the_other_way(start):
    start.set_up({"dev"})
    start.set_up(set())
    assert len(start.pip.installs) == 1

    start.empty_venv()
    start.STAMP.unlink()
    start.set_up(set())
    start.set_up({"dev"})
    start.set_up(set())
    assert [install[-1] for install in start.pip.installs] == [".[dev]", ".", ".[dev]"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_installs_it_with_the_extras_that_were_there(start, name):
    start.set_up({"dev"})
    with (start.ROOT / name).open("a") as file:
        file.write("# changed\n")
    start.set_up(set())
    start.set_up(set())
    assert [install[-1] for install in start.pip.installs] == [".[dev]", ".[dev]"]


def test_a_moved_folder_is_set_up_again(start, monkeypatch):
    start.set_up(set())
    moved = start.ROOT.with_name("moved")
    for name in ("pyproject.toml", "constraints.txt"):
        moved.mkdir(exist_ok=True)
        shutil.copy(start.ROOT / name, moved / name)
    monkeypatch.setattr(start, "ROOT", moved)
    start.set_up(set())
    assert len(start.pip.installs) == 2


def test_latest_installs_without_constraints_and_stays(start):
    start.set_up(set(), latest=True)
    start.set_up(set())
    start.set_up(set(), latest=True)
    (install,) = start.pip.installs
    assert "--constraint" not in install
    assert "--upgrade" in install

    start.set_up({"dev"})
    assert "--constraint" not in start.pip.installs[-1]


def test_latest_after_the_tested_ones_installs_again(start):
    start.set_up(set())
    start.set_up(set(), latest=True)
    assert ["--upgrade" in install for install in start.pip.installs] == [False, True]


def test_pip_fetches_as_the_user_says_and_installs_as_we_say(start, monkeypatch):
    for name in ("PIP_USER", "PIP_TARGET", "PIP_INDEX_URL", "pip_prefix"):
        monkeypatch.setenv(name, "1")
    settings = [
        ":env:.index-url='https://mine'",
        "global.index-url='https://theirs'",
        "global.extra-index-url='https://a\\nhttps://b'",
        "global.require-virtualenv='true'",
        "install.target='/elsewhere'",
        "install.user='1'",
    ]
    monkeypatch.setattr(start, "pip_settings", lambda: settings)
    start.set_up(set())
    env = start.pip.envs[-1]
    assert {name: value for name, value in env.items() if value is not None} == {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "https://mine",
        "PIP_EXTRA_INDEX_URL": "https://a\nhttps://b",
    }
    assert {"PIP_USER", "PIP_TARGET", "pip_prefix", "PYTHONPATH"} <= set(env)


def test_exports_of_lessons_respect_the_folds(start):
    start.set_up(set())
    config = start.VENV / "etc" / "jupyter" / "jupyter_nbconvert_config.json"
    [export] = json.loads(config.read_text()).values()
    assert export["template_name"] == "folded"
    [folder] = export["extra_template_basedirs"]
    template = Path(folder).relative_to(start.ROOT) / "folded" / "index.html.j2"
    assert (REPOSITORY / template).exists()


def test_variables_that_are_none_are_taken_away(start, monkeypatch):
    monkeypatch.setenv("PIP_USER", "1")
    code = "import os, sys; sys.exit('PIP_USER' in os.environ)"
    assert start.really_run([sys.executable, "-c", code], {"PIP_USER": None}) == 0
    assert start.really_run([sys.executable, "-c", code]) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process at once")
def test_terminating_it_ends_what_it_runs(start, tmp_path):
    child = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"
    code = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('start', 'start.py')\n"
        "start = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(start)\n"
        f"sys.exit(start.run([sys.executable, '-c', {child!r}]))"
    )
    door = subprocess.Popen(
        [sys.executable, "-c", code], cwd=start.ROOT, stdout=subprocess.PIPE, text=True
    )
    number = int(door.stdout.readline())
    door.terminate()
    assert door.wait() == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_torch_comes_from_the_index_that_is_named_and_the_rest_does_not(start, monkeypatch):
    monkeypatch.setenv("NASEDU_TORCH_INDEX", "https://index.example/cpu")
    start.set_up(set())
    torch, rest = start.pip.installs
    assert torch[-5:] == [
        "--no-deps",
        "--index-url",
        "https://index.example/cpu",
        "torch",
        "torchvision",
    ]
    assert "constraints.txt" in torch
    assert "--index-url" not in rest


def test_a_killed_set_up_is_made_afresh(start, monkeypatch):
    start.set_up(set())
    half = start.VENV / "lib" / "python3.11" / "site-packages" / "half"
    half.mkdir()
    start.STAMP.write_text(start.UNDER_WAY)
    start.set_up({"dev"})
    assert not half.exists()
    assert start.PYTHON.exists()
    assert start.is_set_up({"dev"}, latest=False)


def test_a_kill_at_any_moment_leaves_the_mark(start, monkeypatch):
    def killed(*arguments, **options):
        raise SystemExit

    monkeypatch.setattr(start, "run", killed)
    with pytest.raises(SystemExit):
        start.set_up(set())
    assert start.STAMP.read_text() == start.UNDER_WAY
    assert not start.is_set_up(set(), latest=False)


def test_an_environment_whose_python_went_away_is_made_afresh(start):
    start.set_up(set())
    start.PYTHON.unlink()
    start.set_up(set())
    assert start.PYTHON.exists()
    assert len(start.pip.installs) == 2


def test_a_damaged_stamp_is_no_set_up(start):
    start.set_up(set())
    for text in ("{", "[]", "{}"):
        start.STAMP.write_text(text)
        assert not start.is_set_up(set(), latest=False)
        start.set_up(set())
        assert start.is_set_up(set(), latest=False)


def test_an_environment_that_somebody_else_made_is_kept(start):
    start.pip(["python", "-m", "venv"])
    own = start.VENV / "lib" / "python3.11" / "site-packages" / "own"
    own.mkdir()
    start.set_up(set())
    assert own.exists()
    assert [("venv" in command) for command in start.pip.commands] == [True, False]


@pytest.mark.parametrize(
    ("stderr", "says", "status"),
    [
        ("ERROR: [Errno 28] No space left on device\n", "disk is full", 1),
        ("NewConnectionError(': Failed to establish a new connection')\n", "network", 1),
        ("ERROR: Operation cancelled by user\n", "start again", 130),
        ("ERROR: No matching distribution found for x\n", "message is above", 1),
    ],
)
def test_a_failed_install_says_what_to_do(start, capsys, stderr, says, status):
    start.pip.status, start.pip.stderr = 1, stderr
    assert start.main(["search"]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not start.is_set_up(set(), latest=False)

    start.pip.status = 0
    assert start.main(["search"]) == 0


def test_without_network_what_was_there_is_kept(start):
    start.set_up(set())
    before = start.STAMP.read_text()
    start.pip.status, start.pip.stderr = 1, "getaddrinfo failed"
    with pytest.raises(start.Stop, match="network"):
        start.set_up({"dev"})
    assert start.STAMP.read_text() == before
    assert start.is_set_up(set(), latest=False)


def test_a_disk_that_filled_up_spoils_the_environment(start):
    start.set_up(set())
    start.pip.status, start.pip.stderr = 1, "OSError: No space left on device"
    with pytest.raises(start.Stop, match="disk is full"):
        start.set_up({"dev"})
    assert start.STAMP.read_text() == start.UNDER_WAY


@pytest.mark.parametrize(
    ("system", "index", "needed"),
    [("Linux", None, "10"), ("Linux", "https://cpu", "2.5"), ("Darwin", None, "2.5")],
)
def test_the_disk_is_looked_at_before_anything_is_made(start, monkeypatch, system, index, needed):
    monkeypatch.setattr(start.platform, "system", lambda: system)
    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: SimpleNamespace(free=1.2e9))
    if index:
        monkeypatch.setenv("NASEDU_TORCH_INDEX", index)
    with pytest.raises(start.Stop, match=f"1.2 GB are free .* needs {needed}: make room"):
        start.set_up(set())
    assert start.pip.commands == []


def test_a_second_set_up_waits_for_the_first(start, monkeypatch, capsys):
    start.VENV.mkdir()
    first = start.STAMP.open("a+")
    assert start.lock(first.fileno())

    def finish_first(seconds):
        first.close()
        start.pip(["python", "-m", "venv"])
        done = {"extras": [], "latest": False, "fingerprint": start.fingerprint(False)}
        start.STAMP.write_text(json.dumps(done))

    monkeypatch.setattr(start.time, "sleep", finish_first)
    start.set_up(set())
    assert "waiting" in capsys.readouterr().out
    assert start.pip.installs == []


def test_run_gives_back_status_and_stderr(start, capfd):
    errors = []
    code = "import os, sys; print(os.environ['A'], file=sys.stderr); sys.exit(3)"
    assert start.really_run([sys.executable, "-c", code], {"A": "seen"}, errors) == 3
    assert errors == ["seen\n"]
    assert "seen" in capfd.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_lets_the_command_end_in_its_own_way():
    child = (
        "import os, signal, sys, time\n"
        "try:\n"
        "    os.kill(os.getppid(), signal.SIGINT); time.sleep(0.6)\n"
        "    os.kill(os.getpid(), signal.SIGINT); time.sleep(30)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(0.4); print('kept', flush=True); sys.exit(7)\n"
    )
    parent = (
        f"import runpy, sys; start = runpy.run_path({str(SOURCE)!r});"
        f"sys.exit(start['run']([sys.executable, '-c', {child!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (7, "kept\n"), done.stderr


# -- search, test, lab ---------------------------------------------------------------------------


def test_search_passes_arguments_on_and_gives_the_status_back(start):
    assert start.main(["search", "--latest", "--trials", "8"]) == 0
    assert start.pip.commands[-1][1:] == [
        *["-m", "nasedu", "search", "--run", "runs/first"],
        *["--trials", "8"],
    ]
    start.pip.status = 2
    assert start.main(["search"]) == 2


def write_notebook(start, name, metadata):
    folder = start.ROOT / "notebooks"
    folder.mkdir(exist_ok=True)
    notebook = {"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    (folder / name).write_text(json.dumps(notebook), encoding="utf-8")


def test_test_runs_the_tests_then_the_lessons(start, capsys):
    write_notebook(start, "00_a.ipynb", {})
    write_notebook(start, "01_b.ipynb", {"nasedu": {"strict": True}})
    write_notebook(start, "02_c.ipynb", {"nasedu": {"strict": False}})
    assert start.main(["test", "-k", "anchor"]) == 0
    tests, lax, strict = (command[2:] for command in start.pip.commands[-3:])
    assert tests[-2:] == ["-k", "anchor"]
    assert all(command.pop().startswith("--junitxml=") for command in (lax, strict))
    assert lax[-3:] == ["--nbval-lax", "notebooks/00_a.ipynb", "notebooks/02_c.ipynb"]
    assert strict[-2:] == ["--nbval", "notebooks/01_b.ipynb"]
    assert "--nbval-sanitize-with=tests/nbval.cfg" in strict
    for command, env in zip((lax, strict), start.pip.envs[-2:], strict=True):
        assert command[:5] == ["pytest", "-n", "2", "--dist", "loadscope"]
        assert {"--nbval-current-env", "--nbval-cell-timeout=600"} <= set(command)
        assert env == {"NASEDU_WORKERS": "1", "OMP_NUM_THREADS": "1"}
    assert "tests: passed in" in capsys.readouterr().out


def test_the_time_of_every_lesson_is_told(start, capsys, monkeypatch):
    write_notebook(start, "00_a.ipynb", {})
    write_notebook(start, "01_b.ipynb", {})
    start.set_up({"dev"})

    def run(command, env):
        report = command[-1].partition("--junitxml=")[2]
        if report:
            cells = (("00_a", 70), ("00_a", 5), ("01_b", 50.2), ("01_b", 40))
            cases = (
                f'<testcase classname="notebooks.{lesson}.ipynb" name="Cell" time="{seconds}"/>'
                for lesson, seconds in cells
            )
            Path(report).write_text(f"<testsuites>{''.join(cases)}</testsuites>")
        return 0

    monkeypatch.setattr(start, "run", run)
    assert start.main(["test"]) == 0
    told = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert "1 min 15 s, slowest cell 1 min 10 s <- TOO LONG" in told["00_a.ipynb"]
    assert told["01_b.ipynb"].endswith("1 min 30 s, slowest cell 50 s")
    assert told["all,"].endswith("2 min 45 s")


def test_fast_leaves_the_lessons_out(start):
    write_notebook(start, "00_a.ipynb", {})
    assert start.main(["test", "--fast"]) == 0
    (command,) = [command for command in start.pip.commands if "pytest" in command]
    assert "--fast" not in command
    assert not any("nbval" in part for part in command)


def test_without_lessons_the_stage_is_left_out(start, capsys):
    assert start.main(["test"]) == 0
    assert "lessons: there are none" in capsys.readouterr().out


@pytest.mark.parametrize("failing", [0, 1])
def test_test_fails_if_any_stage_fails(start, monkeypatch, failing):
    write_notebook(start, "00_a.ipynb", {})
    start.set_up({"dev"})
    statuses = iter([int(stage == failing) for stage in range(2)])
    monkeypatch.setattr(start, "run", lambda *arguments: next(statuses))
    assert start.main(["test"]) == 1
    assert next(statuses, None) is None  # the other stage ran all the same


@pytest.mark.parametrize(
    ("words", "whose", "folder"),
    [([], "--student", "my"), (["--instructor"], "--instructor", "instructor")],
)
def test_lab_builds_the_lessons_and_opens_them(start, monkeypatch, words, whose, folder):
    monkeypatch.setattr(start.os, "geteuid", lambda: 1000, raising=False)
    assert start.main(["lab", *words, "--no-browser"]) == 0
    build, lab = (command[1:] for command in start.pip.commands[-2:])
    assert build == ["-m", "nasedu", "course", "build", whose, folder]
    assert lab == [
        *["-m", "jupyterlab", f"--ServerApp.root_dir={start.ROOT}"],
        f"--ServerApp.preferred_dir={start.ROOT / folder}",
        "--HTMLExporter.template_name=folded",
        f"--HTMLExporter.extra_template_basedirs={start.TEMPLATES}",
        "--no-browser",
    ]
    assert start.pip.envs[-1]["PATH"].split(os.pathsep)[0] == str(start.PYTHON.parent)


def test_lab_ends_where_the_lessons_cannot_be_built(start, monkeypatch):
    start.set_up(set())
    statuses = iter([2])
    monkeypatch.setattr(start, "run", lambda *arguments: next(statuses))
    assert start.main(["lab"]) == 2


def test_root_is_told_and_not_asked(start, monkeypatch, capsys):
    monkeypatch.setattr(start.os, "geteuid", lambda: 0, raising=False)
    assert start.main(["lab"]) == 0
    assert start.pip.commands[-1][-1] == "--allow-root"
    assert "you are root" in capsys.readouterr().err


def test_links_of_the_copies_lead_to_files_below_the_root_of_the_lab():
    """Relative links of a lesson in notebooks/ are right in my/ too, which lies beside it."""
    linked = set()
    for path in (REPOSITORY / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        linked |= set(re.findall(r"\]\((\.\./[^)#]+)", text))
    assert linked
    for link in linked:
        target = (REPOSITORY / "my" / link).resolve()
        assert target.is_relative_to(REPOSITORY)
        assert target.exists(), link
