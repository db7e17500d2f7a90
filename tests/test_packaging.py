import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [Requirement(text) for text in PROJECT["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]

CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base", "graphviz": "python-graphviz"}
NOT_ON_CONDA_FORGE = {"graphviz-pure"}


def bounds(requirements):
    return {canonicalize_name(each.name): str(each.specifier) for each in requirements}


# -- the three lists -----------------------------------------------------------------------------


def test_dependencies_have_lower_bounds_and_nothing_else():
    for requirement in BASE + DEV:
        assert [each.operator for each in requirement.specifier] == [">="], requirement


@pytest.mark.parametrize("extra", ["cluster", "export", "site", "translation"])
def test_what_an_extra_needs_is_there_for_its_tests(extra):
    assert set(PROJECT["optional-dependencies"][extra]) <= set(map(str, DEV))


def test_environment_yml_is_the_list_of_pyproject_toml():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    expected = bounds(BASE)
    for name in NOT_ON_CONDA_FORGE:
        del expected[name]
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in expected.items()}
    expected |= {"python": PROJECT["requires-python"], "pip": ""}
    assert bounds(map(Requirement, conda)) == expected
    assert pip == {"pip": ["-e ."]}
    assert environment["name"] == "nasedu"
    assert set(environment["channels"]) == {"conda-forge", "nodefaults"}


def test_environment_yml_gives_a_reason_for_every_package():
    for line in (REPOSITORY / "environment.yml").read_text(encoding="utf-8").splitlines():
        if line.startswith("  - ") and ">=" in line and "python>=" not in line:
            assert line.partition(" # ")[2].strip(), line


def pins():
    """Return the versions of constraints.txt by name."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in lines)):
        requirement = Requirement(line)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        pinned[canonicalize_name(requirement.name)] = pin.version
    return pinned


def test_constraints_pin_what_is_declared_within_its_bounds():
    pinned = pins()
    for requirement in BASE + DEV:
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement.name} {version}"


def test_what_start_py_installed_is_what_constraints_pin():
    stamp = Path(sys.prefix) / "nasedu-setup.json"
    made = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {"latest": True}
    if made["latest"]:
        pytest.skip("not the set-up of start.py, or one with --latest")
    found = {name: version(name).partition("+")[0] for name in needed([*BASE, *DEV])}
    found.pop("setuptools", None)  # comes with venv, where that still brings one
    pinned = pins()
    if sys.platform != "linux":  # constraints.txt says what it leaves out
        found = {name: found[name] for name in found.keys() & pinned.keys()}
    assert found == {name: pinned.get(name) for name in found}


def needed(requirements):
    """Return the names of all packages that these ask for, and those again, here."""
    seen, todo = set(), list(requirements)
    while todo:
        one = todo.pop()
        extras = ("", *sorted(one.extras))
        if (one.name, extras) in seen:
            continue
        seen.add((one.name, extras))
        asked = map(Requirement, requires(one.name) or ())
        todo += [
            r for r in asked if any(not r.marker or r.marker.evaluate({"extra": e}) for e in extras)
        ]
    return {canonicalize_name(name) for name, _ in seen}


def test_no_list_names_a_place_of_packages():
    for name in ("pyproject.toml", "constraints.txt", "environment.yml"):
        assert "://" not in (REPOSITORY / name).read_text(encoding="utf-8"), name


# -- import and the wheel ------------------------------------------------------------------------


def python(*arguments, cwd, path=None):
    """Run this Python in another folder, with one folder of packages before all others."""
    env = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=cwd, env=env, capture_output=True, text=True
    )


def test_importing_nasedu_loads_nothing_heavy():
    code = (
        "import sys, nasedu; nasedu.__all__, dir(nasedu);"
        "print(sorted({'torch', 'matplotlib', 'numpy', 'ray'} & set(sys.modules)))"
    )
    done = python("-c", code, cwd=REPOSITORY, path=REPOSITORY)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = python(
        *["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)],
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel's content alone: no file of the repository stands beside it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_the_package_and_its_tables_and_no_more(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "nasedu/__init__.py" in names
    assert {Path(name).parts[0].partition("-")[0] for name in names} == {"nasedu"}
    unwanted = re.compile(r"(^|/)(tests?/|test_|conftest)|\.ipynb$")
    assert not [name for name in names if unwanted.search(name)]
    modules = {
        path.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("nasedu/**/*.py")
    }
    assert {name for name in names if name.endswith(".py")} == modules
    shown = {".js", ".css", ".html"}  # of pages, without which nothing is written
    pages = {p for p in (REPOSITORY / "nasedu").rglob("*.*") if p.suffix in shown}
    found = {name for name in names if Path(name).suffix in shown}
    assert found == {path.relative_to(REPOSITORY).as_posix() for path in pages}
    tables = REPOSITORY / "data" / "tables"
    tracked = {
        f"nasedu/measured/{path.relative_to(tables).as_posix()}" for path in files_in(tables)
    }
    assert "nasedu/measured/README.md" in tracked
    assert {name for name in names if name.startswith("nasedu/measured/")} == tracked


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_wheel_carries_the_licences_and_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
        assert licences == {"LICENSE", "LICENSE-docs", "LICENSE-tables"}
        assert b"nasedu = nasedu.cli:main" in archive.read(f"{info}/entry_points.txt")


def test_the_wheel_is_what_is_imported(installed, tmp_path):
    done = python("-c", "import nasedu; print(nasedu.__file__)", cwd=tmp_path, path=installed)
    assert Path(done.stdout.strip()) == installed / "nasedu" / "__init__.py", done.stderr


def test_the_wheel_carries_the_ledger(installed, tmp_path):
    code = "from nasedu.course import load_ledger; print(len(load_ledger()) > 100)"
    done = python("-c", code, cwd=tmp_path, path=installed)
    assert done.stdout.strip() == "True", done.stderr


TABLES = sorted(path.stem for path in (REPOSITORY / "data" / "tables").glob("*.csv"))


@pytest.mark.skipif(not TABLES, reason="data/tables has no table yet")
def test_the_wheel_loads_its_tables(installed, tmp_path):
    code = f"from nasedu.data import load_table; print([len(load_table(n)) > 0 for n in {TABLES}])"
    done = python("-c", code, cwd=tmp_path, path=installed)
    assert done.stdout.strip() == str([True] * len(TABLES)), done.stderr


has_cli = pytest.mark.skipif(
    importlib.util.find_spec("nasedu.cli") is None, reason="nasedu has no command line yet"
)


@has_cli
def test_the_wheel_has_a_command_line(installed, tmp_path):
    done = python("-m", "nasedu", "--help", cwd=tmp_path, path=installed)
    assert done.returncode == 0, done.stderr
    assert "search" in done.stdout


@has_cli
def test_the_wheel_runs_a_search(installed, tmp_path):
    options = ["--trials", "4", "--batch", "2", "--workers", "1", "--num-layers", "2"]
    done = python(
        *["-m", "nasedu", "search", "--run", "run", *options], cwd=tmp_path, path=installed
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "run" / "study.db").is_file()
    assert (tmp_path / "run" / "report.html").is_file()
