"""The links to Colab, Kaggle, Binder and VS Code: one setting, and a cell that asks nothing."""

import importlib.util
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement

HOME = Path(__file__).resolve().parents[1] / "notebooks"
SCRIPT = HOME / "anywhere.py"
LESSONS = sorted(HOME.glob("[0-9A]*.ipynb"))
REPOSITORY = "somebody/nasedu-course"
ADDRESS = f"https://github.com/{REPOSITORY}"


@pytest.fixture(scope="module")
def anywhere():
    spec = importlib.util.spec_from_file_location("anywhere_of_test", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.name[:2])
def test_a_lesson_is_as_the_setting_says(anywhere, path):
    text = path.read_text(encoding="utf-8")
    repository, missing = anywhere.settings()
    placed = anywhere.place(nbformat.reads(text, as_version=4), path.name, repository, missing)
    assert nbformat.reads(text, as_version=4) == placed, "run: python notebooks/anywhere.py"


@pytest.fixture
def with_it(anywhere):
    """A lesson of a repository that has an address."""
    notebook = nbformat.read(LESSONS[0], as_version=4)
    return anywhere.place(notebook, LESSONS[0].name, REPOSITORY, anywhere.settings()[1])


def test_unset_there_is_neither_link_nor_cell(anywhere, with_it):
    plain = anywhere.place(with_it, LESSONS[0].name, "", [])
    assert not {"anywhere", "colab"} & {t for c in plain.cells for t in c.metadata.get("tags", ())}


def test_the_links_stand_below_the_title_and_name_the_lesson(anywhere, with_it):
    title, links, install = with_it.cells[:3]
    assert title.source.startswith("# ")
    addresses = [part.rstrip(")") for part in links.source.split("](")[1:]]
    colab, kaggle, binder, code = (urlsplit(each.split(") ")[0]) for each in addresses)
    where = f"blob/main/notebooks/{LESSONS[0].name}"
    assert colab.path == f"/github/somebody/nasedu-course/{where}"
    assert parse_qs(kaggle.query)["src"] == [f"{ADDRESS}/{where}"]
    assert binder.path == "/v2/gh/somebody/nasedu-course/main"
    assert unquote(binder.query) == f"labpath=notebooks/{LESSONS[0].name}"
    assert parse_qs(code.query)["url"] == [ADDRESS]
    assert install.cell_type == "code"


def test_twice_is_once(anywhere, with_it):
    again = anywhere.place(json_copy(with_it), LESSONS[0].name, REPOSITORY, anywhere.settings()[1])
    assert again == with_it


def json_copy(notebook):
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def test_cells_are_numbered_in_order_and_keep_what_they_show(anywhere, with_it):
    code = [cell for cell in with_it.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        results = [each for each in cell.outputs if each.output_type == "execute_result"]
        assert {each.execution_count for each in results} <= {cell.execution_count}
    plain = anywhere.place(json_copy(with_it), LESSONS[0].name, "", [])
    before = [cell for cell in plain.cells if cell.cell_type == "code"]
    assert [shown(cell) for cell in code[1:]] == [shown(cell) for cell in before]


def shown(cell):
    return [output.get("data", output.get("text")) for output in cell.outputs]


class Host:
    """IPython on a host, of which only the magic of pip is used."""

    def __init__(self):
        self.calls = []

    def run_line_magic(self, magic, line):
        self.calls.append((magic, line))


def run(source, monkeypatch, *, host, has_it):
    """Run the cell; return what it asks of pip."""
    for name in ("COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"):
        monkeypatch.delenv(name, raising=False)
    if host:
        monkeypatch.setenv(host, "1")
    found = importlib.util.find_spec("nasedu") if has_it else None
    monkeypatch.setattr("importlib.util.find_spec", lambda _: found)
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("it asks"))
    ipython = Host()
    exec(TransformerManager().transform_cell(source), {"get_ipython": lambda: ipython})
    return ipython.calls


@pytest.mark.parametrize("host", ["COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"])
def test_a_host_gets_what_it_lacks_and_keeps_its_own(with_it, monkeypatch, host):
    [(magic, line)] = run(with_it.cells[2].source, monkeypatch, host=host, has_it=False)
    assert magic == "pip"
    packages = line.removeprefix("install -q --no-deps {nasedu} ").split()
    assert packages == [  # lines that are continued are one
        *("graphviz-pure", "sacrebleu", "portalocker", "regex", "tabulate", "colorama", "lxml"),
        *("simpy", "pebble"),
    ]
    assert f'nasedu = "git+{ADDRESS}"' in with_it.cells[2].source


def test_what_a_host_lacks_comes_with_all_that_it_needs(anywhere):
    """pip is told to install no dependencies, so that torch stays the host's own."""
    _, missing = anywhere.settings()
    for name in missing:
        for need in map(Requirement, requires(name) or ()):
            if need.marker is None:
                assert need.name in {*missing, *anywhere.HOSTS_HAVE}, (name, need.name)


def test_a_second_time_nothing_is_installed(with_it, monkeypatch):
    source = with_it.cells[2].source
    assert run(source, monkeypatch, host="COLAB_RELEASE_TAG", has_it=True) == []


def test_elsewhere_nothing_is_installed(with_it, monkeypatch):
    assert run(with_it.cells[2].source, monkeypatch, host=None, has_it=False) == []


def test_no_line_has_to_be_scrolled(with_it):
    assert max(map(len, with_it.cells[2].source.splitlines())) <= 70


@pytest.mark.parametrize("name", ["https://github.com/a/b", "nasedu", "a/b/c", "a b/c"])
def test_another_name_is_refused_in_one_line(anywhere, tmp_path, name):
    project = (HOME.parent / "pyproject.toml").read_text(encoding="utf-8")
    setting = f'repository = "{anywhere.settings()[0]}"'
    assert project.count(setting) == 1
    copy = tmp_path / "notebooks" / "anywhere.py"
    copy.parent.mkdir()
    copy.write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    changed = project.replace(setting, f'repository = "{name}"')
    (tmp_path / "pyproject.toml").write_text(changed, encoding="utf-8")
    done = subprocess.run([sys.executable, copy], capture_output=True, text=True)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert repr(name) in line and "OWNER/NAME" in line
