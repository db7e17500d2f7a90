import itertools
import math

import pytest
import torch

from nasedu.controller import Controller, Reinforce
from nasedu.controller.controller import bits_of, mask_of
from nasedu.errors import SearchSpaceError, SettingError
from nasedu.spaces import ChoiceSpace, ConvNetSpace, Decision

SMALL = ConvNetSpace(3, (1, 3), (3, 5, 7), (8,))


def every_sequence(space):
    ranges = (range(decision.num_tokens) for decision in space.decisions)
    return torch.tensor(list(itertools.product(*ranges)))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("skips", [True, False])
def test_probabilities_of_all_sequences_of_three_layers_sum_to_one(skips):
    space = ConvNetSpace(3, (1, 3), (3, 5), (8, 16), skip_connections=skips)
    sequences = every_sequence(space)
    with torch.no_grad():
        log_probs = Controller(space.decisions, seed=1)(tokens=sequences).log_probs
    assert len(sequences) == space.size
    assert log_probs.sum(1).exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_scores_equal_samples():
    controller = Controller(SMALL.decisions, seed=0)
    sampled = controller(50, generator=generator())
    scored = controller(tokens=sampled.tokens)
    assert torch.equal(sampled.log_probs, scored.log_probs)
    assert torch.equal(sampled.entropies, scored.entropies)
    assert scored.log_probs.requires_grad


def test_sampled_frequencies_agree_with_scores():
    space = ConvNetSpace(2, (1, 3), (3,), (8, 16))
    controller = Controller(space.decisions, seed=3).double()
    with torch.no_grad():
        for weights in controller.parameters():
            weights.mul_(12)  # far from uniform, else any sampler would pass
        sequences = every_sequence(space)
        expected = controller(tokens=sequences).log_probs.sum(1).exp()
        n = 40_000
        tokens = controller(n, generator=generator(7)).tokens
    index = {tuple(s): i for i, s in enumerate(sequences.tolist())}
    counts = torch.zeros(len(sequences), dtype=torch.float64)
    for row in tokens.tolist():
        counts[index[tuple(row)]] += 1
    assert expected.max() > 4 * expected.median()
    standard_error = (expected * (1 - expected) / n).sqrt()
    assert ((counts / n - expected).abs() < 5 * standard_error + 1e-4).all()


def test_changing_an_early_token_changes_later_log_probs_and_no_earlier_ones():
    controller = Controller(SMALL.decisions, seed=0)
    tokens = controller(1, generator=generator()).tokens
    changed = tokens.clone()
    changed[0, 1] = (changed[0, 1] + 1) % 3
    before, after = (controller(tokens=t).log_probs[0] for t in (tokens, changed))
    assert before[0] == after[0]
    assert (before[4:6] != after[4:6]).all()  # filters have one choice alone


def test_an_anchor_changes_what_follows():
    controller = Controller(SMALL.decisions, seed=0)
    t = next(i for i, d in enumerate(SMALL.decisions) if d.is_anchor and d.layer == 2)
    tokens = torch.zeros(2, len(SMALL.decisions), dtype=torch.long)
    tokens[1, t] = 1
    log_probs = controller(tokens=tokens).log_probs
    assert torch.equal(log_probs[0, :t], log_probs[1, :t])
    assert log_probs[0, t + 1] != log_probs[1, t + 1]


def test_an_anchor_is_independent_coins_by_the_papers_formula():
    space = ConvNetSpace(3, (3,), (3,), (8,))
    controller = Controller(space.decisions, seed=5)
    states = []
    controller.w_curr.register_forward_hook(lambda module, inputs, output: states.append(inputs[0]))
    with torch.no_grad():
        rollout = controller(tokens=torch.tensor([[0] * 11 + [0b10]]))
    anchors = [t for t, d in enumerate(space.decisions) if d.is_anchor]
    assert [len(rollout.probabilities[t][0]) for t in anchors] == [0, 1, 2]
    p1, p2 = rollout.probabilities[11][0]
    torch.testing.assert_close(rollout.log_probs[0, 11].exp(), (1 - p1) * p2)
    entropy = sum(-(p * p.log() + (1 - p) * (1 - p).log()) for p in (p1, p2))
    torch.testing.assert_close(rollout.entropies[0, 11], entropy)
    # sigmoid(v . tanh(W_prev h_j + W_curr h_i)), section 3.3; h_2 is W_curr's first argument
    h2, h3 = states
    hidden = torch.tanh(controller.w_prev.weight @ h2[0] + controller.w_curr.weight @ h3[0])
    torch.testing.assert_close(p2, torch.sigmoid(controller.v.weight[0] @ hidden))


