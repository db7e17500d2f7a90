"""A search for other people's tools: what they read is what the study says."""

import csv
import sys

import pytest
from command_line import nasedu
from evaluators import SPACE, Counted, Misbehaving

from nasedu import search
from nasedu.controller import make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Study
from nasedu.spaces import ChoiceSpace, ConvNetSpace
from nasedu.viewing.exports.event_files import curve_points
from nasedu.viewing.exports.rows import csv_of

SKIPS = ConvNetSpace(3, (1, 3), (1, 3), (4, 8), skip_connections=True)
FORMULA = '=HYPERLINK("http://x","y")\n+1'


class Odd(Misbehaving):
    def __call__(self, trial):
        if trial.number == 3:
            raise ValueError(FORMULA)
        return super().__call__(trial)


def made(folder, space=SKIPS, evaluator=None, events=None, strategy="reinforce"):
    running = search(
        space,
        make_strategy(strategy, space.decisions, 0),
        evaluate=evaluator or Odd(raises=(5,)),
        trials=12,
        batch=4,
        workers=1,
        run=folder,
    )
    for count, _ in enumerate(running, start=1):
        if count == events:
            running.close()
            break
    return Study(folder)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return made(tmp_path_factory.mktemp("runs") / "first")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_has_all_that_the_study_says_of_a_child(study, tmp_path):
    assert "table: " in nasedu("report", study.path.parent, "--csv", tmp_path / "all.csv")
    found = rows(tmp_path / "all.csv")
    assert len(found) == 12 and not (study.path.parent / "report.html").exists()
    for row, trial in zip(found, study.trials(), strict=True):
        assert (int(row["child"]), int(row["batch"])) == (trial.number, trial.batch)
        assert tuple(map(int, row["tokens"].split())) == trial.tokens
        assert (row["state"], int(row["seed"])) == (trial.state, trial.seed)
        net = SKIPS.decode(trial.tokens)
        assert row["network"] == net.digest[:16]
        assert int(row["filter_height 2"]) == net.layers[1].filter_height
        if trial.state == "finished":
            assert float(row["reward"]) == trial.reward
            assert float(row["valid 2"]) == trial.outcome.valid_curve[1]
            assert float(row["train loss 1"]) == trial.outcome.train_curve[0]
            assert int(row["parameters"]) == trial.outcome.num_parameters
        else:
            assert row["reward"] == row["valid 1"] == "" and row["reason"].startswith("ValueError")
    anchors = {row["anchor 3"] for row in found}
    assert anchors <= {"none", "1", "2", "1 2"} and len(anchors) > 1


def test_text_cannot_become_a_formula_and_numbers_stay_numbers(tmp_path):
    space = ChoiceSpace({"=cmd": ("@SUM(1)", "-x", "+", -0.5)}, num_layers=1)
    scored = made(tmp_path / "run", space, lambda net: -0.25, strategy="random")
    nasedu("report", tmp_path / "run", "--csv", tmp_path / "all.csv")
    text = (tmp_path / "all.csv").read_text(encoding="utf-8")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    numbers = {"-0.25", "-0.5"}
    assert [c for c in cells if c.startswith(("=", "+", "-", "@")) and c not in numbers] == []
    assert "-0.25" in cells and {"'@SUM(1)", "'-x", "'+"} & set(cells) and "'=cmd 1" in cells
    assert len(scored.trials()) == 12 and text.count("\n") == 13


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("\t @x", "'@x"),
        ("\uff1d1", "'\uff1d1"),  # of a Japanese keyboard
        ("ada;=1", "ada;'=1"),  # where a spreadsheet splits cells at semicolons
        ('x; "=1+1&"', 'x; "\'=1+1&"'),
        ("a-b=c; d", "a-b=c; d"),
    ],
)
def test_no_spreadsheet_computes_a_cell_or_a_part_of_it(text, cell):
    assert list(csv.reader([csv_of([[text]]).decode()])) == [[cell]]


def test_a_reason_on_several_lines_is_one_cell(study, tmp_path):
    nasedu("report", study.path.parent, "--csv", tmp_path / "all.csv")
    assert 'ValueError: =HYPERLINK("http://x","y")' in rows(tmp_path / "all.csv")[2]["reason"]


def test_an_unfinished_search_has_rows_of_children_that_are_only_asked_for(tmp_path):
    made(tmp_path / "run", SPACE, Counted(), events=7)
    nasedu("report", tmp_path / "run", "--csv", tmp_path / "all.csv")
    states = [row["state"] for row in rows(tmp_path / "all.csv")]
    assert "asked" in states and "finished" in states


def test_tensorboard_reads_every_child_and_every_update(study, tmp_path):
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    said = nasedu("report", study.path.parent, "--tensorboard", tmp_path / "events")
    assert f"tensorboard --logdir {tmp_path / 'events'}" in said
    events = reader.EventAccumulator(str(tmp_path / "events"))
    events.Reload()
    rewards = {event.step: event.value for event in events.Scalars("child/reward")}
    expected = {t.number: t.reward for t in study.trials() if t.reward is not None}
    assert rewards == pytest.approx(expected)
    entropies = [event.value for event in events.Scalars("update/entropy")]
    assert entropies == pytest.approx([u.stats.entropy for u in study.updates()])
    with pytest.raises(StudyError, match="not empty"):
        nasedu("report", study.path.parent, "--tensorboard", tmp_path / "events")


def test_the_best_so_far_never_falls_and_time_goes_on(study):
    points = list(curve_points(study))
    best = [value for tag, value, _, _ in points if tag == "child/best reward so far"]
    assert best == sorted(best) and best[-1] == study.best().reward
    times = [seconds for tag, _, _, seconds in points if tag == "child/seconds"]
    assert times == sorted(times)


def test_optuna_reads_the_study(study, tmp_path):
    optuna = pytest.importorskip("optuna")
    path = tmp_path / "optuna.db"
    assert f"optuna-dashboard sqlite:///{path}" in nasedu(
        "report", study.path.parent, "--optuna", path
    )
    [summary] = optuna.get_all_study_summaries(f"sqlite:///{path}")
    found = optuna.load_study(study_name=summary.study_name, storage=f"sqlite:///{path}")
    best = study.best()
    assert found.best_value == best.reward
    assert found.best_trial.user_attrs["child"] == best.number
    assert summary.study_name == "reinforce on made-up rewards"
    for trial, ours in zip(found.trials, study.trials(), strict=True):
        net = SKIPS.decode(ours.tokens)
        assert trial.params["filter_height 1"] == net.layers[0].filter_height
        assert isinstance(trial.params["anchor 3 reads 2"], bool)
        assert trial.state.name == ("COMPLETE" if ours.state == "finished" else "FAIL")
        if ours.state == "finished":
            assert trial.intermediate_values == dict(enumerate(ours.outcome.valid_curve, 1))


@pytest.mark.parametrize("name", ["tensorboard", "optuna"])
def test_without_the_extra_it_is_one_line_and_nothing_is_written(
    study, tmp_path, monkeypatch, name
):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingError, match=rf"{name} is not installed.*nasedu\[export\]"):
        nasedu("report", study.path.parent, f"--{name}", tmp_path / "new")
    assert [*tmp_path.iterdir()] == []
