"""The gallery in docs: it shows what the tables say today, and leaves no recorded search out."""

import csv
import importlib.util
import sys
from pathlib import Path

import pytest
from explored import data_of, scene_of, scenes_of, unpacked

from nasedu.data.shipped import tables_folder
from nasedu.viewing import view_of

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture(scope="module")
def gallery():
    spec = importlib.util.spec_from_file_location("gallery", DOCS / "gallery.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["gallery"]


def plain(html):
    """Return what a page says; how it is packed may depend on the version of zlib."""
    [run] = data_of(html)["runs"]
    order = unpacked(run["columns"]["scene"]).tolist()
    return {**run, "scenes": scenes_of(run), "columns": order}


def test_the_page_says_what_the_tables_say(gallery):
    recorded = (DOCS / "gallery.html").read_text(encoding="utf-8")
    assert plain(recorded) == plain(gallery.gallery().html), "run: python docs/gallery.py"


def test_every_table_of_searched_children_is_in_it(gallery):
    found = set()
    for path in tables_folder().glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            if {"tokens", "trial"} <= set(next(csv.reader(file))):
                found.add(path.stem)
    assert found == {one.table for one in gallery.SEARCHES}
    assert {path.stem for path in tables_folder().glob("*.npz")} == set(gallery.TABLES)


def test_its_children_are_the_best(gallery):
    [one] = [one for one in gallery.SEARCHES if one.table == "cifar10_search"]
    with (tables_folder() / "cifar10_search.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["strategy"] == "reinforce"]
    best = max(rows, key=lambda row: float(row["accuracy"]))
    net = one.space.decode([int(token) for token in best["tokens"].split()])
    [run] = data_of((DOCS / "gallery.html").read_text(encoding="utf-8"))["runs"]
    names = run["names"]
    place = names.index(f"REINFORCE: {float(best['accuracy']):.3f}")
    shown = scene_of(run, place)
    assert [part.label for part in view_of(net).scene(net, one.evaluator)] == [
        label for label, *_ in shown.values()
    ]
