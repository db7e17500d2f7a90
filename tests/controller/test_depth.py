import pytest
import torch
from evaluators import Counted

from nasedu import search
from nasedu.controller import STRATEGIES, DepthSchedule, make_strategy
from nasedu.errors import SettingError, StudyError
from nasedu.runs import Study
from nasedu.searching import Finished, resume
from nasedu.spaces import ConvNetSpace
from nasedu.viewing import probabilities_figure

SPACE = ConvNetSpace(5, (1, 3), (1, 3), (4, 8))
GROWING = DepthSchedule(start=2, step=2, every=8)


def run_all(name="reinforce", run=None, depth=GROWING, **options):
    options = {"trials": 28, "batch": 4, "workers": 1, **options}
    made = make_strategy(name, SPACE.decisions)
    return list(search(SPACE, made, evaluate=Counted(), run=run, depth=depth, **options))


def depths(study):
    return [len(SPACE.decode(trial.tokens)) for trial in study.trials()]


def test_the_papers_depths_over_its_12800_children():
    schedule = DepthSchedule()
    found = [schedule.num_layers(number, deepest=20) for number in range(1, 12_801)]
    assert sorted(set(found)) == [6, 8, 10, 12, 14, 16, 18, 20]
    assert [found.count(depth) for depth in (6, 20)] == [1600, 1600]
    assert found == sorted(found)
    assert found[1599] == 6 and found[1600] == 8


def test_nothing_grows_beyond_the_space():
    assert DepthSchedule().num_layers(12_800, deepest=15) == 15


@pytest.mark.parametrize("name", STRATEGIES)
def test_children_grow_whoever_searches(name):
    events = run_all(name)
    assert depths(events[-1].study) == [2] * 8 + [4] * 8 + [5] * 12


def test_a_batch_has_the_depth_of_its_first_child():
    study = run_all(depth=DepthSchedule(2, 1, every=6))[-1].study
    assert depths(study)[:16] == [2] * 8 + [3] * 4 + [4] * 4


def test_without_a_schedule_all_have_the_depth_of_the_space_and_the_record_says_nothing():
    study = run_all(depth=None)[-1].study
    assert depths(study) == [5] * 28
    assert '"depth"' not in study.config.to_json()


def test_a_killed_search_grows_on_as_if_nothing_had_happened(tmp_path):
    whole = run_all()[-1].study
    events = search(
        SPACE,
        make_strategy("reinforce", SPACE.decisions),
        evaluate=Counted(),
        trials=28,
        batch=4,
        workers=1,
        run=tmp_path,
        depth=GROWING,
    )
    for count, _ in enumerate(events):
        if count == 9:
            break
    events.close()
    again = run_all(run=tmp_path)[-1].study
    assert [t.tokens for t in again.trials()] == [t.tokens for t in whole.trials()]
    assert again.updates() == whole.updates()


def test_a_run_of_another_schedule_is_refused(tmp_path):
    run_all(run=tmp_path)
    with pytest.raises(StudyError, match=r"depth\.every = 8 and not 4"):
        run_all(run=tmp_path, depth=DepthSchedule(2, 2, 4))
    with pytest.raises(StudyError, match="depth"):
        run_all(run=tmp_path, depth=None)


def test_resume_knows_the_schedule_and_real_children_train(tmp_path):
    space = ConvNetSpace(3, (1, 3), (1, 3), (4, 8))
    options = {"trials": 4, "batch": 2, "workers": 1, "run": tmp_path}
    made = make_strategy("random", space.decisions)
    list(search(space, made, depth=DepthSchedule(1, 1, 2), **options))
    *_, last = resume(tmp_path, trials=8, workers=1)
    assert isinstance(last, Finished)
    trials = Study(tmp_path).trials()
    assert [len(space.decode(t.tokens)) for t in trials] == [1, 1, 2, 2, 3, 3, 3, 3]
    assert all(t.state == "finished" for t in trials)


def test_every_layer_learns_from_where_it_begins():
    events = run_all()
    updates = events[-1].study.updates()
    assert [len(u.stats.probabilities) for u in updates] == [8, 8, 16, 16, 20, 20, 20]
    made = make_strategy("reinforce", SPACE.decisions)
    shallow = made.ask(4, generator=torch.Generator().manual_seed(0), num_layers=2)
    made.tell(shallow, torch.ones(4))
    assert made.ask(1, generator=torch.Generator(), num_layers=5).shape == (1, 20)


def test_the_picture_of_probabilities_begins_a_layer_where_it_began():
    study = run_all()[-1].study
    figure = probabilities_figure(study)
    panels = {axes.get_ylabel(): axes for axes in figure.axes if axes.get_ylabel()}
    assert set(panels) == {f"layer {number}" for number in range(1, 6)}
    [first], [late] = (
        {axes.get_xlim() for axes in (panels[name],)} for name in ("layer 1", "layer 5")
    )
    assert first == late == (1, 8)
    begins = panels["layer 5"].collections[0].get_paths()[0].vertices[:, 0].min()
    assert begins == 5
    assert "update 7" in probabilities_figure(study).alt


@pytest.mark.parametrize("wrong", [{"start": 0}, {"step": 1.5}, {"every": True}])
def test_wrong_numbers_are_named(wrong):
    [(name, value)] = wrong.items()
    with pytest.raises(SettingError, match=f"{name} is {value!r}; expected an integer"):
        DepthSchedule(**wrong)
