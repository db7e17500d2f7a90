from pathlib import Path

import numpy as np
import pytest
from command_line import nasedu
from typer.testing import CliRunner

from nasedu.cli import app
from nasedu.course import tournament
from nasedu.course.tournament import Entry
from nasedu.course.tournament.contest import HOUSE
from nasedu.errors import SettingError
from nasedu.searching.workers import NoProcessesError

EXAMPLE = Path(__file__).parents[2] / "docs" / "tournament" / "random_search.py"


def test_the_help_says_where_it_may_run():
    assert "IN A SANDBOX ONLY" in " ".join(nasedu("course", "tournament", "--help").split())


def test_it_tells_the_ranking_and_writes_a_page(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ada.py").write_bytes(EXAMPLE.read_bytes())
    (folder / "bob.py").write_text("#" * 200_000)
    said = nasedu(
        *("course", "tournament", folder, "--seed", 5, "--games", 2, "--trials", 16),
        *("--out", tmp_path / "page.html"),
    )
    assert "2 contestants and random search, 2 games of 16 children each\nseed 5:" in said
    assert "bob: cheated: its file has 200,000 characters" in said
    assert "  2. " in said and "ada: 0." in said and "random search (the house): 0." in said
    assert "ada" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("end", "code"), [(KeyboardInterrupt(), 130), (NoProcessesError("no process"), 2)]
)
def test_what_was_played_before_the_end_is_on_the_page(tmp_path, monkeypatch, end, code):
    for name in ("ada", "bob", "cem"):
        (tmp_path / f"{name}.py").write_bytes(EXAMPLE.read_bytes())

    def interrupted(*arguments):
        yield Entry(HOUSE, "played", "", np.array([0.5, 0.6]), 0.0)
        yield Entry("ada", "played", "", np.array([0.7, 0.8]), 1.0)
        raise end

    monkeypatch.setattr(tournament, "play", interrupted)
    page = tmp_path / "page.html"
    options = [*["--games", "2", "--trials", "16", "--seed", "1", "--out"], str(page)]
    done = CliRunner().invoke(app, ["course", "tournament", str(tmp_path), *options])
    assert done.exit_code == code, done.output
    assert "stopped before 2 of 3 contestants had played" in done.output
    assert "1. ada" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--games", 1), "games is 1; expected"),
        (("--seconds", 0), "seconds is 0"),
        (("--seed", -1), "seed is -1"),
        (("--out", "/nowhere/page.html"), "cannot be written"),
        ((), "has no .py file"),
    ],
)
def test_what_cannot_be_played_is_one_line(tmp_path, options, words):
    if options:
        (tmp_path / "ada.py").write_bytes(EXAMPLE.read_bytes())
    with pytest.raises(SettingError) as caught:
        nasedu("course", "tournament", tmp_path, *options)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "tournament.html").exists()
