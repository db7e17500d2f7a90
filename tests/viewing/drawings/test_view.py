"""What is shown of a kind of child that has no view of its own, and that nothing asks for kinds."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from evaluators import CELLS, SPACE, Counted
from towers import SWAYS, TOWERS, CountedTowers, Strangers, Tower, TowerSpace

import nasedu.viewing
from nasedu import compare, draw, problems, published
from nasedu.controller import make_strategy
from nasedu.errors import DrawingError, SettingError
from nasedu.searching import Updated, search
from nasedu.viewing import (
    LiveSearch,
    TokenStrip,
    best_figure,
    curves_figure,
    probabilities_figure,
    reward_figure,
    size_figure,
    view_of,
    write_report,
)
from nasedu.viewing.drawings.view import ANY, View
from nasedu.viewing.progress import batch_line, closing_lines, key_line, opening_lines
from nasedu.viewing.units import measure_of

VIEWING = Path(nasedu.viewing.__file__).parent
TOWER = Tower((("stone", 8, ()), ("glass", 16, (1,))))


@pytest.fixture(scope="module", autouse=True)
def towers():
    """Let nasedu hear of towers, for these tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problems, "_known", dict(problems._known))
        yield problems.add_problem(TOWERS)


def searching(space=None, evaluator=None, **options):
    space = space or TowerSpace()
    strategy = make_strategy("reinforce", space.decisions, 0, lr=0.1)
    options = {"trials": 12, "batch": 4, "workers": 1} | options
    return search(space, strategy, evaluate=evaluator or CountedTowers(), **options)


@pytest.fixture(scope="module")
def events(towers):
    return list(searching())


@pytest.fixture(scope="module")
def study(events):
    return events[-1].study


def test_the_view_of_a_kind_is_found_by_what_it_is():
    assert view_of(TOWER) is view_of(TowerSpace()) is view_of(3) is ANY
    assert view_of(SPACE) is view_of(published.NAS_CNN_V1)
    assert view_of(CELLS) is view_of(published.NAS_CELL)
    assert len({ANY, view_of(SPACE), view_of(CELLS)}) == 3
    assert all(isinstance(view, View) for view in (view_of(SPACE), view_of(CELLS)))


def test_what_has_no_drawing_of_its_own_is_drawn_as_a_table():
    drawing = draw(TOWER)
    assert drawing.title == f"Child {TOWER.digest[:8]}"
    assert drawing.text.splitlines() == [
        "field     value",
        "blocks 1  block stone, leans none, width 8",
        "blocks 2  block glass, leans 1, width 16",
        "roof      flat",
    ]
    assert drawing.alt == (
        "A child described by 3 fields. blocks 1: block stone, leans none, width 8; "
        "blocks 2: block glass, leans 1, width 16; roof: flat."
    )
    assert ">blocks 1<" in drawing.svg and "block stone" in drawing.svg.replace("&#160;", " ")
    assert draw(TOWER, alt="A low tower").alt == "A low tower"
    assert ">Towers<" in drawing.slide("Towers").svg


def test_what_describes_it_may_be_long_and_hold_anything():
    tower = Tower(tuple(("wood & <b>clay</b> \x1b \u2028 數字 " * 4, 8, ()) for _ in range(14)))
    drawing = draw(tower)
    assert drawing.alt.endswith("; and so on.") and "15 fields" in drawing.alt
    assert "&lt;b&gt;" in drawing.svg or "&lt;b" in drawing.svg
    assert "\x1b" not in drawing.svg


def test_two_are_compared_field_by_field():
    other = replace(TOWER, blocks=(*TOWER.blocks[:1], ("wood", 16, (1,)), ("glass", 8, ())))
    drawing = compare(TOWER, other, names=("low", "high"))
    assert drawing.text.splitlines() == [
        "   field     low                               high",
        "   blocks 1  block stone, leans none, width 8  block stone, leans none, width 8",
        "*  blocks 2  block glass, leans 1, width 16    block wood, leans 1, width 16",
        "   roof      flat                              flat",
        "*  blocks 3  -                                 block glass, leans none, width 8",
        "2 of 4 fields differ",
    ]
    assert "blocks 3: - against block glass, leans none, width 8." in drawing.alt
    assert drawing.dot.count("<U>") == 4
    assert ">low<" in drawing.svg
    assert "the two children are the same" in compare(TOWER, TOWER).text


def test_an_option_that_it_does_not_have_is_refused():
    with pytest.raises(SettingError, match="style is 'matrix'; a child has the style 'graph'"):
        draw(TOWER, style="matrix")
    with pytest.raises(SettingError, match="style is 'matrix'; a child has the style 'graph'"):
        compare(TOWER, TOWER, style="matrix")
    with pytest.raises(SettingError, match="towers for hills and networks for images have nothin"):
        compare(TOWER, published.NAS_CNN_V1)
    with pytest.raises(DrawingError, match="cannot draw a TowerSpace; expected an architecture"):
        draw(TowerSpace())


