import shutil
import stat
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest

from nasedu.errors import DrawingError
from nasedu.viewing.drawings.renderer import render, renderer

GRAPH = "digraph { a -> b }"


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "scripts"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def system_dot(folder: Path, program: str) -> None:
    """Install a script as `dot`."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\n{program}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for dot is a script")


def test_without_a_system_dot(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert b"<svg" in render(GRAPH, "svg")
    assert render(GRAPH, "png").startswith(b"\x89PNG")


def test_a_system_dot_stands_in(nothing_installed, monkeypatch):
    monkeypatch.undo()
    pure = renderer("svg")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(nothing_installed))
    monkeypatch.setenv("PATH", str(nothing_installed))
    shutil.copy(pure, nothing_installed / f"dot{Path(pure).suffix}")
    assert Path(renderer("svg")).stem == "dot"
    assert b"<svg" in render(GRAPH, "svg")


def test_no_program_at_all_names_the_remedy(nothing_installed):
    with pytest.raises(DrawingError, match="pip install graphviz-pure"):
        render(GRAPH, "svg")


def test_pdf_without_a_system_dot_names_the_remedy(nothing_installed):
    with pytest.raises(DrawingError, match=r"save as \.svg or \.png, or install Graphviz"):
        render(GRAPH, "pdf")


@posix
def test_pdf_with_a_system_dot(nothing_installed):
    system_dot(nothing_installed, "import sys; assert sys.argv[1] == '-Tpdf'; print('%PDF-1.7')")
    assert render(GRAPH, "pdf").startswith(b"%PDF")


def test_a_graph_that_is_none():
    with pytest.raises(DrawingError, match="svg picture was not drawn"):
        render("digraph {", "svg")


@posix
def test_only_the_warning_about_widths_is_swallowed(nothing_installed):
    width = "Warning: no value for width of non-ASCII character 195. Falling back"
    say = "import sys; print('<svg/>'); print({!r}, file=sys.stderr)"
    system_dot(nothing_installed, say.format(width))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert render(GRAPH, "svg") == b"<svg/>\n"
    system_dot(nothing_installed, say.format(f"{width}\nWarning: node a is lost"))
    with pytest.warns(UserWarning, match="node a is lost"):
        render(GRAPH, "svg")


def test_the_real_program_warns_of_nothing_else():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert b"3" in render("digraph { a [label=<3×3 → <B>≠</B>>] }", "svg")