def test_layer_one_has_nothing_to_decide_at_its_anchor():
    rollout = Controller(SMALL.decisions, seed=0)(4)
    assert (rollout.log_probs[:, 3] == 0).all()
    assert (rollout.tokens[:, 3] == 0).all()


def test_a_shallower_child_is_a_prefix():
    controller = Controller(SMALL.decisions, seed=0)
    full = controller(6, generator=generator())
    prefix = controller(tokens=full.tokens[:, :8])
    assert torch.equal(prefix.log_probs, full.log_probs[:, :8])
    assert controller(6, num_layers=2, generator=generator()).tokens.shape == (6, 8)


def test_masks_and_bits_are_inverse_up_to_62_layers():
    bits = torch.randint(2, (20, 61), generator=generator())
    assert torch.equal(bits_of(mask_of(bits), 61), bits)
    assert mask_of(torch.ones(1, 61)).item() == 2**61 - 1


def test_weights_start_uniform_in_the_papers_range():
    weights = torch.cat([p.flatten() for p in Controller(SMALL.decisions, seed=0).parameters()])
    assert weights.abs().max() <= 0.08
    assert weights.std().item() == pytest.approx(0.16 / math.sqrt(12), rel=0.03)


def test_two_layers_of_35_and_shared_heads():
    controller = Controller(ConvNetSpace().decisions)
    assert [tuple(cell.weight.shape) for cell in controller.cells] == [(70, 140)] * 2
    assert set(controller.heads) == {"filter_height", "filter_width", "num_filters"}


@pytest.mark.parametrize("name", ["lr.min", "type", "keys", "training", "a layer's width"])
def test_a_decision_may_have_any_name(name):
    space = ChoiceSpace({name: (1, 2, 3), "other": ("a", "b")}, num_layers=2)
    learner = Reinforce(Controller(space.decisions, seed=0))
    tokens = learner.ask(4, generator=torch.Generator().manual_seed(0))
    learner.tell(tokens, torch.arange(4.0))
    again = Reinforce(Controller(space.decisions, seed=1))
    again.load_state_dict(learner.state_dict())
    told, read = (one.controller(tokens=tokens).log_probs for one in (learner, again))
    assert torch.equal(told, read)


def test_a_seed_gives_the_same_weights_and_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    a, b = (Controller(SMALL.decisions, seed=4).state_dict() for _ in range(2))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda c: c(), SettingError, "n is None"),
        (lambda c: c(0), SettingError, "n is 0"),
        (lambda c: c(2, num_layers=4), SearchSpaceError, "num_layers is 4; expected 1 to 3"),
        (lambda c: c(tokens=torch.zeros(2, 5).long()), SearchSpaceError, "whole layers"),
        (lambda c: c(tokens=torch.zeros(12).long()), SearchSpaceError, "whole layers"),
        (
            lambda c: c(tokens=torch.tensor([[0, 3, 0, 0]])),
            SearchSpaceError,
            "token 3 is out of range for 'filter_width' of layer 1",
        ),
    ],
)
def test_bad_calls_name_the_value(call, error, words):
    with pytest.raises(error) as caught:
        call(Controller(SMALL.decisions))
    assert words in str(caught.value)


def test_decisions_of_one_name_must_have_the_same_choices():
    with pytest.raises(SearchSpaceError, match="share a softmax"):
        Controller([Decision("filters", 1, (8, 16)), Decision("filters", 2, (8, 32))])
    with pytest.raises(SearchSpaceError, match="no decisions"):
        Controller([])
