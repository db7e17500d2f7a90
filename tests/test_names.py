"""The names: no two modules, functions or classes whose names differ in nothing but their ending.

Whoever looks for the room of a thing should not have to choose between measure, measures,
measured and measurements.
"""

import ast
import re
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

import nasedu

HOME = Path(nasedu.__file__).parent
ENDINGS = (
    *("ements", "ement", "ations", "ation", "ings", "ing", "ions", "ion"),
    *("ers", "er", "ors", "or", "ies", "ed", "es", "s", "y", "e"),
)
ROOMS = {"architectures", "children", "viewing/drawings"}
"""What a thing is, what it computes and how it is drawn: one word for one thing in all three."""

MODULES = {}
NAMES = {
    ("architectures/costs:cost", "training/task:Cost"): "every cost that is counted is a Cost",
}


@cache
def key(name):
    """Return the words of a name without their endings; ``RunningClock`` has two."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return tuple(map(stem, words))


def stem(word):
    ending = next((e for e in ENDINGS if word.endswith(e) and len(word) - len(e) >= 3), "")
    short = word.removesuffix(ending)
    return short[:-1] if len(short) > 3 and short[-1] == short[-2] else short.rstrip("e")


def modules(home):
    """Yield every module and folder, e.g. ``"spaces"`` and ``"spaces/space"``."""
    for path in sorted(home.rglob("*.py")):
        yield path.relative_to(home).with_suffix("").as_posix().removesuffix("/__init__")


def alike_modules(home):
    """Yield pairs whose last parts differ in their ending, or not at all."""
    for one, other in combinations(modules(home), 2):
        folder, name = other.rpartition("/")[::2]
        if key(one.rpartition("/")[2]) != key(name):
            continue
        if f"{folder}/".startswith(f"{one}/"):
            continue  # the module of a folder's main thing, e.g. controller/controller
        if {one.rpartition("/")[0], folder} <= ROOMS or re.fullmatch(r"lesson_\w\d", name):
            continue
        yield one, other


def public(home):
    """Yield where every public function and class stands, its name, and what a function returns."""
    for module in modules(home):
        if module.startswith("course/lessons/"):
            continue  # named as in the lessons, where a student writes them
        path = home / f"{module}.py"
        path = path if path.exists() else home / module / "__init__.py"
        found = {node.name: node for node in ast.parse(path.read_text()).body if is_public(node)}
        for name, node in found.items():
            is_function = isinstance(node, ast.FunctionDef)
            if is_function and module.startswith("cli/") and module.endswith("_commands"):
                continue  # named as on the command line
            returns = ast.unparse(node.returns) if is_function and node.returns else ""
            yield f"{module}:{name}", returns


def is_public(node):
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def alike_names(home):
    """Yield pairs that differ in their ending, but for a function and the class that it returns."""
    for (one, made), (other, made_too) in combinations(public(home), 2):
        names = one.partition(":")[2], other.partition(":")[2]
        if key(names[0]) != key(names[1]):
            continue
        if re.search(rf"\b{names[0]}\b", made_too) or re.search(rf"\b{names[1]}\b", made):
            continue
        yield one, other


def test_no_two_modules_differ_in_their_ending_alone():
    assert set(alike_modules(HOME)) == set(MODULES)


def test_no_two_functions_or_classes_differ_in_their_ending_alone():
    assert set(alike_names(HOME)) == set(NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [("measures", "measurements"), ("Searched", "searching"), ("running_clock", "RunningClock")],
)
def test_an_ending_is_known_when_it_is_seen(one, other, tmp_path):
    assert key(one) == key(other)
    for folder, name in (("a", one), ("b", other)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.py").write_text(f"def {name}(): ...\n")
    assert list(alike_modules(tmp_path)) == [(f"a/{one}", f"b/{other}")]
    assert list(alike_names(tmp_path)) == [(f"a/{one}:{one}", f"b/{other}:{other}")]
