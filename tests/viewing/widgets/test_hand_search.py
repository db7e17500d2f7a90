import json
import re
from html import unescape

import numpy as np
import pytest
from small_tables import LARGER, SPACE, made_up

from nasedu.errors import SettingError, StudyError
from nasedu.runs import Study
from nasedu.tables import TabularEvaluator
from nasedu.viewing import HandSearch, explorer_of
from nasedu.viewing.figures.standing import HEADS
from nasedu.viewing.report.search_report import write_report

pytest.importorskip("ipywidgets")

VIEW = "application/vnd.jupyter.widget-view+json"
TABLE = TabularEvaluator(made_up(LARGER))
BESIDE = {"random search": np.arange(20).reshape(2, 10), "evolution": np.zeros((2, 10), int)}
CHILDREN = [[0, 0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 0, 0]]


def game(run=None, **options):
    return HandSearch(TABLE, BESIDE, **{"run": run, "trials": 3} | options)


def played(run=None, **options):
    one = game(run, **options)
    for tokens in CHILDREN:
        one.propose(tokens)
    return one


def test_a_click_looks_up_what_the_controls_say_and_tells_it_at_once():
    one = game()
    one.strip.tokens = CHILDREN[1]
    one.propose_button.click()
    place = int(TABLE.places([CHILDREN[1]])[0])
    accuracy = TABLE.table.best[0, place]
    assert f"Child 1 of 3: accuracy {accuracy:.3f}, reward" in one.status.value
    assert "Your best:" in one.status.value and 'aria-live="polite"' in one.status.value
    [trial] = one.study.trials()
    assert list(trial.tokens) == CHILDREN[1] and trial.reward == TABLE.table.reward[0, place]
    assert "1 0 0" in one.result.value and "<img" not in one.result.value


def test_after_the_last_child_it_stands_among_the_seeds():
    one = played()
    assert one.is_over and one.propose_button.disabled and one.stop_button.disabled
    assert "of the 2 seeds of evolution" in unescape(one.result.value)  # the picture's words
    for words in (*one.standing.found, *HEADS, *one.standing.rows[1]):
        assert f">{words}</" in one.result.value
    best = max(TABLE.table.best[0, TABLE.places(CHILDREN)])
    assert one.standing.best == best and one.standing.children == 3
    with pytest.raises(SettingError, match="over after 3 children"):
        one.propose([0, 1, 0, 0, 0, 0, 0, 0])


def test_who_stops_early_is_compared_after_as_many_children():
    one = game()
    one.stop_button.click()
    assert "Propose a network first." in one.status.value and not one.is_over
    one.propose(CHILDREN[0])
    one.stop_button.click()
    assert one.is_over and one.standing.children == 1 and "<img" in one.result.value


def test_a_network_that_was_proposed_before_costs_nothing():
    one = game()
    one.propose_button.click()
    one.propose_button.click()
    assert "Child 1 was this one" in one.status.value
    assert len(one.study.trials()) == 1


def test_a_new_kernel_goes_on_and_two_views_do_not_shut_each_other_out(tmp_path):
    game(tmp_path).propose(CHILDREN[0])
    first, second = game(tmp_path), game(tmp_path)
    assert repr(first) == "HandSearch(1 of 3 children)" and "Child 1 of 3" in first.status.value
    second.propose(CHILDREN[1])
    with pytest.raises(SettingError, match="child 2 was this one"):  # of the other view
        first.propose(CHILDREN[1])
    second.propose(CHILDREN[2])
    assert game(tmp_path).is_over
    with pytest.raises(SettingError, match="over after 3 children"):
        first.propose(CHILDREN[0])
    assert first.standing.children == 3
    assert [list(trial.tokens) for trial in Study(tmp_path).trials()] == CHILDREN


def test_nothing_is_written_before_the_first_proposal(tmp_path):
    game(tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_run_of_another_table_is_refused(tmp_path):
    game(tmp_path).propose(CHILDREN[0])
    with pytest.raises(StudyError, match="was made with"):
        table, beside = TabularEvaluator(made_up(SPACE)), {"random": np.zeros((2, 3), int)}
        HandSearch(table, beside, run=tmp_path, trials=3)


def test_report_and_explorer_take_it_as_any_search(tmp_path):
    one = played(tmp_path)
    page = write_report(one.study, tmp_path).read_text(encoding="utf-8")
    assert "A search by hand on Digits" in page
    assert explorer_of(one.study).alt.startswith("A search by hand")


def test_without_a_kernel_it_shows_the_same():
    one = played(player="a rule")
    bundle = one._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    assert one.result.value in bundle["text/html"]
    lines = bundle["text/plain"].splitlines()
    assert lines[1:3] == one.standing.found and "the best accuracy of a rule" in lines[1]
    assert [tuple(re.split("  +", line)) for line in lines[3:6]] == [HEADS, *one.standing.rows]
    json.dumps(bundle)
    fresh = game()._repr_mimebundle_()["text/html"]
    assert "No network is proposed yet; 3 may be." in fresh
