import pytest

from nasedu.cli import app
from nasedu.errors import DrawingError, SettingError, StudyError
from nasedu.searching.workers import InlineWorkers

QUICK = ("--trials", "2", "--batch", "2", "--epochs", "1", "--num-train", "50", "--workers", "1")


def nasedu(*arguments):
    """Run a command in this process; return its exit code, 0 if it says nothing of one."""
    return app([str(argument) for argument in arguments], standalone_mode=False) or 0


def no_loading(*_):
    raise AssertionError("data were loaded")


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    monkeypatch.setattr("nasedu.searching.loop.make_workers", lambda e, *_: InlineWorkers(e))


def test_a_finished_run_is_shown_without_loading_anything(tmp_path, monkeypatch, capsys):
    size = ("--num-layers", "2", "--num-filters", "4,8")
    assert nasedu("search", "--run", tmp_path, *QUICK, *size) == 0
    assert "loading the data" in capsys.readouterr().err
    monkeypatch.setattr("nasedu.training.image_task.load", no_loading)
    for command in (("search", "--run", tmp_path, *QUICK, *size), ("resume", tmp_path)):
        assert nasedu(*command) == 0
        said = capsys.readouterr()
        assert "best child" in said.out and "report: " in said.out
        assert "loading the data" not in said.err
    with pytest.raises(AssertionError, match="data were loaded"):  # to compare what was asked
        nasedu("search", "--run", tmp_path, *QUICK, *size, "--lr", "0.2")
    with pytest.raises(AssertionError, match="data were loaded"):
        nasedu("resume", tmp_path, "--trials", "4")


@pytest.mark.parametrize(
    ("option", "value"), [("--trials", -3), ("--batch", 0), ("--workers", 0), ("--seed", -1)]
)
def test_numbers_are_looked_at_before_anything_is_loaded(
    tmp_path, monkeypatch, capsys, option, value
):
    monkeypatch.setattr("nasedu.data.load_text", no_loading)
    with pytest.raises(SettingError, match=f"{option[2:]} is {value}"):
        nasedu("search", "--run", tmp_path / "run", "--data", "pydocs", option, value)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", [("--strategy-lr", "nan"), ("--strategy", "luck")])
def test_the_strategy_is_looked_at_before_it_is_said_that_data_are_loaded(tmp_path, capsys, option):
    with pytest.raises(
        SettingError, match=f"{option[0][2:].removeprefix('strategy-')} is '?{option[1]}"
    ):
        nasedu("search", "--run", tmp_path / "run", *option)
    assert capsys.readouterr().err == ""


def test_a_search_in_which_every_child_failed_ends_with_one(tmp_path, capsys):
    impossible = ("--num-layers", "2", "--num-filters", "1000000")  # hundreds of terabytes
    assert nasedu("search", "--run", tmp_path, *QUICK, *impossible, "--filter-heights", "7") == 1
    assert "every child failed: the first reason is" in capsys.readouterr().out
    assert nasedu("resume", tmp_path) == 1


def test_stopped_while_it_loads_a_resumed_run_says_how_many_children_it_has(
    tmp_path, monkeypatch, capsys
):
    assert nasedu("search", "--run", tmp_path, *QUICK, "--num-layers", "2") == 0

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("nasedu.searching.loop.make_workers", interrupted)
    assert nasedu("resume", tmp_path, "--trials", "4") == 130
    assert "stopped; 2 children are kept" in capsys.readouterr().err


def test_a_run_or_two_become_a_page_to_walk_through(tmp_path, capsys):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, strategy in ((first, "reinforce"), (second, "random")):
        size = ("--num-layers", "2", "--num-filters", "4,8", "--strategy", strategy)
        assert nasedu("search", "--run", folder, *QUICK, *size) == 0
    capsys.readouterr()
    assert nasedu("explore", first) == 0
    assert capsys.readouterr().out == f"explorer: {first / 'explore.html'}\n"
    assert "Random search" not in (first / "explore.html").read_text(encoding="utf-8")
    assert nasedu("explore", first, second, "--out", tmp_path / "both.html") == 0
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "<title>REINFORCE on Digits (scikit-learn) and Random search on Digits" in page
    with pytest.raises(DrawingError, match=r"expected a name in \.html"):
        nasedu("explore", first, "--out", tmp_path / "both.png")
    with pytest.raises(StudyError, match="holds no study"):
        nasedu("explore", first, tmp_path / "third")
