import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest

import nasedu

HEAVY = {"torch", "matplotlib", "numpy", "pandas", "sklearn", "pebble", "ray", "IPython"}
PACKAGES = ["nasedu"] + [
    f"nasedu.{module.name}" for module in iter_modules(nasedu.__path__) if module.ispkg
]
LIGHT = [
    "import nasedu",
    "import nasedu.cli",
    *(f"import nasedu.{name}" for name in ("children", "controller", "data", "runs", "training")),
    "import nasedu.searching",
    "from nasedu import ConvLayer, ConvNet, CellNode, RecurrentCell, published",
    "from nasedu import ConvNetSpace, Decision, RecurrentCellSpace",
    "from nasedu import Outcome, Recipe",
    "from nasedu.architectures import cost",
    "from nasedu.children import ModelSettings",
    "from nasedu.controller import SETTINGS, DepthSchedule",
    "from nasedu.data import Frame, Whitening",
    "from nasedu.problems import known_problems",
    "from nasedu.runs import RunConfig",
    "from nasedu.spaces import PRESETS, ConvNetSpace, RecurrentCellSpace",
    "from nasedu.training import LanguageRecipe, Measure, Outcome, Recipe",
    "import nasedu.training.recipe, nasedu.training.language_recipe",
    "from nasedu.viewing import compare, draw",
]
"""What is written, read and compared without training anything."""


def loaded_by(statement):
    """Return the modules that a statement loads in a fresh process."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", LIGHT)
def test_importing_loads_nothing_heavy(statement):
    assert loaded_by(statement) & HEAVY == set()


def test_every_problem_names_spaces_recipes_and_architectures_that_load_without_torch():
    parts = "('architecture', 'spaces', 'recipes')"
    statement = (
        "from nasedu.problems import IMAGES, CELLS; "
        f"[row.load(part) for row in (IMAGES, CELLS) for part in {parts}]"
    )
    assert loaded_by(statement) & HEAVY == set()


def test_the_help_loads_the_command_line_alone():
    ours = {name for name in loaded_by("import nasedu.cli") if name.startswith("nasedu.")}
    others = {name for name in ours if not name.startswith("nasedu.cli")}
    assert others == {"nasedu.errors", "nasedu.lazy_names"}


@pytest.mark.parametrize(
    "words",
    [
        "search",
        "search --data pydocs --strategy ppo",
        "train",
        "train --problem language",
        "table build --data pydocs",
    ],
)
def test_the_help_of_a_problem_loads_nothing_heavy(words):
    run = f"from nasedu.cli import app; app({words.split()} + ['--help'], standalone_mode=False)"
    assert loaded_by(run) & HEAVY == set()


def test_the_help_for_an_imported_text_loads_nothing_heavy(tmp_path, monkeypatch):
    monkeypatch.setenv("NASEDU_DATA", str(tmp_path))
    text = tmp_path / "imported" / "text" / "mine.safetensors"
    text.parent.mkdir(parents=True)
    text.touch()
    test_the_help_of_a_problem_loads_nothing_heavy("search --data mine")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_listed_whatever_else_is_imported(package):
    there = import_module(package)
    found = {name: getattr(there, name) for name in getattr(there, "__all__", ())}
    assert None not in found.values()
    assert set(found) <= set(dir(there))
    for module in iter_modules(there.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    assert {name: getattr(there, name) for name in found} == found


@pytest.mark.parametrize("package", PACKAGES[1:])
def test_a_package_lists_names_of_its_own_rooms_alone(package):
    there = import_module(package)
    made = {name: getattr(there, name) for name in getattr(there, "__all__", ())}
    homes = {name: getattr(what, "__module__", package) for name, what in made.items()}
    foreign = {name: home for name, home in homes.items() if home.startswith("nasedu.")}
    assert {
        name for name, home in foreign.items() if not f"{home}.".startswith(f"{package}.")
    } == set()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'nasedu' has no attribute 'serach'"):
        nasedu.serach  # noqa: B018
    with pytest.raises(ImportError, match="Recip"):
        from nasedu.training import Recip  # noqa: F401
