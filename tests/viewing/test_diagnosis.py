"""Made-up studies: a healthy one, and one for each thing that can be amiss with a search."""

from dataclasses import replace

import numpy as np
import pytest
from evaluators import SPACE

from nasedu.controller import UpdateStats
from nasedu.runs import RunConfig, Trial, UpdateRecord
from nasedu.spaces import ChoiceSpace
from nasedu.training import Outcome
from nasedu.viewing import diagnose
from nasedu.viewing.diagnosis import FEWEST, verdict
from nasedu.viewing.figures.series import Series, share_explained

BATCH = 8


def study(
    rewards,
    tokens=None,
    parameters=None,
    entropies=(5.0, 3.0),
    space=SPACE,
    strategy="reinforce",
    kind="images",
    trials=None,
):
    """Return a series as of a study; a reward of None is a child that failed."""
    n = len(rewards)
    tokens = tokens or [(k, 1, 2, 3) for k in range(n)]
    parameters = parameters if parameters is not None else [1000] * n
    children = tuple(
        Trial(
            k + 1,
            1 + k // BATCH,
            tokens[k],
            k,
            Outcome.failed("ValueError: no such luck", 1.0)
            if reward is None
            else Outcome(float(reward), seconds=2.0, num_parameters=int(parameters[k])),
        )
        for k, reward in enumerate(rewards)
    )
    batches = -(-n // BATCH)
    updates = () if entropies is None else np.linspace(*entropies, batches)
    settings = {"name": strategy} | ({"lr": 0.03} if entropies is not None else {})
    evaluator = {"kind": kind, "title": "made up"}
    return Series(
        "",
        (children,),
        trials or n,
        tuple(
            UpdateRecord(k, UpdateStats(0.5, entropy=float(e))) for k, e in enumerate(updates, 1)
        ),
        config=RunConfig(space.to_json(), settings, evaluator, BATCH, 0, trials or n),
    )


def random(seed=0):
    return np.random.default_rng(seed)


def rising(n=80, seed=0):
    """Return rewards that rise, noisily, with their best near the end."""
    rewards = np.linspace(0.2, 0.8, n) + 0.1 * random(seed).standard_normal(n)
    rewards[-3] = 1.5
    return rewards


def repeating():
    """Return rewards and tokens of a search that ends with one network, over and over."""
    rewards = np.concatenate([rising(46), 0.8 + 0.01 * random(9).standard_normal(34)])
    rewards[43] = 1.5
    return rewards, [(min(k, 45), 1, 2, 3) for k in range(80)]


def topics(one):
    return [found.topic for found in diagnose(one)]


def only(one):
    [found] = diagnose(one)
    assert found.sentence.endswith(".") and found.next_experiment.endswith(".")
    assert any(letter.isdigit() for letter in found.evidence)
    return found


def test_of_a_healthy_search_there_is_nothing_to_say():
    healthy = study(rising(), parameters=random(1).integers(1000, 2000, 80))
    assert diagnose(healthy) == ()
    assert verdict(healthy).startswith("Nothing seems amiss")
    assert "entropy" not in verdict(healthy)


def test_a_policy_that_repeats_itself_has_settled():
    found = only(study(*repeating(), entropies=(5.0, 0.2)))
    assert found.topic == "settled" and found.sentence.startswith("The policy has settled")
    assert "20 of the last 20 children" in found.evidence
    assert "5.00 nats at the first update to 0.20 at the last (4 % of it)" in found.evidence
    assert "half the learning rate, 0.015" in found.next_experiment


def test_a_low_entropy_is_enough_and_so_are_repeats_without_a_policy():
    assert topics(study(rising(), entropies=(5.0, 0.2))) == ["settled"]
    large = ChoiceSpace({"block": tuple(range(60))}, num_layers=4)
    alone = study(*repeating(), entropies=None, space=large, strategy="evolution")
    found = only(alone)
    assert found.sentence.startswith("The search has settled") and "nats" not in found.evidence


def test_draws_from_a_small_space_repeat_and_have_not_settled():
    tiny = ChoiceSpace({"block": ("a", "b", "c")}, num_layers=2)
    tokens = [tuple(pair) for pair in random(2).integers(0, 3, (80, 2)).tolist()]
    rewards = 0.1 * rising() + np.array([a + 3 * b for a, b in tokens])  # a network decides
    rewards[-3] = 9
    drawn = study(rewards, tokens, entropies=None, space=tiny, strategy="random")
    assert topics(drawn) == []
    assert "No entropy of a policy" in verdict(drawn)


def test_a_search_that_only_grows_its_networks_is_told_by_size():
    parameters = np.geomspace(1000, 40_000, 80) * random(3).uniform(0.9, 1.1, 80)
    rewards = np.log(parameters) / 10 + 0.02 * random(4).standard_normal(80)
    rewards[-2] = 1.3
    found = only(study(rewards, parameters=parameters))
    assert found.topic == "growing" and "makes its networks larger" in found.sentence
    share = int(found.evidence.split(" %")[0].split()[-1])
    half = int(parameters[-2]) // 2
    assert 80 < share <= 100 and f"(--max-parameters {half})" in found.next_experiment
    assert "of 80 different networks" in found.evidence


def test_random_draws_that_end_larger_by_chance_are_no_growth():
    parameters = random(11).integers(1000, 40_000, 48)
    parameters[36:] = np.sort(parameters[36:])
    while np.median(parameters[36:]) < 1.25 * np.median(parameters[:12]):  # as luck would have it
        parameters[36:42] = (parameters[36:42] * 1.1).astype(int)
    rewards = np.log(parameters) / 10
    rewards[-2] = 1.3
    found = only(study(rewards, parameters=parameters, entropies=None, strategy="random"))
    assert found.topic == "growing" and "nearly always the better one" in found.sentence


def test_a_network_that_is_proposed_over_and_over_counts_once():
    rewards, tokens = repeating()
    parameters = [1000] * 45 + [50_000] * 35  # one large network, and it is a good one
    rewards[:43] /= 2
    settled = study(rewards, tokens, parameters, entropies=(5.0, 0.2))
    assert share_explained(settled.trials) > 0.5 and topics(settled) == ["settled"]


def test_size_may_explain_rewards_of_a_search_that_does_not_grow():
    parameters = random(5).integers(1000, 40_000, 80)
    rewards = np.log(parameters)
    rewards[-2] = 12
    found = only(study(rewards, parameters=parameters, entropies=None, strategy="random"))
    assert found.topic == "growing" and "nearly always the better one" in found.sentence
    assert topics(study(-rewards, parameters=parameters)) != ["growing"]  # the smaller is better


def test_noise_is_told_from_networks_that_were_trained_again():
    tokens = [(k % 40, 1, 2, 3) for k in range(80)]
    rewards = 0.5 + 0.1 * random(6).standard_normal(80)
    rewards[-3] = 0.9
    loud = study(rewards, tokens)
    assert "noisy" in topics(loud)
    [found] = [one for one in diagnose(loud) if one.topic == "noisy"]
    assert "40 networks trained 80 times" in found.evidence
    rewards = np.array([k % 40 for k in range(80)]) + 0.1 * random(6).standard_normal(80)
    assert "noisy" not in topics(study(rewards, tokens))
    assert "noisy" not in topics(study(0.5 + 0.1 * random(6).standard_normal(80)))  # none repeated


def test_rewards_that_fall_have_a_wrong_sign_or_too_large_a_rate():
    falling = study(rising()[::-1])
    found = next(one for one in diagnose(falling) if one.topic == "falling")
    assert "wrong sign" in found.sentence and "0.015" in found.next_experiment
    assert "loss" not in found.next_experiment
    scored = study(rising()[::-1], kind="function")
    assert "as of a loss" in diagnose(scored)[0].next_experiment
    alone = diagnose(study(rising()[::-1], entropies=None, strategy="random"))[0]
    assert alone.topic == "falling" and "learning rate" not in alone.next_experiment


def test_rewards_that_differ_by_chance_do_not_fall():
    assert topics(study(0.5 + 0.1 * random(7).standard_normal(80))) in ([], ["spent"])


def test_many_failures_come_first_with_their_commonest_reason():
    rewards = list(rising())
    rewards[5:60:4] = [None] * len(rewards[5:60:4])
    found = only(study(rewards))
    assert found.topic == "failing"
    assert "14 of 80 failed (18 %); the commonest reason, 14 times: ValueError" in found.evidence
    assert "child 6" in found.next_experiment
    assert topics(study([None] * 8)) == ["failing"]  # also where nothing finished
    few = list(rising())
    few[3] = few[9] = None
    assert topics(study(few)) == []


def test_what_a_program_said_stays_one_line_of_bounded_length():
    reason = "<script>\x1b[31m" + "x" * 5000 + "\nmore"
    trials = [
        replace(t, outcome=Outcome.failed(reason)) if t.state == "failed" else t
        for t in study([None] * 10).trials
    ]
    evidence = only(trials).evidence
    assert len(evidence) < 400 and evidence.isprintable() and "<script>" in evidence


def test_children_above_a_limit_are_told_from_those_that_break():
    whole = study([None if k % 4 == 1 else r for k, r in enumerate(rising())])
    above = Outcome.failed("LimitError: 9 parameters; the limit is 5")
    trials = [replace(t, outcome=above) if t.state == "failed" else t for t in whole.trials]
    found = only(replace(whole, seeds=(tuple(trials),)))
    assert found.topic == "refused" and "--limit-penalty 0" in found.next_experiment
    assert "20 of 80 were refused (25 %), the first for 9 parameters" in found.evidence


def test_a_budget_spent_after_the_last_gain_is_told_with_its_cost():
    rewards = rising()
    rewards[9] = 3.0
    found = only(study(rewards))
    assert found.topic == "spent" and "came with child 10 of 80; 70 children" in found.evidence
    assert "2.3 minutes" in found.evidence and "20 children" in found.next_experiment


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_of_too_few_children_it_only_says_that_they_are_few(n):
    few = study(rising(80)[:n][::-1], entropies=None, trials=80)
    assert diagnose(few) == ()
    assert "too few for a diagnosis" in verdict(few)


def test_it_reads_plain_trials_too():
    assert topics(study(rising(), entropies=None)) == topics(study(rising()).trials) == []
