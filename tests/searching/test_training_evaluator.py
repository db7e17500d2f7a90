"""A search over cells promises what one over networks does."""

import dataclasses

import pytest
from decided import decided

from nasedu import ConvNetSpace, RecurrentCellSpace, search
from nasedu.controller import DepthSchedule, make_strategy
from nasedu.data import load_text
from nasedu.errors import DataError, SettingError, StudyError
from nasedu.runs import Study, Trial
from nasedu.searching import TrainingEvaluator, TrialFinished, find_architecture, resume
from nasedu.searching.evaluator import train_child
from nasedu.searching.training_evaluator import recorded_evaluator
from nasedu.training import LanguageRecipe, Recipe, language_task

SPACE = RecurrentCellSpace(2)
QUICK = LanguageRecipe(hidden_size=8, epochs=1, num_train=2000)
EIGHT = (0, 0, 1, 0, 0, 2, 0, 1, 2, 0)  # a cell of base 2: three nodes, the injection, indices


def searched(run=None, workers=1, trials=6, seed=3, recipe=QUICK):
    strategy = make_strategy("reinforce", SPACE.decisions, seed, lr=0.03)
    options = {"recipe": recipe, "trials": trials, "batch": 3, "workers": workers, "seed": seed}
    return search(SPACE, strategy, run=run, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = tmp_path_factory.mktemp("cells") / "run"
    list(searched(run))
    return run


def test_cells_are_trained_on_text_and_rewarded_by_their_perplexity(whole):
    finished = [t for t in Study(whole).trials() if not t.outcome.is_failed]
    assert len(finished) >= 3
    for trial in finished:
        [perplexity] = trial.outcome.valid_curve
        assert 1 < perplexity < 1100  # 1,000 words
        assert trial.reward == 80 / perplexity**2
    config = Study(whole).config
    assert config.evaluator["kind"] == "language"
    assert (config.evaluator["data"], config.evaluator["num_train"]) == ("pydocs", 2000)


def test_two_workers_find_what_one_finds(whole, tmp_path):
    list(searched(tmp_path / "run", workers=2))
    assert decided(tmp_path / "run") == decided(whole)


def test_left_in_the_middle_of_a_batch_and_resumed_it_ends_the_same(whole, tmp_path):
    events = searched(tmp_path / "run")
    finished = 0
    while finished < 4:  # one child of the second batch
        finished += isinstance(next(events), TrialFinished)
    events.close()
    assert sum(t.outcome is not None for t in Study(tmp_path / "run").trials()) == 4
    list(resume(tmp_path / "run", workers=1))
    assert decided(tmp_path / "run") == decided(whole)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"num_train": 3000}, r"evaluator\.num_train = 2000 and not 3000"),
        ({"lr": 0.5}, r"evaluator\.recipe\.lr = 1\.0 and not 0\.5"),
        ({"precision": "bfloat16"}, r"recipe\.precision = its default and not 'bfloat16'"),
    ],
)
def test_another_recipe_is_refused_by_what_differs(whole, change, words):
    before = decided(whole)
    with pytest.raises(StudyError, match=words):
        list(searched(whole, recipe=dataclasses.replace(QUICK, **change)))
    assert decided(whole) == before


def test_a_text_that_is_not_the_same_any_more_is_refused(whole, monkeypatch):
    text = load_text("pydocs")
    changed = dataclasses.replace(text, valid=text.valid.flip(0))
    monkeypatch.setattr(language_task, "load_text", lambda name: changed)
    with pytest.raises(StudyError, match=r"evaluator\.digest .* and the data that it was"):
        list(resume(whole, trials=9, workers=1))


def test_a_child_of_a_run_is_found_as_a_cell(whole):
    best = Study(whole).best()
    assert find_architecture(str(whole)).net == SPACE.decode(best.tokens)
    assert find_architecture(f"{whole}:2").net == SPACE.decode(Study(whole).trials()[1].tokens)


def test_a_child_that_diverges_has_failed():
    wild = dataclasses.replace(QUICK, lr=1e30, clip=1e30)
    outcome = train_child(TrainingEvaluator(SPACE, recipe=wild), Trial(1, 1, EIGHT, 0))
    assert outcome.is_failed and outcome.reason.startswith("TrainingError: the loss became")


def test_settings_tell_texts_apart():
    one = TrainingEvaluator(SPACE, "pydocs", QUICK).settings
    longer = dataclasses.replace(QUICK, num_train=3000)
    assert TrainingEvaluator(SPACE, "pydocs", longer).settings["digest"] != one["digest"]
    assert TrainingEvaluator(SPACE, "pydocs-chars", QUICK).settings["unit"] == "character"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"data": 3}, DataError, "there is no text '3'"),
        ({"data": "wiki"}, DataError, "there is no text 'wiki'; expected one of pydocs"),
        ({"recipe": {"optimiser": "adam"}}, StudyError, "settings that are not known"),
        ({"kind": ["language"]}, StudyError, "settings that are not known"),
        ({"kind": "images"}, StudyError, "settings that are not known"),
    ],
)
def test_settings_that_no_run_can_have_had(change, error, words):
    settings = {**TrainingEvaluator(SPACE, "pydocs", QUICK).settings, **change}
    with pytest.raises(error, match=words):
        assert recorded_evaluator("run", SPACE, settings).settings


@pytest.mark.parametrize(
    ("space", "options", "error", "words"),
    [
        (SPACE, {"data": "digits"}, DataError, "'digits' is a set of images, no text"),
        (ConvNetSpace(2), {"data": "pydocs"}, DataError, "'pydocs' is a text, no set of images"),
        (SPACE, {"data": ""}, DataError, "there is no text ''"),
        (ConvNetSpace(2), {"data": ""}, DataError, "there is no set of images ''"),
        (SPACE, {"recipe": Recipe()}, SettingError, "expected a LanguageRecipe"),
        (ConvNetSpace(2), {"recipe": QUICK}, SettingError, "expected a Recipe for networks"),
        (SPACE, {"depth": DepthSchedule(2, 1, 8)}, SettingError, "depth schedule is for networks"),
    ],
)
def test_what_does_not_go_together_is_refused(space, options, error, words):
    with pytest.raises(error, match=words):
        search(space, make_strategy("random", space.decisions, 0), **options)