def test_its_decisions_can_be_played_with():
    strip = TokenStrip(TowerSpace())
    assert strip.tokens == [0, 0, 0, 0, 0, 1, 0, 0, 2, 0]
    assert strip.sentence == "0 0 0 | 0 0 1 | 0 0 2 0"
    assert set(strip.facts) == {"tokens", "digest"}
    assert strip.widget is not None


def test_figures_tell_its_measure(study):
    assert measure_of(study.config) == SWAYS
    lowest = min(min(trial.outcome.valid_curve) for trial in study.trials())
    for of in ("sway", SWAYS):
        assert (
            f"The best validation sway in cm, {lowest:.2f}, comes with"
            in best_figure(study, of).alt
        )
        assert "(lower is better)" in best_figure(study, of).axes[0].get_ylabel()
        assert "validation sway in cm" in reward_figure(study, of).axes[0].get_ylabel()
    assert reward_figure(study).alt.startswith("Mean reward")
    assert f"reaches a validation sway in cm of {lowest:.2f}, the next" in curves_figure(study).alt
    assert "different children" in curves_figure(study).alt
    assert curves_figure(study).axes[0].get_ylabel().startswith("validation sway in cm")
    assert "parameters" in size_figure(study).alt
    rewards = [trial.reward for trial in study.trials()]
    for figure in (reward_figure(study), size_figure(study)):
        low, high = figure.axes[0].get_ylim()
        assert low < min(rewards) < max(rewards) < high
    with pytest.raises(SettingError, match="of is 'bits'; expected 'reward' or 'sway' on Some hil"):
        best_figure(study, "bits")
    with pytest.raises(SettingError, match=r"expected one of .*'bits', 'sway'"):
        best_figure(study, "loss")


def test_every_decision_has_a_panel(study):
    figure = probabilities_figure(study)
    titles = {axes.get_title() for axes in figure.axes}
    assert {"block", "width", "leans", "roof"} <= titles
    assert {"layer 1", "layer 2", "layer 3"} <= {axes.get_ylabel() for axes in figure.axes}
    names = {text.get_text() for axes in figure.axes for text in axes.texts}
    assert "wood & …" in names and "stone" in names  # a long one would cover another panel
    assert " in layer " in probabilities_figure(study).alt
    several = [*TowerSpace(8).decisions, *TowerSpace(8).decisions]
    places = ANY.panels(several, TowerSpace(8))
    assert len(set(places)) == len(several)
    assert max(column for _, column in places) < 6


def test_a_terminal_tells_its_measure(events):
    opening = opening_lines(events[0])
    assert opening.endswith(
        "Some hills: 30 training and 10 validation examples, 2 epochs per child"
    )
    event = next(event for event in events if isinstance(event, Updated))
    line = batch_line(event, SWAYS)
    sways = [min(trial.outcome.valid_curve) for trial in event.trials]
    assert f"sway in cm {sum(sways) / 4:.2f} ({min(sways):.2f} to {max(sways):.2f})" in line
    assert f"best {min(sways):.2f} (child {event.best.number})" in line
    assert "mean sway in cm of its children" in key_line(event, SWAYS)
    assert "validation sway in cm" in closing_lines(events[-1])
    assert closing_lines(events[-1]).splitlines()[-1] == str(
        TowerSpace().decode(events[-1].best.tokens)
    )


def test_its_search_has_a_report(study, tmp_path):
    text = write_report(study, tmp_path / "run").read_text(encoding="utf-8")
    for words in (
        "REINFORCE on Some hills",
        "12 towers for hills of 10 decisions, each trained for 2 epochs on 30 examples",
        "Best validation sway in cm",
        "; lower is better",
        "A dot is a child.",
        "The validation sway in cm of the best child is the lowest of many",
        "luck with the random start and with these validation data",
        "The test data were not touched",
        "nasedu resume run",
        "The best 5 children",
    ):
        assert words in text
    assert "nasedu train" not in text and "accuracy" not in text
    names = {path.name for path in (tmp_path / "run" / "pictures").iterdir()}
    assert {"reward.png", "best.png", "probabilities.png", "curves.png", "best-1.png"} <= names


@pytest.mark.parametrize("evaluator", [CountedTowers(), Counted()])
def test_a_space_without_a_problem_can_be_followed(evaluator):
    pytest.importorskip("ipywidgets")
    from awaiting import ended

    study = ended(LiveSearch(searching(Strangers(), evaluator)))
    assert "Mean reward" in reward_figure(study).alt and "The best reward" in best_figure(study).alt
    curves_figure(study)
    event = next(e for e in searching(Strangers(), evaluator) if isinstance(e, Updated))
    line = batch_line(event, measure_of(study.config))
    assert line.count("reward") == 1
    titles = {axes.get_title() for axes in probabilities_figure(study).axes}
    assert {"block", "width", "leans", "roof"} <= titles


KINDS = {"ConvNet", "ConvNetSpace", "RecurrentCell", "RecurrentCellSpace"}


def test_only_the_modules_of_one_kind_import_its_classes():
    allowed = ("conv_net", "cell", "connections", "layer_table", "pair_matrix", "skip_matrix")
    for path in VIEWING.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = {alias.name for node in imports for alias in node.names}
        assert path.name.startswith(allowed) or not names & KINDS, path.name
