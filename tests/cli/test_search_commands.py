import pytest

from nasedu.cli import app
from nasedu.errors import DrawingError, SettingError, StudyError
from nasedu.runs import Study
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


TABLE = ("--table", "digits_3_layers", "--trials", "48")


def test_replicas_are_asked_for_by_the_papers_numbers_and_gone_on_with(tmp_path, capsys):
    how = ("--shards", "2", "--replicas", "4", "--children", "3", "--accumulate", "2")
    assert nasedu("search", "--run", tmp_path, *TABLE, *how) == 0
    said = capsys.readouterr().out
    assert "4 replicas of 3 children and 2 parameter shards, 2 gradients per step" in said
    assert "stale by" in said and "stale (steps" in said
    study = Study(tmp_path)
    assert study.config.servers == {"shards": 2, "replicas": 4, "accumulate": 2}
    assert {len(study.trials(1, learner)) for learner in (1, 2, 3, 4)} == {3}
    assert nasedu("resume", tmp_path, "--trials", "60") == 0
    assert "stale by" in capsys.readouterr().out and Study(tmp_path).num_asked == 60
    assert "Servers" in (tmp_path / "report.html").read_text()


def test_one_replica_and_one_shard_are_a_search_as_any_other(tmp_path):
    assert nasedu("search", "--run", tmp_path / "a", *TABLE, "--replicas", "1") == 0
    assert nasedu("search", "--run", tmp_path / "b", *TABLE, "--shards", "3") == 0
    alone, served = Study(tmp_path / "a"), Study(tmp_path / "b")
    assert (alone.config.servers, served.config.servers["shards"]) == (None, 3)
    assert [t.tokens for t in alone.trials()] == [t.tokens for t in served.trials()]


def test_replicas_that_cannot_be_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(SettingError, match="shards is 0; expected an integer of at least 1"):
        nasedu("search", "--run", tmp_path / "run", *TABLE, "--shards", "0")
    assert not (tmp_path / "run").exists()


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
